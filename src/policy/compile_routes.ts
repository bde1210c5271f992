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
  /** Conditions that have to hold beside it, outermost first; it is `true` where nothing else is asked for. */
  readonly groups?: readonly GroupCondition[];
}

export interface GroupCondition extends ConditionSource {
  /** `group edge` */
  readonly where: string;
}

const ALWAYS = 'true';

export function compileRoutes(document: PolicyDocument): { routes: RoutePlan[]; conditions: ConditionSource[] } {
  const written = document.routes ?? [];
  reportTwice(
    written.flatMap((route) => route.name ?? []),
    'route',
  );
  reportGroups(written);
  const conditions = conditionsOf(written);
  const over = written[ROUTE_MAX];
  over?.name?.report('too_many_routes', `more than ${ROUTE_MAX} routes`);
  const known = document.destinations?.map((each) => each.key.value);
  const urgent = written.some(({ priority }) => priority !== undefined);
  const routes = written.map((route, i) => ({
    name: route.name?.value ?? '',
    when: wholeText(conditions[i]!),
    destinations: (route.to ?? (route.name === undefined ? [] : [route.name])).map((name) => destination(name, known)),
    ...(route.otherwise === true ? { otherwise: true as const } : {}),
    ...(route.evidence === true ? { evidence: true as const } : {}),
    ...(urgent ? { priority: route.priority ?? 'normal' } : {}),
    ...(route.retention?.days === undefined ? {} : { retentionDays: route.retention.days }),
    ...(route.retention?.legalHold === true ? { legalHold: true as const } : {}),
  }));
  return { routes, conditions };
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

/** Groups are told apart by their names. */
function reportGroups(routes: readonly RouteDocument[]): void {
  const groups = new Set(routes.flatMap((route) => route.groups.map(({ group }) => group)));
  reportTwice([...groups], 'group');
}

/** One for each route: one without a condition stands at its name. Routes of one group have its condition from one place. */
function conditionsOf(routes: readonly RouteDocument[]): ConditionSource[] {
  const known = new Map<Text, GroupCondition>();
  return routes.map(({ when, name, groups }) => {
    const around = groups.flatMap(({ group, when: shared }): GroupCondition[] => {
      if (shared === undefined) return [];
      const condition = known.get(shared) ?? { ...conditionAt(shared), where: `group ${group.value}` };
      known.set(shared, condition);
      return [condition];
    });
    const at = when ?? name?.renamed(ALWAYS);
    const own = at === undefined ? { text: ALWAYS, file: '', line: 0, column: 0 } : conditionAt(at);
    return around.length === 0 ? own : { ...own, groups: around };
  });
}

/** The conditions of the groups, then its own unless it asks for nothing more. */
export function partsOf({ groups = [], ...own }: ConditionSource): (ConditionSource | GroupCondition)[] {
  return own.text === ALWAYS && groups.length > 0 ? [...groups] : [...groups, own];
}

/** All that has to hold as one text. */
export function wholeText(source: ConditionSource): string {
  if (source.groups === undefined) return source.text;
  return partsOf(source)
    .map(({ text }) => `(${text})`)
    .join(' && ');
}

/** Whether a record that takes it is none for the routes that are `otherwise`. */
export const isChoice = ({ when, otherwise }: RoutePlan): boolean => otherwise !== true && when !== ALWAYS;

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
