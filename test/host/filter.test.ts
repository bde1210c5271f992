import { readdirSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { FilterInstance, FilterWasm, HostMap, hostMap } from '../../src/host/index.ts';
import { filterOf, SAMPLES, sampleLines, withoutMemory } from '../support/filter.ts';
import { ODD_VALUES, UNSPEAKABLE_VALUES } from '../support/odd.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 3000);
const FILES = readdirSync(SAMPLES).filter((name) => name.endsWith('.log'));
const SECONDS = 1_770_091_600;

let wasm: Uint8Array;
beforeAll(() => {
  wasm = filterOf('samples', 'policy.yaml');
});

function outputOf(host: FilterWasm, tag: string, body: HostMap): Record<string, unknown> {
  const { records, fates } = host.chunk(tag, [{ seconds: SECONDS, nanoseconds: 0, body }]);
  expect(fates).toEqual([{ kind: 'kept' }]);
  return JSON.parse(host.jsonOut(records[0]!.body)) as Record<string, unknown>;
}

describe('the filter in the host', () => {
  test('says so where the host has no memory for a record', () => {
    const host = new FilterWasm(new FilterInstance(withoutMemory(wasm)));
    const output = outputOf(host, 'alb', hostMap({ log: sampleLines('alb.log')[0]! }));
    expect(output).toMatchObject({ auditlb: { status: 'failed', error: { code: 'record_missing' } } });
  });

  test.each([true, false])('reads every sample alike, json.escape_unicode %s', (escapeUnicode) => {
    const host = new FilterWasm(new FilterInstance(wasm), { escapeUnicode });
    const plain = new FilterInstance(wasm);
    for (const file of FILES)
      for (const line of sampleLines(file)) {
        const tag = file.replace(/\.log$/, '');
        const answer = plain.call(Buffer.from(tag), SECONDS, 0, Buffer.from(JSON.stringify({ log: line })));
        const text = 'output' in answer ? Buffer.from(answer.output).toString() : '';
        expect(outputOf(host, tag, hostMap({ log: line }))).toEqual(JSON.parse(text));
      }
  });

  test.each([...ODD_VALUES, ...UNSPEAKABLE_VALUES])('keeps a record with %s', (_, value) => {
    const [on, off] = [true, false].map((escapeUnicode) => {
      const host = new FilterWasm(new FilterInstance(wasm), { escapeUnicode });
      const bodies = [
        new HostMap([['odd', value]]),
        new HostMap([
          ['log', 'x'],
          ['odd', value],
        ]),
      ];
      return bodies.flatMap((body) => ['alb', 'cloudtrail', 'nobody'].map((tag) => outputOf(host, tag, body)));
    });
    for (const output of on!) expect(output).toHaveProperty('auditlb');
    // Raw data, and the id that is made of it, are as the host wrote the record.
    const apart = ({ metadata, ...output }: Record<string, unknown>): object => ({
      ...output,
      metadata: { ...(metadata as object), uid: undefined },
      raw_data: undefined,
    });
    if (!(value instanceof Uint8Array)) expect(on!.map(apart)).toEqual(off!.map(apart));
  });

  test('keeps values of any depth', () => {
    const host = new FilterWasm(new FilterInstance(wasm));
    const [line = ''] = sampleLines('cloudtrail.log');
    for (let levels = 40; levels <= 80; levels++) {
      const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
      const odd = line.replace(/^\{/, `{"odd":${deep},"requestParameters":${deep},`);
      for (const json of [odd, `{"log":"x","odd":${deep}}`, JSON.stringify({ log: odd })])
        outputOf(host, 'cloudtrail', hostMap(JSON.parse(json)));
    }
  });

  test('keeps a record of 16 MiB', () => {
    const host = new FilterWasm(new FilterInstance(wasm), { escapeUnicode: false });
    const text = `${'x'.repeat(2 ** 24)}é"\n`;
    expect(outputOf(host, 'nobody', hostMap({ log: text })).raw_data).toBe(text.trimEnd());
  });
});

interface Exports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(address: number): void;
  filter(tag: number, tagLength: number, seconds: number, nanoseconds: number, record: number, length: number): number;
}

/** Far more than the filter needs for a small record, so that what lies at the end stays there. */
const SPARE_PAGES = 256;

/** Calls the filter with a tag and a record that end where its memory ends. */
class AtTheEnd {
  readonly #exports: Exports;

  constructor(bytes: Uint8Array) {
    this.#exports = instantiateSync<Exports>(bytes).exports;
    this.#exports.memory.grow(SPARE_PAGES);
  }

  call(tag: Uint8Array, record: Uint8Array, order: 'tag last' | 'record last'): string {
    const { memory, filter } = this.#exports;
    const view = Buffer.from(memory.buffer);
    const both = order === 'tag last' ? [record, tag] : [tag, record];
    const start = view.length - tag.length - record.length;
    view.set(Buffer.concat(both), start);
    const [tagAt, recordAt] = order === 'tag last' ? [start + record.length, start] : [start, start + tag.length];
    const address = filter(tagAt, tag.length, SECONDS, 0, recordAt, record.length);
    expect(memory.buffer.byteLength).toBe(view.length);
    return view.toString('utf8', address, view.indexOf(0, address));
  }
}

describe('a record at the very end of memory', () => {
  test('is read as anywhere else, whatever its bytes', () => {
    const end = new AtTheEnd(wasm);
    const anywhere = new FilterInstance(wasm);
    const lines = FILES.flatMap(sampleLines);
    const part = fc
      .tuple(fc.constantFrom(...lines), fc.nat(400))
      .map(([line, length]) => Buffer.from(JSON.stringify({ log: line }).slice(0, length)));
    const bytes = fc.oneof(
      part,
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom(...lines).map((log) => Buffer.from(JSON.stringify({ log }))),
      fc.tuple(part, fc.uint8Array({ maxLength: 3 })).map((both) => Buffer.concat(both)),
    );
    const tags = fc.oneof(fc.constantFrom(...FILES.map((name) => name.replace(/\.log$/, ''))), fc.string());
    const order = fc.constantFrom('tag last' as const, 'record last' as const);
    fc.assert(
      fc.property(tags, bytes, order, (tag, record, last) => {
        const name = Buffer.from(tag);
        const answer = anywhere.call(name, SECONDS, 0, record);
        expect(answer.kind).toMatch(/kept|unchanged/);
        const expected = 'output' in answer ? Buffer.from(answer.output).toString() : '';
        expect(end.call(name, record, last)).toBe(expected);
      }),
      { numRuns: RUNS },
    );
  });
});
