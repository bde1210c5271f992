import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChunkRecord } from '../../src/host/index.ts';
import { pack, packArray, packTime } from '../support/msgpack.ts';

/** The collector under test; undefined, with the reason printed once, where none is installed. */
export const FLUENT_BIT = findProgram(
  process.env.FLUENT_BIT_BIN ?? 'fluent-bit',
  'FLUENT_BIT_BIN or fluent-bit on PATH',
);
/** Its compiler to native code, beside it or on PATH. */
export const WAMRC = FLUENT_BIT && findProgram(besideOrPath('flb-wamrc'), 'flb-wamrc beside fluent-bit or on PATH');

/** The other collector; undefined, with the reason printed once, where none is installed. */
export const VECTOR = findProgram(process.env.VECTOR_BIN ?? 'vector', 'VECTOR_BIN or vector on PATH');

/** The web server of the demo; undefined, with the reason printed once, where none is installed. */
export const NGINX = findProgram(process.env.NGINX_BIN ?? 'nginx', 'NGINX_BIN or nginx on PATH', '-v');

/** Reads metrics; undefined, with the reason printed once, where none is installed. */
export const PROMETHEUS = findProgram(
  process.env.PROMETHEUS_BIN ?? 'prometheus',
  'PROMETHEUS_BIN or prometheus on PATH',
);

/** How long anything observed may take; a wait that ends here is a failure. */
const PATIENCE_MS = 60_000;
const POLL_MS = 10;

function findProgram(name: string, wanted: string, question = '--version'): string | undefined {
  try {
    execFileSync(name, [question], { stdio: 'ignore' });
    return name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return name;
    console.warn(`end-to-end tests that need it are skipped: no ${wanted}`);
    return undefined;
  }
}

function besideOrPath(name: string): string {
  const beside = join(dirname(FLUENT_BIT ?? ''), name);
  return existsSync(beside) ? beside : name;
}

const folders: string[] = [];
const processes: ChildProcess[] = [];
process.once('exit', () => {
  for (const one of processes) killAll(one);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Kills a process that leads its group, and what it has started. */
function killAll({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

/** A folder that is gone when the tests of the file end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auditlb-e2e-'));
  folders.push(folder);
  return folder;
}

/** Polls until `seen` gives something true. */
export async function until<T>(what: string, seen: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await wait(POLL_MS)) {
    const value = await seen();
    if (value) return value;
  }
  throw new Error(`${what}: not within ${patienceMs / 1000} s`);
}

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Text of a file, empty while it is not there. */
export function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function linesOf(path: string): string[] {
  return textOf(path).split('\n').slice(0, -1);
}

/** A running program. `log` is what it said so far. */
export class Program {
  log = '';
  ended = false;
  protected readonly process: ChildProcess;
  readonly #exit: Promise<number | NodeJS.Signals>;

  constructor(command: string, args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(command, args, {
      cwd: folder,
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    processes.push(this.process);
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    this.#exit = new Promise((done) => {
      this.process.on('close', (code, signal) => {
        this.ended = true;
        done(code ?? signal!);
      });
    });
  }

  /** Waits until it has said `text`. */
  async said(text: string): Promise<void> {
    await until(`\`${text}\` in the log`, () => {
      if (this.ended && !this.log.includes(text)) throw new Error(`it ended:\n${this.log}`);
      return this.log.includes(text);
    });
  }

  /** Asks it to end, waits until it has delivered and ended, and gives its exit code, or the signal that killed it. */
  stop(): Promise<number | NodeJS.Signals> {
    if (!this.ended) this.process.kill('SIGTERM');
    return this.#exit;
  }

  /** Ends it at once, as a crash does. */
  kill(): Promise<number | NodeJS.Signals> {
    killAll(this.process);
    return this.#exit;
  }

  /** Waits until it ends by itself. */
  exited(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }
}

/** How a collector is started with a configuration file. */
export type Start = (path: string) => readonly [program: string, ...args: string[]];
const plainly: Start = (path) => [FLUENT_BIT!, '-c', path, '--enable-hot-reload'];

/** A running Fluent Bit. */
export class FluentBit extends Program {
  constructor(config: string, folder: string, env: NodeJS.ProcessEnv = {}, start = plainly) {
    const path = join(folder, 'fluent-bit.yaml');
    writeFileSync(path, config);
    const [program, ...args] = start(path);
    super(program, args, folder, env);
  }

  /** Asks it to read its configuration again, and everything to start anew, in the same process. */
  reload(): void {
    this.process.kill('SIGHUP');
  }
}

/** A running Vector. */
export class Vector extends Program {
  constructor(config: string, folder: string, env: NodeJS.ProcessEnv = {}) {
    const path = join(folder, 'vector.yaml');
    writeFileSync(path, config);
    super(VECTOR!, ['--config', path, '--graceful-shutdown-limit-secs', '5'], folder, env);
  }
}

/**
 * Sends records as one chunk by the forward protocol, and waits until the collector has taken them through its filters.
 * False: it hung up instead.
 */
export function forward(socket: string, tag: string, records: readonly ChunkRecord[]): Promise<boolean> {
  const entries = records.map(({ seconds, nanoseconds, body }) =>
    packArray(packTime(seconds, nanoseconds), pack(body)),
  );
  const option = Buffer.concat([Buffer.from([0x81]), pack('chunk'), pack('one')]);
  return new Promise((done) => {
    const connection = connect(socket);
    connection.on('data', () => {
      connection.destroy();
      done(true);
    });
    connection.on('error', () => done(false));
    connection.on('close', () => done(false));
    connection.write(packArray(pack(tag), packArray(...entries), option));
  });
}

/** Output lines without the ids of records, which depend on when the collector read them. */
export const withoutIds = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/"uid":"[0-9a-f]{32}"/g, '"uid":""'));
