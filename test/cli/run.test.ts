import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONG, SKIPPED, TEXT as TEXT_IN_ZSTD, WIDE } from '../support/zstd.ts';
import { type Finished, Workspace } from './cli.ts';

const POLICY = `auditlb: 1
name: edge
sources: [{name: edge, tag: '*', format: nginx_combined}]
shards: {count: 2, by: [actor.name]}
routes:
  - {name: errors, when: 'http.response.status >= 500'}
  - {name: all}
`;
const line = (user: string, status: number): string =>
  `203.0.113.9 - ${user} [03/Feb/2026:04:05:06 +0000] "GET /${user} HTTP/1.1" ${status} 12 "-" "curl/8.5.0"`;
const LINES = [line('alice', 200), line('bob', 503), 'no log line at all', line('carol', 404)];
const TEXT = `${LINES.join('\n')}\n`;

const TIME = '2026-02-03T05:00:00Z';

const work = new Workspace();
beforeAll(() => {
  work.write('policy.yaml', POLICY);
  work.write('a.log', TEXT);
  work.write('b.log.gz', gzipSync(TEXT));
  work.write('b.log.zst', TEXT_IN_ZSTD);
});
afterAll(() => work.remove());

const run = (args: readonly string[], input = ''): Promise<Finished> =>
  work.auditlb(['run', '--policy', 'policy.yaml', '--time', TIME, ...args], input);

