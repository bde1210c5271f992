import type { Convert } from '../../assembly/shared/convert.ts';
import { EventClass } from '../../assembly/shared/enums.ts';
import { Field } from '../../assembly/shared/fields.ts';
import type { Capture, FormatPlan, JsonKey, Plan, ScanOp, SourcePlan } from '../../src/policy/plan.ts';
import { type Conditions, type Evaluation, evaluate } from '../../src/policy/reference/index.ts';

/** 2026-02-03T04:05:06.789Z */
export const HOST_MS = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

export function capture(convert: Convert, slots: readonly number[], name = 'it', all?: number): Capture {
  const [a = -1, b = -1, c = -1] = slots;
  return { convert, slots: [a, b, c], name, ...(all === undefined ? {} : { all }) };
}

export function until(
  text: string | undefined,
  to: Capture,
  flags: { list?: true; quoted?: true; lenient?: true } = {},
): ScanOp {
  const { list = false, quoted = false, lenient = false } = flags;
  return { op: 'until', ...(text === undefined ? {} : { until: text }), capture: to, list, quoted, lenient };
}

export function textFormat(ops: readonly ScanOp[], more: Partial<FormatPlan> = {}): FormatPlan {
  return {
    name: 'mine',
    defaults: [],
    body: { kind: 'text', ops },
    extras: [],
    maps: [],
    product: { name: '', vendor: '' },
    sniff: { kind: 'none' },
    escape: 'none',
    missing: [],
    within: [],
    ...more,
  };
}

export const jsonFormat = (keys: readonly JsonKey[], more: Partial<FormatPlan> = {}): FormatPlan => ({
  ...textFormat([]),
  body: { kind: 'json', root: { keys } },
  ...more,
});

export const HTTP = [
  { slot: Field.schema_class, value: EventClass.http_activity },
  { slot: Field.event_class, value: EventClass.http_activity },
];

export function plan(formats: readonly FormatPlan[], more: Partial<Plan> = {}, source: Partial<SourcePlan> = {}): Plan {
  const sources = [
    { name: 'edge', tag: '*', formats: formats.map((_, i) => i), zoneMinutes: 0, labels: [], ...source },
  ];
  return {
    name: 'test',
    hash: '0'.repeat(64),
    schema: 'ocsf',
    raw: 'incomplete',
    sources,
    formats,
    labels: [],
    routes: [],
    shards: { by: [], weights: [1] },
    templates: [],
    ...more,
  };
}

/** Evaluates a record (its bytes, or a value to be written as JSON) at `HOST_MS`. */
export function run(policy: Plan, record: unknown, conditions?: Conditions): Evaluation {
  const bytes = record instanceof Uint8Array ? record : new TextEncoder().encode(JSON.stringify(record));
  const time = { timeSec: Math.floor(HOST_MS / 1000), timeNsec: (HOST_MS % 1000) * 1_000_000 };
  return evaluate(policy, { tag: 'nginx.access', ...time, record: bytes }, conditions);
}

/** Evaluates one line under a format. */
export const runLine = (format: FormatPlan, line: string, source: Partial<SourcePlan> = {}): Evaluation =>
  run(plan([format], {}, source), { log: line });

/** What one capture makes of a text: the values of the slots 0 to 2, and the error. */
export function convert(kind: Convert, text: string, more: Partial<FormatPlan> = {}, zoneMinutes = 0) {
  const slots = [Field.event_id, Field.log_name, Field.event_stage, Field.event_type];
  const format = textFormat([until(undefined, capture(kind, slots, 'it', slots[3]))], more);
  const { event, error } = runLine(format, text, { zoneMinutes });
  return { values: slots.map((slot) => event.get(slot)), error: error?.code };
}
