import type { FilterInstance } from '../../src/host/index.ts';
import type { Evaluation, HostRecord } from '../../src/policy/reference/index.ts';
import { callFilter } from '../../src/twin.ts';

/** What a policy's `schema` may be. */
export const SCHEMAS = ['ocsf', 'ecs', 'otel'] as const;

export type { HostRecord } from '../../src/policy/reference/index.ts';
export { referenceOf } from '../../src/twin.ts';

/** What the engine gives, as a JSON value; its refusal where it gave no object. */
export function engineOutput(instance: FilterInstance, record: HostRecord): unknown {
  const answer = callFilter(instance, record);
  // `-0` does not survive being written by the reference.
  return 'output' in answer
    ? JSON.parse(JSON.stringify(answer.output), (_, value: unknown) => (value === 0 ? 0 : value))
    : answer;
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
