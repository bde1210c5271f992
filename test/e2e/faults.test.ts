import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { duplicatesOf, isComplete, type Statement, unexpectedOf } from '../../src/reconcile/index.ts';
import { FAULTS, inputBytes } from './faults.ts';
import { noDisk, Rig } from './rig.ts';
import { FLUENT_BIT } from './support.ts';

/** `npm run faults`: more lines, and the page is written. `AUDITLB_FAULTS`: `all`, or the name of one. */
const CHOSEN = process.env.AUDITLB_FAULTS;
const LINES = CHOSEN ? 30_000 : 1_500;
const FAULTS_RUN = FAULTS.filter(({ name, short }) => (CHOSEN ? CHOSEN === 'all' || CHOSEN === name : short));
const PAGE = join(packageRoot(), 'docs', 'reliability.md');
const MARK = '<!-- below: written by `npm run faults` -->';

const rows = new Map<string, string>();

function rowOf(name: string, story: string, statement: Statement, bytes: number): string {
  const { records, delivered, unparsed, dropped, missing } = statement;
  const numbers = [records, delivered, unparsed, dropped, missing, duplicatesOf(statement)];
  return `| ${name} | ${story} | ${(bytes / 1e6).toFixed(1)} MB | ${numbers.join(' | ')} |`;
}

describe.skipIf(FLUENT_BIT === undefined)('nothing is missing after', () => {
  test.for(FAULTS_RUN)('$name', { timeout: 900_000 }, async (fault, { skip }) => {
    const reason = fault.disk === undefined ? undefined : noDisk();
    if (reason !== undefined) {
      console.warn(`${fault.name} is skipped: ${reason}`);
      skip(reason);
    }
    const rig = await Rig.open();
    try {
      if (fault.disk !== undefined) rig.limitDisk(fault.disk);
      await fault.run(rig, LINES);
      const statement = await rig.settled();
      rows.set(fault.name, rowOf(fault.name, fault.story, statement, inputBytes(rig)));
      expect(statement.missing_lines).toEqual([]);
      expect(isComplete(statement)).toBe(true);
      expect(unexpectedOf(statement)).toBe(0);
      const { records, delivered, unparsed, dropped } = statement;
      expect(delivered + unparsed + dropped).toBe(records);
      // Whatever came twice came with the id it had.
      expect(rig.ids).toBe(records);
    } finally {
      await rig.stop();
    }
  });

  afterAll(() => {
    if (!CHOSEN) return;
    const [head, table = ''] = readFileSync(PAGE, 'utf8').split(MARK);
    const old = table.split('\n');
    const columns = [
      'fault',
      'what happens',
      'input',
      'lines in',
      'delivered',
      'unparsed',
      'dropped',
      'missing',
      'duplicates',
    ];
    const lines = [
      `| ${columns.join(' | ')} |`,
      `|${columns.map((_, i) => (i < 2 ? ' - |' : ' -: |')).join('')}`,
      ...FAULTS.flatMap(({ name }) => rows.get(name) ?? old.find((row) => row.startsWith(`| ${name} |`)) ?? []),
    ];
    writeFileSync(PAGE, `${head}${MARK}\n\n${lines.join('\n')}\n`);
  });
});
