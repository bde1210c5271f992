import { expect } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import type { Evaluation, HostRecord } from '../../src/policy/reference/index.ts';
import { callFilter, referenceOf } from '../../src/twin.ts';

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

/** A policy without faults, built, and what both executors make of lines under the tag `own`. */
export function executorsOf(policy: string): {
  readonly instance: FilterInstance;
  readonly both: (log: string, timeSec: number) => ReturnType<typeof bothOutputs>;
} {
  const { filter, diagnostics } = buildFilter({ text: policy, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  const both = (log: string, timeSec: number) =>
    bothOutputs(instance, reference, {
      tag: 'own',
      timeSec,
      timeNsec: 0,
      record: Buffer.from(JSON.stringify({ log })),
    });
  return { instance, both };
}
