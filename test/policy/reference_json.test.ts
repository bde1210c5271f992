import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonText, readJson } from '../../src/policy/reference/json_text.ts';
import { carryPlain } from '../../src/policy/reference/json_value.ts';

/** Everything in it is closed. */
function isWhole(value: JsonText | undefined): boolean {
  if (value === undefined) return false;
  if (value.kind === 'object') return value.closed && value.members.every((member) => isWhole(member.value));
  return value.kind !== 'array' || (value.closed && value.items.every(isWhole));
}

/** Numbers with a longer exponent are carried as text. */
const ofTwoDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' && Math.abs(value) >= 1e100 ? 1 : value;

test('agrees with JSON.parse on values', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
      const written = ` ${JSON.stringify(JSON.parse(json), ofTwoDigits, indent)}\n`;
      const { value, valid } = readJson(written);
      expect(valid).toBe(true);
      expect(isWhole(value)).toBe(true);
      expect(JSON.stringify(carryPlain(value!, written))).toBe(
        JSON.stringify(JSON.parse(written)).replace(/\p{Surrogate}/gu, '\ufffd'),
      );
    }),
  );
});

test('agrees with JSON.parse on what is malformed', () => {
  const token = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '1', '-', '01', 'true', 'null', ' ', '\\');
  fc.assert(
    fc.property(fc.array(token, { maxLength: 9 }), (tokens) => {
      const text = tokens.join('');
      const { value, valid } = readJson(text);
      // What is left behind a whole value is no fault the reader itself looks for.
      if (valid) expect(isWhole(value)).toBe(true);
      else expect(isWhole(value) && text.slice(value!.end).trim() === '').toBe(false);
    }),
    { numRuns: 20_000 },
  );
});

test('nests without end', () => {
  const deep = '['.repeat(200_000);
  expect(readJson(deep)).toMatchObject({ valid: false, value: { kind: 'array', closed: false } });
  expect(readJson(deep + ']'.repeat(200_000)).value).toMatchObject({ closed: true, depth: 200_000 });
});
