/**
 * Patterns over the tags the filter gives: `audit.s<shard>.<route>.<route>…`. The collector's expressions can look
 * ahead, and a dot in a tag only ever separates parts.
 */

/** Records of some routes, and of some shards only if the output is one of several. */
export function routesPattern(routes: readonly string[], shards?: readonly number[]): string {
  const shard = shards === undefined ? '\\d+' : group(shards);
  return `^audit\\.s${shard}\\.(.*\\.)?${group(routes)}(\\.|$)`;
}

/** Everything but what some route takes: no route, or a tag that could not be rewritten. Metrics are no records. */
export const UNROUTED = '^(?!audit\\.|auditlb\\.metrics$)|^audit\\.s\\d+\\.unrouted$';

const group = (names: readonly (string | number)[]): string =>
  names.length === 1 ? String(names[0]) : `(${names.join('|')})`;

/** Shards each of several nodes takes, in turn: a key always goes to the same node. */
export function shardsOf(node: number, nodes: number, shards: number): number[] {
  return Array.from({ length: shards }, (_, shard) => shard).filter((shard) => shard % nodes === node);
}
