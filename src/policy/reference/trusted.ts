import { AttributedBy } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { addressBits, addressBlock } from '../condition/address.ts';
import { addressPort, isAddress } from './convert.ts';
import type { Draft } from './draft.ts';
import type { Piece } from './stretch.ts';

/**
 * The client by the source's trusted proxies: from the connection back along `X-Forwarded-For`, the first that is not trusted.
 * Only what a trusted proxy wrote is believed.
 */
export function takeTrusted(draft: Draft, list: Piece, blocks: readonly string[]): void {
  const client = draft.piece(Field.src_ip);
  const logged = client === undefined || isWithin(client, list) ? undefined : client;
  const peer = draft.piece(Field.src_peer_ip) ?? logged;
  if (peer === undefined && draft.has(Field.src_host)) return;
  if (peer !== undefined && !isTrusted(peer.text, blocks)) {
    setClient(draft, peer);
    return;
  }
  const found = walk(list, blocks);
  if (found === undefined) return;
  if (logged !== undefined && !draft.has(Field.src_peer_ip)) keepPeer(draft, logged);
  setClient(draft, found);
  if (!draft.has(Field.actor_name)) draft.setMissing(Field.actor_attributed_by, BigInt(AttributedBy.forwarded_for));
}

/** What was the client is the connection. */
function keepPeer(draft: Draft, client: Piece): void {
  draft.setPiece(Field.src_peer_ip, client);
  const port = draft.int(Field.src_port);
  if (port !== undefined) draft.set(Field.src_peer_port, port);
}

/** The first address from the end that is not trusted; else the last before what is no address. */
function walk(list: Piece, blocks: readonly string[]): Piece | undefined {
  let found: Piece | undefined;
  let end = list.text.length;
  for (const element of list.text.split(',').reverse()) {
    const start = end - element.length;
    end = start - 1;
    const bare = element.replace(/^ +| +$/g, '');
    if (bare === '' || bare === '-') continue;
    const at = start + element.indexOf(bare);
    const address = addressPort(bare).find(({ target }) => target === 0);
    if (address === undefined) return found;
    found = list.slice(at + address.from, at + address.to);
    if (!isTrusted(found.text, blocks)) return found;
  }
  return found;
}

function isWithin(part: Piece, whole: Piece): boolean {
  const { buffer, start, end } = part.stretch;
  return buffer === whole.stretch.buffer && start >= whole.stretch.start && end <= whole.stretch.end;
}

function isTrusted(text: string, blocks: readonly string[]): boolean {
  if (!isAddress(text)) return false;
  const bits = addressBits(text)!;
  return blocks.some((block) => {
    const { low, high } = addressBlock(block)!;
    return low <= bits && bits <= high;
  });
}

/** The port belongs to the address it was logged with. */
function setClient(draft: Draft, client: Piece): void {
  if (draft.text(Field.src_ip) === client.text) return;
  draft.clear(Field.src_port);
  draft.setPiece(Field.src_ip, client);
}
