import { SAMPLE_MAX } from '../../assembly/shared/limits.ts';
import { type ConditionSource, conditionAt, shardKey } from './compile_routes.ts';
import { reportTwice } from './compile_sources.ts';
import type { SampleDocument } from './document/policy_document.ts';
import type { SamplePlan } from './plan.ts';

export interface CompiledSample {
  readonly rules: readonly SamplePlan[];
  readonly conditions: readonly ConditionSource[];
}

/** Resolves the sampling rules of a policy. */
export function compileSample(documents: readonly SampleDocument[]): CompiledSample {
  reportTwice(
    documents.flatMap((each) => each.name ?? []),
    'rule',
  );
  const over = documents[SAMPLE_MAX];
  if (over !== undefined) over.at.file.report(over.at, 'too_many_rules', `more than ${SAMPLE_MAX} sampling rules`);
  return {
    rules: documents.map((document) => compileRule(document)),
    conditions: documents.flatMap(({ when }) => (when === undefined ? [] : [conditionAt(when)])),
  };
}

function compileRule(document: SampleDocument): SamplePlan {
  const { keep, by, drop } = document;
  const report = (message: string, help: string): void =>
    document.at.file.report(document.at, 'invalid_sample', message, help);
  if ((keep === undefined) === (drop !== true))
    report('a rule either drops or keeps a share', 'write `drop: true`, or `keep: 1/100` and `by`');
  else if (keep !== undefined && by === undefined)
    report('which share is kept is not said', 'add `by`, a field: all records with the same value are kept, or none');
  else if (drop === true && by !== undefined) report('`by` says nothing where all is dropped', 'leave `by` out');
  const key = by === undefined ? undefined : shardKey(by);
  return {
    name: document.name?.value ?? '',
    when: document.when?.value ?? 'true',
    keep: keep === undefined ? 0 : Number(keep.value.slice(2)),
    ...(key === undefined ? {} : { by: key }),
  };
}
