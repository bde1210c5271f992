import { hexValue, isDigit, isLetter } from './ascii';

/** The latest address parsed: 16 bytes in network order, IPv4 as ::ffff:a.b.c.d. */
export const ADDRESS: usize = memory.data(16, 8);

/** Strict IPv4 dotted quad or IPv6 (RFC 4291, IPv4 tail and `%zone` allowed), filling the span, into `ADDRESS`. */
export function parseAddress(start: usize, end: usize): bool {
  if (end - start < 2) return false;
  if (end - start < 16 && parseIpv4(start, end, 12)) {
    store<u64>(ADDRESS, 0);
    store<u32>(ADDRESS, 0xffff0000, 8);
    return true;
  }
  return parseIpv6(start, end);
}

/** Four numbers up to 255 without leading zeros, into four bytes of `ADDRESS` at `at`. */
function parseIpv4(p: usize, end: usize, at: usize): bool {
  let address: u32 = 0;
  for (let i = 0; ; i++) {
    if (p >= end) return false;
    let n = <u32>load<u8>(p++) - 0x30;
    if (n > 9) return false;
    for (let more = 0; p < end && more < 2; more++, p++) {
      const digit = <u32>load<u8>(p) - 0x30;
      if (digit > 9) break;
      if (n == 0) return false;
      n = n * 10 + digit;
    }
    if (n > 255) return false;
    address = (address >> 8) | (n << 24);
    if (i == 3) break;
    if (p >= end || load<u8>(p++) != 0x2e) return false;
  }
  store<u32>(ADDRESS + at, address);
  return p == end;
}

/** The name behind the `%` of an address: letters, digits, `_.:-`. */
function isZone(p: usize, end: usize): bool {
  if (p == end) return false;
  for (; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (!isLetter(c) && !isDigit(c) && c != 0x5f && c != 0x2e && c != 0x3a && c != 0x2d) return false;
  }
  return true;
}

function parseIpv6(p: usize, end: usize): bool {
  for (let q = p; q < end; q++) {
    if (load<u8>(q) != 0x25) continue;
    if (!isZone(q + 1, end)) return false;
    end = q;
    break;
  }
  if (end - p < 2 || end - p > 45) return false;
  let at: usize = 0;
  let gap: usize = 0xff;
  if (load<u8>(p) == 0x3a) {
    if (load<u8>(p, 1) != 0x3a) return false;
    gap = 0;
    p += 2;
  }
  while (p < end) {
    if (at == 16) return false;
    const first = p;
    let n: u32 = 0;
    while (p < end) {
      const digit = hexValue(load<u8>(p));
      if (digit > 15) break;
      n = (n << 4) | digit;
      if (++p - first > 4) return false;
    }
    if (p < end && load<u8>(p) == 0x2e) {
      if (at > 12 || !parseIpv4(first, end, at)) return false;
      at += 4;
      break;
    }
    if (p == first) return false;
    store<u8>(ADDRESS + at, <u8>(n >> 8));
    store<u8>(ADDRESS + at, <u8>n, 1);
    at += 2;
    if (p == end) break;
    if (load<u8>(p++) != 0x3a) return false;
    if (p == end) return false;
    if (load<u8>(p) == 0x3a) {
      if (gap != 0xff) return false;
      gap = at;
      p++;
    }
  }
  if (gap == 0xff) return at == 16;
  if (at == 16) return false;
  memory.copy(ADDRESS + 16 - (at - gap), ADDRESS + gap, at - gap);
  memory.fill(ADDRESS + gap, 0, 16 - at);
  return true;
}
