import { sameBytes } from '../bytes/ascii';
import { parseAddress } from '../bytes/ip';
import { clearSlot, setInt, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { elementEnd, elementStart, firstElement } from '../parse/convert';
import { AttributedBy } from '../shared/enums';
import { Field } from '../shared/fields';
import { SlotKind } from '../shared/slot_kind';

/** The client's address: as logged, else the first that proxies name, else the connection's. What says the same is said once. */
export function deriveClient(): void {
  const named = slotKind(Field.src_ip) != SlotKind.none || slotKind(Field.src_host) != SlotKind.none;
  if (!named) takeForwarded();
  settlePeer();
}

/** The first element of `X-Forwarded-For`, if it is an address. */
function takeForwarded(): void {
  if (slotKind(Field.http_forwarded_for) != SlotKind.text) return;
  if (!firstElement(slotStart(Field.http_forwarded_for), slotEnd(Field.http_forwarded_for))) return;
  if (!parseAddress(elementStart, elementEnd)) return;
  setText(Field.src_ip, elementStart, elementEnd);
  if (slotKind(Field.actor_name) == SlotKind.none && slotKind(Field.actor_attributed_by) == SlotKind.none) {
    setInt(Field.actor_attributed_by, AttributedBy.forwarded_for);
  }
}

/** A connection whose address no other one stands beside is the client's; one with the client's address as well. */
function settlePeer(): void {
  if (slotKind(Field.src_peer_ip) != SlotKind.none) {
    const start = slotStart(Field.src_peer_ip);
    const end = slotEnd(Field.src_peer_ip);
    if (slotKind(Field.src_ip) == SlotKind.none) {
      if (slotKind(Field.src_host) != SlotKind.none) return;
      setText(Field.src_ip, start, end);
    } else {
      const client = slotStart(Field.src_ip);
      if (slotEnd(Field.src_ip) - client != end - start || !sameBytes(client, start, end - start)) return;
    }
    clearSlot(Field.src_peer_ip);
  }
  if (slotKind(Field.src_port) == SlotKind.none && slotKind(Field.src_peer_port) == SlotKind.int) {
    setInt(Field.src_port, slotInt(Field.src_peer_port));
  }
  clearSlot(Field.src_peer_port);
}
