import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/policy/catalog.ts';
import { filterOf } from '../support/filter.ts';
import { Cloud } from './cloud.ts';
import { expectedEvents } from './expected.ts';
import { freePort, linesOf, Program, temporaryFolder, until, Vector } from './support.ts';

const MAIN = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
const KEYS = { AWS_ACCESS_KEY_ID: 'one', AWS_SECRET_ACCESS_KEY: 'two', AWS_EC2_METADATA_DISABLED: 'true' };

/** Longer than any delivery takes. */
const OVERLOOKED_MS = 20_000;

/** A shipped configuration of Vector in a folder of its own, with destinations on this machine. */
export class VectorRig {
  readonly folder = temporaryFolder();
  readonly wasm: Uint8Array;
  readonly cloud: Cloud;
  readonly #case: string;
  readonly #ports: {
    readonly bridge: number;
    readonly ingest: number;
    readonly metrics: number;
    readonly fluent: number;
  };
  #vector: Vector | undefined;
  #started = '';
  #bridge: Program | undefined;

  private constructor(name: string, cloud: Cloud, ports: readonly number[]) {
    this.#case = join(packageRoot(), 'vector', name);
    this.cloud = cloud;
    const [bridge, ingest, metrics, fluent] = ports;
    this.#ports = { bridge: bridge!, ingest: ingest!, metrics: metrics!, fluent: fluent! };
    this.wasm = filterOf('vector', name, 'policy.yaml');
    for (const part of ['state', 'secrets', 'logs', 'archive']) mkdirSync(join(this.folder, part));
    for (const secret of ['ES_PASSWORD', 'SIEM_TOKEN']) writeFileSync(join(this.folder, 'secrets', secret), 'secret\n');
    writeFileSync(join(this.folder, 'filter.wasm'), this.wasm);
  }

  static async open(name: string): Promise<VectorRig> {
    return new VectorRig(name, await Cloud.open(), [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ]);
  }

  write(file: string, lines: readonly string[]): void {
    appendFileSync(join(this.folder, 'logs', file), lines.map((line) => `${line}\n`).join(''));
  }

  /** A shipped file with the folders, ports and destinations of the test. */
  config(file: string): string {
    const { bridge, ingest, metrics, fluent } = this.#ports;
    return readFileSync(join(this.#case, file), 'utf8')
      .replaceAll('/var/lib/vector', join(this.folder, 'state'))
      .replaceAll('/var/lib/fluent-bit', join(this.folder, 'fluent-bit'))
      .replaceAll('/etc/fluent-bit', this.folder)
      .replaceAll('/var/log/audit-archive', join(this.folder, 'archive'))
      .replaceAll(/\/var\/log(\/nginx)?/g, join(this.folder, 'logs'))
      .replaceAll('/etc/vector/secrets', join(this.folder, 'secrets'))
      .replaceAll('127.0.0.1:9701', `127.0.0.1:${bridge}`)
      .replaceAll('127.0.0.1:9702', `127.0.0.1:${ingest}`)
      .replaceAll('127.0.0.1:9598', `127.0.0.1:${metrics}`)
      .replaceAll('127.0.0.1:24224', `127.0.0.1:${fluent}`)
      .replaceAll(/port: 24224/g, `port: ${fluent}`)
      .replace('https://es-a.example:9200, https://es-b.example:9200', this.cloud.url)
      .replace('https://siem.example', this.cloud.url)
      .replace('http://127.0.0.1:9200', this.cloud.url)
      .replaceAll('region: eu-west-1', `region: eu-west-1\n    endpoint: ${this.cloud.url}`)
      .replace('https://sqs.eu-west-1.amazonaws.com', this.cloud.url)
      .replace('timeout_secs: 60', 'timeout_secs: 1');
  }

  async startVector(config = this.config('vector.yaml')): Promise<void> {
    this.#started = config;
    this.#vector = new Vector(config, this.folder, KEYS);
    await this.#vector.said('Vector has started');
  }

  /** A record that comes before the filter may go to the dead letters: waits until it listens. */
  async startBridge(...forward: readonly string[]): Promise<void> {
    const { bridge } = this.#ports;
    const filter = join(this.folder, 'filter.wasm');
    const args = [MAIN, 'bridge', '--filter', filter, '--listen', `127.0.0.1:${bridge}`, ...forward];
    this.#bridge = new Program(process.execPath, args, this.folder);
    await this.#bridge.said('listening on');
  }

  /** As `vector/edge` has it. */
  async startForwardingBridge(): Promise<void> {
    const dead = join(this.folder, 'state', 'bridge.ndjson');
    await this.startBridge('--forward', `http://127.0.0.1:${this.#ports.ingest}/ingest`, '--dead-letter', dead);
  }

  /** Ends it as a crash does. */
  async killVector(): Promise<void> {
    await this.#vector?.kill();
  }

  async killBridge(): Promise<void> {
    await this.#bridge?.kill();
  }

  async stop(): Promise<void> {
    await this.#vector?.stop();
    await this.#bridge?.stop();
    this.cloud.close();
  }

  /**
   * Waits until it is so; what all said last stands in the message if it is not.
   * The reader of a disk buffer of Vector 0.58 may overlook events until the next one or a restart
   * (vectordotdev/vector#22946): after a while it is restarted.
   */
  async until(seen: () => boolean | Promise<boolean>, ...others: readonly Program[]): Promise<boolean> {
    const what = 'all that is expected';
    const soon = await until(what, seen, OVERLOOKED_MS).catch(() => false);
    if (soon) return true;
    await this.#vector?.stop();
    await this.startVector(this.#started);
    return until(what, seen).catch((error: Error) => {
      const said = [this.#vector, this.#bridge, ...others].map((each) => each?.log.slice(-2000) ?? '');
      throw new Error([error.message, ...said].join('\n'));
    });
  }

  /** Vector's metrics, as Prometheus reads them; none before it answers. */
  metrics(): Promise<string> {
    return fetch(`http://127.0.0.1:${this.#ports.metrics}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
  }

  get dead(): string[] {
    const folder = join(this.folder, 'state', 'dead');
    return existsSync(folder) ? readdirSync(folder).flatMap((name) => linesOf(join(folder, name))) : [];
  }

  get archive(): string[] {
    return linesOf(join(this.folder, 'archive', 'archive.ndjson'));
  }

  /** What the embedded host makes of lines, read from a file or not. */
  expected(tag: string, lines: readonly string[], file?: string): string[] {
    return expectedEvents(this.wasm, tag, lines, file && join(this.folder, 'logs', file));
  }
}
