import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Explanation, explain } from '../../src/explain/explanation.ts';
import { type DrawnRow, drawLine, marksOf } from '../../src/explain/picture.ts';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { hostRecord, lineRecord } from '../../src/run/record.ts';
import { Twin } from '../../src/twin.ts';

const TIME = new Date('2026-02-03T05:00:00Z');

const policy = (routes: string): string => `auditlb: 1
name: edge
sources:
  - {name: other, tag: other.*, format: aws_alb}
  - {name: edge, tag: 'nginx.*', format: nginx_combined, labels: {service: shop}}
shards: {count: 4, by: [actor.name, src.ip]}
routes:
${routes}
`;

function built(text: string): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

const explained = (routes: string, line: string): Explanation =>
  explain(new Twin(built(policy(routes))), hostRecord(lineRecord(line), 'nginx.access', TIME));

const LINE =
  '203.0.113.9 - zoë [03/Feb/2026:04:05:06 +0000] "GET https://shop.example:8443/a?b=1 HTTP/1.1" 401 12 "-" "curl"';

describe('an explanation', () => {
  const explanation = explained('  - {name: all, to: [siem, archive]}', LINE);
  const field = (path: string) => explanation.fields.find((each) => each.path === path);

  test('tells where each field came from', () => {
    expect(field('src.ip')).toEqual({
      path: 'src.ip',
      type: 'address',
      value: '203.0.113.9',
      from: 'capture',
      capture: { name: 'src.ip', as: 'address_port' },
      columns: [1, 11],
      bytes: [0, 11],
    });
    expect(field('actor.name')).toMatchObject({ value: 'zoë', columns: [15, 17], bytes: [14, 18] });
    expect(field('http.response.status')).toMatchObject({ value: 401, columns: [95, 97], bytes: [95, 98] });
    expect(field('event.class')).toMatchObject({ value: 'http_activity', from: 'default' });
    expect(field('event.outcome')).toMatchObject({ value: 'failure', from: 'derived' });
    expect(field('labels.service')).toMatchObject({ value: 'shop', from: 'label' });
  });

  test('tells the parts of a request apart', () => {
    const part = (path: string): string => {
      const [first, last] = field(path)!.columns!;
      return [...LINE].slice(first - 1, last).join('');
    };
    const paths = ['http.request.method', 'http.version', 'url.full', 'url.scheme', 'url.host', 'url.port', 'url.path'];
    expect([...paths, 'url.query'].map(part)).toEqual([
      'GET',
      '1.1',
      'https://shop.example:8443/a?b=1',
      'https',
      'shop.example',
      '8443',
      '/a',
      'b=1',
    ]);
  });

  test('names source, principal, shard key and destinations', () => {
    expect(explanation).toMatchObject({
      sources: [
        { name: 'other', matches: false },
        { name: 'edge', matches: true },
      ],
      formats: [{ format: 'nginx_combined', accepted: true, why: 'the only format of the source' }],
      principal: { name: 'zoë', type: 'end_user', attributed_by: 'authenticated_user' },
      shard: { of: 4, key: 'actor.name', value: 'zoë' },
      destinations: ['siem', 'archive'],
      route_tag: `audit.s${explanation.shard.number}.all`,
    });
    expect(explanation.output).toMatchObject({ actor: { user: { name: 'zoë' } } });
    expect(explanation).not.toHaveProperty('differs');
  });

  test('tells where reading failed', () => {
    const { status, error, fields } = explained('  - {name: all}', '203.0.113.9 - - [yesterday] "GET / HTTP/1.1" x');
    expect({ status, error }).toEqual({
      status: 'failed',
      error: { code: 'time_expected', offset: 17, expected: 'time' },
    });
    expect(fields.find(({ path }) => path === 'time')).toMatchObject({ from: 'host' });
  });

  test('says when filter and reference differ', () => {
    const filter = built(policy('  - {name: all}'));
    const other = built(policy('  - {name: none, when: "false"}'));
    const { differs, output } = explain(
      new Twin({ ...filter, wasm: other.wasm }),
      hostRecord(lineRecord(LINE), 'nginx.access', TIME),
    );
    expect(differs).toMatchObject({ kind: 'kept', output: { auditlb: { tag: expect.stringMatching(/unrouted$/) } } });
    expect(output).toMatchObject({ auditlb: { routes: ['all'] } });
  });
});

