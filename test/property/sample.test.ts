import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { faults } from '../policy/compile_support.ts';
import { referenceOf } from '../support/differential.ts';
import { tamperedRecord } from '../support/secret_lines.ts';

const HEAD = `auditlb: 1
sources:
  - {name: edge, tag: nginx.*, format: nginx_combined}
  - {name: alb, tag: alb, format: aws_alb}
  - {name: haproxy, tag: haproxy, format: [haproxy_http, haproxy_tcp]}
  - {name: kubernetes, tag: kube.audit, format: kubernetes_audit}
  - {name: cloudtrail, tag: cloudtrail, format: auto}
`;
const RULES = `sample:
  - {name: probes, when: 'url.path == "/healthz"', drop: true}
  - {name: by_status, when: 'has(http.response.status)', keep: 1/2, by: http.response.status}
  - {name: agents, when: 'true', keep: 1/3, by: src.ip}
redact:
  - {fields: [src.ip], with: mask}
routes:
  - {name: all}
  - {name: failures, when: 'event.outcome == "failure"', evidence: true}
`;

function build(text: string) {
  const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

type Output = { auditlb: { dropped?: Record<string, number>; routes?: string[]; sampled?: string } };

describe('sampling', () => {
  test('drops what the reference drops, and every drop is told by the next record', () => {
    const filter = build(HEAD + RULES);
    const instance = new FilterInstance(filter.wasm);
    const reference = referenceOf(filter);
    let untold: Record<string, number> = {};
    let drops = 0;
    fc.assert(
      fc.property(tamperedRecord(['/healthz', '500', '200', '9', ' ']), (input) => {
        const answer = instance.call(Buffer.from(input.tag), input.timeSec, input.timeNsec, input.record);
        const { dropped, output } = reference(input);
        if (dropped !== undefined) {
          expect(answer.kind).toBe('dropped');
          untold = { ...untold, [dropped]: (untold[dropped] ?? 0) + 1 };
          drops++;
          return;
        }
        const got = JSON.parse(Buffer.from('output' in answer ? answer.output : '').toString()) as Output;
        const wanted = JSON.parse(JSON.stringify(output)) as Output;
        expect(wanted.auditlb.dropped ?? {}).toEqual(untold);
        expect(got).toEqual(wanted);
        untold = {};
      }),
      { numRuns: 600 },
    );
    expect(drops).toBeGreaterThan(5);
  });

  const ask = (instance: FilterInstance, address: string, status: number): Output | undefined => {
    const log = `${address} - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" ${status} 1 "-" "-"`;
    const answer = instance.call(Buffer.from('nginx.x'), 1_770_000_000, 0, Buffer.from(JSON.stringify({ log })));
    return 'output' in answer ? (JSON.parse(Buffer.from(answer.output).toString()) as Output) : undefined;
  };
  const addresses = Array.from({ length: 4000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);

  test('keeps about its share of keys, and all records of a key or none', () => {
    const rule = `sample: [{name: some, when: 'true', keep: 1/10, by: src.ip}]\nroutes: [{name: all}]\n`;
    const instance = new FilterInstance(build(HEAD + rule).wasm);
    const kept = addresses.filter((address) => ask(instance, address, 200) !== undefined);
    expect(kept.length).toBeGreaterThan(300);
    expect(kept.length).toBeLessThan(500);
    expect(kept.every((address) => ask(instance, address, 404) !== undefined)).toBe(true);
  });

  test('leaves evidence alone', () => {
    const rule = `sample: [{name: none, when: 'true', drop: true}]
routes: [{name: all}, {name: failures, when: 'http.response.status >= 500', evidence: true}]
`;
    const instance = new FilterInstance(build(HEAD + rule).wasm);
    expect(ask(instance, '10.0.0.1', 200)).toBeUndefined();
    expect(ask(instance, '10.0.0.1', 200)).toBeUndefined();
    expect(ask(instance, '10.0.0.1', 500)?.auditlb).toMatchObject({
      routes: ['failures'],
      sampled: 'none',
      dropped: { none: 2 },
    });
    expect(ask(instance, '10.0.0.1', 500)?.auditlb.dropped).toBeUndefined();
  });

  test('says what is wrong with its rules', () => {
    const rules = `sample:
  - {name: a, when: 'true'}
  - {name: b, when: 'true', keep: 1/0, by: src.ip}
  - {name: c, when: 'true', keep: 1/10}
  - {name: c, when: 'true', drop: true, by: src.ip}
  - {name: d, when: 'true', keep: 1/10, by: src.ipp}
`;
    expect(faults(HEAD + rules)).toMatchInlineSnapshot(`
      "policy.yaml:9:5: invalid_sample: a rule either drops or keeps a share
        help: write \`drop: true\`, or \`keep: 1/100\` and \`by\`
      policy.yaml:10:5: invalid_sample: a rule either drops or keeps a share
        help: write \`drop: true\`, or \`keep: 1/100\` and \`by\`
      policy.yaml:10:35: invalid_share: \`1/0\` is not valid here
        help: write a share such as \`1/100\`
      policy.yaml:11:5: invalid_sample: which share is kept is not said
        help: add \`by\`, a field: all records with the same value are kept, or none
      policy.yaml:12:5: invalid_sample: \`by\` says nothing where all is dropped
        help: leave \`by\` out
      policy.yaml:12:12: duplicate_name: rule \`c\` is there twice
        help: rename one of them
      policy.yaml:13:45: unknown_field: unknown field \`src.ipp\`
        help: did you mean \`src.ip\`?"
    `);
  });
});
