import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Detector } from '../assembly/shared/detectors.ts';
import { buildFilter } from '../src/filter.ts';
import { packageRoot } from '../src/policy/catalog.ts';
import { TEST_KEY } from '../src/policy/redact/pseudonym.ts';
import { matchesWildcard } from '../src/policy/reference/wildcard.ts';
import { redteam } from '../src/redteam/redteam.ts';
import { sampleLines } from './support/secret_lines.ts';

const HEAD = `auditlb: 1
raw: always
sources:
  - {name: edge, tag: nginx.*, format: nginx_combined}
  - {name: alb, tag: alb, format: aws_alb}
  - {name: haproxy, tag: haproxy, format: [haproxy_http, haproxy_tcp]}
  - {name: kubernetes, tag: kube.audit, format: kubernetes_audit}
  - {name: cloudtrail, tag: cloudtrail, format: auto}
`;
const ALL = Object.keys(Detector).filter((name) => Number.isNaN(Number(name)) && name !== 'COUNT');
const lines = sampleLines.map(([tag, line]) => ({ tag, line })).filter((_, i) => i % 3 === 0);

function leaksOf(rules: string, all: boolean) {
  const { filter, diagnostics } = buildFilter({ text: `${HEAD}redact: [${rules}]\n`, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return redteam(filter!, lines, { seed: 7, all });
}

test('nothing gets past rules for everything', () => {
  const rules = `{patterns: [${ALL.join(', ')}], with: mask}, {keys: [token, 'x-*-key'], with: mask}`;
  const result = leaksOf(rules, true);
  expect(result.leaks).toEqual([]);
  expect(result.kinds).toEqual([...ALL, 'key token', 'key x-*-key']);
  expect(result.planted).toBeGreaterThan(5000);
}, 120_000);

test('what no rule names gets through, and is told', () => {
  const result = leaksOf('{patterns: [jwt], with: mask}', true);
  const leaked = new Set(result.leaks.map(({ kind }) => kind));
  expect([...leaked].sort()).toEqual(ALL.filter((name) => name !== 'jwt').sort());
}, 120_000);

const POLICIES = join(packageRoot(), 'policies');
const SHIPPED = readdirSync(POLICIES).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));

test.each(SHIPPED.filter((name) => name !== 'default.yaml'))(
  'nothing gets past policies/%s',
  (name) => {
    const file = join(POLICIES, name);
    const { filter } = buildFilter({ text: readFileSync(file, 'utf8'), file }, { key: TEST_KEY });
    const own = lines.filter(({ tag }) => filter!.plan.sources.some((source) => matchesWildcard(source.tag, tag)));
    const result = redteam(filter!, own.slice(0, 6), { seed: 7, all: false });
    expect(result.leaks).toEqual([]);
    expect(result.planted).toBeGreaterThan(200);
  },
  120_000,
);
