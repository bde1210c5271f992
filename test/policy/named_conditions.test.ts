import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/cli/explain_text.ts';
import { showDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { hostRecord, lineRecord, TEST_TIME } from '../../src/run/record.ts';
import { policyOf } from '../../src/testing/index.ts';
import { Twin } from '../../src/twin.ts';

const HEAD = 'auditlb: 1\nsources: [{name: web, tag: web, format: nginx_combined}]\n';
const LINE = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin HTTP/1.1" 502 0 "-" "curl"';

const said = (body: string): string => {
  const { diagnostics, warnings } = buildFilter({ text: HEAD + body, file: 'policy.yaml' });
  return [...diagnostics, ...warnings].map((each) => showDiagnostic(each, HEAD + body)).join('\n');
};

function built(body: string): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text: HEAD + body, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

const NAMED = `conditions:
  broken: http.response.status >= 500
  is_admin: has(actor.name) && url.path.startsWith("/admin")
  bad_admin: is_admin && broken
`;

describe('named conditions', () => {
  test('hold wherever a condition stands, as if they were written there', () => {
    const seen = policyOf(`${HEAD}${NAMED}routes:
  - {name: one, when: bad_admin}
  - {name: two, when: 'is_admin && !broken'}
  - {name: three, when: '!is_admin || broken ? src.ip == "203.0.113.9" : broken'}
redact:
  - {name: agents, fields: http.request.user_agent, with: mask, when: bad_admin}
sample:
  - {name: noise, when: '!bad_admin', drop: true}
`);
    expect(seen.line(LINE)).toMatchObject({
      routes: ['one', 'three'],
      fields: { 'http.request.user_agent': '[redacted]' },
    });
    expect(seen.line(LINE.replace('502', '200')).kind).toBe('dropped');
  });

  test('give the same table as the text they stand for', () => {
    const named = built(`${NAMED}routes: [{name: r, when: bad_admin}]\n`);
    const plain = built(
      'routes: [{name: r, when: \'has(actor.name) && url.path.startsWith("/admin") && http.response.status >= 500\'}]\n',
    );
    expect(named.wasm.length - plain.wasm.length).toBeLessThan(16);
    expect(named.plan.hash).not.toBe(plain.plan.hash);
  });

  test('change the hash of the policy with their text', () => {
    const hash = (limit: number) =>
      built(`conditions: {broken: http.response.status >= ${limit}}\nroutes: [{name: r, when: broken}]\n`).plan.hash;
    expect(hash(500)).not.toBe(hash(501));
  });

  test('are named in explanations, near misses too', () => {
    const filter = built(`${NAMED}routes: [{name: r, when: bad_admin && src.ip == "192.0.2.1"}]\n`);
    const record = hostRecord(lineRecord(LINE, 'log'), 'web', new Date(TEST_TIME));
    expect(explain(new Twin(filter), record).routes[0]).toMatchObject({
      near: true,
      reasons: [{ test: 'src.ip == "192.0.2.1"', actual: '203.0.113.9' }],
    });
    const other = hostRecord(lineRecord(LINE.replace('/admin', '/'), 'log'), 'web', new Date(TEST_TIME));
    const missed = built(`${NAMED}routes: [{name: r, when: bad_admin}]\n`);
    expect(explain(new Twin(missed), other).routes[0]).toMatchObject({
      near: true,
      reasons: [{ test: 'url.path.startsWith("/admin")', where: 'condition is_admin', holds: false, actual: '/' }],
    });
    expect(explainText(explain(new Twin(missed), other), 120)).toContain(
      '  r: not taken, a near miss\n    url.path.startsWith("/admin") is false: it is /, in condition is_admin\n',
    );
  });
});

test('faults stand where the text stands', () => {
  expect(
    said(`conditions:
  broken: http.response.stats >= 500
  time: has(src.ip)
  in: has(src.ip)
  No: has(src.ip)
  first: second || has(src.ip)
  second: >-
    has(actor.name) &&
    (third || first)
  third: third
routes:
  - {name: a, when: 'broken && first'}
  - {name: b, when: 'brokn'}
  - {name: c, when: 'broken == true'}
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:4:11: unknown_field: unknown field \`http.response.stats\`
      4 |   broken: http.response.stats >= 500
        |           ^^^^^^^^^^^^^^^^^^^
      help: did you mean \`http.response.status\`?
    policy.yaml:5:3: name_taken: \`time\` is a word fields begin with
      5 |   time: has(src.ip)
        |   ^^^^
      help: call it \`is_time\`
    policy.yaml:6:3: name_taken: \`in\` is a word CEL has
      6 |   in: has(src.ip)
        |   ^^
      help: call it \`is_in\`
    policy.yaml:7:3: invalid_name: \`No\` is not valid here
      7 |   No: has(src.ip)
        |   ^^
      help: a condition’s name is 1 to 40 of \`a\`-\`z\`, \`0\`-\`9\`, \`_\`, a letter first
    policy.yaml:11:15: condition_cycle: condition \`first\` leads back to itself: \`first\` → \`second\` → \`first\`
      11 |     (third || first)
         |               ^^^^^
    policy.yaml:12:10: condition_cycle: condition \`third\` leads back to itself: \`third\` → \`third\`
      12 |   third: third
         |          ^^^^^
    policy.yaml:15:22: unknown_field: unknown field \`brokn\`
      15 |   - {name: b, when: 'brokn'}
         |                      ^^^^^
      help: did you mean \`broken\`?
    policy.yaml:16:22: not_a_field: \`broken\` is a condition, no field
      16 |   - {name: c, when: 'broken == true'}
         |                      ^^^^^^
      help: write \`broken\` or \`!broken\`"
  `);
});

test('another fault does not hide the labels of the sources', () => {
  const text = `auditlb: 1
sources: [{name: web, tag: web, format: nginx_combined, labels: {team: shop}}]
conditions: {ours: labels.team == "shop"}
routes: [{name: a, when: ours, to: nowhere}]
destinations: {a: {}}
`;
  const { diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics.map(({ code }) => code)).toEqual(['unknown_destination']);
});

test('patterns that cannot be compiled are shown in the condition that has them', () => {
  expect(
    said(`conditions:
  odd: url.path.matches("(?<=a)b")
routes: [{name: a, when: odd}]
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:4:8: pattern: pattern \`(?<=a)b\` cannot be compiled: lookaround and word boundaries are not regular
      4 |   odd: url.path.matches("(?<=a)b")
        |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: write a simpler one, or \`contains\`"
  `);
});

test('what nothing asks for is warned of', () => {
  expect(
    said(`conditions: {used: has(src.ip), by_unused: has(actor.name), unused: by_unused}
routes: [{name: a, when: used}]
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:3:33: warning: unused_condition: nothing asks for condition \`by_unused\`
      3 | conditions: {used: has(src.ip), by_unused: has(actor.name), unused: by_unused}
        |                                 ^^^^^^^^^
      help: remove it, or write its name into a \`when\`
    policy.yaml:3:61: warning: unused_condition: nothing asks for condition \`unused\`
      3 | conditions: {used: has(src.ip), by_unused: has(actor.name), unused: by_unused}
        |                                                             ^^^^^^
      help: remove it, or write its name into a \`when\`"
  `);
});
