import { loadYaml } from '../../policy/document/load.ts';
import { integer, mapOf, object, optional, type Read, text, textLike, word } from '../../policy/document/shape.ts';
import type { SourceFile } from '../../policy/document/source_file.ts';
import type { Text } from '../../policy/document/text.ts';
import { IMAGE } from './names.ts';

/** CPU, memory: amounts as Kubernetes writes them. */
export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** What differs from cluster to cluster. */
export interface Values {
  readonly namespace: string;
  readonly image: string;
  /** Image with `/filter.wasm`, for a filter no ConfigMap holds. Absent: a name to be set. */
  readonly filterImage?: string;
  readonly replicas: number;
  readonly storage: { readonly size: string; readonly class?: string };
  readonly service: { readonly type: string; readonly annotations: Readonly<Record<string, string>> };
  readonly agent: { readonly resources: Resources; readonly nodeSelector: Readonly<Record<string, string>> };
  readonly aggregator: { readonly resources: Resources; readonly nodeSelector: Readonly<Record<string, string>> };
  readonly imagePullSecret?: string;
}

export const DEFAULT_VALUES: Values = {
  namespace: 'auditlb',
  image: IMAGE,
  replicas: 2,
  storage: { size: '20Gi' },
  service: { type: 'ClusterIP', annotations: {} },
  agent: {
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    nodeSelector: {},
  },
  aggregator: {
    resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '2Gi' } },
    nodeSelector: {},
  },
};

const NAME = textLike(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'invalid_name', 'lower-case letters, digits and `-`');
const QUANTITY = textLike(/^\d+(\.\d+)?(m|[kMGTPE]i?)?$/, 'invalid_quantity', 'such as `500m`, `512Mi` or `"2"`');
const texts = mapOf(text());
const amounts = mapOf(QUANTITY);
const role = object({
  resources: optional(object({ requests: optional(amounts), limits: optional(amounts) })),
  nodeSelector: optional(texts, 'labels of the nodes the pods run on'),
});

const valuesShape = object({
  namespace: optional(NAME),
  image: optional(text(), 'Fluent Bit 5.1, best by digest'),
  filterImage: optional(text(), 'image with `/filter.wasm` and `cp`, for a filter larger than a ConfigMap may be'),
  imagePullSecret: optional(NAME),
  replicas: optional(integer(1, 99), 'aggregators'),
  storage: optional(object({ size: optional(QUANTITY), class: optional(text()) }), 'disk of each aggregator'),
  service: optional(
    object({ type: optional(word('ClusterIP', 'NodePort', 'LoadBalancer')), annotations: optional(texts) }),
    'for sources that come over the network',
  ),
  agent: optional(role),
  aggregator: optional(role),
});

type Entries = Read<typeof texts> | undefined;

const recordOf = (entries: Entries): Readonly<Record<string, string>> | undefined =>
  entries && Object.fromEntries(entries.map(({ key, value }) => [key.value, value.value]));

function roleOf(read: Read<typeof role> | undefined, defaults: Values['agent']): Values['agent'] {
  const { requests, limits } = read?.resources ?? {};
  return {
    resources: {
      requests: { ...defaults.resources.requests, ...recordOf(requests) },
      limits: { ...defaults.resources.limits, ...recordOf(limits) },
    },
    nodeSelector: recordOf(read?.nodeSelector) ?? defaults.nodeSelector,
  };
}

/** Reads a file of values; what it does not say is as in `DEFAULT_VALUES`. Faults are reported. */
export function readValues(file: SourceFile): Values {
  const loaded = loadYaml(file);
  const read = loaded && valuesShape.read(loaded.root, { file, document: loaded.document });
  if (read === undefined) return DEFAULT_VALUES;
  const d = DEFAULT_VALUES;
  const named = (key: string, value: Text | undefined): object => (value === undefined ? {} : { [key]: value.value });
  return {
    ...d,
    ...named('namespace', read.namespace),
    ...named('image', read.image),
    ...named('filterImage', read.filterImage),
    ...named('imagePullSecret', read.imagePullSecret),
    ...(read.replicas === undefined ? {} : { replicas: read.replicas }),
    storage: { ...d.storage, ...named('size', read.storage?.size), ...named('class', read.storage?.class) },
    service: {
      type: read.service?.type ?? d.service.type,
      annotations: recordOf(read.service?.annotations) ?? d.service.annotations,
    },
    agent: roleOf(read.agent, d.agent),
    aggregator: roleOf(read.aggregator, d.aggregator),
  };
}
