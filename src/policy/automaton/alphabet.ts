/** A byte range, inclusive. */
export type ByteRange = readonly [low: number, high: number];

/** A character, or a range of characters, as consecutive bytes. */
export type ByteSequence = readonly ByteRange[];

const UTF8_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff];
const SHORT_ESCAPES = new Map([
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
]);

/**
 * Byte sequences that stand for the characters `low` to `high` in JSON-escaped UTF-8 (see `assembly/shared/slot_kind.ts`), or in plain UTF-8 if
 * `raw`. Surrogates have none.
 */
export function sequencesOf(low: number, high: number, raw: boolean): ByteSequence[] {
  const sequences: ByteSequence[] = [];
  let from = low;
  if (!raw) {
    for (; from <= high && from < 0x20; from++) sequences.push(literalBytes(controlEscape(from)));
    for (const special of [0x22, 0x5c]) {
      if (special < from || special > high) continue;
      if (special > from) sequences.push(...plainSequences(from, special - 1));
      sequences.push(literalBytes(`\\${String.fromCharCode(special)}`));
      from = special + 1;
    }
  }
  if (from <= high) sequences.push(...plainSequences(from, high));
  return sequences;
}

function controlEscape(code: number): string {
  const short = SHORT_ESCAPES.get(code);
  return short === undefined ? `\\u00${code.toString(16).padStart(2, '0')}` : `\\${short}`;
}

function literalBytes(text: string): ByteSequence {
  return [...text].map((c) => [c.charCodeAt(0), c.charCodeAt(0)] as const);
}

/** UTF-8 of a range of code points as few sequences of byte ranges. */
function plainSequences(low: number, high: number): ByteSequence[] {
  if (low <= 0xdfff && high >= 0xd800) {
    const below = low < 0xd800 ? plainSequences(low, 0xd7ff) : [];
    return [...below, ...(high > 0xdfff ? plainSequences(0xe000, high) : [])];
  }
  const limit = UTF8_LIMITS.find((each) => low <= each)!;
  if (high > limit) return [...plainSequences(low, limit), ...plainSequences(limit + 1, high)];
  if (limit === 0x7f) return [[[low, high]]];
  return splitTails(low, high, UTF8_LIMITS.indexOf(limit));
}

/** Splits until the bytes behind the first differing one range over everything. `tails`: number of continuation bytes. */
function splitTails(low: number, high: number, tails: number): ByteSequence[] {
  for (let i = 1; i <= tails; i++) {
    const mask = 2 ** (6 * i) - 1;
    if ((low & ~mask) === (high & ~mask)) continue;
    if ((low & mask) !== 0) return [...plainSequences(low, low | mask), ...plainSequences((low | mask) + 1, high)];
    if ((high & mask) !== mask)
      return [...plainSequences(low, (high & ~mask) - 1), ...plainSequences(high & ~mask, high)];
  }
  const first = new TextEncoder().encode(String.fromCodePoint(low));
  const last = new TextEncoder().encode(String.fromCodePoint(high));
  return [[...first].map((byte, i) => [byte, last[i]!] as const)];
}
