import { describe, expect, it } from 'vitest';
import { Field, LABEL_BASE } from '../../assembly/shared/fields.ts';
import type { Member } from '../../src/policy/plan.ts';
import { compile, planOf } from './compile_support.ts';

const POLICY = `auditlb: 1
name: edge
raw: always
sources:
  - {name: web, tag: nginx.*, format: nginx_combined, line: msg, timezone: '+01:30', labels: {service: shop, zone: 7}}
  - {name: both, tag: '*', format: [aws_alb, nginx_combined], labels: {service: other}}
shards: {by: [actor.name, src.ip], weights: [2, 1]}
routes:
  - name: siem
    when: >-
      http.response.status >= 500
      || actor.name != ""
    to: [siem, archive]
  - {name: archive}
`;

const sorted = (members: readonly Member[]): boolean =>
  members.every((member, i) => i === 0 || members[i - 1]!.key <= member.key) &&
  members.every((member) => !('members' in member) || sorted(member.members));

describe('the plan of a policy', () => {
  it('has every name resolved', () => {
    const { templates, formats, hash, ...plan } = planOf(POLICY);
    expect(formats.map((format) => format.name)).toEqual(['nginx_combined', 'aws_alb']);
    expect(plan).toEqual({
      name: 'edge',
      schema: 'ocsf',
      raw: 'always',
      labels: ['service', 'zone'],
      sources: [
        {
          name: 'web',
          tag: 'nginx.*',
          formats: [0],
          lineKey: 'msg',
          zoneMinutes: 90,
          labels: [
            [LABEL_BASE, 'shop'],
            [LABEL_BASE + 1, '7'],
          ],
        },
        { name: 'both', tag: '*', formats: [1, 0], zoneMinutes: 0, labels: [[LABEL_BASE, 'other']] },
      ],
      shards: { by: [Field.actor_name, Field.src_ip], weights: [2, 1] },
      routes: [
        {
          name: 'siem',
          when: 'http.response.status >= 500 || actor.name != ""',
          destinations: ['siem', 'archive'],
        },
        { name: 'archive', when: 'true', destinations: ['archive'] },
      ],
    });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(templates.every((template) => sorted(template.members))).toBe(true);
  });

  it('passes conditions on with their place', () => {
    expect(compile(POLICY).conditions).toMatchObject([
      { text: 'http.response.status >= 500 || actor.name != ""', file: 'policy.yaml', line: 11, column: 7 },
      { text: 'true', file: 'policy.yaml', line: 14, column: 12 },
    ]);
  });

  it('is the same each time, and its hash tells any other', () => {
    const first = planOf(POLICY);
    expect(planOf(POLICY)).toEqual(first);
    expect(planOf(`# a comment\n${POLICY}`)).toEqual(first);
    expect(planOf(POLICY.replace('raw: always', 'raw: never')).hash).not.toBe(first.hash);
    expect(JSON.stringify(first.templates)).toContain(`"${first.hash.slice(0, 16)}"`);
  });

  it('takes templates only for classes its formats make', () => {
    expect(planOf(POLICY).templates.length).toBe(2);
    expect(planOf(POLICY.replace('nginx_combined', 'haproxy_tcp')).templates.length).toBe(3);
  });
});
