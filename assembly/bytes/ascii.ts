/** Eight bytes, each 1, and each with its highest bit only: `(x - ONES) & ~x & HIGHS` is not 0 where a byte of x is 0. */
export const ONES: u64 = 0x0101010101010101;
export const HIGHS: u64 = 0x8080808080808080;

export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;

export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

export function isLetter(c: u32): bool {
  return (c | 0x20) - 0x61 < 26;
}

/** Value of a hexadecimal digit; 16 if it is none. */
export function hexValue(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}

/** Value of four hexadecimal digits at `p`; 0x10000 if they are not. */
export function hex4(p: usize): u32 {
  const a = hexValue(load<u8>(p));
  const b = hexValue(load<u8>(p, 1));
  const c = hexValue(load<u8>(p, 2));
  const d = hexValue(load<u8>(p, 3));
  if ((a | b | c | d) & 16) return 0x10000;
  return (a << 12) | (b << 8) | (c << 4) | d;
}

export function hexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

/** Whether the `length` bytes at `a` and `b` are the same. Both buffers are padded. */
export function sameBytes(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  const left = length - i;
  if (left == 0) return true;
  const shift = <u64>((8 - left) << 3);
  return load<u64>(a + i) << shift == load<u64>(b + i) << shift;
}
