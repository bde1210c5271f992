import type { DeliveryDestination } from '../../policy/delivery.ts';
import { generatedBy } from '../generated.ts';
import { type Entry, list, map, yamlText } from '../yaml_text.ts';
import { splitAddress, splitUrl, tlsEntries } from './network.ts';

export const nodesFileName = (destination: string): string => `nodes-${destination}.yaml`;

/** The nodes of a `forward` or `es` output: in a group, acks and TLS are read from each node and nowhere else. */
export function nodesFile({ name, target }: DeliveryDestination, policy: string): [file: string, text: string][] {
  const nodes: readonly (readonly Entry[])[] =
    target.kind === 'forward'
      ? target.settings.nodes.map((node) => {
          const { tls, shared_key } = target.settings;
          return [...at(splitAddress(node)), ...acks, ['shared_key', shared_key], ...tlsEntries(tls, true)];
        })
      : target.kind === 'elasticsearch'
        ? target.settings.nodes.map((node) => {
            const server = splitUrl(node);
            return [
              ...at(server),
              server.path !== '/' && (['path', server.path] as const),
              ...tlsEntries(target.settings.tls, server.secure),
            ];
          })
        : [];
  if (nodes.length === 0) return [];
  const group = map(
    ['name', name.value],
    ['nodes', list(nodes.map((node, i) => map(['name', `${name.value}-${i}`], ...node)))],
  );
  const head = `${generatedBy(policy)}\nNodes of \`${name.value}\`, round robin, the next one if a node fails. Acks and TLS are read here, not from the output.`;
  return [[nodesFileName(name.value), yamlText(head, map(['upstream_servers', list([group])]))]];
}

const at = ({ host, port }: { host: string; port: number }): Entry[] => [
  ['host', host],
  ['port', port],
];

const acks: readonly Entry[] = [
  ['require_ack_response', 'on', 'without it a chunk is forgotten once it is in the kernel’s buffer'],
  ['retain_metadata_in_forward_mode', 'off', 'peers such as Vector cannot decode it'],
];
