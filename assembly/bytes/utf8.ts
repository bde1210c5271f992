/**
 * Length of the UTF-8 sequence at `p`, 1 to 4; 0 if the bytes there are no sequence (overlong, surrogate, cut off, beyond U+10FFFF).
 * Reads up to four bytes from `p`, whatever `end` is: the caller's buffer is padded.
 */
export function sequenceLength(p: usize, end: usize): usize {
  const a = <u32>load<u8>(p);
  if (a < 0x80) return 1;
  if (a < 0xc2 || a > 0xf4) return 0;
  const b = <u32>load<u8>(p, 1);
  if (a < 0xe0) return p + 2 <= end && (b & 0xc0) == 0x80 ? 2 : 0;
  if (!firstContinuation(a, b)) return 0;
  if (a < 0xf0) return p + 3 <= end && (load<u8>(p, 2) & 0xc0) == 0x80 ? 3 : 0;
  return p + 4 <= end && (load<u8>(p, 2) & 0xc0) == 0x80 && (load<u8>(p, 3) & 0xc0) == 0x80 ? 4 : 0;
}

/** Whether `b` may follow the lead byte `a` of a three or four byte sequence. */
function firstContinuation(a: u32, b: u32): bool {
  if (a == 0xe0) return b >= 0xa0 && b <= 0xbf;
  if (a == 0xed) return b >= 0x80 && b <= 0x9f;
  if (a == 0xf0) return b >= 0x90 && b <= 0xbf;
  if (a == 0xf4) return b >= 0x80 && b <= 0x8f;
  return (b & 0xc0) == 0x80;
}

/**
 * Bytes to replace by one U+FFFD at an invalid `p`: the longest prefix of a sequence, at least one
 * (https://encoding.spec.whatwg.org/#utf-8-decoder).
 */
export function invalidLength(p: usize, end: usize): usize {
  const a = <u32>load<u8>(p);
  if (a < 0xe0 || a > 0xf4 || p + 1 >= end || !firstContinuation(a, load<u8>(p, 1))) return 1;
  if (a < 0xf0 || p + 2 >= end || (load<u8>(p, 2) & 0xc0) != 0x80) return 2;
  return 3;
}

/** Writes code point `c` at `out`; the position behind it. */
export function putCodePoint(out: usize, c: u32): usize {
  if (c < 0x80) {
    store<u8>(out, <u8>c);
    return out + 1;
  }
  if (c < 0x800) {
    store<u8>(out, <u8>(0xc0 | (c >> 6)));
    store<u8>(out, <u8>(0x80 | (c & 0x3f)), 1);
    return out + 2;
  }
  if (c < 0x10000) {
    store<u8>(out, <u8>(0xe0 | (c >> 12)));
    store<u8>(out, <u8>(0x80 | ((c >> 6) & 0x3f)), 1);
    store<u8>(out, <u8>(0x80 | (c & 0x3f)), 2);
    return out + 3;
  }
  store<u8>(out, <u8>(0xf0 | (c >> 18)));
  store<u8>(out, <u8>(0x80 | ((c >> 12) & 0x3f)), 1);
  store<u8>(out, <u8>(0x80 | ((c >> 6) & 0x3f)), 2);
  store<u8>(out, <u8>(0x80 | (c & 0x3f)), 3);
  return out + 4;
}
