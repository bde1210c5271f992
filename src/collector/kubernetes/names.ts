import type { Places } from '../generated.ts';
import { type Entry, inline, map } from '../yaml_text.ts';

/** Fluent Bit with the es upstream group and dependable `rewrite_tag`. */
export const IMAGE = 'cr.fluentbit.io/fluent/fluent-bit:5.1.1';
/** Kubernetes refuses a ConfigMap beyond 1 MiB; what else is in it needs room too. */
export const CONFIG_MAP_BYTES = 1_000_000;

export type Role = 'agent' | 'aggregator';
export const nameOf = (role: Role): string => `auditlb-${role}`;

export const labels = (role: Role) =>
  inline(['app.kubernetes.io/name', 'auditlb'], ['app.kubernetes.io/component', role]);

export const metadata = ({ namespace }: { readonly namespace: string }, name: string, role?: Role): Entry => [
  'metadata',
  map(['name', name], ['namespace', namespace], role !== undefined && ['labels', labels(role)]),
];

/** An object of the API. */
export const object = (apiVersion: string, kind: string, ...entries: readonly Entry[]) =>
  map(['apiVersion', apiVersion], ['kind', kind], ...entries);

export const PLACES: Places = {
  config: '/etc/fluent-bit',
  state: '/var/lib/auditlb',
  filter: '/etc/auditlb',
  listen: '0.0.0.0',
};
/** Not 24224, which a source of the policy may have. */
export const FORWARD_PORT = 24240;
export const SECRET = 'auditlb-secrets';
/** Names of the variables a text takes from its environment. */
export const referencesIn = (texts: Iterable<string>): string[] =>
  [...new Set([...texts].flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!)))].sort();

export const SHARED_KEY = `\${AUDITLB_SHARED_KEY}`;
