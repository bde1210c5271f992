import { hex4, hexDigit } from '../bytes/ascii';
import { invalidLength, putCodePoint, sequenceLength } from '../bytes/utf8';
import { allocate, trim } from '../host/memory';

/** Bounds of the text the latest function here made. */
export let textStart: usize = 0;
export let textEnd: usize = 0;

/** Writes one byte below 0x80, or a byte of a valid sequence, as JSON-escaped text (see `shared/slot_kind.ts`). */
export function putByte(out: usize, c: u32): usize {
  if (c >= 0x20) {
    if (c != 0x22 && c != 0x5c) {
      store<u8>(out, <u8>c);
      return out + 1;
    }
    store<u8>(out, 0x5c);
    store<u8>(out, <u8>c, 1);
    return out + 2;
  }
  store<u8>(out, 0x5c);
  let short: u32 = 0;
  if (c == 10) short = 0x6e;
  else if (c == 13) short = 0x72;
  else if (c == 9) short = 0x74;
  else if (c == 8) short = 0x62;
  else if (c == 12) short = 0x66;
  if (short != 0) {
    store<u8>(out, <u8>short, 1);
    return out + 2;
  }
  store<u32>(out, 0x30303075, 1);
  store<u8>(out, hexDigit(c >> 4), 4);
  store<u8>(out, hexDigit(c & 15), 5);
  return out + 6;
}

/** Arbitrary bytes as JSON-escaped text, U+FFFD for what is no UTF-8. False if memory is short. */
export function escapeBytes(p: usize, end: usize): bool {
  let out = allocate((end - p) * 6 + 8);
  if (out == 0) return false;
  textStart = out;
  while (p < end) {
    const length = sequenceLength(p, end);
    if (length == 1) {
      out = putByte(out, load<u8>(p++));
    } else if (length == 0) {
      out = putCodePoint(out, 0xfffd);
      p += invalidLength(p, end);
    } else {
      store<u32>(out, load<u32>(p));
      out += length;
      p += length;
    }
  }
  textEnd = out;
  trim(out);
  return true;
}

/**
 * The content of a JSON string with any escapes, rewritten with the canonical ones only. Half surrogates and invalid UTF-8 become
 * U+FFFD. The content was read by `readString`. False if memory is short.
 */
export function rewriteText(p: usize, end: usize): bool {
  let out = allocate((end - p) * 3 + 8);
  if (out == 0) return false;
  textStart = out;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c == 0x5c) {
      const e = <u32>load<u8>(p, 1);
      if (e == 0x75) {
        const unit = readUnits(p + 2, end);
        out = unit < 0x80 ? putByte(out, unit) : putCodePoint(out, unit);
        p += unit > 0xffff ? 12 : 6;
      } else if (e == 0x2f) {
        store<u8>(out++, 0x2f);
        p += 2;
      } else {
        store<u16>(out, load<u16>(p));
        out += 2;
        p += 2;
      }
    } else {
      const length = sequenceLength(p, end);
      if (length == 0) {
        out = putCodePoint(out, 0xfffd);
        p += invalidLength(p, end);
      } else {
        store<u32>(out, load<u32>(p));
        out += length;
        p += length;
      }
    }
  }
  textEnd = out;
  trim(out);
  return true;
}

/** Code point of the escape whose digits are at `p`, its low surrogate taken along; U+FFFD for half a pair. */
function readUnits(p: usize, end: usize): u32 {
  const high = hex4(p);
  if (high < 0xd800 || high > 0xdfff) return high;
  if (high < 0xdc00 && p + 10 <= end && load<u16>(p, 4) == 0x755c) {
    const low = hex4(p + 6);
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  }
  return 0xfffd;
}

/** Canonical JSON-escaped text as plain bytes. False if memory is short. */
export function unescapeText(p: usize, end: usize): bool {
  let out = allocate(end - p + 8);
  if (out == 0) return false;
  textStart = out;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c != 0x5c) {
      let run = p + 1;
      while (run < end && load<u8>(run) != 0x5c) run++;
      memory.copy(out, p, run - p);
      out += run - p;
      p = run;
      continue;
    }
    const e = <u32>load<u8>(p, 1);
    p += 2;
    let plain = e;
    if (e == 0x6e) plain = 10;
    else if (e == 0x72) plain = 13;
    else if (e == 0x74) plain = 9;
    else if (e == 0x62) plain = 8;
    else if (e == 0x66) plain = 12;
    else if (e == 0x75) {
      plain = hex4(p) & 0xff;
      p += 4;
    }
    store<u8>(out++, <u8>plain);
  }
  textEnd = out;
  trim(out);
  return true;
}

/** A JSON value as it may be copied: every string in it rewritten. The value was read by `readValue`. */
export function rewriteValue(p: usize, end: usize): bool {
  let out = allocate((end - p) * 3 + 8);
  if (out == 0) return false;
  const start = out;
  while (p < end) {
    const c = <u32>load<u8>(p);
    store<u8>(out++, <u8>c);
    p++;
    if (c != 0x22) continue;
    let close = p;
    while (load<u8>(close) != 0x22) close += load<u8>(close) == 0x5c ? 2 : 1;
    trim(out + (close - p) * 3);
    if (!rewriteText(p, close)) return false;
    memory.copy(out, textStart, textEnd - textStart);
    out += textEnd - textStart;
    store<u8>(out++, 0x22);
    p = close + 1;
  }
  textStart = start;
  textEnd = out;
  trim(out);
  return true;
}
