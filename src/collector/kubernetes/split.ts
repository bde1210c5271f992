import type { Delivery, DeliverySource } from '../../policy/delivery.ts';
import { fluentBit } from '../fluent_bit/index.ts';
import { splitAddress } from '../fluent_bit/network.ts';
import { textFiles } from '../generated.ts';
import { about, map } from '../yaml_text.ts';
import { FORWARD_PORT, nameOf, PLACES, SHARED_KEY } from './names.ts';
import type { Values } from './values.ts';

const ON_THE_NODE: ReadonlySet<string> = new Set(['files', 'kubernetes', 'none', 'aws_s3']);

/** What is read on the node, and what comes over the network. */
const local = ({ sources }: Delivery): DeliverySource[] => sources.filter(({ input }) => ON_THE_NODE.has(input.kind));
export const remote = ({ sources }: Delivery): DeliverySource[] =>
  sources.filter(({ input }) => !ON_THE_NODE.has(input.kind));

/** A port the aggregators listen on for a source. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

export function portsOf(delivery: Delivery): Port[] {
  return remote(delivery).flatMap(({ input }, i) => {
    if (!('settings' in input) || !('listen' in input.settings)) return [];
    const udp = input.kind === 'syslog' && input.settings.mode === 'udp';
    return [{ name: `source-${i}`, port: splitAddress(input.settings.listen).port, protocol: udp ? 'UDP' : 'TCP' }];
  });
}

/** Configuration of the agents: what is on the node, through the filter, to the aggregators. Absent without such sources. */
export function agentFiles(delivery: Delivery, { namespace, replicas }: Values): Map<string, string> | undefined {
  const sources = local(delivery);
  const [first] = sources;
  if (first === undefined) return undefined;
  const nodes = Array.from(
    { length: replicas },
    (_, i) => `${nameOf('aggregator')}-${i}.${nameOf('aggregator')}.${namespace}.svc:${FORWARD_PORT}`,
  );
  const destination = {
    name: first.name.renamed('aggregator'),
    target: { kind: 'forward' as const, settings: { nodes, tls: false, shared_key: SHARED_KEY } },
    routes: delivery.routes.map((route) => route.value),
    evidence: true,
    priority: 'normal' as const,
  };
  return textFiles(fluentBit({ ...delivery, sources, destinations: [destination] }, PLACES));
}

/** Configuration of the aggregators: events of the agents, and sources of the network, to the destinations. */
export function aggregatorFiles(delivery: Delivery): Map<string, string> {
  const events = map(
    ['name', 'forward'],
    ['alias', 'auditlb_agents'],
    ['listen', '0.0.0.0'],
    ['port', FORWARD_PORT],
    ['buffer_max_size', '64M'],
    ['shared_key', SHARED_KEY],
    ['storage.type', 'filesystem', 'an acknowledged chunk is on the disk'],
    ['threaded', 'off'],
  );
  const head = 'Events of the agents: they come with the tags their filter gave them, so no filter and no tag here.';
  return textFiles(fluentBit({ ...delivery, sources: remote(delivery) }, PLACES, [about(head, events)]));
}
