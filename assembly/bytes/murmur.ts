/**
 * MurmurHash3 x64 128 (Austin Appleby, public domain: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp), with a
 * seed of 128 bits: the state. Hashing span after span gives one hash of them all that also depends on where each ends.
 */
export let hashHigh: u64 = 0;
export let hashLow: u64 = 0;

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

export function startHash(): void {
  hashHigh = 0;
  hashLow = 0;
}

/** Sixteen bytes a step. The bytes are padded. */
export function hashSpan(start: usize, end: usize): void {
  let h1 = hashHigh;
  let h2 = hashLow;
  let p = start;
  for (; p + 16 <= end; p += 16) {
    h1 ^= rotl(load<u64>(p) * C1, 31) * C2;
    h1 = (rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= rotl(load<u64>(p, 8) * C2, 33) * C1;
    h2 = (rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  const left = <u64>(end - p);
  if (left > 8) h2 ^= rotl((load<u64>(p, 8) & (<u64>-1 >> ((16 - left) << 3))) * C2, 33) * C1;
  if (left >= 8) h1 ^= rotl(load<u64>(p) * C1, 31) * C2;
  else if (left > 0) h1 ^= rotl((load<u64>(p) & (<u64>-1 >> ((8 - left) << 3))) * C1, 31) * C2;
  const length = <u64>(end - start);
  h1 ^= length;
  h2 ^= length;
  h1 += h2;
  h2 += h1;
  h1 = mix(h1);
  h2 = mix(h2);
  hashHigh = h1 + h2;
  hashLow = h2 + hashHigh;
}

function mix(k: u64): u64 {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccd;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53;
  return k ^ (k >> 33);
}

/** Writes the hash as 32 lower-case hexadecimal digits. */
export function putHash(out: usize): void {
  putHex(out, <u32>(hashHigh >> 32));
  putHex(out + 8, <u32>hashHigh);
  putHex(out + 16, <u32>(hashLow >> 32));
  putHex(out + 24, <u32>hashLow);
}

/** Eight digits at once: one nibble to a byte, the highest first in memory. */
function putHex(out: usize, value: u32): void {
  let x = <u64>bswap(value);
  x = (x | (x << 16)) & 0x0000ffff0000ffff;
  x = (x | (x << 8)) & 0x00ff00ff00ff00ff;
  x = ((x >> 4) & 0x000f000f000f000f) | ((x & 0x000f000f000f000f) << 8);
  const letters = ((x + 0x0606060606060606) >> 4) & 0x0101010101010101;
  store<u64>(out, x + 0x3030303030303030 + letters * 39);
}
