import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { duplicatesOf, type Output, reconcile, type Statement, unexpectedOf } from '../../src/reconcile/index.ts';
import { openInput } from '../../src/run/input.ts';
import { ACCESS_3 } from '../support/zstd.ts';

const POLICY = `
auditlb: 1
sources:
  - {name: web, tag: '*', format: nginx_combined}
routes:
  - {name: archive}
  - {name: siem, when: 'http.response.status >= 500'}
`;
const wasmOf = (text: string): Uint8Array => buildFilter({ text, file: 'policy.yaml' }).filter!.wasm;
const wasm = wasmOf(POLICY);
const AT = new Date('2026-02-04T00:00:00Z');

const access = (n: number, status = 200): string =>
  `192.0.2.7 - - [03/Feb/2026:04:05:0${n % 10} +0000] "GET /item/${n} HTTP/1.1" ${status} 5 "-" "curl/8"`;

/** Events as a collector without place keys delivers them, its clock running on. */
function events(lines: readonly string[], module = wasm): string[] {
  const filter = new FilterInstance(module);
  return lines.map((line, i) => {
    const record = Buffer.from(JSON.stringify({ log: line, host: 'node-1' }));
    const answer = filter.call(Buffer.from('web'), 1_770_000_000 + i, 0, record);
    return Buffer.from('output' in answer ? answer.output : []).toString();
  });
}

interface Files {
  readonly [path: string]: string | Buffer;
}

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'reconcile-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** `outputs`: files by the route they are of; `-` none. */
async function account(
  lines: readonly string[],
  outputs: Readonly<Record<string, readonly string[]>>,
  module = wasm,
): Promise<Statement> {
  const names = Object.keys(outputs);
  const folder = folderOf({
    'web.log': lines.map((line) => `${line}\n`).join(''),
    ...Object.fromEntries(names.map((name) => [`${name}.ndjson`, outputs[name]!.map((line) => `${line}\n`).join('')])),
  });
  const opened = names.map(async (name): Promise<Output> => {
    const output = await openInput(join(folder, `${name}.ndjson`), undefined);
    return name === '-' ? output : { ...output, route: name };
  });
  const options = {
    inputs: [await openInput(join(folder, 'web.log'), 'web')],
    outputs: await Promise.all(opened),
    records: false,
    lineKey: 'log',
    time: AT,
  };
  return reconcile(new FilterInstance(module), options, () => {});
}

const numbersOf = ({ missing_lines }: Statement): number[] => missing_lines.map(({ line }) => line);

