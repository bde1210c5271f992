import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BuiltFilter, buildFilter, readEngine } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { bothOutputs, engineOutput, referenceOf } from './support/differential.ts';
import { FIXTURE_FILES, type FormatFixtures, lineRecord, readFixtures, withoutHash } from './support/fixtures.ts';
import { validateOcsf } from './support/ocsf/validate.ts';

const engines = { release: readEngine('release'), debug: readEngine('debug') };

function build({ policy, folder }: FormatFixtures, engine: Uint8Array): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text: policy, file: join(folder, 'policy.yaml') }, { engine });
  expect(diagnostics).toEqual([]);
  return filter!;
}

describe.each(readFixtures().map((fixtures) => [fixtures.format, fixtures] as const))('%s', (format, fixtures) => {
  let run: (line: string) => { release: unknown; debug: unknown; reference: unknown };
  let again: (line: string) => unknown;

  beforeAll(() => {
    const built = build(fixtures, engines.release);
    const release = new FilterInstance(built.wasm);
    const debug = new FilterInstance(build(fixtures, engines.debug).wasm);
    const reference = referenceOf(built);
    const other = new FilterInstance(built.wasm);
    again = (line) => engineOutput(other, lineRecord(format, line));
    run = (line) => {
      const record = lineRecord(format, line);
      const both = bothOutputs(release, reference, record);
      return { release: both.engine, debug: engineOutput(debug, record), reference: both.reference };
    };
  });

  test('is documented and has all its files', () => {
    expect(readFileSync(join(fixtures.folder, 'SOURCE.md'), 'utf8')).toMatch(/https?:\/\//);
    expect(fixtures.files.map(({ name }) => name)).toEqual(FIXTURE_FILES);
  });

  test.each(fixtures.files.map((file) => [file.name, file] as const))('%s', async (name, { lines, expected }) => {
    const outputs = lines.map(run);
    const events = outputs.map(({ release }) => release);
    expect(outputs.map(({ debug }) => debug)).toEqual(events);
    expect(outputs.map(({ reference }) => reference)).toEqual(events);
    // The first of a kind is written by its template, the second leaves an outline, the third is written by that.
    const written = JSON.stringify(events, withoutIds);
    for (let i = 0; i < 2; i++) lines.map(again);
    expect(JSON.stringify(lines.map(again), withoutIds)).toBe(written);
    expect(events.flatMap((event, i) => validateOcsf(event).map((fault) => `${name}.log:${i + 1}: ${fault}`))).toEqual(
      [],
    );
    if (name !== 'malformed') {
      const faults = events.flatMap((event, i) =>
        isOk(event) ? [] : [`${name}.log:${i + 1}: ${JSON.stringify(event)}`],
      );
      expect(faults).toEqual([]);
    }
    await expect(`${JSON.stringify(events, withoutHash, 2)}\n`).toMatchFileSnapshot(expected);
  });
});

/** Equal lines have ids of their own. */
const withoutIds = (key: string, value: unknown): unknown =>
  key === 'uid' && /^[0-9a-f]{32}$/.test(String(value)) ? undefined : value;

const isOk = (event: unknown): boolean => (event as { auditlb?: { status?: unknown } }).auditlb?.status === 'ok';
