import { afterAll, expect, test } from 'vitest';
import { Workspace } from './cli.ts';

const POLICY = `auditlb: 1
name: edge
sources:
  - {name: edge, tag: nginx.*, format: [aws_alb, nginx_combined], labels: {service: shop}}
  - {name: kube, tag: kube.audit, format: kubernetes_audit, line: message}
shards: {count: 4, by: [actor.name, src.ip]}
routes:
  - {name: siem, when: 'event.outcome == "failure" && http.response.status >= 500'}
  - {name: archive, when: 'event.class != "health_check"', to: [archive, siem]}
`;
const LINE = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"';

const work = new Workspace();
work.write('policy.yaml', POLICY);
afterAll(() => work.remove());

const explain = (args: readonly string[], input = '') =>
  work.auditlb(['explain', '--policy', 'policy.yaml', '--time', '2026-02-03T05:00:00Z', ...args], input);

const steady = (text: string): string => text.replace(/edge [0-9a-f]{16}/, 'edge <hash>');

test('a line is explained for people', async () => {
  const { code, stdout, stderr } = await explain(['--source', 'edge', LINE]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(steady(stdout.slice(0, stdout.indexOf('\nevent')))).toMatchInlineSnapshot(`
    "line
      203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"
      1^^^^^^^^^^   2^^^^  3^^^^^^^^^^^^^^^^^^^^^^^^^   4^^ 5^^^^^^^^^      8^^  9^^ a^      b^^^^^^^^^
                                                            6^^^^^ 7^^

    policy     edge <hash>
    source     edge: tag nginx.any matches nginx.*
    format     not aws_alb: it does not start with \`(http|https|h2|grpcs?|ws|wss) \\…\`
    format     nginx_combined: its sniffer accepts the line
    status     ok
    principal  alice (end_user): the user the log names
    shard      1 of 4 by actor.name alice
    tag        audit.s1.archive
    sent to    archive, siem

       field                    value                     conversion    from                 columns
    3  time                     2026-02-03T04:05:06.000Z  any_time      time                 22-47
       event.class              http_activity                           the format says so
       event.category           network                                 derived
       event.activity           get                                     derived
       event.outcome            failure                                 derived
       event.severity           low                                     derived
    1  src.ip                   203.0.113.9               address_port  src.ip               1-11
    a  bytes.out                12                        count         body_bytes_sent      80-81
    4  http.request.method      GET                                     derived              51-53
    8  http.version             1.1                                     derived              71-73
    b  http.request.user_agent  curl/8.5.0                text          http_user_agent      88-97
    9  http.response.status     401                       count         status               76-78
    5  url.full                 /admin?x=1                              derived              55-64
    6  url.path                 /admin                                  derived              55-60
    7  url.query                x=1                                     derived              62-64
    2  actor.name               alice                     text          actor.name           15-19
       actor.type               end_user                                derived
       actor.attributed_by      authenticated_user                      derived
       labels.service           shop                                    label of the source

    routes
      siem: not taken, a near miss
        http.response.status >= 500 is false: it is 401
      archive: taken, to archive, siem
        event.class != "health_check" is true: it is http_activity
    "
  `);
  expect(JSON.parse(stdout.slice(stdout.indexOf('\nevent\n') + '\nevent\n'.length))).toMatchObject({ class_uid: 4002 });
});

test('what could not be read is marked', async () => {
  const { code, stdout } = await explain(['-s', 'kube'], '{"verb":"get","responseStatus":{"code":"abc"}}\n');
  expect(code).toBe(0);
  expect(steady(stdout.slice(0, stdout.indexOf('\nprincipal')))).toMatchInlineSnapshot(`
    "line
      {"verb":"get","responseStatus":{"code":"abc"}}
               1^^
               2^^
                                              !

    policy     edge <hash>
    source     edge: tag kube.audit does not match nginx.*
    source     kube: tag kube.audit matches kube.audit
    format     kubernetes_audit: the only format of the source
    status     partial
    error      integer_expected at byte 40, expected "responseStatus.code""
  `);
});

test('lines of standard input are explained one by one, as JSON for tools', async () => {
  const { code, stdout } = await explain(['--tag', 'nginx.a', '--json'], `${LINE}\n\nnonsense\r\n`);
  expect(code).toBe(0);
  const [first, second, ...none] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(first).toMatchObject({ status: 'ok', route_tag: expect.stringMatching(/\.archive$/), line: LINE });
  expect(second).toMatchObject({ status: 'failed', error: { code: 'format_unknown' }, line: 'nonsense' });
  expect(none).toEqual([]);
});

test('records are explained as the collector hands them over, lines under the key of their source', async () => {
  const record = JSON.stringify({ message: '{"verb":"get","auditID":"a-1"}', pod: 'api-0' });
  const whole = await explain(['--tag', 'kube.audit', '--json', '--record', record]);
  expect(JSON.parse(whole.stdout)).toMatchObject({ status: 'ok', unmapped: { pod: 'api-0' } });
  const line = await explain(['--source', 'kube', '--json', '{"verb":"get"}']);
  expect(JSON.parse(line.stdout)).toMatchObject({ tag: 'kube.audit', status: 'ok' });
});

test('without a policy every shipped format is recognised', async () => {
  const { code, stdout } = await work.auditlb(['explain', '--json', LINE]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    policy: { name: 'default' },
    output: { auditlb: { format: 'nginx_combined' } },
  });
});

test('what source is meant must be clear', async () => {
  const refusals = await Promise.all([
    explain([LINE]),
    explain(['--source', 'edgy', LINE]),
    explain(['-s', 'edge', '-t', 'x', LINE]),
  ]);
  expect(refusals.map(({ code, stdout }) => ({ code, stdout }))).toEqual(new Array(3).fill({ code: 1, stdout: '' }));
  expect(refusals.map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
    "error: the policy has several sources
      help: name one with --source, or give --tag: edge (nginx.*), kube (kube.audit)
    error: the policy has no source \`edgy\`
      help: its sources: edge (nginx.*), kube (kube.audit)
    error: --tag and --source exclude each other
    "
  `);
});
