import { Field } from '../../../assembly/shared/fields.ts';
import type { Capture, FormatPlan } from '../plan.ts';

/** Parts of a URL, that may also stand inside `url.full`. */
export const URL_PARTS: readonly number[] = [
  Field.url_scheme,
  Field.url_host,
  Field.url_port,
  Field.url_path,
  Field.url_query,
];

/** What is made of a request line. */
export const REQUEST_PARTS: readonly number[] = [
  Field.http_method,
  Field.http_version,
  Field.event_action,
  Field.url_full,
  ...URL_PARTS,
];

const DERIVED: readonly (readonly [from: number, to: readonly number[]])[] = [
  [Field.http_line, REQUEST_PARTS],
  [Field.http_target, [Field.url_full, ...URL_PARTS]],
  [Field.url_full, URL_PARTS],
  [Field.http_method, [Field.event_action]],
  [Field.http_host, [Field.url_host, Field.url_port]],
  [Field.tls_client_subject, [Field.actor_name]],
  [Field.http_forwarded_for, [Field.src_ip]],
  [Field.src_peer_ip, [Field.src_ip]],
  [Field.src_peer_port, [Field.src_port]],
  [Field.src_ip, [Field.src_peer_ip]],
  [Field.src_port, [Field.src_peer_port]],
];

/** A slot a capture gives its value: by conversion, or (`derived`) by what is made of that later. */
export interface Fed {
  readonly slot: number;
  readonly derived: boolean;
}

/** Every slot a capture of the format may give a value. */
export function fedBy(format: FormatPlan, capture: Capture): Fed[] {
  const direct = new Set([...capture.slots, capture.all ?? -1].filter((slot) => slot >= 0));
  const copies = format.maps.flatMap(({ cases }) => cases.flatMap(({ copy }) => copy));
  const kept = copies.filter(([to]) => to >= 0);
  const links = [...kept.map(([to, from]) => [from, [to]] as const), ...DERIVED];
  const derived = new Set<number>(direct);
  for (const slot of derived)
    for (const [from, to] of links) if (from === slot) for (const each of to) derived.add(each);
  return [...derived].map((slot) => ({ slot, derived: !direct.has(slot) }));
}
