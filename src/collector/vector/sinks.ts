import type { YAMLMap } from 'yaml';
import type { Delivery, DeliveryDestination } from '../../policy/delivery.ts';
import type { Places } from '../generated.ts';
import { keepingLines } from '../keeping.ts';
import { shardsOf } from '../tags.ts';
import { type Entry, inline, list, map } from '../yaml_text.ts';
import { KINDS, type SinkKind } from './kinds.ts';
import { ROUTES, sinkId } from './names.ts';

/** One sink: a destination, or one of its nodes. */
export interface Sink {
  readonly alias: string;
  readonly destination: DeliveryDestination;
  readonly kind: SinkKind;
  readonly node?: string;
  readonly shards?: readonly number[];
}

/** The sinks of a policy. What Vector cannot do is reported at its name. */
export function sinksOf(delivery: Delivery): Sink[] {
  return delivery.destinations.flatMap((destination) => {
    const { name, target, routes } = destination;
    if (target.kind === 'none') {
      name.report(
        'kind_missing',
        `destination \`${name.value}\` does not say what it is`,
        'write for instance `{file: /var/log/…}`',
      );
      return [];
    }
    const kind = KINDS[target.kind] as SinkKind;
    if (routes.length === 0) return [];
    if (kind.refusal !== undefined) {
      name.report('destination_unsupported', kind.refusal.message, kind.refusal.help);
      return [];
    }
    const nodes = kind.balance === 'nodes' && 'nodes' in target.settings ? target.settings.nodes : [];
    if (nodes.length > delivery.shards) {
      const message = `destination \`${name.value}\` has ${nodes.length} nodes for ${delivery.shards} ${delivery.shards === 1 ? 'shard' : 'shards'}`;
      name.report(
        'more_nodes_than_shards',
        message,
        `set \`shards: {count: ${nodes.length}, by: […]}\` or put a load balancer in front`,
      );
    }
    if (nodes.length < 2)
      return [{ alias: name.value, destination, kind, ...(nodes[0] === undefined ? {} : { node: nodes[0] }) }];
    return nodes.map((node, i) => ({
      alias: `${name.value}_${i}`,
      destination,
      kind,
      node,
      shards: shardsOf(i, nodes.length, delivery.shards),
    }));
  });
}

/** Which events a sink takes, in VRL. It cannot fail. */
export function conditionOf({ destination, shards }: Sink): string {
  const routes = destination.routes.map((route) => `includes(array(.auditlb.routes) ?? [], "${route}")`);
  const taken = routes.length === 1 ? routes[0]! : `(${routes.join(' || ')})`;
  return shards === undefined ? taken : `${taken} && includes([${shards.join(', ')}], .auditlb.shard)`;
}

/** Id of the transform that makes a sink's body, if it has one of its own. */
export const bodyId = ({ alias }: Sink): string => `body_${alias}`;

export function sinkEntry(sink: Sink): Entry {
  const { alias, destination, kind, node } = sink;
  const { target } = destination;
  if (target.kind === 'none') return false;
  const input = kind.body === undefined ? `${ROUTES}.${alias}` : bodyId(sink);
  const own = kind.entries({ settings: target.settings, node, destination });
  const settings = map(
    ['type', kind.type],
    ['inputs', list([input])],
    ...own,
    kind.unbuffered !== true && buffer(destination),
  );
  return [sinkId(alias), settings, headOf(sink)];
}

const GIB = 1 << 30;

/** A full buffer holds the sources back; of low priority it lets go of what comes. */
function buffer({ evidence, priority }: DeliveryDestination): Entry {
  const low = priority === 'low' && !evidence;
  const size = evidence ? 4 * GIB : low ? GIB / 2 : GIB;
  const settings = inline(['type', 'disk'], ['max_size', size], ['when_full', low ? 'drop_newest' : 'block']);
  return [
    'buffer',
    settings,
    low
      ? 'Low priority: a full buffer drops and counts, and holds nobody else back. auditlb: allow full_buffer_drops'
      : 'A full buffer holds the sources back, which then wait or read again.',
  ];
}

function headOf({ destination, kind, shards }: Sink): string {
  const { name, evidence } = destination;
  const lines = [`Destination \`${name.value}\`${kind.why === undefined ? '' : `: ${kind.why}`}`];
  if (shards !== undefined) lines.push(`One of its nodes, for shards ${shards.join(', ')}: this sink cannot balance.`);
  if (evidence) lines.push('Evidence: no record is ever given up.');
  return [...lines, ...keepingLines(destination)].join('\n');
}

export function deadLetters(places: Places, unfiltered: readonly string[]): YAMLMap {
  return map(
    ['type', 'file'],
    ['inputs', list([`${ROUTES}._unmatched`, ...unfiltered])],
    ['path', `${places.state}/dead/dead-%Y-%m-%d.ndjson`],
    ['framing', inline(['method', 'newline_delimited'])],
    ['encoding', inline(['codec', 'json'])],
    unfiltered.length > 0 && [
      'buffer',
      inline(['type', 'disk'], ['max_size', GIB], ['when_full', 'block']),
      'Some of the sources send nothing again.',
    ],
  );
}
