import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, referenceOf, SCHEMAS } from '../support/differential.ts';
import { respelled } from '../support/secret_lines.ts';

const policy = (schema: string) => `
auditlb: 1
schema: ${schema}
sources:
  - name: own
    tag: own
    format:
      class: authentication
      json: { v: tls.version, f: url.full, a: actor.name, b: actor.id, u: user.name, i: user.id }
`;

const PARTS = [
  ...[
    'TLS',
    'tls',
    'v',
    'V',
    'SSLv',
    '1',
    '3',
    '0',
    '.',
    '_',
    '-',
    ' ',
    '/',
    '\\',
    ':',
    '//',
    '@',
    'ann',
    'example.net',
  ],
  ...['"', '<', '>', ',', '\u0000', '\u007f', '\u0085', 'é', '\u212a', '\u{1f600}', '\ud800', 'http', 'h2+x', '٣'],
];
const text = fc.array(fc.constantFrom(...PARTS), { maxLength: 7 }).map((parts) => parts.join(''));
const value = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) });
const line = fc.record({ v: value, f: value, a: value, b: value, u: value, i: value }, { requiredKeys: [] });

test.each(SCHEMAS)('what members show of a text, as %s', (schema) => {
  const { filter, diagnostics } = buildFilter({ text: policy(schema), file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  fc.assert(
    fc.property(line, fc.constantFrom('', '@', '/.:', 'T1v'), (values, escaped) => {
      const log = respelled(JSON.stringify(values), escaped);
      const record = Buffer.from(JSON.stringify({ log }));
      const both = bothOutputs(instance, reference, { tag: 'own', timeSec: 1_770_000_000, timeNsec: 0, record });
      expect(both.engine).toEqual(both.reference);
    }),
    { numRuns: Number(process.env.AUDITLB_FUZZ_RUNS ?? 1000) },
  );
});
