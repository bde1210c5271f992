import { ROUTE_MAX } from '../../assembly/shared/limits.ts';
import { suggest } from '../diagnostic.ts';
import { reportTwice } from './compile_sources.ts';
import type { PolicyDocument, RouteDocument, ShardsDocument } from './document/policy_document.ts';
import type { Text } from './document/text.ts';
import { FIELD_BY_PATH } from './fields.ts';
import { findSlot } from './formats/slots.ts';
import type { RoutePlan, ShardPlan } from './plan.ts';

/** The condition of a route, or of another rule, as written, and where its text begins. */
export interface ConditionSource {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where each of its characters stands, if it is written over several lines or with escapes. */
  readonly written?: Text;
}

const ALWAYS = 'true';

export function compileRoutes(document: PolicyDocument): { routes: RoutePlan[]; conditions: ConditionSource[] } {
  const written = document.routes ?? [];
  reportTwice(
    written.flatMap((route) => route.name ?? []),
    'route',
  );
  const over = written[ROUTE_MAX];
  over?.name?.report('too_many_routes', `more than ${ROUTE_MAX} routes`);
  const known = document.destinations?.map((each) => each.key.value);
  const routes = written.map((route) => ({
    name: route.name?.value ?? '',
    when: route.when?.value ?? ALWAYS,
    destinations: (route.to ?? (route.name === undefined ? [] : [route.name])).map((name) => destination(name, known)),
    ...(route.evidence === true ? { evidence: true as const } : {}),
  }));
  return { routes, conditions: written.flatMap(conditionOf) };
}

/** A policy that lists no destinations leaves their names open. */
function destination(name: Text, known: readonly string[] | undefined): string {
  if (known !== undefined && !known.includes(name.value)) {
    const near = suggest(name.value, known);
    const help = near === undefined ? 'add it to `destinations`' : `did you mean \`${near}\`?`;
    name.report('unknown_destination', `unknown destination \`${name.value}\``, help);
  }
  return name.value;
}

/** A route without a condition stands at its name. */
function conditionOf(route: RouteDocument): ConditionSource[] {
  if (route.when !== undefined) return [conditionAt(route.when)];
  if (route.name === undefined) return [];
  return [conditionAt(route.name.renamed(ALWAYS))];
}

/** A condition where it is written. */
export function conditionAt(written: Text): ConditionSource {
  const place = written.file.place(written.offset(0));
  return { text: written.value, file: written.file.name, ...place, written };
}

/** Without `count` and `weights` there is one shard; weights are even unless given. */
export function compileShards(shards: ShardsDocument | undefined, report: (message: string) => void): ShardPlan {
  const by = (shards?.by ?? []).flatMap((path) => shardKey(path) ?? []);
  const count = shards?.count ?? shards?.weights?.length ?? 1;
  const weights = shards?.weights ?? new Array<number>(count).fill(1);
  if (weights.length !== count) report(`${weights.length} weights for ${count} shards`);
  return { by, weights };
}

export function shardKey(path: Text): number | undefined {
  const found = FIELD_BY_PATH.has(path.value) ? findSlot(path.value) : undefined;
  if (found !== undefined) return found.slot;
  const near = suggest(path.value, FIELD_BY_PATH.keys());
  path.report('unknown_field', `unknown field \`${path.value}\``, near && `did you mean \`${near}\`?`);
  return undefined;
}
