import { posix } from 'node:path';
import type { YAMLMap } from 'yaml';
import type { Delivery, DeliveryDestination } from '../../policy/delivery.ts';
import type { Places } from '../generated.ts';
import { keepingLines } from '../keeping.ts';
import { routesPattern, shardsOf, UNROUTED } from '../tags.ts';
import { about, type Entry, map } from '../yaml_text.ts';
import { KINDS, type OutputKind } from './kinds.ts';
import { nodesFile } from './nodes.ts';

/** One output for each destination, or for each of its nodes where the output itself cannot balance. */
export function outputs(delivery: Delivery, places: Places): YAMLMap[] {
  const written = delivery.destinations.flatMap((destination) => outputsOf(destination, delivery, places));
  return [...written, deadLetters(places)];
}

function outputsOf(destination: DeliveryDestination, delivery: Delivery, places: Places): YAMLMap[] {
  const { name, target, routes } = destination;
  if (target.kind === 'none') {
    name.report(
      'kind_missing',
      `destination \`${name.value}\` does not say what it is`,
      'write for instance `{file: /var/log/…}`',
    );
    return [];
  }
  if (routes.length === 0) return [];
  const kind = KINDS[target.kind] as OutputKind;
  const refusal = kind.refusal?.(delivery.shards);
  if (refusal !== undefined) {
    name.report('destination_unsupported', refusal.message, refusal.help);
    return [];
  }
  const parts = partsOf(destination, kind, delivery.shards);
  return parts.map(({ alias, shards, node }, index) => {
    const own = kind.entries({ settings: target.settings, node, alias, destination, places });
    const output = map(
      ['name', kind.plugin],
      ['alias', alias],
      ['match_regex', routesPattern(routes, shards)],
      ...own,
      ...retries(destination, kind),
    );
    return index === 0 ? about(headOf(destination, kind, parts.length), output) : output;
  });
}

interface Part {
  readonly alias: string;
  readonly shards?: readonly number[];
  /** Address of the node, if the output has one. */
  readonly node?: string;
}

function partsOf({ name, target }: DeliveryDestination, kind: OutputKind, shards: number): Part[] {
  const nodes = nodesOf(target);
  if (kind.balance === 'shards') {
    return Array.from({ length: shards }, (_, i) =>
      shards === 1 ? { alias: name.value } : { alias: `${name.value}_s${i}`, shards: [i] },
    );
  }
  if (kind.balance !== 'nodes') return [{ alias: name.value }];
  if (nodes.length > shards) {
    const message = `destination \`${name.value}\` has ${nodes.length} nodes for ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
    name.report(
      'more_nodes_than_shards',
      message,
      `set \`shards: {count: ${nodes.length}, by: […]}\` or put a load balancer in front`,
    );
  }
  if (nodes.length === 1) return [{ alias: name.value, node: nodes[0]! }];
  return nodes.map((node, i) => ({ alias: `${name.value}_${i}`, shards: shardsOf(i, nodes.length, shards), node }));
}

const nodesOf = (target: DeliveryDestination['target']): readonly string[] =>
  target.kind !== 'none' && 'nodes' in target.settings ? target.settings.nodes : [];

function headOf(destination: DeliveryDestination, kind: OutputKind, parts: number): string {
  const { name, evidence } = destination;
  const lines = [`Destination \`${name.value}\`${kind.why === undefined ? '' : `: ${kind.why}`}`];
  if (parts > 1 && kind.balance === 'nodes')
    lines.push('This output cannot balance: each node takes its shards, so a key always finds the same node.');
  if (evidence) lines.push('Evidence: no record is ever given up.');
  return [...lines, ...keepingLines(destination, kind.retention)].join('\n');
}

/** Low priority gives up first and may not fill the disk; evidence and everything that is refused in words wait for ever. */
function retries(destination: DeliveryDestination, kind: OutputKind): Entry[] {
  const low = destination.priority === 'low' && !destination.evidence;
  const limit = destination.evidence ? (kind.evidenceRetries ?? 'no_limits') : low ? 20 : (kind.retries ?? 'no_limits');
  return [
    ['retry_limit', limit, typeof limit === 'number' ? 'then to the dead letters' : 'the default is one retry'],
    low && ['storage.total_limit_size', '1G', 'low priority: its oldest chunks go before the disk is full'],
    ...(kind.network === true
      ? ([
          ['net.connect_timeout', 10],
          ['net.io_timeout', 120, 'an answer that never comes becomes a retry; the default waits for ever'],
          ['net.keepalive', 'on'],
          ['net.keepalive_idle_timeout', 30],
        ] satisfies Entry[])
      : []),
  ];
}

function deadLetters(places: Places): YAMLMap {
  const output = map(
    ['name', 'file'],
    ['alias', 'auditlb_dead'],
    ['match_regex', UNROUTED],
    ['path', posix.join(places.state, 'dead')],
    ['file', 'dead.ndjson'],
    ['format', 'plain'],
    ['mkdir', 'on'],
    ['retry_limit', 'no_limits'],
  );
  return about('Whatever no route took, and records whose tag could not be rewritten: never nowhere.', output);
}

/** Files with the nodes of the outputs that balance over them. */
export function nodeFiles(delivery: Delivery): [file: string, text: string][] {
  return delivery.destinations.flatMap((destination) =>
    destination.routes.length === 0 ? [] : nodesFile(destination, delivery.policy),
  );
}
