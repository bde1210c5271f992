import { describe, expect, it } from 'vitest';
import { EventClass } from '../../assembly/shared/enums.ts';
import { EXTRA_BASE, Field, Meta } from '../../assembly/shared/fields.ts';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import type { Capture, FormatPlan, JsonNode, Member, Plan } from '../../src/policy/plan.ts';
import { catalog, planOf } from './compile_support.ts';

const planWith = (format: string): Plan => planOf(`auditlb: 1\nsources: [{name: a, tag: '*', format: ${format}}]\n`);

/** Fields that only feed others, see docs/normalization.md §5. */
const INPUTS: ReadonlySet<number> = new Set([
  Field.http_line,
  Field.http_target,
  Field.http_host,
  Field.schema_class,
  Field.event_class,
  Field.event_action,
]);
/** A login is no call on a resource. */
const LEFT_OUT: Readonly<Record<number, readonly number[]>> = {
  [EventClass.authentication]: [Field.api_version, Field.resource_id, Field.resource_name, Field.resource_type],
};

function slotsOf(format: FormatPlan): Set<number> {
  const slots = new Set<number>();
  const add = ({ slots: own, all = -1 }: Capture) => {
    for (const slot of [...own, all]) slots.add(slot);
  };
  const walk = (node: JsonNode): void => {
    for (const key of node.keys) {
      if (key.capture !== undefined) add(key.capture);
      if (key.node !== undefined) walk(key.node);
    }
  };
  if (format.body.kind === 'json') walk(format.body.root);
  else {
    const shapes = format.body.kind === 'text' ? [{ ops: format.body.ops, set: [] }] : format.body.shapes;
    for (const { ops, set } of shapes) {
      for (const op of ops) if ('capture' in op) add(op.capture);
      for (const op of ops) if (op.op === 'pairs') walk(op.node);
      for (const { slot } of set) slots.add(slot);
    }
  }
  for (const { set, copy } of format.maps.flatMap((map) => map.cases)) {
    for (const slot of [...set.map((assign) => assign.slot), ...copy.map(([to]) => to)]) slots.add(slot);
  }
  return slots;
}

const shown = (members: readonly Member[]): number[] =>
  members.flatMap((member) => {
    if ('members' in member) return shown(member.members);
    return member.kind === 'slot' ? member.slots : [];
  });

describe('what comes with the package', () => {
  it('is found from its package.json and has no faults', () => {
    expect(packageRoot()).toBe(process.cwd());
    expect(catalog.diagnostics.map(formatDiagnostic)).toEqual([]);
    expect([...catalog.formats.keys()]).toEqual([
      'aws_alb',
      'aws_cloudtrail',
      'haproxy_http',
      'haproxy_https',
      'haproxy_tcp',
      'kubernetes_audit',
      'nginx_combined',
      'nginx_main',
    ]);
  });

  it('tries every format with a sniffer', () => {
    const sniffed = [...catalog.formats.values()].filter(({ plan }) => plan.sniff.kind !== 'none');
    expect(sniffed.map(({ name }) => name).sort()).toEqual([...catalog.auto].sort());
  });

  it.each([...catalog.formats.keys()])('%s names its vendor, and all it reads is in the output', (name) => {
    const plan = planWith(name);
    const format = plan.formats[0]!;
    expect(format.product.name).not.toBe('');
    const slots = format.defaults.map((assign) => assign.slot);
    expect(slots).toEqual(expect.arrayContaining([Field.schema_class, Meta.product_name, Meta.product_vendor]));
    for (const template of plan.templates) {
      if (template.schema_class === EventClass.base_event) continue;
      const used = new Set([...shown(template.members), ...INPUTS, ...(LEFT_OUT[template.schema_class] ?? [])]);
      const lost = [...slotsOf(format)].filter((slot) => slot >= 0 && slot < EXTRA_BASE && !used.has(slot));
      expect(lost.map((slot) => Field[slot])).toEqual([]);
    }
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
