import { expect, test } from 'vitest';
import { Detector } from '../assembly/shared/detectors.ts';
import { buildFilter } from '../src/filter.ts';
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
