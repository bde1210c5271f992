import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { duplicatesOf, isComplete, type Statement, unexpectedOf } from '../../src/reconcile/index.ts';
import { FAULTS, inputBytes } from './faults.ts';
import { Rig } from './rig.ts';
import { FLUENT_BIT } from './support.ts';

/** `npm run faults`: all of them, more lines, and the page is written. */
const ALL = process.env.AUDITLB_FAULTS === 'all';
const LINES = ALL ? 30_000 : 1_500;
const PAGE = join(packageRoot(), 'docs', 'reliability.md');
const MARK = '<!-- below: written by `npm run faults` -->';

const rows: string[] = [];

function rowOf(name: string, story: string, statement: Statement, bytes: number): string {
  const { records, delivered, unparsed, dropped, missing } = statement;
  const numbers = [records, delivered, unparsed, dropped, missing, duplicatesOf(statement)];
  return `| ${name} | ${story} | ${(bytes / 1e6).toFixed(1)} MB | ${numbers.join(' | ')} |`;
}

describe.skipIf(FLUENT_BIT === undefined)('nothing is missing after', () => {
  test.each(FAULTS.filter(({ short }) => ALL || short))('$name', { timeout: 600_000 }, async (fault) => {
    const rig = await Rig.open();
    try {
      await fault.run(rig, LINES);
      const statement = await rig.settled();
      rows.push(rowOf(fault.name, fault.story, statement, inputBytes(rig)));
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
    if (!ALL || rows.length < FAULTS.length) return;
    const [head] = readFileSync(PAGE, 'utf8').split(MARK);
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
    const table = [
      `| ${columns.join(' | ')} |`,
      `|${columns.map((_, i) => (i < 2 ? ' - |' : ' -: |')).join('')}`,
      ...rows,
    ];
    writeFileSync(PAGE, `${head}${MARK}\n\n${table.join('\n')}\n`);
  });
});
