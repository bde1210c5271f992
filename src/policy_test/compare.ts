import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { eventByPath } from '../explain/field_values.ts';
import type { Expectation } from '../policy/document/test_document.ts';
import type { Plan } from '../policy/plan.ts';
import type { Evaluation } from '../policy/reference/index.ts';
import { textDiff } from '../unified_diff.ts';

/** One value a test expects, by its place below `expect`, and what was there instead. */
export interface Mismatch {
  readonly path: readonly string[];
  readonly actual: unknown;
}

/** What a test expects, and the same of what was seen: values it does not name are left out of both. */
interface Compared {
  readonly path: readonly string[];
  readonly expected: unknown;
  readonly actual: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Every value the test names, beside what was seen; what is not there is `null`. */
export function compare(plan: Plan, evaluation: Evaluation, expectation: Partial<Expectation>): readonly Compared[] {
  const { fields = [], output = [], routes, retention, at: _at, ...plain } = expectation;
  const seen = summaryOf(evaluation);
  const event = eventByPath(plan, evaluation);
  const asWritten: Json = {
    ...plain,
    ...(routes === undefined ? {} : { routes: routes.map(({ value }) => value) }),
    ...(retention === undefined ? {} : { retention: keptFor(retention) }),
  };
  return [
    ...Object.entries(asWritten)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ({ path: [key], expected: textOf(value), actual: seen[key] ?? null })),
    ...fields.map(({ key, value: { json } }) => ({
      path: ['fields', key.value],
      expected: json,
      actual: event[key.value] ?? null,
    })),
    ...output.map(({ key, value: { json } }) => ({
      path: ['output', key.value],
      expected: json,
      actual: restrict(find(evaluation.output, key.value.split('.')), json),
    })),
  ];
}

/** What a test without expectations is given by `--update`. */
export function summaryOf(evaluation: Evaluation): Json {
  const { status, error, format, routes, shard, tag, dropped, priority, retention } = evaluation;
  if (dropped !== undefined) return { status, ...(format && { format }), dropped };
  const asked = { ...(priority && { priority }), ...(retention && { retention }) };
  return { status, ...(error && { error: error.code }), ...(format && { format }), routes, shard, tag, ...asked };
}

/** As records say it: without a hold nothing is said of one. */
function keptFor({ days, legal_hold }: NonNullable<Expectation['retention']>): Json {
  return { ...(days !== undefined && { days }), ...(legal_hold && { legal_hold }) };
}

/** A document's text, or the value itself. */
const textOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'file' in value && 'value' in value ? value.value : value;

/** Value at a dotted path; keys may hold dots themselves, elements of a list go by their number. */
function find(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (let length = path.length; length > 0; length--) {
    const key = path.slice(0, length).join('.');
    if (Object.hasOwn(value, key)) return find((value as Json)[key], path.slice(length));
  }
  return undefined;
}

/** The part of an object that another names; anything else as it is. */
function restrict(actual: unknown, wanted: unknown): unknown {
  if (!isObject(actual) || !isObject(wanted)) return actual ?? null;
  return Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, restrict(actual[key], value)]));
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mismatchesOf(compared: readonly Compared[]): readonly Mismatch[] {
  return compared.filter(({ expected, actual }) => !isDeepStrictEqual(expected, actual));
}

/** Unified diff of expected and seen, as YAML. */
export function mismatchDiff(compared: readonly Compared[]): string {
  const yaml = (side: 'expected' | 'actual') => stringify(nested(compared, side), { lineWidth: 0 });
  return textDiff(yaml('expected'), yaml('actual'), 'expected', 'seen');
}

/** `fields` and `output` as mappings of their own. */
function nested(compared: readonly Compared[], side: 'expected' | 'actual'): Json {
  const root: Record<string, unknown> = {};
  for (const { path, [side]: value } of compared) {
    const [head, key] = path as [string, string?];
    if (key === undefined) root[head] = value;
    else root[head] = { ...(root[head] as Json | undefined), [key]: value };
  }
  return root;
}
