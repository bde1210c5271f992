import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Field, Meta } from '../../assembly/shared/fields.ts';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import type { Plan } from '../../src/policy/plan.ts';
import { compileTemplate } from '../../src/policy/schema/templates.ts';
import { catalog, planOf } from './compile_support.ts';

const planWith = (format: string): Plan => planOf(`auditlb: 1\nsources: [{name: a, tag: '*', format: ${format}}]\n`);

describe('what comes with the package', () => {
  it('is found from its package.json and has no faults', () => {
    expect(packageRoot()).toBe(process.cwd());
    for (const { schema } of catalog.schemas.values())
      for (const { key, value } of schema.classes) compileTemplate(key, value, schema, '');
    expect([...catalog.formats.values()].length).toBe(catalog.formats.size);
    expect(catalog.diagnostics.map(formatDiagnostic)).toEqual([]);
    const files = readdirSync(join(packageRoot(), 'formats')).filter((name) => name.endsWith('.yaml'));
    expect([...catalog.formats.keys(), 'auto'].sort()).toEqual(files.map((name) => basename(name, '.yaml')).sort());
  });

  it('tries every format with a sniffer', () => {
    const sniffed = [...catalog.formats.values()].filter(({ plan }) => plan.sniff.kind !== 'none');
    expect(sniffed.map(({ name }) => name).sort()).toEqual([...catalog.auto].sort());
  });

  it.each([...catalog.formats.keys()])('%s names its vendor', (name) => {
    const plan = planWith(name);
    const format = plan.formats[0]!;
    expect(format.product.name).not.toBe('');
    const slots = format.defaults.map((assign) => assign.slot);
    expect(slots).toEqual(expect.arrayContaining([Field.schema_class, Meta.product_name, Meta.product_vendor]));
  });
});

const LINES: readonly (readonly [string, string])[] = [
  [
    'aws_alb',
    'https 2026-02-03T04:05:06.789012Z app/shop/0a1b2c3d4e5f6071 198.51.100.7:51234 10.1.2.3:8443 0.001 0.212 0.000 502 502 812 331 "POST https://shop.example.net:443/cart HTTP/2.0" "curl/8.5.0"',
  ],
  [
    'haproxy_http',
    '203.0.113.9:40100 [03/Feb/2026:04:05:07.500] fe_www fe_www/<NOSRV> -1/-1/-1/-1/10001 408 212 - - cR-- 3/2/0/0/0 0/0 "<BADREQ>"',
  ],
  ['haproxy_tcp', '203.0.113.9:40101 [03/Feb/2026:04:05:08.000] fe_pg be_pg/pg:1 1/0/60004 8123 sD 9/4/4/2/0 0/0'],
  [
    'nginx_main',
    '2001:db8::5 - alice [03/Feb/2026:04:05:06 +0000] "GET / HTTP/2.0" 200 5120 "-" "Mozilla/5.0" "203.0.113.9, 10.0.0.1"',
  ],
  [
    'nginx_combined',
    '203.0.113.10 - - [03/Feb/2026:04:05:08 +0000] "\\x16\\x03\\x01" 400 157 "-" "Mozilla/5.0 \\x22quoted\\x22"',
  ],
];

describe('auto', () => {
  it.each(LINES)('takes a line of %s for what it is', (name, line) => {
    const first = catalog.auto.find((each) => {
      const { sniff } = catalog.formats.get(each)!.plan;
      return sniff.kind === 'text' && new RegExp(`^(?:${sniff.pattern})`).test(line);
    });
    expect(first).toBe(name);
  });
});
