import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Buckets } from '../../src/reconcile/buckets.ts';
import { CONTENT_AT, ENTRY_SIZE, EntryKind, writeEntry } from '../../src/reconcile/entry.ts';

test('buckets bring equal keys together, from files too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'buckets-'));
  const buckets = new Buckets(folder, 'test', CONTENT_AT);
  const entry = Buffer.alloc(ENTRY_SIZE);
  const [keys, copies] = [40_000, 4];
  for (let i = 0; i < keys * copies; i++) {
    const content = createHash('sha1')
      .update(String(i % keys))
      .digest();
    const own = { id: '', time: i, file: 0, place: 0, kind: EntryKind.input, unparsed: false };
    writeEntry({ ...own, content, line: i % keys }, entry);
    buckets.add(entry);
  }
  expect(readdirSync(folder).length).toBe(256);
  let groups = 0;
  for (const group of buckets.groups()) {
    const [{ line } = { line: -1 }] = group;
    expect(group.map((each) => [each.line, each.time])).toEqual([0, 1, 2, 3].map((i) => [line, line + i * keys]));
    groups++;
  }
  expect(groups).toBe(keys);
  expect(readdirSync(folder)).toEqual([]);
});
