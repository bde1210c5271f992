import { compareDiagnostics, type Diagnostic, suggest } from '../diagnostic.ts';
import { reportTwice } from './compile_sources.ts';
import { loadYaml } from './document/load.ts';
import { SourceFile } from './document/source_file.ts';
import { type TestDocument, testFile } from './document/test_document.ts';
import type { Text } from './document/text.ts';
import { FIELD_BY_PATH } from './fields.ts';
import type { Plan } from './plan.ts';

/** What tests may name of a policy. */
export type TestedPolicy = Pick<Plan, 'sources' | 'routes' | 'formats' | 'labels' | 'sample'>;

/** Reports what tests name and the policy does not have. */
export function checkTests(tests: readonly TestDocument[], policy: TestedPolicy): void {
  reportTwice(
    tests.map(({ name }) => name),
    'test',
  );
  for (const test of tests) {
    checkInput(test);
    const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
    if (test.source !== undefined) checkName(test.source, 'source', names(policy.sources));
    const { routes = [], format, dropped, fields = [] } = test.expect ?? {};
    for (const route of routes) checkName(route, 'route', names(policy.routes));
    if (format !== undefined) checkName(format, 'format', names(policy.formats));
    if (dropped !== undefined) checkName(dropped, 'rule', names(policy.sample ?? []));
    const paths = [...FIELD_BY_PATH.keys(), ...policy.labels.map((label) => `labels.${label}`)];
    for (const { key } of fields) if (!key.value.startsWith('unmapped.')) checkName(key, 'field', paths);
  }
}

function checkInput({ name, line, record, tag, source }: TestDocument): void {
  if ((line === undefined) === (record === undefined))
    name.report('test_input', 'a test has a `line` or a `record`, one of them');
  if (tag !== undefined && source !== undefined)
    source.report('test_input', 'a test has a `tag` or a `source`, not both');
}

function checkName(name: Text, what: string, known: readonly string[]): void {
  if (known.includes(name.value)) return;
  const near = suggest(name.value, known);
  name.report(`unknown_${what}`, `unknown ${what} \`${name.value}\``, near && `did you mean \`${near}\`?`);
}

/** Tests in a file of their own. */
export function readTestFile(
  name: string,
  text: string,
  policy: TestedPolicy,
): { readonly tests: readonly TestDocument[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const file = new SourceFile(name, text, diagnostics);
  const loaded = loadYaml(file);
  const tests = (loaded && testFile.read(loaded.root, { file, document: loaded.document })?.tests) ?? [];
  checkTests(tests, policy);
  return { tests, diagnostics: diagnostics.sort(compareDiagnostics) };
}
