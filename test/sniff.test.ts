import { describe, expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { loadCatalog } from '../src/policy/catalog.ts';
import { AMBIGUOUS } from './support/ambiguous.ts';
import { bothOutputs, referenceOf } from './support/differential.ts';
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
