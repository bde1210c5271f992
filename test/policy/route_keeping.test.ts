import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/cli/explain_text.ts';
import { keepingLines } from '../../src/collector/keeping.ts';
import { configure } from '../../src/collector/read_delivery.ts';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { runCase } from '../../src/policy_test/run.ts';
import { hostRecord, lineRecord, TEST_TIME } from '../../src/run/record.ts';
import { policyOf } from '../../src/testing/index.ts';
import { Twin } from '../../src/twin.ts';

const HEAD = 'auditlb: 1\nsources: [{name: web, tag: web, format: nginx_combined}]\n';
const line = (status: number, path = '/', user = 'alice') =>
  `203.0.113.9 - ${user} [03/Feb/2026:04:05:06 +0000] "GET ${path} HTTP/1.1" ${status} 0 "-" "curl"`;
const ROUTES = `routes:
  - {name: errors, when: http.response.status >= 500, priority: high, retention: 30d}
  - {name: admin, when: url.path.startsWith("/admin"), retention: {days: 400, legal_hold: true}}
  - {name: held, when: url.path == "/held", retention: {legal_hold: true}}
  - {name: noise, when: url.path == "/health", priority: low}
  - {name: rest, when: '!url.path.startsWith("/health") && url.path != "/none"', retention: 2w}
`;

function built(body: string): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text: HEAD + body, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

describe('priority and retention', () => {
  test.each(['ocsf', 'ecs', 'otel'])('are in the record: the most its routes ask for, in %s', (schema) => {
    const seen = policyOf(`${HEAD}schema: ${schema}\n${ROUTES}`);
    const asked = (text: string) => {
      const { output, priority, retention } = seen.line(text);
      expect(output.auditlb).toMatchObject({ ...(priority && { priority }), ...(retention && { retention }) });
      return { priority, retention };
    };
    expect(asked(line(502))).toEqual({ priority: 'high', retention: { days: 30 } });
    expect(asked(line(502, '/admin'))).toEqual({ priority: 'high', retention: { days: 400, legal_hold: true } });
    expect(asked(line(200, '/held'))).toEqual({ priority: 'normal', retention: { days: 14, legal_hold: true } });
    expect(asked(line(200, '/health'))).toEqual({ priority: 'low' });
    expect(asked(line(200, '/none'))).toEqual({});
    expect(seen.line('not a line of nginx')).toMatchObject({ status: 'failed', retention: undefined });
  });

  test('are no part of records of policies that ask for neither', () => {
    const { output } = policyOf(`${HEAD}routes: [{name: a, evidence: true}]\n`).line(line(200));
    expect(output.auditlb).not.toHaveProperty('priority');
    expect(output.auditlb).not.toHaveProperty('retention');
  });

  test('are the same in the filter and in the reference, whatever routes are taken', () => {
    const names = ['a', 'b', 'c', 'd'];
    // Route `i` takes the statuses that have bit `i`.
    const statusesOf = (i: number) => [...Array(16).keys()].filter((n) => (n >> i) & 1).map((n) => n + 200);
    const routes = fc.tuple(
      ...names.map((name, i) =>
        fc.record({
          name: fc.constant(name),
          when: fc.constant(`http.response.status in [${statusesOf(i)}]`),
          priority: fc.constantFrom(undefined, 'high', 'normal', 'low'),
          retention: fc.constantFrom(
            undefined,
            '1d',
            '100y',
            { days: 36600 },
            { legal_hold: true },
            { days: 7, legal_hold: true },
          ),
        }),
      ),
    );
    fc.assert(
      fc.property(routes, (each) => {
        const twin = new Twin(built(`routes: ${JSON.stringify(each)}\n`));
        for (let status = 200; status < 216; status++) {
          const record = hostRecord(lineRecord(line(status), 'log'), 'web', new Date(TEST_TIME));
          expect(twin.run(record).differ).toBe(false);
        }
      }),
      { numRuns: 12 },
    );
  });

  test('of routes sampling takes the record from do not count', () => {
    const seen = policyOf(`${HEAD}routes:
  - {name: a, priority: high, retention: {days: 9, legal_hold: true}}
  - {name: b, priority: low, retention: 3d, evidence: true}
sample: [{name: all, when: 'true', drop: true}]
`);
    expect(seen.line(line(200))).toMatchObject({ routes: ['b'], priority: 'low', retention: { days: 3 } });
  });

  test('are explained, of each route and of the record', () => {
    const record = hostRecord(lineRecord(line(502, '/admin'), 'log'), 'web', new Date(TEST_TIME));
    const explanation = explain(new Twin(built(ROUTES)), record);
    expect(explanation).toMatchObject({ priority: 'high', retention: { days: 400, legal_hold: true } });
    expect(explanation.routes[0]).toMatchObject({ priority: 'high', retention: { days: 30 } });
    const text = explainText(explanation, 120);
    expect(text).toMatch(/retention +400 days, legal hold\n/);
    expect(text).toContain('admin: taken, to admin, priority normal, kept 400 days, legal hold');
  });

  test('can be expected by tests', () => {
    const filter = built(`${ROUTES}tests:
  - {name: held, line: '${line(502, '/admin')}', expect: {priority: high, retention: {days: 400, legal_hold: true}}}
  - {name: plain, line: '${line(502)}', expect: {priority: low, retention: {days: 30, legal_hold: false}}}
`);
    const problems = filter.tests.map((each, i) => runCase(new Twin(filter), each, i).mismatches);
    expect(problems).toEqual([[], [{ path: ['priority'], expected: 'low', actual: 'high' }]]);
  });
});

