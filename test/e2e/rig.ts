import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { findEvent, idOf } from '../../src/reconcile/event.ts';
import { isComplete, reconcile, type Statement } from '../../src/reconcile/index.ts';
import { openInput } from '../../src/run/input.ts';
import { FluentBit, freePort, linesOf, type Start, temporaryFolder, until } from './support.ts';

const EDGE = join(packageRoot(), 'fluent-bit', 'edge');
const GUARD = join(packageRoot(), 'fluent-bit', 'guard.sh');
const PATIENCE_MS = 240_000;
/** Chunks go while one looks. */
const NO_THROW = { throwIfNoEntry: false } as const;
const STEP_PATIENCE_MS = 120_000;

/** Mounts a disk in memory. */
const mount = (folder: string, mib: number): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
};
const unmount = (folder: string): void => {
  execFileSync('umount', [folder]);
};

/** Why no small disk can be made here; `undefined`: one can. */
export function noDisk(): string | undefined {
  const folder = temporaryFolder();
  try {
    mount(folder, 1);
  } catch (error) {
    return `no mounting here: ${(error as Error).message.trim()}`;
  }
  unmount(folder);
  return undefined;
}

/** A node of the `siem` destination: a collector that takes records by the forward protocol, keeps them on disk, and writes a file. */
class Node {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  #process: FluentBit | undefined;

  constructor(name: string, folder: string, port: number) {
    this.name = name;
    this.folder = folder;
    this.port = port;
  }

  get file(): string {
    return join(this.folder, 'out', 'siem.ndjson');
  }

  /** Events it has written so far. */
  get count(): number {
    return linesOf(this.file).length;
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const config = `
service: {flush: 0.2, grace: 5, storage.path: ${this.folder}/storage, storage.sync: full, storage.backlog.mem_limit: 64M}
pipeline:
  inputs:
    - {name: forward, listen: 127.0.0.1, port: ${this.port}, storage.type: filesystem}
  outputs:
    - {name: file, match: '*', path: ${this.folder}/out, file: siem.ndjson, format: plain, mkdir: on, retry_limit: no_limits}
`;
    this.#process = new FluentBit(config, this.folder);
    await until(`node ${this.name}`, () => isOpen(this.port));
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });

/** The shipped `fluent-bit/edge` with a log to write to, two nodes to kill, and the account of it all. */
export class Rig {
  readonly folder = temporaryFolder();
  readonly logs = join(this.folder, 'logs');
  /** Buffers and offsets of the collector. */
  readonly state = join(this.folder, 'state');
  readonly log = join(this.logs, 'nginx.access.log');
  readonly nodes: readonly Node[];
  readonly #ports: readonly number[];
  readonly #wasm: Uint8Array;
  #collector: FluentBit | undefined;
  readonly #stops: (() => Promise<unknown>)[] = [];
  /** Every generation of the log, oldest first. */
  generations: string[] = [this.log];

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.nodes = ['a', 'b'].map((name, i) => new Node(name, join(this.folder, `node-${name}`), ports[i]!));
    const file = join(EDGE, 'policy.yaml');
    this.#wasm = buildFilter({ text: readFileSync(file, 'utf8'), file }).filter!.wasm;
    mkdirSync(this.logs);
    mkdirSync(join(this.folder, 'collector'));
    writeFileSync(this.filter, this.#wasm);
  }

  static async open(): Promise<Rig> {
    return new Rig([await freePort(), await freePort(), await freePort()]);
  }

