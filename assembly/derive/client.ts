import { sameBytes } from '../bytes/ascii';
import { parseAddress } from '../bytes/ip';
import { clearSlot, setInt, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { elementEnd, elementStart, firstElement } from '../parse/convert';
import { AttributedBy } from '../shared/enums';
import { Field } from '../shared/fields';
import { Source } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';
import { takeTrusted } from './trusted';

/** The client's address: by the trusted proxies if the source has any, else as logged, else the first that proxies name, else the connection's. */
export function deriveClient(source: usize): void {
  const named = slotKind(Field.src_ip) != SlotKind.none || slotKind(Field.src_host) != SlotKind.none;
  const trusted: u32 = source == 0 ? 0 : load<u32>(source, Source.trusted_count);
  if (trusted != 0 && slotKind(Field.http_forwarded_for) == SlotKind.text)
    takeTrusted(load<u32>(source, Source.trusted), trusted);
  else if (!named) takeForwarded();
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
