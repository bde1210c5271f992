import { hex4, hexValue } from '../../bytes/ascii';
import { allocate } from '../../host/memory';

/**
 * A text as redaction looks at it: itself, or decoded. Beside a decoded text lies a u32 for each of its bytes, and one behind the last:
 * where in the text itself the byte begins. Bytes from 0x80 on stand for themselves or for what has no ASCII.
 */
export let viewStart: usize = 0;
export let viewEnd: usize = 0;
/** 0: the text itself. */
let places: usize = 0;
/** Memory was short. */
export let viewLost: bool = false;

const OTHER: u8 = 0xff;

export function viewText(start: usize, end: usize): void {
  viewStart = start;
  viewEnd = end;
  places = 0;
  viewLost = false;
}

/** Where in the text itself a byte of the view begins. */
export function placeOf(p: usize): usize {
  return places == 0 ? p : load<u32>(places + ((p - viewStart) << 2));
}

function has(mark: u32): bool {
  for (let p = viewStart; p < viewEnd; p++) if (load<u8>(p) == mark) return true;
  return false;
}

/** Turns to the view without JSON's escapes. False if there are none. */
export function viewUnescaped(): bool {
  return has(0x5c) && decode(false);
}

/** Turns to the view without URL encoding. False if there is none. */
export function viewUrlDecoded(): bool {
  return has(0x25) && decode(true);
}

function decode(url: bool): bool {
  const length = viewEnd - viewStart;
  const text = allocate(length);
  const map = allocate((length + 1) << 2);
  viewLost = viewLost || text == 0 || map == 0;
  if (viewLost) return false;
  let changed = false;
  let out = text;
  let at = map;
  for (let p = viewStart; p < viewEnd; ) {
    store<u32>(at, <u32>placeOf(p));
    at += 4;
    const size = url ? urlEscape(p, viewEnd) : jsonEscape(p, viewEnd);
    store<u8>(out++, size == 1 ? load<u8>(p) : decoded);
    if (size > 1) changed = true;
    p += size;
  }
  store<u32>(at, <u32>placeOf(viewEnd));
  viewStart = text;
  viewEnd = out;
  places = map;
  return changed;
}

let decoded: u8 = 0;

/** Bytes of the character at `p`, and in `decoded` what an escape stands for. */
function urlEscape(p: usize, end: usize): usize {
  if (load<u8>(p) != 0x25 || p + 3 > end) return 1;
  const high = hexValue(load<u8>(p, 1));
  const low = hexValue(load<u8>(p, 2));
  if (((high | low) & 16) != 0) return 1;
  decoded = <u8>((high << 4) | low);
  return 3;
}

function jsonEscape(p: usize, end: usize): usize {
  if (load<u8>(p) != 0x5c || p + 2 > end) return 1;
  const c = <u32>load<u8>(p, 1);
  decoded = <u8>c;
  if (c == 0x22 || c == 0x5c || c == 0x2f) return 2;
  if (c == 0x75) {
    if (p + 6 > end) return 1;
    const unit = hex4(p + 2);
    if (unit > 0xffff) return 1;
    decoded = unit < 0x80 ? <u8>unit : OTHER;
    return 6;
  }
  if (c == 0x6e) decoded = 10;
  else if (c == 0x72) decoded = 13;
  else if (c == 0x74) decoded = 9;
  else if (c == 0x62) decoded = 8;
  else if (c == 0x66) decoded = 12;
  else return 1;
  return 2;
}
