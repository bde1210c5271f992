import { stringify } from 'yaml';
import type { Coverage } from '../policy_test/coverage.ts';
import type { CaseResult } from '../policy_test/run.ts';
import { counted, paint } from './terminal.ts';

/** What came of the tests of one policy. */
export interface PolicyReport {
  readonly policy: string;
  readonly results: readonly CaseResult[];
  readonly coverage: Coverage;
}

export const REPORTERS = ['pretty', 'tap', 'junit'] as const;
export type Reporter = (reports: readonly PolicyReport[]) => string;

const indent = (text: string, by: string): string => text.trimEnd().replace(/^(?=.)/gm, by);
const green = (text: string): string => paint(process.stdout, 'green', text);
const red = (text: string): string => paint(process.stdout, 'red', text);
const dim = (text: string): string => paint(process.stdout, 'dim', text);

/** For people: every test, diffs of what differs, coverage. */
function pretty(reports: readonly PolicyReport[]): string {
  const all = reports.flatMap(({ results }) => results);
  const failed = all.filter(({ passed }) => !passed).length;
  const counts = [counted(all.length - failed, 'test', 'passed'), counted(failed, 'test', 'failed')].filter(Boolean);
  return [...reports.map(prettyPolicy), (failed > 0 ? red : green)(counts.join(', '))].join('\n\n');
}

function prettyPolicy({ policy, results, coverage }: PolicyReport): string {
  const tests = results.map((result) => {
    if (result.passed) return `  ${green('✓')} ${result.name}`;
    const diff = indent(result.problem, '      ')
      .replace(/^ +\+.*$/gm, green)
      .replace(/^ +-.*$/gm, red);
    return `  ${red('✗')} ${result.name} ${dim(`(${result.file}:${result.line})`)}\n${diff}`;
  });
  return [paint(process.stdout, 'bold', policy), ...tests, ...coverageLines(coverage)].join('\n');
}

function coverageLines({ routes }: Coverage): string[] {
  const conditions = routes.flatMap((route) =>
    route.conditions.map((condition) => ({ ...condition, route: route.name })),
  );
  const never = routes.filter(({ taken }) => taken === 0).map(({ name }) => `    route ${name} was never taken`);
  const untrue = conditions
    .filter(({ held }) => held === 0)
    .map((each) => `    route ${each.route}: ${each.test} was never true`);
  const taken = `${routes.length - never.length} of ${routes.length} routes taken`;
  const held = `${conditions.length - untrue.length} of ${conditions.length} conditions true`;
  return ['', `  coverage: ${taken}, ${held}`, ...never.map(dim), ...untrue.map(dim)];
}

/** https://testanything.org/tap-version-14-specification.html */
function tap(reports: readonly PolicyReport[]): string {
  const all = reports.flatMap(({ policy, results }) => results.map((result) => ({ policy, result })));
  const lines = all.map(({ policy, result }, i) => {
    const name = `${policy}: ${result.name}`.replace(/[\\#]/g, '\\$&').replaceAll('\n', ' ');
    const { file, line, problem } = result;
    const about = { message: 'not as expected', at: { file, line }, diff: problem };
    const detail = `  ---\n${indent(toYaml(about), '  ')}\n  ...`;
    return `${result.passed ? '' : 'not '}ok ${i + 1} - ${name}${result.passed ? '' : `\n${detail}`}`;
  });
  return ['TAP version 14', `1..${all.length}`, ...lines].join('\n');
}

const toYaml = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** The schema most build servers read. */
function junit(reports: readonly PolicyReport[]): string {
  const suites = reports.map(({ policy, results }) => {
    const failures = results.filter(({ passed }) => !passed).length;
    const cases = results.map((result) => {
      const attributes = `name=${quoted(result.name)} classname=${quoted(policy)} file=${quoted(result.file)}`;
      if (result.passed) return `    <testcase ${attributes}/>`;
      const failure = `<failure message="not as expected">${escaped(result.problem)}</failure>`;
      return `    <testcase ${attributes}>${failure}</testcase>`;
    });
    const head = `  <testsuite name=${quoted(policy)} tests="${results.length}" failures="${failures}">`;
    return [head, ...cases, '  </testsuite>'].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>'].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no place for other control characters. */
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ENTITIES[c]!).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
const quoted = (text: string): string => `"${escaped(text).replaceAll('\n', '&#10;')}"`;

export const REPORTER_OF: Readonly<Record<(typeof REPORTERS)[number], Reporter>> = { pretty, tap, junit };
