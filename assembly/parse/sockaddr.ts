import { hex4, hexDigit, hexValue, isDigit } from '../bytes/ascii';
import { setInt, setText } from '../event';
import { allocate } from '../host/memory';

const NOWHERE: u32 = 0xffff;
/** Families of a little-endian machine, as the hexadecimal digits stand in memory. */
const INET: u32 = 0x30303230;
const INET6: u32 = 0x30304130;
const UNIX: u32 = 0x30303130;

/** `struct sockaddr` in hexadecimal: its address and port. False: it is of another family, or cut short. */
export function socketAddress(address: u32, port: u32, start: usize, end: usize): bool {
  const length = end - start;
  const family = length < 16 ? 0 : load<u32>(start);
  const is6 = family == INET6;
  if (!is6 && family != INET) return false;
  if ((is6 && length < 48) || !isHex(start, end)) return false;
  if (address != NOWHERE) is6 ? setIpv6(address, start + 16) : setIpv4(address, start + 8);
  if (port != NOWHERE) setInt(port, hex4(start + 4));
  return true;
}

/** Where the digits of a path end, 0 if the text is no `struct sockaddr_un` with one. They begin behind the family. */
export function socketPathEnd(start: usize, end: usize): usize {
  // A slash
  if (end - start < 6 || load<u32>(start) != UNIX || load<u16>(start, 4) != 0x4632 || !isHex(start, end)) return 0;
  let p = start + 4;
  while (p < end && load<u16>(p) != 0x3030) p += 2;
  return p;
}

function isHex(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (!isDigit(c) && c - 0x41 >= 6) return false;
  }
  return ((end - start) & 1) == 0;
}

function setIpv4(slot: u32, p: usize): void {
  const text = allocate(16);
  if (text != 0) setText(slot, text, writeIpv4(text, p));
}

function writeIpv4(out: usize, p: usize): usize {
  for (let i = 0; i < 4; i++, p += 2) {
    if (i > 0) store<u8>(out++, 0x2e);
    const byte = (hexValue(load<u8>(p)) << 4) | hexValue(load<u8>(p, 1));
    if (byte > 99) store<u8>(out++, <u8>(0x30 + byte / 100));
    if (byte > 9) store<u8>(out++, <u8>(0x30 + ((byte / 10) % 10)));
    store<u8>(out++, <u8>(0x30 + (byte % 10)));
  }
  return out;
}

/** Eight groups, `::` for the longest run of zeros; IPv4 in it by its numbers. */
function setIpv6(slot: u32, p: usize): void {
  const text = allocate(48);
  if (text == 0) return;
  let gap = 8;
  let run = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && hex4(p + (to << 2)) == 0) to++;
    if (to - from <= run) continue;
    gap = from;
    run = to - from;
  }
  let out = text;
  const mapped = gap == 0 && run == 5 && hex4(p + 20) == 0xffff;
  const groups = mapped ? 6 : 8;
  for (let i = 0; i < groups; i++) {
    if (i == gap) {
      store<u16>(out, 0x3a3a);
      out += 2;
      i += run - 1;
      continue;
    }
    if (out > text && load<u8>(out - 1) != 0x3a) store<u8>(out++, 0x3a);
    const group = hex4(p + (i << 2));
    for (let shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
      store<u8>(out++, hexDigit((group >> shift) & 15));
    }
  }
  if (mapped) {
    store<u8>(out++, 0x3a);
    out = writeIpv4(out, p + 24);
  }
  setText(slot, text, out);
}
