import { isDeepStrictEqual } from 'node:util';
import { Field, LABEL_BASE } from '../assembly/shared/fields.ts';
import type { BuiltFilter } from './filter.ts';
import { FilterInstance } from './host/index.ts';
import { evaluateCondition } from './policy/condition/index.ts';
import { FIELD_BY_PATH } from './policy/fields.ts';
import { type Evaluation, evaluate, type HostRecord, Occurrences } from './policy/reference/index.ts';

/** The reference evaluator with the policy's own conditions. */
export function referenceOf(filter: Pick<BuiltFilter, 'plan' | 'conditions'>): (record: HostRecord) => Evaluation {
  const { plan, conditions } = filter;
  const paths = new Map<number, string>([
    ...[...FIELD_BY_PATH].map(([path, name]) => [Field[name], path] as const),
    ...plan.labels.map((label, i) => [LABEL_BASE + i, `labels.${label}`] as const),
  ]);
  const occurrences = new Occurrences();
  return (record) =>
    evaluate(
      plan,
      record,
      (rule, read) => evaluateCondition(conditions[rule]!, (slot) => read(paths.get(slot)!)).value,
      occurrences,
    );
}

/** What a module answered, its output parsed. */
export type ParsedAnswer =
  | { readonly kind: 'kept' | 'unchanged'; readonly output: Readonly<Record<string, unknown>> }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'lost'; readonly reason: string };

/** One record through a module. Output that is no JSON object is lost, as a collector loses it. */
export function callFilter(instance: FilterInstance, record: HostRecord): ParsedAnswer {
  const answer = instance.call(Buffer.from(record.tag), record.timeSec, record.timeNsec, record.record);
  if (answer.kind === 'dropped' || answer.kind === 'lost') return answer;
  try {
    const output: unknown = JSON.parse(Buffer.from(answer.output).toString());
    if (typeof output === 'object' && output !== null && !Array.isArray(output))
      return { kind: answer.kind, output: output as Record<string, unknown> };
  } catch {
    return { kind: 'lost', reason: 'answered no JSON' };
  }
  return { kind: 'lost', reason: 'answered no JSON object' };
}

/** What both implementations make of one record. */
export interface TwinResult {
  readonly answer: ParsedAnswer;
  readonly evaluation: Evaluation;
  /** They do not agree: a bug of this package. */
  readonly differ: boolean;
}

/** A policy's filter run twice: by the module a collector loads, and by the reference evaluator. */
export class Twin {
  readonly filter: BuiltFilter;
  readonly #instance: FilterInstance;
  readonly #reference: (record: HostRecord) => Evaluation;

  constructor(filter: BuiltFilter) {
    this.filter = filter;
    this.#instance = new FilterInstance(filter.wasm);
    this.#reference = referenceOf(filter);
  }

  run(record: HostRecord): TwinResult {
    const answer = callFilter(this.#instance, record);
    const evaluation = this.#reference(record);
    if (evaluation.dropped !== undefined) return { answer, evaluation, differ: answer.kind !== 'dropped' };
    const expected: unknown = JSON.parse(JSON.stringify(evaluation.output));
    const differ = !('output' in answer) || !isDeepStrictEqual(answer.output, expected);
    return { answer, evaluation, differ };
  }
}
