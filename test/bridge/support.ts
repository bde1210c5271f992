import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { Bridge, type BridgeOptions } from '../../src/bridge/index.ts';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';

export const POLICY = `
auditlb: 1
sources:
  - {name: web, tag: '*', format: nginx_combined, line: message}
routes:
  - {name: all}
`;

export const wasm = buildFilter({ text: POLICY, file: 'policy.yaml' }).filter!.wasm;

/** An access-log line that carries a number. */
export const lineOf = (n: number): string =>
  `192.0.2.7 - - [03/Feb/2026:04:05:06 +0000] "GET /item/${n} HTTP/1.1" 200 5 "-" "curl/8"`;
export const recordOf = (n: number): string =>
  JSON.stringify({ message: lineOf(n), timestamp: '2026-02-03T04:05:07.123456789Z' });
export const bodyOf = (...numbers: number[]): string => numbers.map((n) => `${recordOf(n)}\n`).join('');

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

interface Event {
  readonly metadata: { readonly uid: string };
  readonly http_request?: { readonly url: { readonly path: string } };
}

/** What a downstream answers to a body: a status, or a promise of one to keep it waiting. */
export type Answer = (events: readonly Event[], headers: IncomingHttpHeaders) => number | Promise<number>;

/** The number of the line an event was made of. */
export const numberOf = (event: Event): number => Number(/\d+$/.exec(event.http_request?.url.path ?? '')?.[0] ?? -1);

/** A real server that keeps the events of every body it answered with 200. */
export class FakeSink {
  readonly taken: Event[] = [];
  answer: Answer = () => 200;
  attempts = 0;
  readonly #waiting: { count: number; resolve(): void }[] = [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Event);
      this.attempts++;
      for (const { count, resolve } of this.#waiting) if (this.attempts >= count) resolve();
      const status = await this.answer(events, request.headers);
      if (status === 200) this.taken.push(...events);
      response.writeHead(status).end();
    });
  });

  get numbers(): number[] {
    return this.taken.map(numberOf);
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ingest`);
  }

  /** When so many requests have come, all told. */
  attempted(count: number): Promise<void> {
    if (this.attempts >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export async function openSink(): Promise<FakeSink> {
  const sink = await new FakeSink().listen();
  onTestFinished(() => sink.close());
  return sink;
}

export interface Running {
  readonly bridge: Bridge;
  readonly port: number;
  readonly deadLetters: () => Record<string, unknown>[];
}

export async function openBridge(forward?: URL, changes: Partial<BridgeOptions> = {}): Promise<Running> {
  const deadLetter = join(mkdtempSync(join(tmpdir(), 'bridge-')), 'dead.ndjson');
  const bridge = await Bridge.start({
    wasm,
    host: '127.0.0.1',
    port: 0,
    ...(forward === undefined ? {} : { forward }),
    tag: 'http',
    timeKey: 'timestamp',
    threads: 1,
    maxBodyBytes: 1 << 20,
    maxMemoryBytes: 1 << 24,
    maxRequests: 64,
    timeoutMs: 20_000,
    receiveTimeoutMs: 20_000,
    deadLetter,
    now: () => new Date('2026-02-03T04:06:00Z'),
    random: () => 0.01,
    log: () => {},
    ...changes,
  });
  onTestFinished(() => bridge.stop(0));
  return { bridge, port: bridge.port, deadLetters: () => ndjson(deadLetter) };
}

export const ndjson = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request over a connection of its own. */
export function send(
  port: number,
  body: string | Buffer = '',
  options: { path?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { path = '/v1/batch', method = 'POST', headers = {} } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The command as a process of its own; resolves when it listens. */
export async function spawnBridge(args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const main = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'bridge', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stderr! })) {
    const port = /listening on .*:(\d+),/.exec(line)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error('the bridge did not start');
}
