import { hexDigit } from '../../bytes/ascii';
import { ADDRESS, parseAddress } from '../../bytes/ip';
import { putInteger } from '../../bytes/number';
import { setText } from '../../event';
import { allocate } from '../../host/memory';

/** Writes the network of an address to the slot: IPv4 with the last number 0 (/24), IPv6 as its first three groups and `::` (/48). */
export function truncateAddress(slot: u32, start: usize, end: usize): bool {
  const text = allocate(24);
  if (text == 0) return false;
  if (!parseAddress(start, end)) return false;
  let out = text;
  if (isIpv4(start, end)) {
    for (let i: usize = 12; i < 15; i++) {
      out = putInteger(out, load<u8>(ADDRESS + i));
      store<u8>(out++, 0x2e);
    }
    store<u8>(out++, 0x30);
  } else {
    for (let i: usize = 0; i < 6; i += 2) {
      out = putGroup(out, ((<u32>load<u8>(ADDRESS + i)) << 8) | <u32>load<u8>(ADDRESS + i, 1));
      store<u8>(out++, 0x3a);
    }
    store<u8>(out++, 0x3a);
  }
  setText(slot, text, out);
  return true;
}

function isIpv4(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) if (load<u8>(p) == 0x3a) return false;
  return true;
}

/** A group in lower-case hexadecimal, without leading zeros. */
function putGroup(out: usize, group: u32): usize {
  let shift: u32 = 12;
  while (shift > 0 && group >> shift == 0) shift -= 4;
  for (;;) {
    store<u8>(out++, hexDigit((group >> shift) & 15));
    if (shift == 0) return out;
    shift -= 4;
  }
  return out;
}