const users = (stdout: string): unknown[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((each) => (JSON.parse(each) as { actor?: { user: { name: string } } }).actor?.user.name);

/** The closing summary without what depends on the machine. */
const steady = (stderr: string): string => stderr.replace(/, [\d ]+ records\/s/, '');

describe('run', () => {
  test('makes an event of each record in a list', async () => {
    const event = (n: number) => ({
      eventVersion: '1.09',
      eventSource: 's3.amazonaws.com',
      eventName: `E${n}`,
      awsRegion: 'x',
    });
    work.write('trail.json.gz', gzipSync(`${JSON.stringify({ Records: [event(1), event(2)] })}\n`));
    const { code, stdout } = await work.auditlb(['run', 'trail.json.gz', '--quiet']);
    const operations = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).api.operation);
    expect([code, operations]).toEqual([0, ['E1', 'E2']]);
  });

  test('prints one event a line, and a summary to standard error', async () => {
    const { code, stdout, stderr } = await run(['a.log']);
    expect(code).toBe(0);
    expect(users(stdout)).toEqual(['alice', 'bob', undefined, 'carol']);
    expect(steady(stderr)).toMatchInlineSnapshot(`
      "4 records, 296 B in, 2.6 KiB out

      format          ok  partial  failed
      nginx_combined   3        0       1

      route   records
      all           4
      errors        1

      shard  records
      1            2
      0            2

      error             records
      literal_expected        1
      "
    `);
  });

  test('reads gzip, zstd and standard input like plain files', async () => {
    const plain = await run(['-q', '--tag', 't', 'a.log']);
    const zipped = await run(['-q', '--tag', 't', 'b.log.gz']);
    const zstd = await run(['-q', '--tag', 't', 'b.log.zst']);
    const piped = await run(['-q', '--tag', 't', '-'], TEXT);
    const noArgument = await run(['-q', '--tag', 't'], TEXT.replaceAll('\n', '\r\n'));
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(zipped).toEqual(plain);
    expect(zstd).toEqual(plain);
    expect(piped).toEqual(plain);
    expect(noArgument).toEqual(plain);
  });

  test('goes on behind files that are missing, cut or no files', async () => {
    work.write('cut.log.gz', gzipSync(Buffer.from(TEXT.repeat(2000))).subarray(0, -20));
    work.write('damaged.gz', Buffer.concat([gzipSync(TEXT).subarray(0, 12), Buffer.alloc(40, 0xff)]));
    work.write('cut.log.zst', Buffer.concat([SKIPPED, LONG.subarray(0, -20)]));
    work.write('damaged.zst', Buffer.concat([TEXT_IN_ZSTD, LONG.subarray(0, -1), Buffer.of(0)]));
    work.write('wide.zst', WIDE);
    const files = ['none.log', 'cut.log.gz', 'damaged.gz', 'cut.log.zst', 'damaged.zst', 'wide.zst', '.', 'a.log'];
    const { code, stdout, stderr } = await run(['-q', ...files]);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: none.log: file_missing: no such file
      error: cut.log.gz: file_truncated: the gzip stream ends before its end
      error: damaged.gz: file_damaged: the gzip stream is damaged
      error: cut.log.zst: file_truncated: the zstd stream ends before its end
      error: damaged.zst: file_damaged: the zstd stream is damaged
      error: wide.zst: file_unreadable: the zstd stream needs a window of more than 128 MiB
      error: .: file_unreadable: it is a folder
      "
    `);
    const seen = users(stdout);
    expect(seen.length).toBeGreaterThan(1000);
    expect(seen.slice(-4)).toEqual(['alice', 'bob', undefined, 'carol']);
  });

  test.each(['ocsf', 'ecs', 'otel'])(
    'sums up by format what the format does not know, redacted (%s)',
    async (schema) => {
      const drifted = (secret: string) => `${line('eve', 200)} 0.01 token=${secret}`;
      work.write('drift.log', [line('alice', 200), drifted('hunter2'), drifted('hunter3')].join('\n'));
      const redact = 'redact: [{keys: [token], with: mask}]\n';
      work.write('drift.yaml', `schema: ${schema}\n${POLICY}${redact}`);
      const { stderr } = await run(['--policy', 'drift.yaml', 'drift.log']);
      expect(stderr).toMatch(
        /^drifted +records +first\nnginx_combined +2 +203\.0\.113\.9 - eve .*token=\[redacted\]$/m,
      );
      expect(stderr).not.toContain('hunter');
      work.write('drift.yaml', `schema: ${schema}\nraw: never\n${POLICY}${redact}`);
      const silent = await run(['--policy', 'drift.yaml', '--json', '--out', 'drift_out', 'drift.log']);
      expect(JSON.parse(silent.stdout)).toMatchObject({ drifted: 2, drift: { nginx_combined: { records: 2 } } });
      expect(silent.stdout + silent.stderr).not.toContain('203.0.113.9');
    },
  );

  test('writes a folder per route and a file per shard', async () => {
    const { code, stdout } = await run(['--out', 'out', '--json', 'a.log', 'b.log.gz']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      records: 8,
      lost: 0,
      formats: { nginx_combined: { ok: 6, partial: 0, failed: 2 } },
      routes: { all: 8, errors: 2 },
      errors: { literal_expected: 2 },
    });
    expect(readdirSync(work.path('out')).sort()).toEqual(['all', 'errors']);
    const files = readdirSync(work.path('out/all')).sort();
    expect(files).toEqual(['s0.ndjson', 's1.ndjson']);
    for (const [shard, file] of files.entries()) {
      const events = readFileSync(work.path(`out/all/${file}`), 'utf8')
        .trimEnd()
        .split('\n');
      for (const event of events) expect(JSON.parse(event)).toMatchObject({ auditlb: { shard } });
    }
    const errors = readdirSync(work.path('out/errors')).flatMap((file) =>
      users(readFileSync(work.path(`out/errors/${file}`), 'utf8')),
    );
    expect(errors).toEqual(['bob', 'bob']);
  });

  test('takes whole records', async () => {
    const record = JSON.stringify({ log: LINES[0], pod: 'web-1' });
    const { stdout } = await run(['-q', '--records'], `${record}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ actor: { user: { name: 'alice' } }, unmapped: { pod: 'web-1' } });
  });

  test('uses a built filter, and recognises formats by itself without a policy', async () => {
    await work.auditlb(['build', 'policy.yaml', '-o', 'filter.wasm']);
    const built = await work.auditlb(['run', '-q', '--time', TIME, '--filter', 'filter.wasm', 'a.log']);
    expect(built.stdout).toBe((await run(['-q', 'a.log'])).stdout);
    const { stdout } = await work.auditlb(['run', '-q', 'a.log']);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ auditlb: { format: 'nginx_combined', source: 'any' } });
  });

  test('says what is wrong with its options', async () => {
    const both = await work.auditlb(['run', '--policy', 'policy.yaml', '--filter', 'filter.wasm', 'a.log']);
    expect(both).toMatchObject({ code: 1, stdout: '' });
    expect(both.stderr).toMatchInlineSnapshot(`
      "error: --policy and --filter exclude each other
        help: a built filter has its policy in it
      "
    `);
    const time = await work.auditlb(['run', '--policy', 'policy.yaml', '--time', 'noon', 'a.log']);
    expect(time.code).toBe(1);
    expect(time.stderr).toMatchInlineSnapshot(`
      "error: \`noon\` is no time
        help: write it like 2026-02-03T04:05:06Z
      "
    `);
    const option = await work.auditlb(['run', '--polcy', 'policy.yaml', 'a.log']);
    expect(option.code).toBe(1);
    expect(option.stderr).toMatchInlineSnapshot(`
      "error: unknown option '--polcy'
      (Did you mean --policy?)
      "
    `);
    work.write('broken.yaml', POLICY.replace('nginx_combined', 'nginx'));
    const broken = await work.auditlb(['run', '--policy', 'broken.yaml', '--out', 'never', 'a.log']);
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toContain('broken.yaml:3:42: unknown_format');
    expect(existsSync(work.path('never'))).toBe(false);
  });
});
