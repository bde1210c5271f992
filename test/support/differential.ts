import { Field, LABEL_BASE } from '../../assembly/shared/fields.ts';
import type { BuiltFilter } from '../../src/filter.ts';
import type { FilterInstance } from '../../src/host/index.ts';
import { evaluateCondition } from '../../src/policy/condition/index.ts';
import { FIELD_BY_PATH } from '../../src/policy/fields.ts';
import { type Evaluation, evaluate } from '../../src/policy/reference/index.ts';

/** A record as the host hands it over. */
export interface HostRecord {
  readonly tag: string;
  readonly timeSec: number;
  readonly timeNsec: number;
  readonly record: Uint8Array;
}

/** The reference evaluator with the policy's own conditions. */
export function referenceOf(filter: BuiltFilter): (record: HostRecord) => Evaluation {
  const { plan, conditions } = filter;
  const paths = new Map<number, string>([
    ...[...FIELD_BY_PATH].map(([path, name]) => [Field[name], path] as const),
    ...plan.labels.map((label, i) => [LABEL_BASE + i, `labels.${label}`] as const),
  ]);
  return (record) =>
    evaluate(plan, record, (route, read) => {
      return evaluateCondition(conditions[route]!, (slot) => read(paths.get(slot)!)).value;
    });
}

/** What the engine gives, as a JSON value; its refusal where it gave no object. */
export function engineOutput(instance: FilterInstance, { tag, timeSec, timeNsec, record }: HostRecord): unknown {
  const answer = instance.call(Buffer.from(tag), timeSec, timeNsec, record);
  const text = 'output' in answer ? Buffer.from(answer.output).toString() : JSON.stringify(answer);
  // `-0` does not survive being written by the reference.
  return JSON.parse(text, (_, value: unknown) => (value === 0 ? 0 : value));
}

/** Both executors on one record: outputs are JSON values. */
export function bothOutputs(
  instance: FilterInstance,
  reference: (record: HostRecord) => Evaluation,
  record: HostRecord,
): { engine: unknown; reference: unknown } {
  return {
    engine: engineOutput(instance, record),
    reference: JSON.parse(JSON.stringify(reference(record).output)),
  };
}
