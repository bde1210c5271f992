import { Convert } from '../../assembly/shared/convert.ts';
import type { BuiltFilter } from '../filter.ts';
import { evaluateCondition } from '../policy/condition/index.ts';
import type { FieldType } from '../policy/fields.ts';
import type { Plan } from '../policy/plan.ts';
import { askedFor } from '../policy/reference/asked.ts';
import type {
  EnvelopeName,
  Evaluation,
  HostRecord,
  ParseError,
  Redaction,
  Sniffed,
  Span,
  Stage,
  StatusName,
} from '../policy/reference/index.ts';
import { matchesWildcard } from '../policy/reference/wildcard.ts';
import type { ParsedAnswer, Twin } from '../twin.ts';
import { eventFields } from './field_values.ts';
import { patternMismatch } from './pattern_mismatch.ts';
import { type Decision, decisionOf } from './reasons.ts';

/** A field of the event, and where it came from. */
export interface ExplainedField {
  readonly path: string;
  readonly type: FieldType;
  /** Enum members by name, times in RFC 3339, durations in microseconds. */
  readonly value: unknown;
  readonly from: Stage;
  /** What the load balancer calls what was captured, and its conversion. */
  readonly capture?: { readonly name: string; readonly as: string };
  /** Row of a table of the policy's own that set it. */
  readonly row?: { readonly table: string; readonly key: string };
  /** First and last column in the line, from 1, in characters. */
  readonly columns?: readonly [first: number, last: number];
  /** Half-open range of bytes of the line. */
  readonly bytes?: readonly [start: number, end: number];
}

export interface ExplainedRoute extends Decision {
  /** The sampling rule that took the record from it. */
  readonly sampled?: string;
  /** It is for what no other route takes, and another takes the record. */
  readonly elsewhere?: true;
  readonly name: string;
  readonly when: string;
  readonly destinations: readonly string[];
  /** As the policy says it of this route. */
  readonly priority?: NonNullable<Evaluation['priority']>;
  readonly retention?: NonNullable<Evaluation['retention']>;
}

/** Everything there is to say about one record. */
export interface Explanation {
  readonly policy: { readonly name: string; readonly hash: string };
  readonly tag: string;
  /** What the format parsed: the text behind the envelopes, or the record itself. */
  readonly line?: string;
  /** Outermost first. */
  readonly envelopes: readonly EnvelopeName[];
  /** Sources in policy order up to the record's. */
  readonly sources: readonly { readonly name: string; readonly tag: string; readonly matches: boolean }[];
  /** Formats in the order tried, and what was said of each; those behind the first that matches are not tried. */
  readonly formats: readonly Sniffed[];
  readonly status: StatusName;
  readonly error?: ParseError;
  readonly drift: boolean;
  readonly fields: readonly ExplainedField[];
  readonly unmapped: Readonly<Record<string, unknown>>;
  readonly principal: { readonly name?: unknown; readonly type?: unknown; readonly attributed_by?: unknown };
  readonly routes: readonly ExplainedRoute[];
  readonly shard: { readonly number: number; readonly of: number; readonly key?: string; readonly value?: unknown };
  /** The tag outputs select by. */
  readonly route_tag: string;
  readonly destinations: readonly string[];
  /** The most urgent of the routes taken, and the longest any of them keeps it. */
  readonly priority?: NonNullable<Evaluation['priority']>;
  readonly retention?: NonNullable<Evaluation['retention']>;
  /** What was redacted where, by which rule. */
  readonly redacted: readonly Redaction[];
  /** The sampling rule that took the record from all routes but evidence. */
  readonly sampled?: string;
  /** No route is left: nothing leaves, and a later record counts this one. */
  readonly dropped: boolean;
  /** The event by the reference evaluator. */
  readonly output: Readonly<Record<string, unknown>>;
  /** What the filter itself made of the record, if it is not the same: a bug of this package. */
  readonly differs?: ParsedAnswer;
}

