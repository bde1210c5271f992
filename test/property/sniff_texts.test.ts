import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 300);

/** Formats that are told by keys inside of values that may be text, some of which they read and some they do not. */
const POLICY = `auditlb: 1
name: sniff_texts
sources:
  - name: any
    tag: any
    format:
      - {class: api_activity, product: {name: A}, sniff: {json: [a.b.c]}, json: {a.b.c: event.action, b.a: event.id}}
      - {class: api_activity, product: {name: B}, sniff: {where: {"b[0].a": [x]}}, json: {c: event.action, a: ignore}}
      - {class: api_activity, product: {name: C}, sniff: {json: [c.c.c, a]}, json: {a.b: event.id, b: event.type}}
routes: [{name: all}]
`;
const { filter, diagnostics } = buildFilter({ text: POLICY, file: 'policy.yaml' });
expect(diagnostics).toEqual([]);
const instance = new FilterInstance(filter!.wasm);
const reference = referenceOf(filter!);

/** Equal records of one moment are told apart by a number the reference does not know. */
let moment = 0;

/** Who wrote the line, by the format it was taken for. */
function productOf(line: string): string {
  const record = Buffer.from(JSON.stringify({ log: line }));
  const both = bothOutputs(instance, reference, { tag: 'any', timeSec: 1_770_091_600, timeNsec: moment++, record });
  expect(both.engine).toEqual(both.reference);
  return (both.engine as { metadata: { product: { name: string } } }).metadata.product.name;
}

/** JSON of few keys, equal ones among them, with text that is JSON, or nearly. */
const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom('"x"', '1', 'null', '""', '"{"', '"\\u007b}"', '" {}"', '"{} x"'),
    tie('object'),
    tie('object').map((text) => JSON.stringify(text)),
    tie('object').map((text) => JSON.stringify(text)),
    tie('value').map((text) => `[${text}]`),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('value')), { maxLength: 12 })
    .map((members) => `{${members.map(([key, text]) => `"${key}":${text}`).join(',')}}`),
}));
const line = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { maxLength: 12 })
  .map((members) => `{${members.map(([key, text]) => `"${key}":${text}`).join(',')}}`);

test.each([
  [{ a: '{"b":{"c":1}}' }, 'A'],
  [{ a: { b: '{"c":1}' } }, 'A'],
  [{ a: '{"b":"{\\"c\\":1}"}' }, 'A'],
  [{ a: ' {"b":{"c":1}}' }, 'unknown'],
  [{ a: '{"b":{"c":1}' }, 'unknown'],
  [{ b: ['{"a":"x"}'] }, 'B'],
  [{ c: '{"c":{"c":0}}', a: null }, 'C'],
] as const)('%j', (record, product) => {
  expect(productOf(JSON.stringify(record))).toBe(product);
});

test('looks into eight texts', () => {
  const texts = (count: number) => `{${'"c":"{}",'.repeat(count)}"a":"{\\"b\\":{\\"c\\":1}}"}`;
  expect([7, 8].map((count) => productOf(texts(count)))).toEqual(['A', 'unknown']);
});

test('what is in texts tells the engine and the reference the same', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      for (const each of [...lines, ...lines]) productOf(each);
    }),
    { numRuns: RUNS },
  );
});