describe('a route', () => {
  const decided = (when: string) => {
    const [route] = explained(`  - name: it\n    when: ${JSON.stringify(when)}`, LINE).routes;
    const { holds, near, reasons } = route!;
    const told = reasons.map((each) => `${each.test} ${each.holds}${'actual' in each ? ` ${each.actual}` : ''}`);
    return { holds, near, told };
  };

  test('is taken for every part that holds', () => {
    expect(decided('http.response.status in [401, 403] || actor.name == "bob" || has(src.ip)')).toEqual({
      holds: true,
      near: false,
      told: ['http.response.status in [401, 403] true 401', 'has(src.ip) true 203.0.113.9'],
    });
  });

  test('is a near miss if one of several parts failed', () => {
    const near = { holds: false, near: true, told: ['http.response.status >= 500 false 401'] };
    expect(decided('event.outcome == "failure" && http.response.status >= 500 && has(src.ip)')).toEqual(near);
    expect(decided('actor.name == "bob" || event.outcome == "failure" && http.response.status >= 500')).toEqual(near);
    expect(decided('has(src.ip) && (has(user.name) || has(src.ip) && http.response.status >= 500)')).toEqual(near);
  });

  test('is none if several parts failed, or there is but one', () => {
    expect(decided('http.response.status >= 500 && actor.name == "bob" && has(src.ip)')).toEqual({
      holds: false,
      near: false,
      told: ['http.response.status >= 500 false 401', 'actor.name == "bob" false zoë'],
    });
    expect(decided('http.response.status >= 500')).toMatchObject({ near: false });
    expect(decided('http.response.status >= 500 || actor.name == "bob"').told).toHaveLength(2);
  });

  test('looks through `!`', () => {
    expect(decided('has(src.ip) && !(actor.name == "zoë" || has(user.name))')).toEqual({
      holds: false,
      near: true,
      told: ['actor.name == "zoë" true zoë'],
    });
  });

  test('shows missing fields as false', () => {
    expect(decided('has(src.ip) && user.name != "root"')).toEqual({
      holds: false,
      near: true,
      told: ['user.name != "root" false'],
    });
  });

  test('keeps the brackets of its parts', () => {
    expect(decided('(cidr("203.0.113.0/24").containsIP(src.ip)) || url.path in [")", "/a"] || false').told).toEqual([
      'cidr("203.0.113.0/24").containsIP(src.ip) true 203.0.113.9',
      'url.path in [")", "/a"] true /a',
    ]);
  });
});

describe('a picture', () => {
  const drawn = (rows: readonly DrawnRow[]): string => rows.map(({ text }) => text).join('\n');

  test('marks every field below the line, overlapping ones apart', () => {
    const { line, fields } = explained('  - {name: all}', LINE);
    const marks = marksOf(fields);
    expect(drawn(drawLine(line!, marks, 60))).toMatchInlineSnapshot(`
      "203.0.113.9 - zoë [03/Feb/2026:04:05:06 +0000] "GET https://
      1^^^^^^^^^^   2^^  3^^^^^^^^^^^^^^^^^^^^^^^^^   4^^ 5^^^^^^^
                                                          6^^^^
      shop.example:8443/a?b=1 HTTP/1.1" 401 12 "-" "curl"
      ^^^^^^^^^^^^^^^^^^^^^^^      b^^  c^^ d^      e^^^
      7^^^^^^^^^^^ 8^^^9^ a^^"
    `);
  });

  test('marks the byte reading failed at', () => {
    expect(drawn(drawLine('zoë x', new Map(), 80, 5))).toBe('zoë x\n    !');
  });
});

test('places are where the values are, in every sample', () => {
  const samples = join(packageRoot(), 'samples');
  const twin = new Twin(built(readFileSync(join(samples, 'policy.yaml'), 'utf8')));
  let compared = 0;
  for (const file of readdirSync(samples).filter((name) => name.endsWith('.log'))) {
    for (const text of readFileSync(join(samples, file), 'utf8').trimEnd().split('\n')) {
      const record = hostRecord(lineRecord(text), file.replace(/\.log$/, ''), TIME);
      const { line, fields, differs } = explain(twin, record);
      expect(differs).toBeUndefined();
      for (const { type, value, bytes, columns } of fields) {
        if (bytes === undefined || columns === undefined) continue;
        const written = Buffer.from(line!)
          .subarray(...bytes)
          .toString();
        expect([...line!].slice(columns[0] - 1, columns[1]).join('')).toBe(written);
        if (!['text', 'address'].includes(type) || written.includes('\\')) continue;
        expect(written).toContain(value);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(200);
});