/** Explains what a policy makes of a record. */
export function explain(twin: Twin, record: HostRecord): Explanation {
  const { plan } = twin.filter;
  const { answer, evaluation, differ } = twin.run(record);
  const fields = eventFields(plan, evaluation);
  const read = (path: string) => fields.find((field) => field.path === path)?.value;
  const taken = plan.routes.filter(({ name }) => evaluation.routes.includes(name));
  const attributed = { name: read('actor.name'), type: read('actor.type') };
  return {
    policy: { name: plan.name, hash: plan.hash },
    tag: record.tag,
    ...(evaluation.line === undefined ? {} : { line: evaluation.line }),
    envelopes: evaluation.envelopes,
    sources: triedSources(plan, record.tag),
    formats: triedFormats(plan, evaluation),
    status: evaluation.status,
    ...(evaluation.error === undefined ? {} : { error: evaluation.error }),
    drift: evaluation.drift,
    fields: fields.map(({ path, type, slot, value }) => ({ path, type, value, ...originOf(evaluation, slot) })),
    unmapped: evaluation.unmapped,
    principal: { ...attributed, attributed_by: read('actor.attributed_by') },
    routes: explainRoutes(twin.filter, evaluation),
    shard: explainShard(plan, evaluation),
    route_tag: evaluation.tag,
    destinations: [...new Set(taken.flatMap(({ destinations }) => destinations))],
    ...(evaluation.priority === undefined ? {} : { priority: evaluation.priority }),
    ...(evaluation.retention === undefined ? {} : { retention: evaluation.retention }),
    redacted: evaluation.redacted,
    ...(evaluation.sampled === undefined ? {} : { sampled: evaluation.sampled }),
    dropped: evaluation.dropped !== undefined,
    output: evaluation.output,
    ...(differ ? { differs: answer } : {}),
  };
}

function triedSources(plan: Plan, tag: string): Explanation['sources'] {
  const tried = plan.sources.map((each) => ({
    name: each.name,
    tag: each.tag,
    matches: matchesWildcard(each.tag, tag),
  }));
  const found = tried.findIndex(({ matches }) => matches);
  return found < 0 ? tried : tried.slice(0, found + 1);
}

function triedFormats(plan: Plan, evaluation: Evaluation): readonly Sniffed[] {
  const source = plan.sources.find(({ name }) => name === evaluation.source);
  const tried = evaluation.sniffed.map(({ format }) => format);
  const others = (source?.formats ?? []).map((i) => plan.formats[i]!.name).filter((name) => !tried.includes(name));
  const explained = evaluation.sniffed.map((each) => ({ ...each, why: whyOf(plan, each, evaluation.line) }));
  return [...explained, ...others.map((format) => ({ format, accepted: false, why: 'not tried' }))];
}

/** Of a pattern that does not match: where it stops to. */
function whyOf(plan: Plan, { format, accepted, why }: Sniffed, line: string | undefined): string {
  const sniff = plan.formats.find(({ name }) => name === format)?.sniff;
  if (accepted || line === undefined || sniff?.kind !== 'text' || sniff.pattern === undefined) return why;
  return patternMismatch(sniff.pattern, line);
}

function originOf(evaluation: Evaluation, slot: number): Omit<ExplainedField, 'path' | 'type' | 'value'> {
  const { stage, capture } = evaluation.origins.get(slot)!;
  const span = evaluation.spans.get(slot);
  const found = stage === 'table' ? evaluation.lookups.findLast(({ set }) => set.includes(slot)) : undefined;
  return {
    from: stage,
    ...(found === undefined ? {} : { row: { table: found.table, key: found.key } }),
    ...(capture === undefined ? {} : { capture: { name: capture.name, as: Convert[capture.convert] } }),
    ...(span === undefined || evaluation.line === undefined ? {} : placeOf(evaluation.line, span)),
  };
}

function placeOf(line: string, { start, end }: Span): Required<Pick<ExplainedField, 'columns' | 'bytes'>> {
  const characters = (to: number) => [...line.slice(0, to)].length;
  const bytes = (to: number) => Buffer.byteLength(line.slice(0, to));
  return { columns: [characters(start) + 1, characters(end)], bytes: [bytes(start), bytes(end)] };
}

/** Every route of the policy, and what decided it. */
export function explainRoutes({ plan, conditions }: BuiltFilter, evaluation: Evaluation): ExplainedRoute[] {
  return plan.routes.map((route, i) => {
    const { name, when, destinations } = route;
    const trace = evaluateCondition(conditions[i]!, (slot) => evaluation.logged.get(slot));
    const away = trace.value && !evaluation.routes.includes(name);
    const sampled = away && evaluation.sampled !== undefined ? { sampled: evaluation.sampled } : {};
    const elsewhere = away && evaluation.sampled === undefined ? { elsewhere: true as const } : {};
    return { name, when, destinations, ...askedFor([route]), ...decisionOf(trace), ...sampled, ...elsewhere };
  });
}

function explainShard(plan: Plan, evaluation: Evaluation): Explanation['shard'] {
  const place = { number: evaluation.shard, of: plan.shards.weights.length };
  const slot = plan.shards.by.find((each) => evaluation.event.has(each));
  const field = eventFields(plan, evaluation).find((each) => each.slot === slot);
  return field === undefined ? place : { ...place, key: field.path, value: field.value };
}
