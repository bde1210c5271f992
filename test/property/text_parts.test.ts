import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executorsOf, SCHEMAS } from '../support/differential.ts';
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
  const { both } = executorsOf(policy(schema));
  fc.assert(
    fc.property(line, fc.constantFrom('', '@', '/.:', 'T1v'), (values, escaped) => {
      const { engine, reference } = both(respelled(JSON.stringify(values), escaped), 1_770_000_000);
      expect(engine).toEqual(reference);
    }),
    { numRuns: Number(process.env.AUDITLB_FUZZ_RUNS ?? 1000) },
  );
});
