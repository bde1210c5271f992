import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executorsOf, SCHEMAS } from '../support/differential.ts';

const policy = (schema: string) => `
auditlb: 1
schema: ${schema}
sources:
  - name: own
    tag: own
    labels: { service: shop, "a\\"b": "c:d" }
    format:
      class: user_access
      json:
        t: { to: time, as: epoch_time }
        d: { to: duration, as: microseconds }
        x: http.request.forwarded_for
        p: privileges
        u: user.name
        a: src.ip
`;

const END_MS = 253_402_300_799_999;
const part = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('', ' ', 'unknown', '10.0.0.1:80', '[::1]', 'fe80::1%eth0', '::ffff:203.0.113.7', '"', 'é'),
);
const list = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(','));
const line = fc.record(
  {
    t: fc.integer({ min: 100_000_000_000, max: END_MS }),
    d: fc.nat(),
    x: list,
    p: list,
    u: fc.string(),
    a: fc.ipV4(),
  },
  { requiredKeys: [] },
);

/** Kinds of members the samples hardly reach. */
describe.each(SCHEMAS)('any value as %s', (schema) => {
  const { instance, both } = executorsOf(policy(schema));

  test('is written as the reference writes it', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 0xffffffff }), (value, timeSec) => {
        const { engine, reference } = both(JSON.stringify(value), timeSec);
        expect(engine).toEqual(reference);
      }),
      { numRuns: 500 },
    );
  });

  test('has every key once', () => {
    const record = Buffer.from(
      JSON.stringify({ log: '{"t":1770091506007,"x":"203.0.113.7, unknown","u":"ann","p":"a, b"}' }),
    );
    const answer = instance.call(Buffer.from('own'), 1_770_091_600, 0, record);
    const text = 'output' in answer ? Buffer.from(answer.output).toString() : '';
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  });
});
