import type { YAMLMap } from 'yaml';
import type { BuiltFilter } from '../../filter.ts';
import type { Delivery } from '../../policy/delivery.ts';
import { FILTER_FILE, type Generated, generatedBy } from '../generated.ts';
import { about, type Entry, inline, list, map, yamlText } from '../yaml_text.ts';
import {
  CONFIG_MAP_BYTES,
  FORWARD_PORT,
  labels,
  metadata,
  nameOf,
  object,
  type Role,
  referencesIn,
  SECRET,
} from './names.ts';
import { daemonSet, type FilterFrom, statefulSet } from './pods.ts';
import { agentFiles, aggregatorFiles, type Port, portsOf } from './split.ts';
import { DEFAULT_VALUES, type Values } from './values.ts';

/** Agents on every node, aggregators with disks, and what they need, for `kubectl apply -f`. */
export function kubernetes(delivery: Delivery, filter: BuiltFilter, values: Values = DEFAULT_VALUES): Generated {
  const hash = filter.plan.hash.slice(0, 12);
  const fits = filter.wasm.length <= CONFIG_MAP_BYTES;
  const from: FilterFrom = fits
    ? { configMap: `auditlb-filter-${hash}` }
    : { image: values.filterImage ?? `registry.example/auditlb-filter:${hash}` };
  const agent = agentFiles(delivery, values);
  const aggregator = aggregatorFiles(delivery);
  const ports = portsOf(delivery);
  const objects = [
    namespace(values),
    about(
      'Nothing here asks the API: no Role, and no token in the pods.',
      object('v1', 'ServiceAccount', metadata(values, 'auditlb'), ['automountServiceAccountToken', false]),
    ),
    ...('configMap' in from ? [filterMap(values, from.configMap, filter.wasm)] : []),
    ...(agent === undefined ? [] : [configMap(values, 'agent', agent)]),
    configMap(values, 'aggregator', aggregator),
    headless(values),
    ...(ports.length === 0 ? [] : [service(values, ports)]),
    disruptionBudget(values),
    ...(agent === undefined ? [] : [daemonSet({ values, filter: from, files: agent, ports })]),
    statefulSet({ values, filter: from, files: aggregator, ports }),
  ];
  const head = headOf(delivery, values, [...(agent?.values() ?? []), ...aggregator.values()]);
  const [first, ...rest] = objects;
  const text = [
    yamlText(head, first!, '1.1'),
    ...rest.map((each) => yamlText('', each, '1.1').replace(/^# ?\n/, '')),
  ].join('---\n');
  return new Map([
    ['auditlb.yaml', text],
    [
      'podmonitor.yaml',
      yamlText('For the Prometheus operator; without it scrape both ports of the pods.', podMonitor(values)),
    ],
  ]);
}

function headOf({ policy }: Delivery, { namespace }: Values, texts: readonly string[]): string {
  const literals = referencesIn(texts).map((name) => ` --from-literal=${name}=…`);
  return `${generatedBy(policy)}
Agents (DaemonSet) read what is on the nodes, run the filter, and forward with acknowledgements to aggregators (StatefulSet),
which take what comes over the network, and deliver.
First: kubectl create namespace ${namespace}; kubectl -n ${namespace} create secret generic ${SECRET}${literals.join('')}
Then:  kubectl apply -f auditlb.yaml
What is marked with \`set\` is set by a file of values: auditlb config kubernetes --values values.yaml.`;
}

const namespace = (values: Values): YAMLMap =>
  object('v1', 'Namespace', [
    'metadata',
    map(
      ['name', values.namespace],
      [
        'labels',
        inline(['pod-security.kubernetes.io/enforce', 'privileged']),
        'The agents mount /var/log of the node.',
      ],
    ),
  ]);

function filterMap(values: Values, name: string, wasm: Uint8Array): YAMLMap {
  const data: Entry = ['binaryData', map([FILTER_FILE, Buffer.from(wasm).toString('base64')])];
  const why = 'The filter. Its name is its policy’s hash: another policy is another ConfigMap, and starts new pods.';
  return about(why, object('v1', 'ConfigMap', metadata(values, name), ['immutable', true], data));
}

const configMap = (values: Values, role: Role, files: ReadonlyMap<string, string>): YAMLMap =>
  object('v1', 'ConfigMap', metadata(values, nameOf(role), role), ['data', map(...files)]);

/** A name for each aggregator: agents balance over them by themselves, and wait for each one’s acknowledgement. */
const headless = (values: Values): YAMLMap =>
  object('v1', 'Service', metadata(values, nameOf('aggregator'), 'aggregator'), [
    'spec',
    map(
      ['clusterIP', 'None', 'a name for each pod: the agents balance over them by themselves'],
      ['publishNotReadyAddresses', false],
      ['selector', labels('aggregator')],
      ['ports', list([inline(['name', 'forward'], ['port', FORWARD_PORT], ['targetPort', 'forward'])])],
    ),
  ]);

const service = (values: Values, ports: readonly Port[]): YAMLMap =>
  about(
    'Sources that come over the network.',
    object('v1', 'Service', serviceMetadata(values), [
      'spec',
      map(
        ['type', values.service.type, 'set `service`: LoadBalancer for senders outside the cluster'],
        ['selector', labels('aggregator')],
        [
          'ports',
          list(
            ports.map(({ name, port, protocol }) =>
              inline(['name', name], ['port', port], ['targetPort', name], ['protocol', protocol]),
            ),
          ),
        ],
      ),
    ]),
  );

function serviceMetadata(values: Values): Entry {
  const { annotations } = values.service;
  const own = map(
    ['name', 'auditlb-sources'],
    ['namespace', values.namespace],
    ['labels', labels('aggregator')],
    Object.keys(annotations).length > 0 && ['annotations', map(...Object.entries(annotations))],
  );
  return ['metadata', own];
}

const disruptionBudget = (values: Values): YAMLMap =>
  object('policy/v1', 'PodDisruptionBudget', metadata(values, nameOf('aggregator'), 'aggregator'), [
    'spec',
    map(['maxUnavailable', 1], ['selector', inline(['matchLabels', labels('aggregator')])]),
  ]);

const podMonitor = (values: Values): YAMLMap =>
  object('monitoring.coreos.com/v1', 'PodMonitor', metadata(values, 'auditlb'), [
    'spec',
    map(
      ['selector', inline(['matchLabels', inline(['app.kubernetes.io/name', 'auditlb'])])],
      [
        'podMetricsEndpoints',
        list([
          inline(['port', 'collector'], ['path', '/api/v2/metrics/prometheus']),
          inline(['port', 'events'], ['path', '/metrics']),
        ]),
      ],
    ),
  ]);
