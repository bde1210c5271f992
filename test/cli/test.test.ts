import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { Workspace } from './cli.ts';

const SHIPPED = readdirSync(join(packageRoot(), 'policies'))
  .filter((name) => !name.endsWith('.test.yaml'))
  .map((name) => `policies/${name}`);

const LOGIN = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"';
const POLICY = `auditlb: 1
name: edge
sources:
  - {name: edge, tag: nginx.*, format: nginx_combined, labels: {service: shop}}
  - {name: kube, tag: kube.audit, format: kubernetes_audit}
shards: {count: 4, by: [actor.name]}
routes:
  - {name: siem, when: 'event.outcome == "failure" && (http.response.status >= 500 || has(actor.name))'}
  - {name: kube, when: 'event.class == "api_activity"'}
  - {name: archive}
`;
const PASSING = `tests:
  - name: a failed login goes to the SIEM
    tag: nginx.access
    line: '${LOGIN}'
    expect:
      status: ok
      format: nginx_combined
      routes: [siem, archive]
      fields: {event.outcome: failure, http.response.status: 401, labels.service: shop, user.name: null}
      output: {actor.user.name: alice, http_request: {http_method: GET}, metadata.labels.0: 'service:shop'}
  - name: what is no log line is kept
    source: edge
    time: 2026-02-03T05:00:00Z
    record: {log: nonsense, pod: web-1}
    expect: {status: failed, error: literal_expected, tag: audit.s0.archive, fields: {time: '2026-02-03T05:00:00.000Z', unmapped.pod: web-1}}
`;
/** Wrong in many ways, and with comments. */
const FAILING = `# Tests of the edge.
tests:
  - name: all of it is wrong # a comment
    tag: nginx.access
    line: '${LOGIN}'
    expect:
      status: partial # it was once
      routes:
        - siem
        # the archive is new
        - kube
      shard: 3
      fields:
        actor.name: bob # who was it
        src.ip: 203.0.113.9
        user.name: root
      output: {http_response.code: 200, http_request: {http_method: POST}}
  - {name: in brackets, source: edge, line: nonsense, expect: {status: ok, routes: [siem]}}
  # Nothing is expected of these yet.
  - name: new
    tag: kube.audit
    line: '{"verb":"get"}'

  - {name: new in brackets, tag: nginx.a, line: '${LOGIN}'} # the end
`;

let work: Workspace;
beforeEach(() => {
  work = new Workspace();
  work.write('policy.yaml', POLICY);
  return () => work.remove();
});

