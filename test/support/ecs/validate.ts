import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** What the published schema says of the field sets in use: names, types, closed lists; types of events by category. */
interface Facts {
  readonly version: string;
  readonly source: string;
  readonly fields: Readonly<Record<string, FieldFacts>>;
}

interface FieldFacts {
  readonly type: string;
  /** Always a list. */
  readonly array?: true;
  /** What it may be; of `event.category` with the `event.type`s that go with it. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const facts: Facts = JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8'));

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  date: (value) => typeof value === 'string' && DATE.test(value),
  long: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  ip: (value) => typeof value === 'string' && isIP(value) !== 0,
  keyword: (value) => typeof value === 'string',
  wildcard: (value) => typeof value === 'string',
  match_only_text: (value) => typeof value === 'string',
  object: (value) => typeof value === 'object',
};

/** What is wrong with an event by ECS, as `path: message`. The object `auditlb` is our own. */
export function validateEcs({ auditlb: _, ...event }: Readonly<Record<string, unknown>>): string[] {
  return [...faultsOf(event, ''), ...categoryFaults(event)];
}

function faultsOf(object: Readonly<Record<string, unknown>>, prefix: string): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = prefix + key;
    const field = facts.fields[path];
    if (field !== undefined) return valueFaults(path, field, value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no such field`];
    return faultsOf(value as Record<string, unknown>, `${path}.`);
  });
}

function valueFaults(path: string, { type, array, values }: FieldFacts, value: unknown): string[] {
  if (array !== undefined && !Array.isArray(value)) return [`${path}: expected a list`];
  const check = IS[type];
  if (check === undefined) return [`${path}: type ${type} is not known here`];
  return (Array.isArray(value) ? value : [value]).flatMap((one) => {
    if (!check(one)) return [`${path}: \`${JSON.stringify(one)}\` is no ${type}`];
    return values !== undefined && !Object.hasOwn(values, String(one))
      ? [`${path}: \`${one}\` is not in its list`]
      : [];
  });
}

/** Types of an event that none of its categories has. */
function categoryFaults(event: Readonly<Record<string, unknown>>): string[] {
  const { category = [], type = [] } = event.event as { category?: string[]; type?: string[] };
  const expected = category.flatMap((each) => facts.fields['event.category']!.values![each] ?? []);
  return type
    .filter((each) => !expected.includes(each))
    .map((each) => `event.type: \`${each}\` does not go with ${category.join(', ')}`);
}
