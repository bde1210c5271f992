import fc from 'fast-check';
import { Field, Meta } from '../../assembly/shared/fields.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { FIELDS, type FieldName } from '../../src/policy/fields.ts';
import type { TemplatePlan } from '../../src/policy/plan.ts';
import { encodeEvent } from '../../src/policy/reference/encode.ts';
import type { SlotValue } from '../../src/policy/reference/types.ts';
import { compileTemplate } from '../../src/policy/schema/templates.ts';

/** Fields by path, as the filter holds them. */
export type Values = Readonly<Record<string, SlotValue>>;

const { schemas } = loadCatalog();

/** Every activity, whether a class knows it or not. */
export const ACTIVITIES: readonly bigint[] = Object.keys(FIELDS.event_activity.values ?? {}).map(BigInt);

/** The templates of a shipped schema by the names of their classes. */
export function templatesOf(name: string): [name: string, template: TemplatePlan][] {
  const { schema } = schemas.get(name)!;
  return schema.classes.map(({ key, value }) => [key.value, compileTemplate(key, value, schema, 'p')!]);
}

/** What the template makes of the fields. */
export function encodeFields(template: TemplatePlan, values: Values): Record<string, unknown> {
  const named = (Object.keys(FIELDS) as FieldName[]).flatMap((name) => {
    const value = values[FIELDS[name].path ?? ''];
    return value === undefined ? [] : [[Field[name] as number, value] as const];
  });
  const event = new Map<number, SlotValue>([
    [Field.schema_class, BigInt(template.schema_class)],
    [Meta.status, 0n],
    [Meta.shard, 0n],
    [Meta.tag, 'audit.s0.unrouted'],
    ...named,
  ]);
  return JSON.parse(JSON.stringify(encodeEvent(template, { event, unmapped: {}, labels: [] })));
}

/** Every field that has a path, and two different values of each. */
export function sampleValues(): ReadonlyMap<string, readonly [SlotValue, SlotValue]> {
  return new Map(
    (Object.keys(FIELDS) as FieldName[]).flatMap((name, i) => {
      const { path, type, values } = FIELDS[name];
      return path === undefined ? [] : [[path, pairOf(type, path, i, values ?? {})] as const];
    }),
  );
}

function pairOf(
  type: string,
  path: string,
  i: number,
  members: Readonly<Record<number, string>>,
): readonly [SlotValue, SlotValue] {
  if (path === 'http.request.forwarded_for') return ['203.0.113.9, 2001:db8::1', 'unknown, 203.0.113.9'];
  switch (type) {
    case 'text':
      return [`${path} a`, `${path} b`];
    case 'address':
      return [`203.0.113.${i}`, `2001:db8::${i}`];
    case 'time':
      return [1_770_000_000_000n, 1_770_000_000_001n];
    case 'duration':
      return [BigInt(i) * 1000n, BigInt(i) * 1000n + 5_000_000n];
    case 'bool':
      return [true, false];
    case 'json':
      return [
        { json: ['a'], source: '["a"]' },
        { json: ['b'], source: '["b"]' },
      ];
    case 'enum':
      return [1n, BigInt(Object.keys(members).length - 1)];
    default:
      return [BigInt(1000 + i), BigInt(2000 + i)];
  }
}

/** Any of the fields, always with the time; some events have few, others many. */
export function anyFields(samples: ReturnType<typeof sampleValues>): fc.Arbitrary<Values> {
  const paths = [...samples.keys()];
  const choice = fc.array(fc.nat(99), { minLength: paths.length, maxLength: paths.length });
  return fc.tuple(choice, fc.constantFrom(3, 15, 50, 85)).map(([rolls, share]) => {
    const chosen = paths.filter((path, i) => path === 'time' || rolls[i]! < share);
    return Object.fromEntries(chosen.map((path, i) => [path, samples.get(path)![(rolls[i]! >> 2) & 1]!]));
  });
}
