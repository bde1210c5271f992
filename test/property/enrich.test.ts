import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { addressBlock } from '../../src/policy/condition/address.ts';
import type { HostRecord } from '../../src/policy/reference/index.ts';
import { bothOutputs, engineOutput, referenceOf, SCHEMAS } from '../support/differential.ts';

interface Rows {
  readonly [key: string]: Readonly<Record<string, string>>;
}

/** A filter with three tables, in the package's own two executors. */
function executors(tables: { exact: Rows; cidr: Rows; path: Rows }, schema = 'ocsf') {
  const text = JSON.stringify({
    auditlb: 1,
    schema,
    sources: [{ name: 'edge', tag: 'edge', format: 'nginx_json', labels: { site: 'nowhere' } }],
    tables: Object.fromEntries(Object.entries(tables).map(([match, rows]) => [match, { match, rows }])),
    enrich: [
      { table: 'cidr', by: 'src.ip', set: { 'labels.site': 'a', 'labels.country': 'b' } },
      { table: 'path', by: 'url.path', set: { 'labels.team': 'a' } },
      { table: 'exact', by: 'http.request.user_agent', set: { 'labels.agent': 'a', 'labels.team': 'b' } },
      { table: 'exact', by: ['event.class', 'http.response.status'], set: { 'labels.control': 'a' } },
      { table: 'exact', by: 'labels.agent', set: { 'labels.second': 'a' } },
    ],
    routes: [{ name: 'known', when: 'labels.site != "nowhere"' }, { name: 'all' }],
  });
  const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return { instance: new FilterInstance(filter!.wasm), reference: referenceOf(filter!) };
}

function record(line: Record<string, unknown>): HostRecord {
  const log = JSON.stringify({ time_iso8601: '2026-02-03T04:05:06+00:00', request_method: 'GET', ...line });
  return { tag: 'edge', timeSec: 1_770_000_000, timeNsec: 0, record: Buffer.from(JSON.stringify({ log })) };
}

const labelsOf = (output: unknown): string[] =>
  (output as { metadata: { labels?: string[] } }).metadata.labels?.toSorted() ?? [];

const octet = fc.integer({ min: 0, max: 3 });
const ipv4 = fc.tuple(fc.constantFrom(10, 203), octet, octet, octet).map((parts) => parts.join('.'));
const ipv6 = fc
  .tuple(fc.constantFrom('2001:db8', 'fe80', '::ffff:0'), octet, octet)
  .map(([head, a, b]) => (head.startsWith('::') ? `${head}:${a}` : `${head}:${a}::${b}`));
