import { describe, expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { loadCatalog } from '../src/policy/catalog.ts';
import { AMBIGUOUS } from './support/ambiguous.ts';
import { bothOutputs, type HostRecord, referenceOf } from './support/differential.ts';
import { lineRecord, policyOf, readFixtures } from './support/fixtures.ts';

const { auto } = loadCatalog();
const { filter } = buildFilter({ text: policyOf('auto'), file: 'auto.yaml' });
const instance = new FilterInstance(filter!.wasm);
const reference = referenceOf(filter!);
/** What `auto` does not try, a policy names. */
const folders = readFixtures().filter(({ format }) => auto.includes(format));

describe.each(folders.map((folder) => [folder.format, folder.files] as const))('auto knows %s', (format, files) => {
  const known = files.filter(({ name }) => name !== 'malformed');
  test.each(known.map(({ name, lines }) => [name, lines] as const))('%s', (name, lines) => {
    const others = AMBIGUOUS.filter((each) => each.format === format);
    const may = [format, ...others.map(({ takenFor }) => takenFor)];
    const mistaken = lines.flatMap((line, i) => {
      const both = bothOutputs(instance, reference, lineRecord(format, line));
      expect(both.engine).toEqual(both.reference);
      const found = (both.engine as { auditlb: { format?: string } }).auditlb.format;
      return found !== undefined && may.includes(found) ? [] : [`${name}.log:${i + 1}: ${found ?? 'no format'}`];
    });
    expect(mistaken).toEqual([]);
  });
});

/** A line of JSON as a collector gives it that has parsed it: the record itself. */
const asRecord = (tag: string, line: string): HostRecord[] =>
  line.startsWith('{') ? [{ ...lineRecord(tag, line), record: Buffer.from(line) }] : [];

test('what came before a record changes nothing', () => {
  const records = folders.flatMap(({ format, files }) =>
    files.flatMap(({ lines }) => lines.flatMap((line) => [lineRecord(format, line), ...asRecord(format, line)])),
  );
  const [fresh, newReference] = [new FilterInstance(filter!.wasm), referenceOf(filter!)];
  // A step that has no factor in common with the number of records: all come, each behind one of another kind.
  for (let i = 0; i < records.length; i++) {
    // A moment of its own: equal lines of one get ids by how many there were, which the engine counts for so many lines only.
    const both = bothOutputs(fresh, newReference, { ...records[(i * 7919) % records.length]!, timeNsec: i });
    expect(both.engine).toEqual(both.reference);
  }
});
