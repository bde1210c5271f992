import { expect, test } from 'vitest';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { coverageOf } from '../../src/policy_test/coverage.ts';
import { runCase } from '../../src/policy_test/run.ts';
import { Twin } from '../../src/twin.ts';

const POLICY = `auditlb: 1
name: edge
sources: [{name: edge, tag: nginx.*, format: nginx_combined}]
routes:
  - {name: errors, when: 'http.response.status >= 500 || http.response.status == 403 && has(actor.name)'}
tests:
  - name: a refusal
    line: '203.0.113.9 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 403 12 "-" "curl/8.5.0"'
    expect: {routes: [], output: {metadata: {product: {name: NGINX}}}}
`;

function built(text: string): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

test('a test fails if the filter and the reference evaluator differ, whatever it expects', () => {
  const filter = built(POLICY);
  expect(runCase(new Twin(filter), filter.tests[0]!, 0)).toMatchObject({ passed: true, problem: '', line: 7 });
  const { wasm } = built(POLICY.replace('errors', 'other').replace('>= 500', '>= 400'));
  const result = runCase(new Twin({ ...filter, wasm }), filter.tests[0]!, 0);
  expect(result).toMatchObject({ passed: false, mismatches: [], unwritten: false });
  expect(result.problem).toMatch(/^the filter and the reference evaluator differ, .*\n--- reference\n\+\+\+ filter\n/);
  expect(result.problem).toContain('+    "tag": "audit.s0.other"');
});

test('coverage counts routes and the single tests of their conditions', () => {
  const filter = built(POLICY);
  const { evaluation } = runCase(new Twin(filter), filter.tests[0]!, 0);
  expect(coverageOf(filter, [evaluation!, evaluation!])).toEqual({
    routes: [
      {
        name: 'errors',
        taken: 0,
        conditions: [
          { test: 'http.response.status >= 500', held: 0 },
          { test: 'http.response.status == 403', held: 2 },
          { test: 'has(actor.name)', held: 0 },
        ],
      },
    ],
  });
});

test('where nothing says which source is meant, a tag is asked for', () => {
  const twice = built(POLICY.replace('sources: [', 'sources: [{name: kube, tag: kube, format: kubernetes_audit}, '));
  expect(runCase(new Twin(twice), twice.tests[0]!, 0)).toMatchObject({
    passed: false,
    problem: 'name a `tag`: nothing else says which source is meant',
  });
});
