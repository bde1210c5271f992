import { describe, expect, test } from 'vitest';
import { OCCURRENCES_MAX } from '../../assembly/shared/limits.ts';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { murmur3 } from '../../src/policy/reference/identity.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';

const POLICY = `
auditlb: 1
sources:
  - {name: named, tag: named, format: nginx_combined, file_key: path, offset_key: at}
  - {name: web, tag: '*', format: nginx_combined}
`;
const LINE = '192.0.2.7 - ann [03/Feb/2026:04:05:06 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"';
const PLACE = { file: '/var/log/a.log', file_offset: 120 };

const { filter } = buildFilter({ text: POLICY, file: 'policy.yaml' });
const idOf = (output: unknown): string => (output as { metadata: { uid: string } }).metadata.uid;

/** Ids by one instance, the reference agreeing on each. */
function ids(...records: { log?: string; tag?: string; at?: number; [key: string]: unknown }[]): string[] {
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  return records.map(({ tag = 'web', at = 1_770_000_000, ...record }) => {
    const both = bothOutputs(instance, reference, {
      tag,
      timeSec: at,
      timeNsec: 5,
      record: Buffer.from(JSON.stringify(record)),
    });
    expect(idOf(both.engine)).toBe(idOf(both.reference));
    return idOf(both.engine);
  });
}

describe('an id', () => {
  test('is MurmurHash3 x64 128', () => {
    const hash = murmur3(Buffer.from('The quick brown fox jumps over the lazy dog'));
    expect(hash.map((word) => word.toString(16))).toEqual(['e34bbc7bbc071b6c', '7a433ca9c49a9347']);
  });

  test('is the same for the same line of the same place, whenever it is read', () => {
    const [a, b] = ids({ log: LINE, ...PLACE }, { log: LINE, ...PLACE, at: 1_770_009_999 });
    expect(a).toBe(b);
  });

  test.each([
    ['offset', { log: LINE, ...PLACE, file_offset: 121 }],
    ['file', { log: LINE, ...PLACE, file: '/var/log/b.log' }],
    ['tag', { log: LINE, ...PLACE, tag: 'other' }],
    ['line', { log: `${LINE} `, ...PLACE }],
  ])('differs with the %s', (_, other) => {
    const [a, b] = ids({ log: LINE, ...PLACE }, other);
    expect(a).not.toBe(b);
  });

  test('takes the place from the keys the source names', () => {
    const instance = new FilterInstance(filter!.wasm);
    const reference = referenceOf(filter!);
    const of = (at: number, timeSec: number): string => {
      const record = Buffer.from(JSON.stringify({ log: LINE, path: '/a', at }));
      const both = bothOutputs(instance, reference, { tag: 'named', timeSec, timeNsec: 0, record });
      expect(idOf(both.engine)).toBe(idOf(both.reference));
      return idOf(both.engine);
    };
    expect(of(7, 1)).toBe(of(7, 2));
    expect(of(7, 1)).not.toBe(of(8, 1));
  });

  test('tells equal lines of one moment apart, also with others between them', () => {
    const all = ids({ log: LINE }, { log: 'x' }, { log: LINE }, { log: 'x' }, { log: LINE }, { log: LINE, at: 1 });
    expect(new Set(all).size).toBe(6);
  });

  test('without a place is the same again after the start of a batch', () => {
    const instance = new FilterInstance(filter!.wasm);
    const record = Buffer.from(JSON.stringify({ log: LINE }));
    const batch = (): string[] => {
      instance.startBatch();
      return [1, 2, 3].map(() => {
        const answer = instance.call(Buffer.from('web'), 7, 0, record);
        return idOf(JSON.parse(Buffer.from('output' in answer ? answer.output : []).toString()));
      });
    };
    const first = batch();
    expect(new Set(first).size).toBe(3);
    expect(batch()).toEqual(first);
  });

  test('tells at least half as many different lines of one moment from their equals as the table has entries', () => {
    const lines = Array.from({ length: OCCURRENCES_MAX / 2 }, (_, i) => ({ log: `line ${i}` }));
    expect(new Set(ids(...lines, ...lines)).size).toBe(OCCURRENCES_MAX);
  });

  test('is there for records without a line and for what is no JSON', () => {
    const instance = new FilterInstance(filter!.wasm);
    const reference = referenceOf(filter!);
    const bytes = ['{"a":1}', '[]', '', '{"log":7,"file":"a","file_offset":1}', '{"log":"a', 'ÿ'];
    const all = bytes.map((text) => {
      const both = bothOutputs(instance, reference, { tag: 'web', timeSec: 1, timeNsec: 2, record: Buffer.from(text) });
      expect(idOf(both.engine)).toBe(idOf(both.reference));
      return idOf(both.engine);
    });
    expect(new Set(all).size).toBe(bytes.length);
  });
});
