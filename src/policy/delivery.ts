import type { DestinationDocument } from './document/destination_shape.ts';
import type { InputDocument } from './document/input_shape.ts';
import type { PolicyDocument } from './document/policy_document.ts';
import { Text } from './document/text.ts';

/** A document without its places: texts are strings. */
export type Plain<T> = T extends Text
  ? string
  : T extends readonly (infer U)[]
    ? readonly Plain<U>[]
    : T extends object
      ? { readonly [K in keyof T as K extends 'at' ? never : K]: Plain<T[K]> }
      : T;

export type Input = Plain<InputDocument>;
export type Target = Plain<DestinationDocument>;
export type TargetOf<K extends Target['kind']> = Extract<Target, { kind: K }>;

/** How records get in and out: what a collector's configuration is made of. The filter knows nothing of it. */
export interface Delivery {
  readonly policy: string;
  readonly sources: readonly DeliverySource[];
  readonly destinations: readonly DeliveryDestination[];
  readonly routes: readonly Text[];
  readonly shards: number;
  /** When events carry their own line: those that drifted are known by it if they do only when incomplete. */
  readonly raw: 'incomplete' | 'always' | 'never';
}

export interface DeliverySource {
  readonly name: Text;
  /** Tag the collector gives: the source's pattern with its own name for every `*`. */
  readonly tag: string;
  readonly input: Input;
}

export type Priority = 'high' | 'normal' | 'low';

export interface DeliveryDestination {
  readonly name: Text;
  readonly target: Target;
  /** Names of the routes that go there. */
  readonly routes: readonly string[];
  /** Some route there is evidence: nothing may be given up. */
  readonly evidence: boolean;
  /** The highest of its routes. */
  readonly priority: Priority;
  /** The longest of its routes, in days. */
  readonly retentionDays?: number;
  /** Some route there holds what it gets: it must not be deleted. */
  readonly legalHold?: true;
}

/** These show records and keep none. */
const KEEPS_NOTHING: ReadonlySet<string> = new Set<Target['kind']>(['stdout', 'slack', 'pagerduty']);
const DESTINATION_NAME = /^[a-z0-9_]{1,40}$/;

/** Resolves who goes where, and reports what cannot be right under any collector. */
export function compileDelivery(document: PolicyDocument, policy: string): Delivery {
  const sources = (document.sources ?? []).map((source) => ({
    name: source.name,
    tag: (source.tag?.value ?? '').replaceAll('*', source.name.value),
    input: plain(source.input ?? { kind: 'none' as const }),
  }));
  const destinations = (document.destinations ?? []).map(({ key, value }) => destinationOf(key, value, document));
  for (const { name } of destinations) {
    if (DESTINATION_NAME.test(name.value)) continue;
    name.report(
      'invalid_name',
      `\`${name.value}\` is not valid here`,
      'a destination’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`',
    );
  }
  checkEvidence(document);
  return {
    policy,
    sources,
    destinations,
    routes: (document.routes ?? []).flatMap((route) => route.name ?? []),
    shards: document.shards?.count ?? document.shards?.weights?.length ?? 1,
    raw: document.raw ?? 'incomplete',
  };
}

/** Where a route goes: its `to`, else the destination of its name. */
const targetsOf = (route: NonNullable<PolicyDocument['routes']>[number]): readonly Text[] =>
  route.to ?? (route.name === undefined ? [] : [route.name]);

function destinationOf(name: Text, target: DestinationDocument, document: PolicyDocument): DeliveryDestination {
  const routes = (document.routes ?? []).filter((route) => targetsOf(route).some((to) => to.value === name.value));
  const priorities = new Set(routes.map((route) => route.priority ?? 'normal'));
  const days = routes.flatMap((route) => route.retention?.days ?? []);
  return {
    name,
    target: plain(target),
    routes: routes.flatMap((route) => route.name?.value ?? []),
    evidence: routes.some((route) => route.evidence === true),
    priority: (['high', 'normal', 'low'] as const).find((each) => priorities.has(each)) ?? 'normal',
    ...(days.length === 0 ? {} : { retentionDays: Math.max(...days) }),
    ...(routes.some((route) => route.retention?.legalHold) ? { legalHold: true as const } : {}),
  };
}

function checkEvidence(document: PolicyDocument): void {
  const kinds = new Map((document.destinations ?? []).map(({ key, value }) => [key.value, value.kind]));
  for (const route of document.routes ?? []) {
    const targets = targetsOf(route).map((to) => kinds.get(to.value));
    if (route.evidence !== true || targets.length === 0) continue;
    if (!targets.every((each) => each !== undefined && KEEPS_NOTHING.has(each))) continue;
    const message = `route \`${route.name?.value ?? ''}\` is evidence and goes nowhere that keeps it`;
    route.name?.report('evidence_not_kept', message, 'add a destination such as `s3` with `object_lock: true`');
  }
}

function plain<T>(value: T): Plain<T> {
  if (value instanceof Text) return value.value as Plain<T>;
  if (Array.isArray(value)) return value.map(plain) as Plain<T>;
  if (typeof value !== 'object' || value === null) return value as Plain<T>;
  const entries = Object.entries(value).filter(([key]) => key !== 'at');
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)])) as Plain<T>;
}
