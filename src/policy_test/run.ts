import type { TestDocument } from '../policy/document/test_document.ts';
import type { Evaluation, HostRecord } from '../policy/reference/index.ts';
import { hostRecord, lineKey, lineRecord, sampleTag, TEST_TIME } from '../run/record.ts';
import type { Twin } from '../twin.ts';
import { unifiedDiff } from '../unified_diff.ts';
import { compare, type Mismatch, mismatchDiff, mismatchesOf } from './compare.ts';

/** What came of one test. */
export interface CaseResult {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Number of the test in its file. */
  readonly index: number;
  readonly passed: boolean;
  /** What is wrong, for people; empty if it passed. */
  readonly problem: string;
  readonly mismatches: readonly Mismatch[];
  /** It says nothing of what it expects. */
  readonly unwritten: boolean;
  /** Absent where no tag leads to the test's source. */
  readonly evaluation?: Evaluation;
}

/** Runs one test on the filter and on the reference evaluator. */
export function runCase(twin: Twin, test: TestDocument, index: number): CaseResult {
  const at = test.name.file.place(test.name.span.start);
  const about = { name: test.name.value, file: test.name.file.name, line: at.line, index };
  const tag = tagOf(twin, test);
  const failed = { ...about, passed: false, mismatches: [], unwritten: false };
  if (tag === undefined) return { ...failed, problem: 'name a `tag`: nothing else says which source is meant' };
  const { evaluation, answer, differ } = twin.run(recordOf(twin, test, tag));
  if (differ) {
    const theirs = 'output' in answer ? answer.output : answer;
    const diff = unifiedDiff(evaluation.output, theirs, 'reference', 'filter');
    const problem = `the filter and the reference evaluator differ, a bug of auditlb, please report it\n${diff}`;
    return { ...failed, problem, evaluation };
  }
  const compared = compare(twin.filter.plan, evaluation, test.expect ?? {});
  if (compared.length === 0)
    return { ...failed, problem: 'it expects nothing; --update writes what is seen', unwritten: true, evaluation };
  const mismatches = mismatchesOf(compared);
  const problem = mismatches.length === 0 ? '' : mismatchDiff(compared);
  return { ...failed, passed: mismatches.length === 0, problem, mismatches, evaluation };
}

function tagOf({ filter: { plan } }: Twin, { tag, source }: TestDocument): string | undefined {
  if (tag !== undefined) return tag.value;
  const [only, ...others] = plan.sources;
  const named = source === undefined ? only : plan.sources.find(({ name }) => name === source.value);
  if (named === undefined || (source === undefined && others.length > 0)) return undefined;
  return sampleTag(plan.sources, named);
}

function recordOf({ filter }: Twin, { line, record, time }: TestDocument, tag: string): HostRecord {
  const at = new Date(time?.value ?? TEST_TIME);
  if (line !== undefined) return hostRecord(lineRecord(line.value, lineKey(filter.plan.sources, tag)), tag, at);
  const json = record?.json;
  return hostRecord(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)), tag, at);
}
