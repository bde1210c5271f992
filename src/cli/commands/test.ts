import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import type { Diagnostic } from '../../diagnostic.ts';
import type { BuiltFilter } from '../../filter.ts';
import { readTestFile } from '../../policy/compile_tests.ts';
import type { TestDocument } from '../../policy/document/test_document.ts';
import { coverageOf } from '../../policy_test/coverage.ts';
import { type CaseResult, runCase } from '../../policy_test/run.ts';
import { updateExpectations } from '../../policy_test/update.ts';
import { Twin } from '../../twin.ts';
import { checkPolicyFile } from '../policy_file.ts';
import { CommandError, EXIT, printDiagnostics, say } from '../terminal.ts';
import { type PolicyReport, REPORTER_OF, REPORTERS } from '../test_report.ts';

interface TestOptions {
  readonly update?: boolean;
  readonly reporter: (typeof REPORTERS)[number];
  readonly json?: boolean;
}

const NOTES = `
Tests are a policy's own \`tests:\` and those of files beside it: policy.test.yaml, policy.logins.test.yaml for policy.yaml.
Each runs on the filter itself and on the reference evaluator, and fails if the two differ. Exit code 2 if any fails.`;

export function testCommand(): Command {
  return new Command('test')
    .description('Run the tests of policies: lines or records, and what is expected of them.')
    .argument('<policy...>', 'policy files')
    .option('-u, --update', 'write what is seen over what is expected; comments stay')
    .addOption(new Option('-r, --reporter <name>', 'how results are printed').choices(REPORTERS).default('pretty'))
    .option('--json', 'print results and coverage as JSON')
    .addHelpText('after', NOTES)
    .action(testPolicies);
}

/** Tests of one file, which may be the policy itself. */
interface TestFile {
  readonly path: string;
  readonly text: string;
  readonly tests: readonly TestDocument[];
}

interface Prepared {
  readonly policy: string;
  readonly filter?: BuiltFilter;
  readonly files: readonly TestFile[];
  readonly diagnostics: readonly Diagnostic[];
}

function testPolicies(policies: string[], options: TestOptions): void {
  const prepared = policies.map(prepare);
  const diagnostics = prepared.flatMap((each) => each.diagnostics);
  if (diagnostics.length > 0) {
    const texts = new Map(prepared.flatMap(({ files }) => files.map(({ path, text }) => [path, text] as const)));
    printDiagnostics(diagnostics, texts, options.json === true);
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  let reports = prepared.map(runTests);
  const untested = reports.filter(({ results }) => results.length === 0).map(({ policy }) => `\`${policy}\``);
  if (untested.length > 0)
    throw new CommandError(
      `no tests for ${untested.join(', ')}`,
      'write `tests:` into the policy, or a file beside it',
    );
  if (options.update === true && update(prepared, reports) > 0) reports = policies.map(prepare).map(runTests);
  const json = () => JSON.stringify(reports.map(forTools), null, 2);
  process.stdout.write(`${options.json === true ? json() : REPORTER_OF[options.reporter](reports)}\n`);
  if (reports.some(({ results }) => results.some(({ passed }) => !passed))) process.exitCode = EXIT.checksFailed;
}

function prepare(policy: string): Prepared {
  const { filter, diagnostics, texts } = checkPolicyFile(policy);
  const own: TestFile[] = [...texts].map(([path, text]) => ({
    path,
    text,
    tests: (filter?.tests ?? []).filter(({ name }) => name.file.name === path),
  }));
  if (filter === undefined) return { policy, files: own, diagnostics };
  const beside = testFilesOf(policy).map((path) => {
    const text = readFileSync(path, 'utf8');
    return { path, text, ...readTestFile(path, text, filter.plan) };
  });
  return {
    policy,
    filter,
    files: [...own, ...beside],
    diagnostics: [...diagnostics, ...beside.flatMap((file) => file.diagnostics)],
  };
}

/** `policy.test.yaml` and `policy.*.test.yaml` beside `policy.yaml`, but for those of a policy with the longer name. */
function testFilesOf(policy: string): string[] {
  const base = basename(policy).replace(/\.ya?ml$/, '');
  const names = readdirSync(dirname(policy));
  const own = names.filter((name) => {
    const [, tested] = /^(.+)\.test\.ya?ml$/.exec(name) ?? [];
    const other = names.includes(`${tested}.yaml`) || names.includes(`${tested}.yml`);
    return tested === base || (tested?.startsWith(`${base}.`) === true && !other);
  });
  return own.sort().map((name) => join(dirname(policy), name));
}

function runTests({ policy, filter, files }: Prepared): PolicyReport {
  const twin = new Twin(filter!);
  const results = files.flatMap(({ tests }) => tests.map((test, index) => runCase(twin, test, index)));
  const evaluations = results.flatMap(({ evaluation }) => evaluation ?? []);
  return { policy, results, coverage: coverageOf(filter!, evaluations) };
}

/** Rewrites files whose tests failed; says which. */
function update(prepared: readonly Prepared[], reports: readonly PolicyReport[]): number {
  const failed = reports.flatMap(({ results }) => results).filter(({ passed }) => !passed);
  let updated = 0;
  for (const { path, text } of prepared.flatMap(({ files }) => files)) {
    const after = updateExpectations(
      text,
      failed.filter(({ file }) => file === path),
    );
    if (after === text) continue;
    writeFileSync(path, after);
    updated++;
    say(`${path}: updated`);
  }
  return updated;
}

function forTools({ policy, results, coverage }: PolicyReport): object {
  const plain = ({ name, file, line, passed, problem }: CaseResult) => ({ name, file, line, passed, problem });
  return { policy, tests: results.map(plain), coverage };
}