describe('a statement', () => {
  test('accounts for every line and route', async () => {
    const lines = [access(1), access(2, 503), 'no access log', access(3)];
    const [one, failed, unparsed] = events(lines);
    const statement = await account(lines, { archive: [one!, failed!, unparsed!], siem: [] });
    expect(statement).toMatchObject({ records: 4, delivered: 1, unparsed: 1, dropped: 0, missing: 2, events: 3 });
    expect(statement.routes).toEqual([
      { route: 'archive', expected: 4, delivered: 3, missing: 1, duplicates: 0, unexpected: 0 },
      { route: 'siem', expected: 1, delivered: 0, missing: 1, duplicates: 0, unexpected: 0 },
    ]);
    expect(statement.missing_lines).toMatchObject([
      { line: 2, from: ['siem'], text: lines[1] },
      { line: 4, from: ['archive'], text: lines[3] },
    ]);
  });

  test('calls a copy with the same id a duplicate, equal lines not', async () => {
    const lines = [access(1), access(1), access(1)];
    const [a, b] = events(lines);
    const statement = await account(lines, { archive: [a!, b!, a!] });
    expect(statement).toMatchObject({ delivered: 2, missing: 1 });
    expect(duplicatesOf(statement)).toBe(1);
  });

  test('calls a copy made at another time a duplicate, and what no line gives unexpected', async () => {
    const lines = [access(1)];
    const [once, again] = events([access(1), access(1)]);
    const statement = await account(lines, { archive: [once!, again!, events([access(9)])[0]!] });
    expect(statement).toMatchObject({ delivered: 1, missing: 0 });
    expect([duplicatesOf(statement), unexpectedOf(statement)]).toEqual([1, 1]);
  });

  test('names equal lines by their places where the collector gives them', async () => {
    const lines = [access(1), access(1), access(1)];
    const folder = folderOf({ 'web.log': lines.map((line) => `${line}\n`).join('') });
    const filter = new FilterInstance(wasm);
    const placed = lines.map((log, i) => {
      const record = { log, file: join(folder, 'web.log'), file_offset: i * (log.length + 1) };
      const answer = filter.call(Buffer.from('web'), 7, 0, Buffer.from(JSON.stringify(record)));
      return Buffer.from('output' in answer ? answer.output : []).toString();
    });
    writeFileSync(join(folder, 'archive.ndjson'), `${placed[0]}\n${placed[2]}\n${placed[0]}\n`);
    const output = { ...(await openInput(join(folder, 'archive.ndjson'), undefined)), route: 'archive' };
    const inputs = [await openInput(join(folder, 'web.log'), 'web')];
    const options = { inputs, outputs: [output], records: false, lineKey: 'log', time: AT };
    const statement = await reconcile(new FilterInstance(wasm), options, () => {});
    expect([numbersOf(statement), duplicatesOf(statement)]).toEqual([[2], 1]);
  });

  test('asks for an event of each record in a list', async () => {
    const policy = `
auditlb: 1
sources: [{name: web, tag: '*', format: {class: http_activity, json: {n: url.path}, wrappers: [{at: 'Records[0]'}]}}]
routes: [{name: archive}]
`;
    const list = (...paths: string[]): string => JSON.stringify({ Records: paths.map((n) => ({ n })) });
    const module = wasmOf(policy);
    const made = events([list('/a'), list('/b'), list('/c')], module);
    expect(await account([list('/a', '/b'), list('/c')], { archive: made }, module)).toMatchObject({
      records: 3,
      delivered: 3,
      missing: 0,
    });
    const statement = await account([list('/a', '/b'), list('/c')], { archive: [made[0]!, made[2]!] }, module);
    expect([statement.delivered, statement.missing, numbersOf(statement)]).toEqual([2, 1, [1]]);
  });

  test('takes an output of no known route for any route', async () => {
    const lines = [access(1), access(2, 503)];
    const [one, failed] = events(lines);
    expect(await account(lines, { archive: [one!], siem: [], '-': [failed!] })).toMatchObject({ missing: 0 });
  });

  test('does not ask for empty lines, and takes them when they are there', async () => {
    const lines = ['', access(1), ''];
    const made = events(lines);
    expect(await account(lines, { archive: [made[1]!] })).toMatchObject({ records: 1, missing: 0 });
    const all = await account(lines, { archive: made });
    expect(all).toMatchObject({ records: 3, delivered: 1, unparsed: 2, missing: 0 });
    expect([duplicatesOf(all), unexpectedOf(all)]).toEqual([0, 0]);
  });

  test.each(['ocsf', 'ecs', 'otel'])('reads events of the schema %s', async (schema) => {
    const module = wasmOf(`${POLICY}schema: ${schema}\n`);
    const lines = [access(1), access(2), access(2), 'junk', 'junk'];
    const made = events(lines, module);
    const statement = await account(lines, { archive: [made[0]!, made[1]!, made[1]!, made[3]!] }, module);
    expect(statement).toMatchObject({ delivered: 2, unparsed: 1, missing: 2 });
    expect([duplicatesOf(statement), unexpectedOf(statement)]).toEqual([1, 0]);
  });

  test('holds for any loss and repetition', async () => {
    const line = fc.oneof(
      fc.nat(5).map((n) => access(n)),
      fc.constantFrom('x', 'junk "', 'é\ud83d'),
    );
    const fate = fc.array(fc.tuple(line, fc.nat(2)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fate, async (fates) => {
        const lines = fates.map(([text]) => text);
        const made = events(lines);
        const delivered = fates.flatMap(([, copies], i) => Array.from({ length: copies }, () => made[i]!));
        const statement = await account(lines, { archive: delivered });
        const missing = fates.filter(([, copies]) => copies === 0);
        expect(statement.missing).toBe(missing.length);
        expect(duplicatesOf(statement)).toBe(fates.filter(([, copies]) => copies === 2).length);
        const { records, unparsed, dropped } = statement;
        expect(statement.delivered + unparsed + dropped + statement.missing).toBe(records);
        expect(statement.missing_lines.map(({ text }) => text).sort()).toEqual(
          missing.map(([text]) => text.toWellFormed()).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('an event is found', () => {
  const lines = [access(1), access(2)];
  const [one, two] = events(lines) as [string, string];
  const cut = one.slice(0, 100);
  test.each<[string, string[]]>([
    ['as it is', [one, two]],
    ['behind a tag and a time, as Fluent Bit writes files', [`audit.s0.archive: [1770.5, ${one}]`, two]],
    ['beside the keys a collector adds', [JSON.stringify({ ...JSON.parse(one), source_type: 'http', path: '/' }), two]],
    ['inside another object', [JSON.stringify({ date: 1, event: JSON.parse(one) }), two]],
    ['as text', [JSON.stringify({ message: one }), two]],
    ['with its keys in another order', [JSON.stringify(reversed(JSON.parse(one))), two]],
    ['behind one a crash cut off', [`${cut}${one}`, two]],
  ])('%s', async (_, found) => {
    expect(await account(lines, { archive: found })).toMatchObject({ delivered: 2, missing: 0, unreadable: 0 });
  });

  test('not in half a line', async () => {
    expect(await account(lines, { archive: [cut, two] })).toMatchObject({ missing: 1, unreadable: 1 });
  });
});

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

describe('the command', () => {
  const lines = [access(1), access(2, 503), access(3)];
  const made = events(lines);
  const folder = folderOf({
    'policy.yaml': POLICY,
    'logs/access.log.gz': gzipSync(
      lines
        .slice(0, 2)
        .map((line) => `${line}\n`)
        .join(''),
    ),
    'logs/today/access.log.zst': ACCESS_3,
    'out/archive/s0.ndjson': `${made.join('\n')}\n`,
    'out/siem/s0.ndjson.gz': gzipSync(`${made[1]}\n`),
    'short/archive.ndjson': `${made[0]}\n${made[1]}\n`,
  });
  const command = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [join(process.cwd(), 'dist/src/cli/main.js'), 'reconcile', 'web=logs', '-p', 'policy.yaml', ...args],
      { cwd: folder, encoding: 'utf8' },
    );

  test('reads folders, gzip and zstd, and is content', () => {
    const run = command('--with', 'out');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatchInlineSnapshot(`
      "3 lines in = 3 delivered + 0 kept unparsed + 0 dropped by policy + 0 missing
      4 events out, 0 duplicates, 0 unexpected

      route    expected  delivered  missing  duplicates  unexpected
      archive         3          3        0           0           0
      siem            1          1        0           0           0
      "
    `);
  });

  test('says what is missing and exits with 2', () => {
    const run = command('--with', 'short', 'siem=out/siem');
    expect([run.status, run.stderr]).toEqual([2, '']);
    expect(run.stdout).toMatchInlineSnapshot(`
      "3 lines in = 2 delivered + 0 kept unparsed + 0 dropped by policy + 1 missing
      3 events out, 0 duplicates, 0 unexpected

      route    expected  delivered  missing  duplicates  unexpected
      archive         3          2        1           0           0
      siem            1          1        0           0           0
      logs/today/access.log.zst:1: missing from archive: 192.0.2.7 - - [03/Feb/2026:04:05:03 +0000] "GET /item/3 HTTP/1.1" 200 5 "-" "curl/8"
      "
    `);
  });

  test('gives the statement as JSON', () => {
    const run = command('--json', '--with', 'short');
    expect(JSON.parse(run.stdout)).toMatchObject({
      records: 3,
      missing: 1,
      missing_lines: [{ path: 'logs/today/access.log.zst', line: 1 }],
    });
  });

  test.each([
    [['--with', 'nowhere'], /nowhere: file_missing/],
    [['--with', 'sime=out'], /no route `sime`/],
    [['--with', 'out', '--time', 'noon'], /`noon` is no time/],
  ])('%j cannot run', (args, message) => {
    const run = command(...args);
    expect([run.status, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toMatch(message);
  });
});
