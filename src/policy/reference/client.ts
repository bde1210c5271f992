import { AttributedBy } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { firstElement, isAddress } from './convert.ts';
import type { Draft } from './draft.ts';
import { takeTrusted } from './trusted.ts';

/** The client's address: by the trusted proxies if the source has any, else as logged, else the first that proxies name, else the connection's. */
export function deriveClient(draft: Draft, trusted: readonly string[] | undefined): void {
  const list = draft.piece(Field.http_forwarded_for);
  if (trusted !== undefined && list !== undefined) takeTrusted(draft, list, trusted);
  else if (!draft.has(Field.src_ip) && !draft.has(Field.src_host)) takeForwarded(draft);
  settlePeer(draft);
}

/** The first element of `X-Forwarded-For`, if it is an address. */
function takeForwarded(draft: Draft): void {
  const list = draft.piece(Field.http_forwarded_for);
  const first = list && firstElement(list.text);
  if (list === undefined || first === undefined || !isAddress(first.text)) return;
  draft.setPiece(Field.src_ip, list.slice(first.at, first.at + first.text.length));
  if (!draft.has(Field.actor_name)) {
    draft.setMissing(Field.actor_attributed_by, BigInt(AttributedBy.forwarded_for));
  }
}

/** A connection whose address no other one stands beside is the client's; one with the client's address as well. */
function settlePeer(draft: Draft): void {
  const peer = draft.piece(Field.src_peer_ip);
  const named = draft.has(Field.src_ip) || draft.has(Field.src_host);
  if (peer !== undefined) {
    if (named && draft.text(Field.src_ip) !== peer.text) return;
    draft.setMissingPiece(Field.src_ip, peer);
    draft.clear(Field.src_peer_ip);
  }
  draft.setMissing(Field.src_port, draft.int(Field.src_peer_port));
  draft.clear(Field.src_peer_port);
}
