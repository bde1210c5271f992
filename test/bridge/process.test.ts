import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bodyOf, openBridge, openSink, POLICY, range, send, spawnBridge } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-process-'));
const policy = join(folder, 'policy.yaml');
writeFileSync(policy, POLICY);

const argsOf = (forward: URL, ...more: string[]): string[] => [
  '--policy',
  policy,
  '--forward',
  forward.href,
  '--dead-letter',
  join(folder, 'dead.ndjson'),
  ...more,
];

/** A sender as Vector is one: it sends a batch until it is answered with 200. */
async function sendSurely(port: () => number, body: string, headers: Record<string, string> = {}): Promise<void> {
  for (;;) {
    try {
      if ((await send(port(), body, { headers })).status === 200) return;
    } catch {
      // No connection: once more.
    }
  }
}

describe('the process', () => {
  test('killed in the middle of things loses nothing that is sent again', async () => {
    const sink = await openSink();
    let bridge = await spawnBridge(argsOf(sink.url));
    const batches = range(0, 60).map((i) => bodyOf(...range(i * 10, i * 10 + 10)));
    let port = bridge.port;
    const all = (async () => {
      for (const body of batches) await sendSurely(() => port, body);
    })();
    await sink.attempted(20);
    bridge.child.kill('SIGKILL');
    await once(bridge.child, 'exit');
    bridge = await spawnBridge(argsOf(sink.url));
    port = bridge.port;
    await all;
    expect([...new Set(sink.numbers)]).toEqual(range(0, 600));
    expect(new Set(sink.taken.map(({ metadata }) => metadata.uid)).size).toBe(600);
    expect(sink.taken.length).toBeLessThanOrEqual(610);
  });

  test('with several threads keeps each source in order', async () => {
    const sink = await openSink();
    const { port } = await spawnBridge(argsOf(sink.url, '--threads', '2'));
    const sources = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(
      sources.map(async (source, i) => {
        for (const n of range(0, 10)) await sendSurely(() => port, bodyOf(i * 100 + n), { 'x-auditlb-source': source });
      }),
    );
    for (const i of sources.keys()) {
      const own = sink.numbers.filter((n) => Math.floor(n / 100) === i);
      expect(own).toEqual(range(i * 100, i * 100 + 10));
    }
  });

  test('ends in peace when asked to', async () => {
    const sink = await openSink();
    const { child, port } = await spawnBridge(argsOf(sink.url));
    await sendSurely(() => port, bodyOf(1));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.each([
    [['--policy', policy, '--listen', '0.0.0.0:0'], /open to others/],
    [['--listen', 'nowhere'], /write it like/],
    [['--policy', policy, '--tls-cert', policy], /--tls-key/],
    [['--policy', policy, '--token-file', '/nonexistent'], /cannot read/],
    [['--policy', policy, '--filter', policy], /exclude each other/],
  ])('%j does not start', (args, message) => {
    const run = spawnSync(
      process.execPath,
      ['dist/src/cli/main.js', 'bridge', '--forward', 'http://127.0.0.1:9/', ...args],
      { encoding: 'utf8' },
    );
    expect([run.status, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toMatch(message);
  });
});

describe('mutual TLS', () => {
  const noOpenssl = spawnSync('openssl', ['version']).status !== 0;
  test.skipIf(noOpenssl)(`lets in who has a certificate${noOpenssl ? ' (skipped: no openssl here)' : ''}`, async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-nodes', '-days', '2', ...curve, ...subject, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const pair = { cert: readFileSync(cert), key: readFileSync(key) };
    const sink = await openSink();
    const { port } = await openBridge(sink.url, { tls: { ...pair, clientCa: pair.cert } });
    const post = (identity: object): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port, path: '/v1/batch', method: 'POST', ca: pair.cert, agent: false };
        const request = httpsRequest({ ...options, ...identity }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject);
        request.end(bodyOf(1));
      });
    expect(await post(pair)).toBe(200);
    await expect(post({})).rejects.toThrow();
    expect(sink.numbers).toEqual([1]);
  });
});
