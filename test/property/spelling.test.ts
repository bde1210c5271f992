import { expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';
import { readFixtures } from '../support/fixtures.ts';
import { respelled } from '../support/secret_lines.ts';

const { formats } = loadCatalog();
const fixtures = readFixtures().filter(({ format }) => formats.has(format));
const POLICY = `auditlb: 1
schema: ocsf
raw: never
sources:
${fixtures.map(({ format }) => `  - {name: ${format}, tag: ${format}, format: ${format}}`).join('\n')}
`;
const { filter, diagnostics } = buildFilter({ text: POLICY, file: 'policy.yaml' });
expect(diagnostics).toEqual([]);
const instance = new FilterInstance(filter!.wasm);
const reference = referenceOf(filter!);

let moment = 0;

/** The event without what is of the spelling: its id, made of the line's bytes, and where in them an error is. */
function event(tag: string, record: string): unknown {
  const both = bothOutputs(instance, reference, {
    tag,
    timeSec: 1_770_000_000,
    timeNsec: moment++,
    record: Buffer.from(record),
  });
  expect(both.engine).toEqual(both.reference);
  const { metadata, auditlb, ...rest } = both.engine as Record<string, Record<string, unknown>>;
  const { uid, ...about } = metadata!;
  expect(uid).toMatch(/^[0-9a-f]{32}$/);
  const { error, ...said } = auditlb!;
  const { offset, ...why } = (error ?? {}) as Record<string, unknown>;
  return { ...rest, about, said, why };
}

const CHARACTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('');
const every = (json: string): string => respelled(json, CHARACTERS);
const isObject = (line: string): boolean => {
  try {
    return line.startsWith('{') && JSON.parse(line) !== null;
  } catch {
    return false;
  }
};

/** Docker's own wrapper is told by its first key as Docker writes it. */
const isDocker = (line: string): boolean => /^\{"(?:log|stream|attrs|time)":/.test(line) && line.includes('"stream":');

test('what Docker wraps too, but for the first key', () => {
  const line = '203.0.113.9 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n';
  const plain = { log: line, stream: 'stderr', attrs: { app: 'shop' }, time: '2026-02-03T04:05:10.1Z' };
  const written = `{"log"${every(JSON.stringify(plain)).slice(every('"log"').length + 1)}`;
  expect(JSON.parse(written)).toEqual(plain);
  expect(event('nginx_combined', JSON.stringify({ log: written }))).toEqual(
    event('nginx_combined', JSON.stringify({ log: JSON.stringify(plain) })),
  );
});

test.each(fixtures.map(({ format, files }) => [format, files] as const))(
  '%s is read alike, however its JSON is written',
  (format, files) => {
    for (const { lines } of files) {
      for (const line of lines) {
        const plain = event(format, JSON.stringify({ log: line }));
        expect(event(format, `{"log":${every(JSON.stringify(line))}}`)).toEqual(plain);
        if (isObject(line) && !isDocker(line))
          expect(event(format, JSON.stringify({ log: every(line) }))).toEqual(plain);
      }
    }
  },
);
