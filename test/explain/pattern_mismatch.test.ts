import { expect, test } from 'vitest';
import { patternMismatch } from '../../src/explain/pattern_mismatch.ts';

test.each([
  ['\\S+ - \\[\\d{2}\\]', 'zoë x', 'it fits up to column 4, there `- \\[\\d{2}\\]` is missing'],
  ['\\S+ - \\[\\d{2}\\]', 'zoë - [7]', 'it fits up to column 7, there `\\d{2}\\]` is missing'],
  ['(?:http|https) \\S+', 'ws x', 'it does not start with `(?:http|https) \\S+`'],
  ['a b|ab c', 'abd', 'it fits up to column 2, there ` c` is missing'],
  [
    'x(?:0123456789){4} and so on, and so forth',
    'x',
    'it fits up to column 1, there `(?:0123456789){4} and so on, an…` is missing',
  ],
])('%s of %s', (pattern, line, told) => {
  expect(patternMismatch(pattern, line)).toBe(told);
});
