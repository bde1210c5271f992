import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BuiltFilter, buildFilter, readEngine } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { loadCatalog, packageRoot } from '../../src/policy/catalog.ts';
import { bothOutputs, type HostRecord, referenceOf, SCHEMAS } from '../support/differential.ts';
import { readFixtures } from '../support/fixtures.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 3000);
const SAMPLES = join(packageRoot(), 'samples');
const FIXTURES = readFixtures();
const TAGS = ['nginx.access', 'haproxy', 'nobody', 'auto', ...FIXTURES.map(({ format }) => format)];
/** What log lines are made of: the bytes parsers stumble over. */
const FRAGMENTS = [
  '"',
  '\\',
  '\\"',
  '\\x22',
  '\\x',
  ' ',
  '-',
  '- ',
  ' - ',
  '[',
  ']',
  '{',
  '}',
  ':',
  ',',
  ' : ',
  '::',
  '/',
  '?',
  '#41',
  '\n',
  '\u0000',
  '\u007f',
  'é',
  '\ud800',
  '💥',
  '{"',
  '":',
  '1e999',
  '-1',
  '000',
  'HTTP/1.1',
  'null',
  '<34>1 ',
  '<13>Feb  3 04:05:06 h p[1]: ',
  '2026-02-03T04:05:06Z stdout F ',
  '{"log":"',
  '","stream":"stdout"}',
];

let policy: string;
let lines: string[];

function build(text: string, kind: 'release' | 'debug' = 'release'): BuiltFilter {
  const built = buildFilter({ text, file: 'policy.yaml' }, { engine: readEngine(kind) });
  expect(built.diagnostics).toEqual([]);
  return built.filter!;
}

/** The samples' policy with a source for every format, and one that guesses. */
function ownPolicy(): string {
  const shipped = loadCatalog().formats;
  const own = ['auto', ...FIXTURES.map(({ format }) => format).filter((name) => shipped.has(name))];
  const sources = own.map((format) => `  - { name: x_${format}, tag: ${format}, format: ${format} }\n`);
  return readFileSync(join(SAMPLES, 'policy.yaml'), 'utf8').replace(/^sources:\n/m, (head) => head + sources.join(''));
}

beforeAll(() => {
  policy = ownPolicy();
  const files = readdirSync(SAMPLES).filter((name) => name.endsWith('.log'));
  const samples = files.flatMap((name) => readFileSync(join(SAMPLES, name), 'utf8').trimEnd().split('\n'));
  lines = [...samples, ...FIXTURES.flatMap((folder) => folder.files.flatMap((file) => file.lines))];
});

/** A sample line with a few edits: bytes cut out, repeated, swapped for fragments. */
function mutated(): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    put: fc.constantFrom('', ...FRAGMENTS),
  });
  return fc.tuple(fc.constantFrom(...lines), fc.array(edit, { maxLength: 5 })).map(([line, edits]) =>
    edits.reduce((text, { at, cut, put }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + put + text.slice(start + cut);
    }, line),
  );
}

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    mutated(),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }).map((all) => all.join('')),
  );

/** Records as hosts make them, and bytes no host makes. */
function record(): fc.Arbitrary<Uint8Array> {
  const line = text().map((value) => ({ log: value }));
  const other = fc
    .tuple(text(), fc.dictionary(text(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 }))
    .map(([value, rest]) => ({ ...rest, message: value }));
  const placed = fc
    .tuple(text(), text(), fc.oneof(fc.nat(), fc.jsonValue({ maxDepth: 0 })))
    .map(([log, file, file_offset]) => ({ file, log, file_offset }));
  const json = fc
    .oneof(line, other, placed, fc.jsonValue({ maxDepth: 5 }))
    .map((value) => Buffer.from(JSON.stringify(value)));
  const damaged = fc.tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })).map(([bytes, hits]) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) for (const [at, byte] of hits) copy[at % copy.length] = byte;
    return copy;
  });
  return fc.oneof(
    { weight: 4, arbitrary: json },
    { weight: 2, arbitrary: damaged },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}

const hostRecord = (): fc.Arbitrary<HostRecord> =>
  fc.record({
    tag: fc.constantFrom(...TAGS),
    timeSec: fc.oneof(fc.constant(1_770_000_000), fc.integer({ min: 1_700_000_000, max: 1_900_000_000 })),
    timeNsec: fc.oneof(fc.constant(0), fc.nat(999_999_999)),
    record: record(),
  });

describe('any record', () => {
  test.each(SCHEMAS)('gives one JSON object of %s, the same as the reference', (schema) => {
    const filter = build(policy.replace('schema: ocsf', `schema: ${schema}`));
    const instance = new FilterInstance(filter.wasm);
    const reference = referenceOf(filter);
    fc.assert(
      fc.property(hostRecord(), (input) => {
        const both = bothOutputs(instance, reference, input);
        expect(both.engine).toEqual(both.reference);
      }),
      { numRuns: Math.ceil(RUNS / SCHEMAS.length) },
    );
  });

  test('never trips an assertion of the debug engine', () => {
    const instance = new FilterInstance(build(policy, 'debug').wasm);
    fc.assert(
      fc.property(hostRecord(), (input) => {
        const answer = instance.call(Buffer.from(input.tag), input.timeSec, input.timeNsec, input.record);
        expect(answer.kind).toBe('kept');
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});
