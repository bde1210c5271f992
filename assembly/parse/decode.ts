import { hexValue } from '../bytes/ascii';
import { sequenceLength } from '../bytes/utf8';
import { allocate } from '../host/memory';

export enum Escapes {
  none,
  backslash,
  hex,
  hash,
  cef,
  /** Of a conversion, not of a format. */
  percent,
  cef_lines,
}

/** Bounds of the text `decodeEscapes` made. */
export let decodedStart: usize = 0;
export let decodedEnd: usize = 0;

/** Byte the escape at `p` stands for, and in `escapeLength` how many bytes of JSON-escaped text it takes; -1 if it is none. */
let escapeLength: usize = 0;
function readEscape(p: usize, end: usize, escapes: u32): i32 {
  if (escapes == Escapes.hash) {
    if (load<u8>(p) != 0x23 || p + 3 > end) return -1;
    escapeLength = 3;
    return hexPair(p + 1);
  }
  if (escapes == Escapes.percent) {
    if (load<u8>(p) != 0x25 || p + 3 > end) return -1;
    escapeLength = 3;
    return hexPair(p + 1);
  }
  // A backslash of the line is two in JSON-escaped text.
  if (load<u16>(p) != 0x5c5c || p + 3 > end) return -1;
  const c = <u32>load<u8>(p, 2);
  if (escapes == Escapes.cef || escapes == Escapes.cef_lines) {
    const backslash = c == 0x5c && p + 4 <= end && load<u8>(p, 3) == 0x5c;
    escapeLength = backslash ? 4 : 3;
    if (escapes == Escapes.cef_lines && (c == 0x6e || c == 0x72)) return c == 0x6e ? 10 : 13;
    return backslash || c == 0x3d || c == 0x7c ? <i32>c : -1;
  }
  if (c == 0x78) {
    if (p + 5 > end) return -1;
    escapeLength = 5;
    return hexPair(p + 3);
  }
  if (escapes == Escapes.hex) return -1;
  if (c == 0x5c) {
    if (p + 4 > end) return -1;
    const d = <u32>load<u8>(p, 3);
    escapeLength = 4;
    return d == 0x22 || d == 0x5c ? <i32>d : -1;
  }
  escapeLength = 3;
  if (c == 0x6e) return 10;
  if (c == 0x74) return 9;
  if (c == 0x72) return 13;
  if (c == 0x76) return 11;
  if (c == 0x62) return 8;
  return -1;
}

function hexPair(p: usize): i32 {
  const high = hexValue(load<u8>(p));
  const low = hexValue(load<u8>(p, 1));
  return (high | low) & 16 ? -1 : <i32>((high << 4) | low);
}

/**
 * Undoes the load balancer's own escapes in JSON-escaped text. True, with the bounds in `decodedStart` and `decodedEnd`, if there
 * were any and the result is UTF-8 without control characters; false if the text is best left as it was logged.
 */
export function decodeEscapes(start: usize, end: usize, escapes: u32): bool {
  let p = start;
  const mark: u32 = escapes == Escapes.hash ? 0x23 : escapes == Escapes.percent ? 0x25 : 0x5c;
  while (p < end && load<u8>(p) != mark) p++;
  if (p >= end) return false;
  const bytes = allocate(end - start + 8);
  if (bytes == 0) return false;
  p = start;
  let out = bytes;
  let found = false;
  while (p < end) {
    const c = <u32>load<u8>(p);
    const byte = c == mark ? readEscape(p, end, escapes) : -1;
    if (byte >= 0) {
      const lineBreak = escapes == Escapes.cef_lines && byte < 0x20;
      if ((byte < 0x20 && !lineBreak) || byte == 0x7f) return false;
      // Kept apart from text that is escaped for JSON already: what needs an escape gets it here and now.
      if (byte == 0x22 || byte == 0x5c || lineBreak) store<u8>(out++, 0x5c);
      store<u8>(out++, <u8>(lineBreak ? (byte == 10 ? 0x6e : 0x72) : byte));
      p += escapeLength;
      found = true;
    } else if (c == 0x5c) {
      const e = <u32>load<u8>(p, 1);
      if (e != 0x22 && e != 0x5c) return false;
      store<u16>(out, load<u16>(p));
      out += 2;
      p += 2;
    } else {
      if (c == 0x7f) return false;
      store<u8>(out++, <u8>c);
      p++;
    }
  }
  if (!found) return false;
  for (let q = bytes; q < out; ) {
    const length = sequenceLength(q, out);
    if (length == 0) return false;
    q += length;
  }
  decodedStart = bytes;
  decodedEnd = out;
  return true;
}
