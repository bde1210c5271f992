const GOLDEN: u64 = 0x9e3779b97f4a7c15;
const FACTOR: u64 = 0xd6e8feb86659fd93;

/** 64-bit hash of text, eight bytes at a time. The buffer is padded. */
export function hashText(start: usize, end: usize): u64 {
  let h = GOLDEN ^ <u64>(end - start);
  let p = start;
  for (; p + 8 <= end; p += 8) {
    h = (h ^ load<u64>(p)) * FACTOR;
    h ^= h >> 32;
  }
  if (p < end) {
    h = (h ^ (load<u64>(p) & (<u64>-1 >> ((<u64>(8 - (end - p))) << 3)))) * FACTOR;
    h ^= h >> 32;
  }
  return h;
}

/** The hash's score for one of several places. */
export function scoreOf(h: u64, place: u32): u64 {
  let s = h ^ ((<u64>place + 1) * GOLDEN);
  s ^= s >> 32;
  s *= FACTOR;
  s ^= s >> 32;
  s *= FACTOR;
  return s ^ (s >> 32);
}
