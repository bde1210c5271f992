import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostValue, type JsonValue } from '../../src/host/index.ts';
import { readReply } from '../../src/host/json_read.ts';
import { writeDouble, writeJson } from '../../src/host/json_write.ts';

/** Numbers that sixteen digits can say. */
const number = fc.oneof(
  fc.integer(),
  fc.integer().map((n) => n / 1000),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    number,
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
  ),
}));

describe('JSON by the rules of the host', () => {
  test.each([true, false])('is what any JSON reader takes, escaped %s', (escapeUnicode) => {
    fc.assert(
      fc.property(value, (one) => {
        expect(JSON.parse(writeJson(hostValue(one), escapeUnicode))).toEqual(one);
      }),
    );
  });

  test('is read as any JSON reader does', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (one, indent) => {
        const values = readReply(Buffer.from(JSON.stringify(one, null, indent)));
        expect(values!.map((read) => JSON.parse(writeJson(read, false)))).toEqual([one]);
      }),
    );
  });

  test('is refused where it is cut off or damaged outside text', () => {
    const damage = fc.tuple(value, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', ':', '-', 'x', '1'));
    fc.assert(
      fc.property(damage, ([one, at, put]) => {
        const text = JSON.stringify([one]);
        const broken = text.slice(0, at % text.length) + put;
        const isJson = parses(broken);
        const read = readReply(Buffer.from(broken));
        if (isJson) expect(read).toHaveLength(1);
        else if (!/["\\]/.test(broken)) expect(read?.length).not.toBe(1);
      }),
    );
  });

  test('numbers keep sixteen digits', () => {
    const sizes = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(sizes, (double) => {
        const [text, negative] = [writeDouble(double), writeDouble(-double)];
        expect(negative).toBe(`-${text}`);
        expect(parses(text)).toBe(true);
        expect(Math.abs(Number(text) - double)).toBeLessThanOrEqual(double * 1e-15);
      }),
    );
  });
});

test('the largest double is too large once written', () => {
  expect(readReply(Buffer.from(writeDouble(Number.MAX_VALUE)))).toBeUndefined();
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
