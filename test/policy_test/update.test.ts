import { expect, test } from 'vitest';
import type { CaseResult } from '../../src/policy_test/run.ts';
import { updateExpectations } from '../../src/policy_test/update.ts';

const seen = (path: readonly string[], actual: unknown): CaseResult => ({
  name: 'one',
  file: 'a.test.yaml',
  line: 2,
  index: 0,
  passed: false,
  problem: '',
  mismatches: [{ path, actual }],
  unwritten: false,
  evaluation: {} as never,
});

const routes = (written: string, actual: unknown): string =>
  updateExpectations(`tests:\n  - name: one\n    expect:\n      ${written}\n      shard: 1\n`, [
    seen(['routes'], actual),
  ])
    .replace('tests:\n  - name: one\n    expect:\n      ', '')
    .replace('\n      shard: 1\n', '');

test.each([
  ['routes: [a, b] # why', ['a', 'c, d'], 'routes: [a, "c, d"] # why'],
  ['routes: [a]', [], 'routes: []'],
  ['routes: []', ['a'], 'routes: [a]'],
  [
    'routes:\n        - a # first\n        # then\n        - b',
    ['a', 'c'],
    'routes:\n        - a # first\n        # then\n        - c',
  ],
  ['routes:\n        - a # first\n        - b', ['c'], 'routes:\n        - c # first'],
  ['routes:\n        - a # first', ['a', 'b'], 'routes:\n        - a # first\n        - b'],
  ['routes:\n      - a\n      - b', [], 'routes:\n      []'],
  ["routes: 'x'", null, 'routes: null'],
])('%j becomes %j', (written, actual, expected) => {
  expect(routes(written, actual)).toBe(expected);
});

test('values that need quotes get them', () => {
  const text = `tests: [{name: one, expect: {fields: {url.path: /a, user.name: "x"}}}]\n`;
  const results = [seen(['fields', 'url.path'], '}, {'), seen(['fields', 'user.name'], 'null')];
  expect(updateExpectations(text, results)).toBe(
    `tests: [{name: one, expect: {fields: {url.path: "}, {", user.name: "null"}}}]\n`,
  );
});

test('objects in lines of their own stay so', () => {
  const text = `tests:\n  - name: one\n    expect:\n      output:\n        http_request:\n          http_method: GET\n`;
  expect(updateExpectations(text, [seen(['output', 'http_request'], { http_method: 'PUT', version: '1.1' })])).toBe(
    text.replace('GET', 'PUT\n          version: "1.1"'),
  );
});
