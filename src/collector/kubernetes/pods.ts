import { createHash } from 'node:crypto';
import type { YAMLMap } from 'yaml';
import { PORTS } from '../generated.ts';
import { type Entry, inline, list, map } from '../yaml_text.ts';
import { FORWARD_PORT, labels, metadata, nameOf, object, PLACES, type Role, referencesIn, SECRET } from './names.ts';
import type { Port } from './split.ts';
import type { Resources, Values } from './values.ts';

/** How pods get the filter: from a ConfigMap of this name, or from an image by an init container. */
export type FilterFrom = { readonly configMap: string } | { readonly image: string };

export interface PodOptions {
  readonly values: Values;
  readonly filter: FilterFrom;
  readonly files: ReadonlyMap<string, string>;
  readonly ports: readonly Port[];
}

/** Agents: one on every node, reading what is there. */
export function daemonSet(options: PodOptions): YAMLMap {
  const state = map(
    ['name', 'state'],
    ['hostPath', inline(['path', '/var/lib/auditlb-agent'], ['type', 'DirectoryOrCreate'])],
  );
  const logs = map(['name', 'logs'], ['hostPath', inline(['path', '/var/log'])]);
  return object('apps/v1', 'DaemonSet', metadata(options.values, nameOf('agent'), 'agent'), [
    'spec',
    map(
      ['selector', inline(['matchLabels', labels('agent')])],
      ['updateStrategy', inline(['type', 'RollingUpdate'], ['rollingUpdate', inline(['maxUnavailable', 1])])],
      [
        'template',
        template(
          'agent',
          options,
          [state, logs],
          [map(['name', 'logs'], ['mountPath', '/var/log'], ['readOnly', true])],
        ),
      ],
    ),
  ]);
}

/** Aggregators: buffers on a disk of their own, so a pod that moves takes them along. */
export function statefulSet(options: PodOptions): YAMLMap {
  const { replicas, storage } = options.values;
  const claim = map(
    ['metadata', inline(['name', 'state'])],
    [
      'spec',
      map(
        ['accessModes', list(['ReadWriteOnce'])],
        ['storageClassName', storage.class],
        [
          'resources',
          inline(['requests', inline(['storage', storage.size])]),
          'Set `storage`: the longest outage of a destination times the bytes of its events. docs/operations.md has the sum.',
        ],
      ),
    ],
  );
  return object('apps/v1', 'StatefulSet', metadata(options.values, nameOf('aggregator'), 'aggregator'), [
    'spec',
    map(
      ['serviceName', nameOf('aggregator')],
      ['replicas', replicas, 'the agents’ nodes-aggregator.yaml names each of them'],
      ['podManagementPolicy', 'Parallel'],
      ['selector', inline(['matchLabels', labels('aggregator')])],
      ['template', template('aggregator', options, [], [])],
      ['volumeClaimTemplates', list([claim])],
    ),
  ]);
}

function template(role: Role, options: PodOptions, volumes: readonly YAMLMap[], mounts: readonly YAMLMap[]): YAMLMap {
  const hash = createHash('sha256')
    .update(JSON.stringify([...options.files]))
    .digest('hex')
    .slice(0, 16);
  const { values } = options;
  const { nodeSelector } = values[role];
  const configVolume = map(['name', 'config'], ['configMap', inline(['name', nameOf(role)])]);
  return map(
    [
      'metadata',
      map(
        ['labels', labels(role)],
        ['annotations', inline(['auditlb/config', hash]), 'A changed configuration starts new pods.'],
      ),
    ],
    [
      'spec',
      map(
        ['serviceAccountName', 'auditlb'],
        ['automountServiceAccountToken', false, 'nothing here asks the API'],
        ['terminationGracePeriodSeconds', 60],
        values.imagePullSecret !== undefined && ['imagePullSecrets', list([inline(['name', values.imagePullSecret])])],
        Object.keys(nodeSelector).length > 0 && ['nodeSelector', map(...Object.entries(nodeSelector))],
        role === 'agent' && ['tolerations', list([inline(['operator', 'Exists'])]), 'Every node has logs.'],
        role === 'agent' && ['priorityClassName', 'system-node-critical', 'an agent that is evicted is a gap'],
        role === 'aggregator' && ['affinity', spread()],
        role === 'aggregator' && ['securityContext', inline(['fsGroup', 10001])],
        'image' in options.filter && ['initContainers', list([fetchFilter(options.filter.image)])],
        ['containers', list([container(role, options, mounts)])],
        ['volumes', list([configVolume, filterVolume(options.filter), ...volumes])],
      ),
    ],
  );
}