describe('test', () => {
  test('runs the tests in a policy and beside it', async () => {
    work.write('policy.yaml', POLICY + PASSING);
    work.write('policy.more.test.yaml', PASSING);
    work.write('other.test.yaml', 'not looked at');
    work.write('policy.other.yaml', 'auditlb: 1');
    work.write('policy.other.test.yaml', 'not looked at');
    const { code, stdout, stderr } = await work.auditlb(['test', 'policy.yaml']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "policy.yaml
        ✓ a failed login goes to the SIEM
        ✓ what is no log line is kept
        ✓ a failed login goes to the SIEM
        ✓ what is no log line is kept

        coverage: 2 of 3 routes taken, 2 of 4 conditions true
          route kube was never taken
          route siem: http.response.status >= 500 was never true
          route kube: event.class == "api_activity" was never true

      4 tests passed
      "
    `);
  });

  test('shows what differs', async () => {
    work.write('policy.test.yaml', FAILING);
    const { code, stdout } = await work.auditlb(['test', 'policy.yaml']);
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "policy.yaml
        ✗ all of it is wrong (policy.test.yaml:3)
            --- expected
            +++ seen
            @@ -1,13 +1,13 @@
            -status: partial
            -shard: 3
            +status: ok
            +shard: 1
             routes:
               - siem
            -  - kube
            +  - archive
             fields:
            -  actor.name: bob
            +  actor.name: alice
               src.ip: 203.0.113.9
            -  user.name: root
            +  user.name: null
             output:
            -  http_response.code: 200
            +  http_response.code: 401
               http_request:
            -    http_method: POST
            +    http_method: GET
        ✗ in brackets (policy.test.yaml:18)
            --- expected
            +++ seen
            @@ -1,3 +1,3 @@
            -status: ok
            +status: failed
             routes:
            -  - siem
            +  - archive
        ✗ new (policy.test.yaml:20)
            it expects nothing; --update writes what is seen
        ✗ new in brackets (policy.test.yaml:24)
            it expects nothing; --update writes what is seen

        coverage: 3 of 3 routes taken, 3 of 4 conditions true
          route siem: http.response.status >= 500 was never true

      4 tests failed
      "
    `);
  });

  test('writes what is seen, and nothing else changes', async () => {
    work.write('policy.test.yaml', FAILING);
    const { code, stdout, stderr } = await work.auditlb(['test', '--update', 'policy.yaml']);
    expect(stderr).toBe('policy.test.yaml: updated\n');
    expect(readFileSync(work.path('policy.test.yaml'), 'utf8')).toMatchInlineSnapshot(`
      "# Tests of the edge.
      tests:
        - name: all of it is wrong # a comment
          tag: nginx.access
          line: '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"'
          expect:
            status: ok # it was once
            routes:
              - siem
              # the archive is new
              - archive
            shard: 1
            fields:
              actor.name: alice # who was it
              src.ip: 203.0.113.9
              user.name: null
            output: {http_response.code: 401, http_request: {http_method: GET}}
        - {name: in brackets, source: edge, line: nonsense, expect: {status: failed, routes: [archive]}}
        # Nothing is expected of these yet.
        - name: new
          tag: kube.audit
          line: '{"verb":"get"}'
          expect: {status: ok, format: kubernetes_audit, routes: [kube, archive], shard: 0, tag: audit.s0.kube.archive}

        - {name: new in brackets, tag: nginx.a, line: '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"', expect: {status: ok, format: nginx_combined, routes: [siem, archive], shard: 1, tag: audit.s1.siem.archive}} # the end
      "
    `);
    expect(stdout).toContain('4 tests passed');
    expect(code).toBe(0);
    const again = await work.auditlb(['test', '--update', 'policy.yaml']);
    expect(again).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('updates tests inside a policy', async () => {
    work.write('policy.yaml', POLICY + PASSING.replace('routes: [siem, archive]', 'routes: [ kube ]   # which'));
    expect((await work.auditlb(['test', '-u', 'policy.yaml'])).code).toBe(0);
    const expected = PASSING.replace('routes: [siem, archive]', 'routes: [siem, archive]   # which');
    expect(readFileSync(work.path('policy.yaml'), 'utf8')).toBe(POLICY + expected);
  });

  test('reports as TAP, JUnit and JSON', async () => {
    work.write('policy.test.yaml', FAILING.replace('- name: new\n', '- name: "<new> & #1"\n'));
    const tap = await work.auditlb(['test', '--reporter', 'tap', 'policy.yaml']);
    expect(tap.code).toBe(2);
    expect(tap.stdout.split('\n').filter((line) => !line.startsWith(' '))).toMatchInlineSnapshot(`
      [
        "TAP version 14",
        "1..4",
        "not ok 1 - policy.yaml: all of it is wrong",
        "not ok 2 - policy.yaml: in brackets",
        "not ok 3 - policy.yaml: <new> & \\#1",
        "not ok 4 - policy.yaml: new in brackets",
        "",
      ]
    `);
    const junit = await work.auditlb(['test', '--reporter', 'junit', 'policy.yaml']);
    expect(junit.stdout).toContain('<testsuite name="policy.yaml" tests="4" failures="4">');
    expect(junit.stdout).toContain('name="&lt;new&gt; &amp; #1" classname="policy.yaml" file="policy.test.yaml"');
    const json = JSON.parse((await work.auditlb(['test', '--json', 'policy.yaml'])).stdout) as object[];
    expect(json).toMatchObject([
      {
        policy: 'policy.yaml',
        tests: [{ name: 'all of it is wrong', file: 'policy.test.yaml', line: 3, passed: false }, {}, {}, {}],
        coverage: { routes: [{ name: 'siem', taken: 2 }, { name: 'kube' }, { name: 'archive', taken: 4 }] },
      },
    ]);
  });

  test('finds faults in tests before anything runs', async () => {
    work.write(
      'policy.test.yaml',
      `tests:
  - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
  - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
`,
    );
    const { code, stdout, stderr } = await work.auditlb(['test', 'policy.yaml']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "policy.test.yaml:2:12: test_input: a test has a \`line\` or a \`record\`, one of them
        2 |   - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
          |            ^
      policy.test.yaml:2:31: test_input: a test has a \`tag\` or a \`source\`, not both
        2 |   - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
          |                               ^^^^
      policy.test.yaml:2:31: unknown_source: unknown source \`edgy\`
        2 |   - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
          |                               ^^^^
        help: did you mean \`edge\`?
      policy.test.yaml:2:76: unknown_route: unknown route \`seim\`
        2 |   - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
          |                                                                            ^^^^
        help: did you mean \`siem\`?
      policy.test.yaml:2:92: unknown_field: unknown field \`actor.nam\`
        2 |   - {name: a, tag: x, source: edgy, line: x, record: {}, expect: {routes: [seim], fields: {actor.nam: x}}}
          |                                                                                            ^^^^^^^^^
        help: did you mean \`actor.name\`?
      policy.test.yaml:3:12: duplicate_name: test \`a\` is there twice
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |            ^
        help: rename one of them
      policy.test.yaml:3:12: test_input: a test has a \`line\` or a \`record\`, one of them
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |            ^
      policy.test.yaml:3:21: invalid_time: \`noon\` is not valid here
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |                     ^^^^
        help: write it like \`2026-02-03T04:05:06Z\`
      policy.test.yaml:3:44: invalid_value: \`fine\` is not valid here
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |                                            ^^^^
        help: one of \`ok\`, \`partial\`, \`failed\`
      policy.test.yaml:3:58: unknown_format: unknown format \`nginx\`
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |                                                          ^^^^^
      policy.test.yaml:3:65: unknown_key: unknown key \`shards\`
        3 |   - {name: a, time: noon, expect: {status: fine, format: nginx, shards: 1}}
          |                                                                 ^^^^^^
        help: did you mean \`shard\`?
      11 errors
      "
    `);
  });

  test('asks for tests where there are none', async () => {
    const { code, stderr } = await work.auditlb(['test', 'policy.yaml']);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: no tests for \`policy.yaml\`
        help: write \`tests:\` into the policy, or a file beside it
      "
    `);
  });

  test.each([...SHIPPED, 'samples/policy.yaml'])('passes for %s', async (policy) => {
    const { code, stdout, stderr } = await work.auditlb(['test', join(packageRoot(), policy)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/was never/);
  });
});
