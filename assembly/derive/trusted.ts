import { sameBytes } from '../bytes/ascii';
import { ADDRESS, parseAddress } from '../bytes/ip';
import { clearSlot, setInt, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { portSplit } from '../parse/convert';
import { AttributedBy } from '../shared/enums';
import { Field } from '../shared/fields';
import { Block } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';

let blocks: usize = 0;
let blocksEnd: usize = 0;
let hopStart: usize = 0;
let hopEnd: usize = 0;

/**
 * The client by the source's trusted proxies: from the connection back along `X-Forwarded-For`, the first that is not trusted.
 * Only what a trusted proxy wrote is believed.
 */
export function takeTrusted(list: usize, count: u32): void {
  blocks = list;
  blocksEnd = list + <usize>count * Block.size;
  const start = slotStart(Field.http_forwarded_for);
  const end = slotEnd(Field.http_forwarded_for);
  const listed =
    slotKind(Field.src_ip) != SlotKind.none && slotStart(Field.src_ip) >= start && slotEnd(Field.src_ip) <= end;
  const peer = slotKind(Field.src_peer_ip) != SlotKind.none ? Field.src_peer_ip : Field.src_ip;
  if (peer == Field.src_peer_ip || (slotKind(Field.src_ip) != SlotKind.none && !listed)) {
    if (!isTrusted(slotStart(peer), slotEnd(peer))) return setClient(slotStart(peer), slotEnd(peer));
  } else if (slotKind(Field.src_host) != SlotKind.none) return;
  if (!walk(start, end)) return;
  if (slotKind(Field.src_peer_ip) == SlotKind.none && slotKind(Field.src_ip) != SlotKind.none && !listed) keepPeer();
  setClient(hopStart, hopEnd);
  if (slotKind(Field.actor_name) == SlotKind.none && slotKind(Field.actor_attributed_by) == SlotKind.none)
    setInt(Field.actor_attributed_by, AttributedBy.forwarded_for);
}

/** From the list's end to the first address that is not trusted, or the last before what is no address, in `hopStart` and `hopEnd`. */
function walk(start: usize, end: usize): bool {
  let found = false;
  for (let stop = end; ; ) {
    let p = stop;
    while (p > start && load<u8>(p - 1) != 0x2c) p--;
    if (element(p, stop)) {
      const from = elementStart;
      const to = elementEnd;
      if (!parseAddress(from, to)) return found;
      hopStart = from;
      hopEnd = to;
      found = true;
      if (!isTrusted(from, to)) return true;
    }
    if (p == start) return found;
    stop = p - 1;
  }
  return found;
}

let elementStart: usize = 0;
let elementEnd: usize = 0;

/** The address of an element, without blanks, brackets and port. False where the element says nothing. */
function element(p: usize, end: usize): bool {
  while (p < end && load<u8>(p) == 0x20) p++;
  while (end > p && load<u8>(end - 1) == 0x20) end--;
  if (end == p || (end == p + 1 && load<u8>(p) == 0x2d)) return false;
  const colon = portSplit(p, end);
  if (colon != 0) end = colon;
  if (end - p > 2 && load<u8>(p) == 0x5b && load<u8>(end - 1) == 0x5d) {
    p++;
    end--;
  }
  elementStart = p;
  elementEnd = end;
  return true;
}

function isTrusted(start: usize, end: usize): bool {
  if (!parseAddress(start, end)) return false;
  const top = bswap(load<u64>(ADDRESS));
  const rest = bswap(load<u64>(ADDRESS, 8));
  for (let block = blocks; block < blocksEnd; block += Block.size) {
    const low = load<u64>(block, Block.low);
    const high = load<u64>(block, Block.high);
    if (top < low || (top == low && rest < load<u64>(block, Block.low + 8))) continue;
    if (top < high || (top == high && rest <= load<u64>(block, Block.high + 8))) return true;
  }
  return false;
}

/** What was the client is the connection. */
function keepPeer(): void {
  setText(Field.src_peer_ip, slotStart(Field.src_ip), slotEnd(Field.src_ip));
  if (slotKind(Field.src_port) == SlotKind.int) setInt(Field.src_peer_port, slotInt(Field.src_port));
}

/** The port belongs to the address it was logged with. */
function setClient(start: usize, end: usize): void {
  const before = slotStart(Field.src_ip);
  const known = slotKind(Field.src_ip) != SlotKind.none;
  if (known && slotEnd(Field.src_ip) - before == end - start && sameBytes(before, start, end - start)) return;
  clearSlot(Field.src_port);
  setText(Field.src_ip, start, end);
}
