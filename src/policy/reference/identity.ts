import { Buffer } from 'node:buffer';
import type { JsonText } from './json_text.ts';

/** Where the collector read the line: the file, and the offset as it wrote it. */
export interface Place {
  readonly file: string;
  readonly offset: string;
}

const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & MASK;

function mix(value: bigint): bigint {
  let k = value;
  k = ((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  k = ((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
}

/** MurmurHash3 x64 128, the state as its seed: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
export function murmur3(bytes: Uint8Array, [high, low]: readonly [bigint, bigint] = [0n, 0n]): [bigint, bigint] {
  const whole = bytes.length - (bytes.length % 16);
  const padded = Buffer.alloc(whole + 16);
  padded.set(bytes);
  let h1 = high;
  let h2 = low;
  for (let at = 0; at < padded.length; at += 16) {
    h1 ^= (rotate((padded.readBigUInt64LE(at) * C1) & MASK, 31n) * C2) & MASK;
    if (at < whole) h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & MASK;
    h2 ^= (rotate((padded.readBigUInt64LE(at + 8) * C2) & MASK, 33n) * C1) & MASK;
    if (at < whole) h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & MASK;
  }
  const length = BigInt(bytes.length);
  h1 = ((h1 ^ length) + (h2 ^ length)) & MASK;
  h2 = ((h2 ^ length) + h1) & MASK;
  const first = (mix(h1) + mix(h2)) & MASK;
  return [first, (mix(h2) + first) & MASK];
}

/** What counts of the records before: equal ones of one moment (the filter's table is bounded, `OCCURRENCES_MAX`, this one is not), and dropped ones. */
export class Occurrences {
  /** By sampling rule, since the last record that was kept. */
  readonly dropped = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #moment = '';

  count(key: string, moment: string): number {
    if (moment !== this.#moment) this.#counts.clear();
    this.#moment = moment;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return count;
  }
}

export interface Identified {
  readonly tag: string;
  readonly timeSec: number;
  readonly timeNsec: number;
  /** The line as JSON escapes it; of a record without one its bytes. */
  readonly content: Uint8Array;
  readonly place: Place | undefined;
}

/** The record's id: `docs/normalization.md`, Identity. */
export function identityOf(record: Identified, occurrences: Occurrences): string {
  const content = murmur3(record.content, murmur3(Buffer.from(record.tag)));
  return hex(
    record.place === undefined
      ? murmur3(momentOf(record, content, occurrences), content)
      : murmur3(Buffer.from(record.place.offset), murmur3(escaped(record.place.file), content)),
  );
}

function momentOf({ timeSec, timeNsec }: Identified, content: [bigint, bigint], occurrences: Occurrences): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(timeSec, 0);
  bytes.writeUInt32LE(timeNsec, 4);
  bytes.writeUInt32LE(occurrences.count(hex(content), `${timeSec}.${timeNsec}`), 8);
  return bytes;
}

const hex = (words: readonly bigint[]): string => words.map((word) => word.toString(16).padStart(16, '0')).join('');

/** Text as JSON escapes it, without the quotes. */
export const escaped = (text: string): Buffer => Buffer.from(JSON.stringify(text).slice(1, -1));

/** The place a record names: of equal keys the last that is a text, or a number without a sign. */
export function placeOf(
  record: Extract<JsonText, { kind: 'object' }>,
  keys: { readonly file: string; readonly offset: string },
): Place | undefined {
  let file: string | undefined;
  let offset: string | undefined;
  for (const { key, value } of record.members) {
    if (key === keys.file && value.kind === 'string') file = value.text;
    else if (key === keys.offset && value.kind === 'literal' && /^\d/.test(value.text)) offset = value.text;
  }
  return file === undefined || offset === undefined ? undefined : { file, offset };
}
