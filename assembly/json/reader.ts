import { HIGHS, hex4, ONES } from '../bytes/ascii';
import { sequenceLength } from '../bytes/utf8';
import { JSON_DEPTH_MAX } from '../shared/limits';
import { Seen } from './flags';

/** `Seen` bits of the latest string or value read. */
export let seen: u32 = 0;

/**
 * Reads a string from behind its opening quote: the address of its closing quote, 0 if it has none or holds what JSON forbids.
 * Invalid UTF-8 is let through and marked. Sets `seen`.
 */
export function readString(p: usize, end: usize): usize {
  let flags: u32 = 0;
  while (p < end) {
    const x = load<u64>(p);
    const quote = x ^ 0x2222222222222222;
    const slash = x ^ 0x5c5c5c5c5c5c5c5c;
    // Without a high bit in the word the subtractions alone set one exactly where a byte is zero, or below a blank. A byte with
    // the high bit stops the search itself, and a borrow only reaches bytes behind the first stop.
    const stop = ((quote - ONES) | (slash - ONES) | (x - 0x2020202020202020) | x) & HIGHS;
    if (stop == 0) {
      p += 8;
      continue;
    }
    p += <usize>(ctz(stop) >> 3);
    if (p >= end) break;
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      seen = flags;
      return p;
    }
    if (c == 0x5c) {
      const e = <u32>load<u8>(p, 1);
      if (e == 0x22) {
        p += 2;
      } else if (e == 0x5c) {
        flags |= Seen.backslash;
        p += 2;
      } else if (e == 0x6e || e == 0x72 || e == 0x74 || e == 0x62 || e == 0x66) {
        p += 2;
      } else if (e == 0x2f) {
        flags |= Seen.rewrite;
        p += 2;
      } else if (e == 0x75 && p + 6 <= end) {
        const unit = hex4(p + 2);
        if (unit > 0xffff) return 0;
        if (unit >= 0xd800 && unit <= 0xdfff) {
          if (unit < 0xdc00 && p + 12 <= end && load<u16>(p, 6) == 0x755c && (hex4(p + 8) & 0x1fc00) == 0xdc00) p += 6;
          else flags |= Seen.unsound;
        }
        flags |= Seen.rewrite | Seen.backslash;
        p += 6;
      } else {
        return 0;
      }
    } else if (c < 0x20) {
      return 0;
    } else {
      const length = sequenceLength(p, end);
      if (length == 0) flags |= Seen.unsound | Seen.rewrite;
      p += length == 0 ? 1 : length;
    }
  }
  return 0;
}

export function skipBlanks(p: usize, end: usize): usize {
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return p;
    p++;
  }
  return p;
}

/** Open containers of the value being read, a bit each: 1 an object. */
let containers: u64 = 0;

/**
 * Reads any value starting at `p` (no blank before it): the position behind it, 0 if it is malformed. Sets `seen`.
 * Below `JSON_DEPTH_MAX` only brackets and strings are looked at, and the value is marked to be carried as text.
 */
export function readValue(p: usize, end: usize): usize {
  let flags: u32 = 0;
  let depth: u32 = 0;
  containers = 0;
  // What may come next: 0 a value, 1 a value or `]`, 2 a key or `}`, 3 a key, 4 a comma or the container's end.
  let expect: u32 = 0;
  for (;;) {
    p = skipBlanks(p, end);
    if (p >= end) return 0;
    const c = <u32>load<u8>(p);
    if (expect >= 2 && expect != 4) {
      if (c == 0x7d && expect == 2) {
        expect = 4;
        continue;
      }
      if (c != 0x22) return 0;
      p = readString(p + 1, end);
      if (p == 0) return 0;
      flags |= seen;
      p = skipBlanks(p + 1, end);
      if (p >= end || load<u8>(p) != 0x3a) return 0;
      p++;
      expect = 0;
      continue;
    }
    if (expect == 4) {
      const object = ((containers >> (depth - 1)) & 1) == 1;
      if (c == 0x2c) {
        expect = object ? 3 : 0;
        p++;
        continue;
      }
      if (c != (object ? <u32>0x7d : <u32>0x5d)) return 0;
      p++;
      if (--depth == 0) break;
      continue;
    }
    if (expect == 1 && c == 0x5d) {
      expect = 4;
      continue;
    }
    if (c == 0x7b || c == 0x5b) {
      if (depth == JSON_DEPTH_MAX) {
        p = skipDeep(p, end);
        if (p == 0) return 0;
        flags |= seen | Seen.as_text;
      } else {
        const bit: u64 = (<u64>1) << depth;
        if (c == 0x7b) containers |= bit;
        else containers &= ~bit;
        depth++;
        p++;
        expect = c == 0x7b ? 2 : 1;
        continue;
      }
    } else if (c == 0x22) {
      p = readString(p + 1, end);
      if (p == 0) return 0;
      flags |= seen;
      p++;
    } else {
      p = readScalar(p, end);
      if (p == 0) return 0;
      flags |= seen;
    }
    if (depth == 0) break;
    expect = 4;
  }
  seen = flags;
  return p;
}

/** Skips a container by counting its brackets: the position behind it, 0 if it does not end. */
function skipDeep(p: usize, end: usize): usize {
  let open: u32 = 0;
  let flags: u32 = 0;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      p = readString(p + 1, end);
      if (p == 0) return 0;
      flags |= seen;
    } else if (c == 0x7b || c == 0x5b) {
      open++;
    } else if (c == 0x7d || c == 0x5d) {
      if (--open == 0) {
        seen = flags;
        return p + 1;
      }
    } else if (c < 0x20 && c != 0x0a && c != 0x0d && c != 0x09) {
      return 0;
    } else if (c >= 0x7f) {
      return 0;
    }
    p++;
  }
  return 0;
}

/** `true`, `false`, `null` or a number. */
function readScalar(p: usize, end: usize): usize {
  seen = 0;
  const word = load<u32>(p);
  if (word == 0x65757274 && p + 4 <= end) return p + 4;
  if (word == 0x6c6c756e && p + 4 <= end) return p + 4;
  if (word == 0x736c6166 && p + 5 <= end && load<u8>(p, 4) == 0x65) return p + 5;
  return readNumber(p, end);
}

/**
 * A number by the JSON grammar. One with more than 300 digits, or a positive exponent of more than two digits, may be beyond
 * what a host's double holds and is marked to be carried as text.
 */
function readNumber(p: usize, end: usize): usize {
  if (load<u8>(p) == 0x2d) p++;
  const whole = p;
  p = skipDigits(p, end);
  if (p == whole || (load<u8>(whole) == 0x30 && p > whole + 1)) return 0;
  if (p - whole > 300) seen = Seen.as_text;
  if (p < end && load<u8>(p) == 0x2e) {
    const fraction = p + 1;
    p = skipDigits(fraction, end);
    if (p == fraction) return 0;
  }
  if (p < end && (load<u8>(p) | 0x20) == 0x65) {
    p++;
    const sign = p < end ? <u32>load<u8>(p) : 0;
    if (sign == 0x2b || sign == 0x2d) p++;
    const exponent = p;
    p = skipDigits(p, end);
    if (p == exponent) return 0;
    if (sign != 0x2d && p - exponent > 2) seen = Seen.as_text;
    if (p - whole > 200) seen = Seen.as_text;
  }
  return p;
}

function skipDigits(p: usize, end: usize): usize {
  while (p < end && <u32>load<u8>(p) - 0x30 < 10) p++;
  return p;
}