const filterVolume = (from: FilterFrom): YAMLMap =>
  'image' in from
    ? map(['name', 'filter'], ['emptyDir', inline()])
    : map(['name', 'filter'], ['configMap', inline(['name', from.configMap])]);

/** The image holds nothing but the filter and a shell to copy it with. */
const fetchFilter = (image: string): YAMLMap =>
  map(
    ['name', 'filter'],
    ['image', image, 'set `filterImage`: an image with /filter.wasm, which is larger than a ConfigMap may be'],
    ['command', list(['cp', '/filter.wasm', `${PLACES.filter}/filter.wasm`])],
    ['volumeMounts', list([inline(['name', 'filter'], ['mountPath', PLACES.filter])])],
  );

const fromSecret = (name: string): YAMLMap =>
  inline(['name', name], ['valueFrom', inline(['secretKeyRef', inline(['name', SECRET], ['key', name])])]);

function container(role: Role, { values, ports, files }: PodOptions, mounts: readonly YAMLMap[]): YAMLMap {
  const own: Port[] = [
    { name: 'collector', port: PORTS.collector, protocol: 'TCP' },
    { name: 'events', port: PORTS.events, protocol: 'TCP' },
    ...(role === 'aggregator' ? [{ name: 'forward', port: FORWARD_PORT, protocol: 'TCP' as const }, ...ports] : []),
  ];
  return map(
    ['name', 'fluent-bit'],
    ['image', values.image, 'best by digest'],
    ['args', list(['-c', `${PLACES.config}/fluent-bit.yaml`])],
    ['env', list(referencesIn(files.values()).map(fromSecret)), 'Only what this configuration refers to.'],
    [
      'ports',
      list(
        own.map(({ name, port, protocol }) => inline(['name', name], ['containerPort', port], ['protocol', protocol])),
      ),
    ],
    ...probes,
    ['resources', resources(role, values[role].resources)],
    ['securityContext', security(role)],
    [
      'volumeMounts',
      list([
        inline(['name', 'config'], ['mountPath', PLACES.config]),
        inline(['name', 'filter'], ['mountPath', PLACES.filter]),
        inline(['name', 'state'], ['mountPath', PLACES.state]),
        ...mounts,
      ]),
    ],
  );
}

/** `/` says that the collector lives. `/api/v1/health` also says that a destination fails, which a restart does not mend. */
const alive = inline(['path', '/'], ['port', 'collector']);
const probes: readonly Entry[] = [
  ['startupProbe', inline(['httpGet', alive], ['periodSeconds', 2], ['failureThreshold', 30])],
  ['readinessProbe', inline(['httpGet', alive], ['periodSeconds', 5])],
  [
    'livenessProbe',
    inline(['httpGet', alive], ['periodSeconds', 30], ['failureThreshold', 4]),
    'Not /api/v1/health: it fails while a destination is away, and a restart does not bring that back.',
  ],
];

const resources = (role: Role, { requests, limits }: Resources): YAMLMap =>
  map(
    ['requests', inline(...Object.entries(requests))],
    [
      'limits',
      inline(...Object.entries(limits)),
      role === 'agent' && limits.cpu === undefined ? 'No limit on the CPU: a throttled agent falls behind.' : undefined,
    ],
  );

const security = (role: Role): YAMLMap =>
  map(
    role === 'agent' ? ['runAsUser', 0, 'logs of containers belong to root'] : ['runAsUser', 10001],
    role === 'aggregator' && ['runAsNonRoot', true],
    ['allowPrivilegeEscalation', false],
    ['readOnlyRootFilesystem', true],
    [
      'capabilities',
      inline(['drop', list(['ALL'])], ...(role === 'agent' ? [['add', list(['DAC_READ_SEARCH'])] as const] : [])),
    ],
  );

function spread(): YAMLMap {
  const term = map(
    ['weight', 100],
    [
      'podAffinityTerm',
      map(['labelSelector', inline(['matchLabels', labels('aggregator')])], ['topologyKey', 'kubernetes.io/hostname']),
    ],
  );
  return map(['podAntiAffinity', map(['preferredDuringSchedulingIgnoredDuringExecution', list([term])])]);
}
