import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter, readEngine } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { FIELDS, type FieldType } from '../../src/policy/fields.ts';
import { bothOutputs, referenceOf, SCHEMAS } from '../support/differential.ts';
import { readFixtures } from '../support/fixtures.ts';
import { tamperedRecord } from '../support/secret_lines.ts';
import { FRAGMENTS, SECRET_FRAGMENTS, SECRETS } from '../support/secrets.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 1500);

const { formats } = loadCatalog();
const fixtures = readFixtures().filter(({ format }) => formats.has(format));
const lines = fixtures.flatMap(({ format, files }) =>
  files.flatMap((file) => file.lines.map((line) => [format, line] as const)),
);

const policy = (rules: string, schema: string): string => `auditlb: 1
schema: ${schema}
raw: always
sources:
${fixtures.map(({ format }) => `  - {name: ${format}, tag: ${format}, format: ${format}}`).join('\n')}
redact:
${rules}
`;

/** Fields of these types, every other one of them. */
const fields = (half: 0 | 1, ...types: FieldType[]): string =>
  Object.values(FIELDS)
    .filter(({ type, path }) => types.includes(type) && path !== undefined)
    .map(({ path }) => path)
    .filter((_, i) => i % 2 === half)
    .join(', ');

const RULES: Readonly<Record<string, string>> = {
  'half of the texts': `  - {fields: [${fields(0, 'text', 'json')}], with: mask}\n  - {fields: [${fields(0, 'address')}], with: truncate}`,
  'the other half': `  - {fields: [${fields(1, 'text', 'json')}], with: mask}\n  - {fields: [${fields(1, 'address', 'int', 'port', 'bytes', 'duration', 'bool')}], with: remove}`,
  secrets: `  - {patterns: [${Object.keys(SECRETS).join(', ')}], with: mask}\n  - {keys: ['*e*', token], with: mask}`,
  'who and what': `  - {fields: [actor.name, src.ip, db.query, process.command_line], when: 'event.outcome == "success"', with: mask}
  - {fields: [unmapped, url.query], keys: ['*id*', '*user*'], with: mask}`,
};

describe('every format is redacted as the reference says', () => {
  test.each(Object.keys(RULES).map((name, i) => [name, SCHEMAS[i % SCHEMAS.length]!] as const))(
    '%s, %s',
    (name, schema) => {
      const { filter, diagnostics } = buildFilter({ text: policy(RULES[name]!, schema), file: 'policy.yaml' });
      expect(diagnostics).toEqual([]);
      const instance = new FilterInstance(filter!.wasm);
      const reference = referenceOf(filter!);
      const agrees = (input: Parameters<typeof reference>[0]): void => {
        const both = bothOutputs(instance, reference, input);
        expect(both.engine).toEqual(both.reference);
      };
      for (const [timeNsec, [tag, line]] of lines.entries())
        agrees({ tag, timeSec: 1_770_000_000, timeNsec, record: Buffer.from(JSON.stringify({ log: line })) });
      fc.assert(fc.property(tamperedRecord(name === 'secrets' ? SECRET_FRAGMENTS : FRAGMENTS, lines), agrees), {
        numRuns: RUNS,
      });
    },
    300_000,
  );

  test('without tripping an assertion of the debug engine', () => {
    const text = policy(Object.values(RULES).join('\n'), 'ocsf');
    const { filter } = buildFilter({ text, file: 'policy.yaml' }, { engine: readEngine('debug') });
    const instance = new FilterInstance(filter!.wasm);
    fc.assert(
      fc.property(tamperedRecord(SECRET_FRAGMENTS, lines), (input) => {
        const answer = instance.call(Buffer.from(input.tag), input.timeSec, input.timeNsec, input.record);
        expect(answer.kind).toBe('kept');
      }),
      { numRuns: RUNS },
    );
  }, 300_000);
});
