import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { loadFilter, loadPolicy, PolicyError, policyOf } from '../../src/testing/index.ts';

const POLICY = `auditlb: 1
name: edge
sources:
  - {name: edge, tag: nginx.*, format: nginx_combined, labels: {service: shop}}
  - {name: kube, tag: kube.audit, format: kubernetes_audit, line: message}
shards: {count: 4, by: [actor.name]}
routes:
  - {name: siem, when: 'http.response.status == 401'}
  - {name: archive}
`;
const LOGIN = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin?x=1 HTTP/1.1" 401 12 "-" "curl/8.5.0"';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditlb-testing-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a policy in a test', () => {
  const filter = policyOf(POLICY);

  test('tells what became of a line', () => {
    const seen = filter.line(LOGIN, { tag: 'nginx.access' });
    expect(seen).toMatchObject({
      kind: 'kept',
      status: 'ok',
      source: 'edge',
      format: 'nginx_combined',
      routes: ['siem', 'archive'],
      drift: false,
      error: undefined,
    });
    expect(seen.tag).toBe(`audit.s${seen.shard}.siem.archive`);
    expect(seen.fields).toMatchObject({
      time: '2026-02-03T04:05:06.000Z',
      'event.outcome': 'failure',
      'http.response.status': 401,
      'url.query': 'x=1',
      'labels.service': 'shop',
    });
    expect(seen.reasons.siem).toEqual({
      holds: true,
      near: false,
      reasons: [{ test: 'http.response.status == 401', holds: true, field: 'http.response.status', actual: 401 }],
    });
    expect(seen.output).toMatchObject({ class_uid: 4002, status_id: 2 });
  });

  test('tells why a line could not be read', () => {
    const seen = filter.line('203.0.113.9 says hello', { tag: 'nginx.access' });
    expect(seen).toMatchObject({
      status: 'failed',
      error: { code: 'literal_expected', offset: 12, expected: ' - ' },
      routes: ['archive'],
      tag: 'audit.s0.archive',
    });
  });

  test('takes whole records, and the time of the host', () => {
    const time = '2026-03-04T05:06:07.890Z';
    const seen = filter.record({ log: 'nothing a parser knows', pod: 'web-1' }, { tag: 'nginx.access', time });
    expect(seen.fields).toMatchObject({ time, 'unmapped.pod': 'web-1' });
    expect(filter.record(Buffer.from('[]'), { tag: 'nginx.access' }).error).toEqual({ code: 'record_not_object' });
  });

  test('puts a line under the key its source reads', () => {
    const line = JSON.stringify({ verb: 'get', auditID: 'a-1' });
    expect(filter.line(line, { tag: 'kube.audit' })).toMatchObject({ source: 'kube', status: 'ok' });
  });

  test('asks for a tag only where there is a choice', () => {
    expect(() => filter.line(LOGIN)).toThrow(
      'give a tag, the filter has several sources (edge: nginx.*, kube: kube.audit)',
    );
    const one = policyOf('auditlb: 1\nsources: [{name: edge, tag: nginx.*, format: nginx_combined}]\n');
    expect(one.line(LOGIN)).toMatchObject({ source: 'edge', status: 'ok', tag: 'audit.s0.unrouted' });
    expect(() => one.line(LOGIN, { time: 'yesterday' })).toThrow('`yesterday` is no time');
  });
});

test('a policy with faults says all of them', () => {
  const broken = () => policyOf(POLICY.replace('nginx_combined', 'nginx_combind').replace('actor.name', 'actor.nam'));
  expect(broken).toThrow(PolicyError);
  expect(broken).toThrowErrorMatchingInlineSnapshot(`
    [Error: the policy has faults
    policy.yaml:4:40: unknown_format: unknown format \`nginx_combind\`
      help: did you mean \`nginx_combined\`?
    policy.yaml:6:25: unknown_field: unknown field \`actor.nam\`
      help: did you mean \`actor.name\`?]
  `);
});

test('policies and built filters are loaded from files', () => {
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  writeFileSync(join(folder, 'filter.wasm'), buildFilter({ text: POLICY, file: 'policy.yaml' }).filter!.wasm);
  const fromPolicy = loadPolicy(join(folder, 'policy.yaml')).line(LOGIN, { tag: 'nginx.access' });
  const fromFilter = loadFilter(join(folder, 'filter.wasm')).line(LOGIN, { tag: 'nginx.access' });
  expect(fromFilter.output).toEqual(fromPolicy.output);
  expect(() => loadFilter(Buffer.from('no module'))).toThrow('it is no WebAssembly module');
});

test('the package is imported by its name', () => {
  const script = `import { buildFilter, explain, hostRecord, lineRecord, Twin } from 'auditlb';
    import { policyOf } from 'auditlb/testing';
    const text = ${JSON.stringify(POLICY)}, line = ${JSON.stringify(LOGIN)};
    const record = hostRecord(lineRecord(line), 'nginx.a', new Date(0));
    const { routes } = explain(new Twin(buildFilter({ text, file: 'policy.yaml' }).filter), record);
    console.log(routes.map(({ holds }) => holds), policyOf(text).line(line, { tag: 'nginx.a' }).status);`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: packageRoot() });
  expect(printed.toString()).toBe('[ true, true ] ok\n');
});
