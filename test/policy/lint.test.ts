import { expect, test } from 'vitest';
import { showDiagnostic } from '../../src/diagnostic.ts';
import { buildFilter } from '../../src/filter.ts';

const lint = (text: string): string => {
  const { filter, diagnostics, warnings } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  expect(filter).toBeDefined();
  return warnings.map((each) => showDiagnostic(each, text)).join('\n');
};

const routes = (...conditions: string[]): string =>
  `auditlb: 1\nsources: [{name: a, tag: a, format: nginx_combined}]\nroutes:\n${conditions
    .map((when, i) => `  - {name: r${i}, when: ${JSON.stringify(when)}}\n`)
    .join('')}`;

/** Codes of the warnings, in route order. */
const codes = (...conditions: string[]): string[] =>
  buildFilter({ text: routes(...conditions), file: 'policy.yaml' }).warnings.map(({ code }) => code);

test('what is hardly meant is shown with its place', () => {
  expect(
    lint(`auditlb: 1
sources:
  - {name: all, tag: 'nginx.*', format: nginx_combined}
  - {name: web, tag: nginx.web.*, format: nginx_combined}
routes:
  - {name: siem, when: 'event.outcome == "failure" && event.outcome == "success"', to: siem}
  - {name: errors, when: 'http.response.status >= 500 || has(actor.name)', to: siem}
  - name: again
    when: >-
      has(actor.name) ||
      (http.response.status >= 500)
    to: []
  - {name: every, when: '!(has(src.ip) && !has(src.ip))', to: siem}
destinations:
  siem: {}
  archive: {}
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:4:22: warning: source_unreachable: source \`web\` gets no record: \`all\` takes all its tags
      4 |   - {name: web, tag: nginx.web.*, format: nginx_combined}
        |                      ^^^^^^^^^^^
      help: put it first
    policy.yaml:6:25: warning: never_true: route \`siem\` is never taken: no record makes this true
      6 |   - {name: siem, when: 'event.outcome == "failure" && event.outcome == "success"', to: siem}
        |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: remove it
    policy.yaml:8:11: warning: no_destination: route \`again\` goes nowhere
      8 |   - name: again
        |           ^^^^^
      help: name a destination in \`to\`
    policy.yaml:10:7: warning: same_condition: this is the condition of route \`errors\` too
      10 |       has(actor.name) ||
         |       ^^^^^^^^^^^^^^^^^^
      help: one route may have several destinations: \`to: [a, b]\`
    policy.yaml:13:26: warning: always_true: every record makes this true
      13 |   - {name: every, when: '!(has(src.ip) && !has(src.ip))', to: siem}
         |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: leave \`when\` out
    policy.yaml:16:3: warning: unused_destination: no route goes to \`archive\`
      16 |   archive: {}
         |   ^^^^^^^
      help: remove it, or name it in a route’s \`to\`"
  `);
});

test.each([
  ['false'],
  ['has(src.ip) && !has(src.ip)'],
  ['has(src.ip) && false'],
  ['http.response.status == 200 && http.response.status in [401, 403]'],
  ['http.response.status > 500 && http.response.status < 400'],
  ['actor.name == "a" && actor.name == "b"'],
  ['cidr("10.0.0.0/8").containsIP(src.ip) && src.ip == "192.0.2.1"'],
])('never true: %s', (condition) => {
  expect(codes(condition)).toEqual(['never_true']);
});

test.each([['has(src.ip) || !has(src.ip)'], ['has(src.ip) || true'], ['!(actor.name == "a" && actor.name == "b")']])(
  'always true: %s',
  (condition) => {
    expect(codes(condition)).toEqual(['always_true']);
  },
);

test.each([
  ['true'],
  ['actor.name == "a" || actor.name != "a"'],
  ['http.response.status >= 400 && http.response.status < 500'],
  ['actor.name.startsWith("a") && actor.name.endsWith("b")'],
  ['actor.name.lowerAscii() == "a" && actor.name == "A"'],
  ['cidr("10.0.0.0/8").containsIP(src.ip) && src.ip == "10.0.0.1"'],
  ['url.path in ["/a", "/b"] && url.path in ["/b", "/c"]'],
])('meant: %s', (condition) => {
  expect(codes(condition)).toEqual([]);
});

test('the same condition in other words', () => {
  expect(codes('has(src.ip) && has(src.port)', 'has(src.port) && (has(src.ip))', 'has(src.port)')).toEqual([
    'same_condition',
  ]);
  expect(codes('true', 'true')).toEqual([]);
});