  /** `via`: ports in front of the nodes. */
  startCollector(via: readonly number[] = this.#ports, start?: Start): void {
    let nodes = readFileSync(join(EDGE, 'nodes.yaml'), 'utf8');
    for (const [i, port] of ['24224', '24225'].entries()) nodes = nodes.replace(port, String(via[i]));
    writeFileSync(join(this.folder, 'nodes.yaml'), nodes);
    // Sooner retries: nobody waits a minute for a test.
    const config = readFileSync(join(EDGE, 'fluent-bit.yaml'), 'utf8')
      .replace('scheduler.base: 2', 'scheduler.base: 1')
      .replace('scheduler.cap: 60', 'scheduler.cap: 2')
      .replace('net.io_timeout: 120', 'net.io_timeout: 10');
    const env = {
      AUDITLB_FILTER: this.filter,
      AUDITLB_NODES: join(this.folder, 'nodes.yaml'),
      AUDITLB_LOGS: this.logs,
      AUDITLB_STATE: this.state,
      AUDITLB_ARCHIVE: join(this.folder, 'archive'),
      AUDITLB_HTTP_PORT: String(this.#ports[2]),
      GUARD_POLL: '0.1',
    };
    this.#collector = new FluentBit(config, join(this.folder, 'collector'), env, start);
  }

  /** The collector under `guard.sh`. */
  startGuarded(lowMib: number, highMib: number): void {
    this.startCollector(this.#ports, (path) => ['sh', GUARD, path, this.state, `${lowMib}`, `${highMib}`]);
  }

  /** Gives buffers and offsets a disk of their own. */
  limitDisk(mib: number): void {
    mkdirSync(this.state);
    mount(this.state, mib);
    this.later(async () => unmount(this.state));
  }

  /** Somebody else takes all the room the disk still has. */
  fillDisk(): void {
    try {
      for (;;) appendFileSync(this.#filler, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  freeDisk(): void {
    rmSync(this.#filler);
  }

  get #filler(): string {
    return join(this.state, 'filler');
  }

  /** As an operator does who wants all files read anew. */
  deleteOffsets(): void {
    for (const file of readdirSync(this.state)) if (/\.db(-|$)/.test(file)) rmSync(join(this.state, file));
  }

  /** Done when the rig stops, the last first. */
  later(stop: () => Promise<unknown>): void {
    this.#stops.unshift(stop);
  }

  /** What the collector has said. */
  get said(): string {
    return this.#collector?.log ?? '';
  }

  async startNodes(): Promise<void> {
    for (const node of this.nodes) await node.start();
  }

  reload(): void {
    this.#collector?.reload();
  }

  async killCollector(): Promise<void> {
    await this.#collector?.kill();
  }

  async stop(): Promise<void> {
    await this.#collector?.kill();
    for (const node of this.nodes) await node.kill();
    for (const stop of this.#stops) await stop();
  }

  append(...lines: readonly (string | Buffer)[]): void {
    appendFileSync(this.log, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  }

  get filter(): string {
    return join(this.folder, 'filter.wasm');
  }

  get archive(): string {
    return join(this.folder, 'archive', 'archive.ndjson');
  }

  /** Events in the archive so far. */
  get archived(): number {
    return linesOf(this.archive).length;
  }

  /** Bytes of its chunks. */
  get buffered(): number {
    const folder = join(this.state, 'storage', 'tail.0');
    const sizes = existsSync(folder) ? readdirSync(folder).map((name) => statSync(join(folder, name), NO_THROW)) : [];
    return sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  }

  until(what: string, seen: () => boolean | Promise<boolean>): Promise<boolean> {
    return until(`${what}\n${this.said.slice(-2000)}`, seen, STEP_PATIENCE_MS);
  }

  /** The account of everything written so far. */
  async account(): Promise<Statement> {
    const outputs = [
      ['archive', this.archive],
      [undefined, join(this.folder, 'archive', 'dead.ndjson')],
      ...this.nodes.map(({ file }) => ['siem', file]),
    ].filter(([, path]) => existsSync(path!));
    const opened = outputs.map(async ([route, path]) => {
      const input = await openInput(path!, undefined);
      return route === undefined ? input : { ...input, route };
    });
    return reconcile(
      new FilterInstance(this.#wasm),
      {
        inputs: await Promise.all(this.generations.map((path) => openInput(path, 'nginx.access'))),
        outputs: await Promise.all(opened),
        records: false,
        lineKey: 'log',
        time: new Date(),
        folder: this.folder,
      },
      () => {},
    );
  }

  /** Different ids in the archive. */
  get ids(): number {
    const events = linesOf(this.archive).flatMap((line) => findEvent(line) ?? []);
    return new Set(events.map(idOf)).size;
  }

  /** The account once nothing is missing any more, or when patience ends. */
  async settled(): Promise<Statement> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const statement = await this.account();
      if (isComplete(statement) || Date.now() > end) return statement;
      await wait(250);
    }
  }
}

/** Stands in front of a port and lets through `bytes` every `everyMs`. */
export async function slowly(port: number, bytes: number, everyMs: number): Promise<{ port: number; server: Server }> {
  const server = createServer((client) => {
    const peer = connect(port, '127.0.0.1');
    peer.pipe(client);
    for (const socket of [client, peer]) socket.on('error', () => {});
    client.on('close', () => peer.destroy());
    peer.on('close', () => client.destroy());
    const timer = setInterval(() => {
      const chunk = client.read(Math.min(bytes, client.readableLength)) as Buffer | null;
      if (chunk !== null) peer.write(chunk);
    }, everyMs);
    client.on('close', () => clearInterval(timer));
  });
  const free = await freePort();
  await new Promise<void>((done) => server.listen(free, '127.0.0.1', done));
  return { port: free, server };
}
