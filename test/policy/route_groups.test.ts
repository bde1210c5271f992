import { describe, expect, test } from 'vitest';
import { configure } from '../../src/collector/read_delivery.ts';
import { showDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { buildFilter } from '../../src/filter.ts';
import { hostRecord, lineRecord, TEST_TIME } from '../../src/run/record.ts';
import { policyOf } from '../../src/testing/index.ts';
import { Twin } from '../../src/twin.ts';

const HEAD = 'auditlb: 1\nsources: [{name: web, tag: web, format: nginx_combined}]\n';
const LINE = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin HTTP/1.1" 502 0 "-" "curl"';
const GROUPS = `routes:
  - {name: first, to: archive}
  - group: web
    when: url.path.startsWith("/admin")
    to: siem
    priority: high
    retention: 400d
    routes:
      - {name: all}
      - group: broken
        when: http.response.status >= 500 || http.response.status == 418
        to: [siem, pager]
        evidence: true
        routes:
          - {name: named, when: has(actor.name)}
          - {name: anyone, when: '!has(actor.name)', to: archive, priority: low, evidence: false}
  - {name: last, when: has(src.ip), to: archive}
destinations:
  siem: {http: {nodes: https://siem.example.net}}
  pager: {stdout: true}
  archive: {file: /var/log/audit.log}
`;

const said = (body: string): string => {
  const { diagnostics, warnings } = buildFilter({ text: HEAD + body, file: 'policy.yaml' });
  return [...diagnostics, ...warnings].map((each) => showDiagnostic(each, HEAD + body)).join('\n');
};

describe('groups of routes', () => {
  test('ask for their condition beside those of their routes', () => {
    const seen = policyOf(HEAD + GROUPS);
    const routes = (line: string) => seen.line(line).routes;
    expect(routes(LINE)).toEqual(['first', 'all', 'named', 'last']);
    expect(routes(LINE.replace('502', '418').replace('alice', '-'))).toEqual(['first', 'all', 'anyone', 'last']);
    expect(routes(LINE.replace('502', '200'))).toEqual(['first', 'all', 'last']);
    expect(routes(LINE.replace('/admin', '/'))).toEqual(['first', 'last']);
  });

  test('give their routes what these do not say themselves', () => {
    const { filter, diagnostics } = buildFilter({ text: HEAD + GROUPS, file: 'policy.yaml' });
    expect(diagnostics).toEqual([]);
    expect(filter!.plan.routes).toMatchObject([
      { name: 'first', when: 'true', destinations: ['archive'] },
      { name: 'all', when: '(url.path.startsWith("/admin"))', destinations: ['siem'] },
      {
        name: 'named',
        when: '(url.path.startsWith("/admin")) && (http.response.status >= 500 || http.response.status == 418) && (has(actor.name))',
        destinations: ['siem', 'pager'],
        evidence: true,
      },
      { name: 'anyone', destinations: ['archive'] },
      { name: 'last', when: 'has(src.ip)' },
    ]);
    expect(filter!.plan.routes[3]).not.toHaveProperty('evidence');
    const { result } = configure({ text: HEAD + GROUPS, file: 'policy.yaml' }, (delivery) => delivery.destinations);
    expect(result!.made).toMatchObject([
      { routes: ['all', 'named'], priority: 'high', retentionDays: 400, evidence: true },
      { routes: ['named'], priority: 'high', retentionDays: 400, evidence: true },
      { routes: ['first', 'anyone', 'last'], priority: 'normal', retentionDays: 400, evidence: false },
    ]);
  });

  test('are named in explanations', () => {
    const { filter } = buildFilter({ text: HEAD + GROUPS, file: 'policy.yaml' });
    const record = hostRecord(lineRecord(LINE.replace('502', '404'), 'log'), 'web', new Date(TEST_TIME));
    const { routes } = explain(new Twin(filter!), record);
    expect(routes[1]).toMatchObject({ holds: true, reasons: [{ where: 'group web', actual: '/admin' }] });
    expect(routes[2]).toMatchObject({ holds: false, near: false });
    expect(routes[2]!.reasons).toEqual([
      {
        test: 'http.response.status >= 500',
        holds: false,
        where: 'group broken',
        field: 'http.response.status',
        actual: 404,
      },
      {
        test: 'http.response.status == 418',
        holds: false,
        where: 'group broken',
        field: 'http.response.status',
        actual: 404,
      },
    ]);
  });
});

test('faults of a group are told once, where they stand', () => {
  expect(
    said(`routes:
  - group: web
    when: url.pth == "/"
    routes: [{name: a}, {name: b, when: has(actr.name)}, {name: c, to: nowhere}]
  - {group: web, when: has(src.ip), routes: []}
  - {group: Other, routes: [{name: a}]}
  - {group: third, prio: high}
destinations: {a: {}, b: {}}
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:5:11: unknown_field: unknown field \`url.pth\`
      5 |     when: url.pth == "/"
        |           ^^^^^^^
      help: did you mean \`url.path\`?
    policy.yaml:6:41: unknown_field: unknown field \`actr.name\`
      6 |     routes: [{name: a}, {name: b, when: has(actr.name)}, {name: c, to: nowhere}]
        |                                         ^^^^^^^^^^^^^^
      help: did you mean \`actor.name\`?
    policy.yaml:6:72: unknown_destination: unknown destination \`nowhere\`
      6 |     routes: [{name: a}, {name: b, when: has(actr.name)}, {name: c, to: nowhere}]
        |                                                                        ^^^^^^^
      help: add it to \`destinations\`
    policy.yaml:7:45: list_empty: the list is empty
      7 |   - {group: web, when: has(src.ip), routes: []}
        |                                             ^^
    policy.yaml:8:13: invalid_name: \`Other\` is not valid here
      8 |   - {group: Other, routes: [{name: a}]}
        |             ^^^^^
      help: a group’s name is 1 to 40 of \`a\`-\`z\`, \`0\`-\`9\`, \`_\`
    policy.yaml:9:5: missing_key: key \`routes\` is missing
      9 |   - {group: third, prio: high}
        |     ^
    policy.yaml:9:20: unknown_key: unknown key \`prio\`
      9 |   - {group: third, prio: high}
        |                    ^^^^
      help: known here: \`group\`, \`when\`, \`to\`, \`evidence\`, \`priority\`, \`retention\`, \`routes\`"
  `);
});

test('what is hardly meant is told of routes in groups too', () => {
  expect(
    said(`routes:
  - group: web
    when: http.response.status >= 500
    routes: [{name: a}, {name: b}, {name: c, when: http.response.status < 500}]
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:6:32: warning: same_condition: this is the condition of route \`a\` too
      6 |     routes: [{name: a}, {name: b}, {name: c, when: http.response.status < 500}]
        |                                ^
      help: one route may have several destinations: \`to: [a, b]\`
    policy.yaml:6:52: warning: never_true: route \`c\` is never taken: no record makes this true
      6 |     routes: [{name: a}, {name: b}, {name: c, when: http.response.status < 500}]
        |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: remove it"
  `);
});
