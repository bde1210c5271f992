/** SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over bytes in memory. */
export const DIGEST_SIZE: usize = 32;
const BLOCK: usize = 64;

/** First 32 bits of the fractions of the cube roots of the first 64 primes. */
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** The hash so far: eight words. */
const state: usize = memory.data(32, 8);
const words: usize = memory.data(256, 8);
/** A block that is not whole yet, and room for padding. */
const tail: usize = memory.data(128, 8);

function begin(): void {
  store<u32>(state, 0x6a09e667);
  store<u32>(state, 0xbb67ae85, 4);
  store<u32>(state, 0x3c6ef372, 8);
  store<u32>(state, 0xa54ff53a, 12);
  store<u32>(state, 0x510e527f, 16);
  store<u32>(state, 0x9b05688c, 20);
  store<u32>(state, 0x1f83d9ab, 24);
  store<u32>(state, 0x5be0cd19, 28);
}

/** Takes one block of 64 bytes into the hash. */
function compress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(words + i, bswap(load<u32>(block + i)));
  for (let i: usize = 64; i < 256; i += 4) {
    const w15 = load<u32>(words + i - 60);
    const w2 = load<u32>(words + i - 8);
    const s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ (w15 >> 3);
    const s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ (w2 >> 10);
    store<u32>(words + i, load<u32>(words + i - 64) + s0 + load<u32>(words + i - 28) + s1);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const t1 =
      h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) + load<u32>(K + i) + load<u32>(words + i);
    const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  add(0, a);
  add(4, b);
  add(8, c);
  add(12, d);
  add(16, e);
  add(20, f);
  add(24, g);
  add(28, h);
}

function add(at: usize, value: u32): void {
  store<u32>(state + at, load<u32>(state + at) + value);
}

/** Takes the rest of a message in and writes its digest. `before`: bytes of whole blocks already taken. */
function finish(p: usize, end: usize, before: usize, out: usize): void {
  const bits = (<u64>(before + (end - p))) << 3;
  for (; p + BLOCK <= end; p += BLOCK) compress(p);
  const left = end - p;
  const length: usize = left < 56 ? BLOCK : BLOCK * 2;
  memory.fill(tail, 0, length);
  memory.copy(tail, p, left);
  store<u8>(tail + left, 0x80);
  store<u64>(tail + length - 8, bswap(bits));
  for (let at: usize = 0; at < length; at += BLOCK) compress(tail + at);
  for (let i: usize = 0; i < DIGEST_SIZE; i += 4) store<u32>(out + i, bswap(load<u32>(state + i)));
}

/** Writes the digest of the bytes to `out`. */
export function sha256(start: usize, end: usize, out: usize): void {
  begin();
  finish(start, end, 0, out);
}

const pad: usize = memory.data(64, 8);

/** Takes the key's block in, each byte changed by `change`. */
function beginKeyed(key: usize, change: u64): void {
  for (let i: usize = 0; i < BLOCK; i += 8) store<u64>(pad + i, load<u64>(key + i) ^ change);
  begin();
  compress(pad);
}

/** Writes the HMAC of the bytes to `out`. `key`: 64 bytes, a shorter key followed by zeros. */
export function hmacSha256(key: usize, start: usize, end: usize, out: usize): void {
  beginKeyed(key, 0x3636363636363636);
  finish(start, end, BLOCK, out);
  beginKeyed(key, 0x5c5c5c5c5c5c5c5c);
  finish(out, out + DIGEST_SIZE, BLOCK, out);
}