test('what is no retention is refused', () => {
  const { diagnostics } = buildFilter({
    text: `${HEAD}routes:
  - {name: a, retention: 400}
  - {name: b, retention: 101y}
  - {name: c, retention: {days: 0}}
  - {name: d, retention: {hold: true}}
  - {name: e, retention: {}}
`,
    file: 'policy.yaml',
  });
  expect(diagnostics.map(formatDiagnostic).join('\n')).toMatchInlineSnapshot(`
    "policy.yaml:4:26: wrong_type: expected text, found number \`400\`
    policy.yaml:5:26: invalid_retention: \`101y\` is not valid here
      help: a hundred years are the most
    policy.yaml:6:26: invalid_retention: it says neither \`days\` nor \`legal_hold: true\`
    policy.yaml:6:33: invalid_value: \`0\` is not valid here
      help: write a whole number from 1 to 36600
    policy.yaml:7:26: invalid_retention: it says neither \`days\` nor \`legal_hold: true\`
    policy.yaml:7:27: unknown_key: unknown key \`hold\`
      help: known here: \`days\`, \`legal_hold\`
    policy.yaml:8:26: invalid_retention: it says neither \`days\` nor \`legal_hold: true\`"
  `);
});

test('configurations say what has to be done where records are stored', () => {
  const text = `${HEAD}routes:
  - {name: a, retention: {days: 400, legal_hold: true}}
  - {name: b, retention: 30d, to: [a, b]}
destinations:
  a: {s3: {bucket: audit, region: eu-west-1, object_lock: true}}
  b: {s3: {bucket: other, region: eu-west-1}}
`;
  const { result } = configure({ text, file: 'policy.yaml' }, ({ destinations }) => destinations);
  expect(result!.made.map((each) => keepingLines(each))).toMatchInlineSnapshot(`
    [
      [
        "To be kept for 400 days: set this where it is stored.",
        "aws s3api put-object-lock-configuration --bucket audit --object-lock-configuration '{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"COMPLIANCE","Days":400}}}'",
        "Under legal hold: what has \`auditlb.retention.legal_hold\` must not be deleted, whatever the days say.",
      ],
      [
        "To be kept for 30 days: set this where it is stored.",
      ],
    ]
  `);
});