const block = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, size]) => `${address}/${size}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, size]) => `${address}/${size}`),
  ipv4,
  ipv6,
);
const segment = fc.constantFrom('a', 'ab', 'é', '"', '%41', 'longer-than-eight', '');
const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
const word = fc.oneof(
  fc.constantFrom('curl', 'curl/8', 'a "b"', '\\', 'ü', '\n', 'x'.repeat(40)),
  fc.string({ unit: 'binary' }),
);
const cell = fc.constantFrom('', 'one', 'two "2"', 'ü');

/** `meaning`: equal for keys a table cannot hold both of. */
const rowsBy = (key: fc.Arbitrary<string>, meaning: (key: string) => unknown): fc.Arbitrary<Rows> =>
  fc
    .uniqueArray(fc.tuple(key, fc.record({ a: cell, b: cell })), { maxLength: 40, selector: ([each]) => meaning(each) })
    .map((rows) => Object.fromEntries(rows));

const range = (key: string): string => {
  const { low, high } = addressBlock(key)!;
  return `${low}-${high}`;
};

const tables = fc
  .record({
    exact: rowsBy(word, (key) => key),
    cidr: rowsBy(block, range),
    path: rowsBy(path, (key) => key.replace(/\/$/, '')),
  })
  .map(({ exact, cidr, path: paths }) => ({
    exact: { ...exact, 'http_activity 200': { a: '10.2', b: 'one' }, one: { a: 'again' } },
    cidr: { ...cidr, '192.0.2.0/24': { a: 'x', b: 'y' } },
    path: { ...paths, '/known': { a: 'x' } },
  }));

describe('tables', () => {
  test('give both executors the same labels', () => {
    let found = 0;
    fc.assert(
      fc.property(
        tables,
        fc.array(
          fc.record({
            remote_addr: fc.oneof(ipv4, ipv6, fc.constantFrom('192.0.2.7', 'host.example', 'fe80::1%eth0')),
            request_uri: fc.oneof(path, fc.constantFrom('/known', '/known/', '/known/er', '/knowner', '*')),
            http_user_agent: fc.oneof(word, fc.constant({ is: 'curl' })),
            status: fc.constantFrom(200, '200', 404, 'x'),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.constantFrom(...SCHEMAS),
        (own, lines, schema) => {
          const { instance, reference } = executors(own, schema);
          for (const line of lines) {
            const evaluation = reference(record(line));
            expect(engineOutput(instance, record(line))).toEqual(JSON.parse(JSON.stringify(evaluation.output)));
            found += evaluation.lookups.length;
          }
        },
      ),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(100);
  });

  test('take the smallest block and the longest path', () => {
    const { instance, reference } = executors({
      exact: { curl: { a: 'tool', b: '' }, tool: { a: 'chained' }, 'http_activity 404': { a: 'missing' } },
      cidr: {
        '10.0.0.0/8': { a: 'inside', b: 'DE' },
        '10.1.0.0/16': { a: 'lab', b: '' },
        '10.1.0.1': { a: 'door', b: 'FR' },
        '2001:db8::/32': { a: 'six', b: 'NL' },
      },
      path: { '/': { a: 'web' }, '/admin/': { a: 'ops' }, '/admin/users': { a: 'people' } },
    });
    const labels = (remote_addr: string, request_uri: string, status = 200, http_user_agent = '-'): string[] => {
      const both = bothOutputs(instance, reference, record({ remote_addr, request_uri, status, http_user_agent }));
      expect(both.engine).toEqual(both.reference);
      return labelsOf(both.engine);
    };
    expect(labels('10.9.9.9', '/x')).toEqual(['country:DE', 'site:inside', 'team:web']);
    expect(labels('10.1.0.2', '/admin')).toEqual(['site:lab', 'team:ops']);
    expect(labels('10.1.0.1', '/admin/users/7?x=/')).toEqual(['country:FR', 'site:door', 'team:people']);
    expect(labels('2001:DB8:0::5', '/administrator')).toEqual(['country:NL', 'site:six', 'team:web']);
    expect(labels('192.0.2.1', '/admin/usersx')).toEqual(['site:nowhere', 'team:ops']);
    expect(labels('192.0.2.1', '*', 404, 'curl')).toEqual([
      'agent:tool',
      'control:missing',
      'second:chained',
      'site:nowhere',
    ]);
  });

  test('of thousands of rows are read from files, and the hash of the policy covers them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'auditlb-tables-'));
    const rows = Array.from({ length: 5000 }, (_, i) => i);
    const network = (i: number): string => `10.${i >> 8}.${i & 255}.0`;
    writeFileSync(
      join(folder, 'sites.csv'),
      `site,network\n${rows.map((i) => `site ${i},${network(i)}/24`).join('\r\n')}\r\n`,
    );
    writeFileSync(join(folder, 'agents.yaml'), rows.map((i) => `agent-${i}/1.0: {owner: "team ${i % 7}"}\n`).join(''));
    writeFileSync(join(folder, 'paths.csv'), `path,app\n${rows.map((i) => `/apps/${i}/,app ${i}`).join('\n')}`);
    const policy = (use: string): string => `auditlb: 1
sources: [{name: edge, tag: edge, format: nginx_json}]
tables:
  sites: {file: sites.csv, key: network, match: cidr}
  agents: {file: agents.yaml}
  paths: {file: paths.csv, match: path}
enrich:
  - {table: sites, by: src.ip, set: {labels.site: site}}
  - {table: agents, by: http.request.user_agent, set: {labels.owner: owner}}
  - {table: paths, by: url.path, set: {labels.app: app}}
routes: [{name: seven, when: '${use}'}]
`;
    const build = (use: string) => {
      const { filter, diagnostics } = buildFilter({ text: policy(use), file: join(folder, 'policy.yaml') });
      expect(diagnostics).toEqual([]);
      return filter!;
    };
    const filter = build('labels.owner == "team 0"');
    const instance = new FilterInstance(filter.wasm);
    const ask = (i: number): unknown => {
      const line = {
        remote_addr: network(i).replace(/0$/, '9'),
        request_uri: `/apps/${i}/x`,
        http_user_agent: `agent-${i}/1.0`,
        status: 200,
      };
      return bothOutputs(instance, referenceOf(filter), record(line));
    };
    for (const i of [0, 1, 2499, 4995, 4999]) {
      const both = ask(i) as { engine: unknown; reference: unknown };
      expect(both.engine).toEqual(both.reference);
      expect(labelsOf(both.engine)).toEqual([`app:app ${i}`, `owner:team ${i % 7}`, `site:site ${i}`]);
    }
    const { hash } = filter.plan;
    expect(build('labels.owner == "team 0"').plan.hash).toBe(hash);
    writeFileSync(join(folder, 'paths.csv'), 'path,app\n/apps/0,other\n');
    expect(build('labels.owner == "team 0"').plan.hash).not.toBe(hash);
  });
});
