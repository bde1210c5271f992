import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { WrongOutput } from './wrong_output.ts';

/** Programs of an installed Fluent Bit. */
export interface Installed {
  readonly fluentBit: string;
  /** First line of what it says of itself. */
  readonly version: string;
  /** Its compiler to native code; undefined where there is none. */
  readonly wamrc: string | undefined;
}

const WAMRC = 'flb-wamrc';

/** Fluent Bit of FLUENT_BIT_BIN or on PATH, or why there is none. */
export function findFluentBit(env: NodeJS.ProcessEnv = process.env): Installed | string {
  const fluentBit = env.FLUENT_BIT_BIN ?? 'fluent-bit';
  const version = firstLine(fluentBit);
  if (version === undefined) return `\`${fluentBit}\` cannot be run: set FLUENT_BIT_BIN, or put fluent-bit on PATH`;
  const beside = fluentBit.includes('/') ? [join(dirname(fluentBit), WAMRC)] : [];
  const wamrc = [...beside, WAMRC].find((path) => firstLine(path) !== undefined);
  return { fluentBit, version, wamrc };
}

function firstLine(program: string): string | undefined {
  try {
    return execFileSync(program, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .split('\n')[0]!;
  } catch {
    return undefined;
  }
}

/** A folder that is gone when the bench ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auditlb-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How the collector treats the lines. */
export interface Setup {
  /** In the `processors` of the input; undefined for none. */
  readonly processor?: string;
  /** `parser` of the input. */
  readonly parser?: string;
}

export type Output = 'null' | 'counter' | 'file';

export const wasmProcessor = (path: string): string =>
  `{name: wasm, wasm_path: ${path}, function_name: filter, event_format: json, wasm_heap_size: 1M, wasm_stack_size: 1M}`;

/** Parser `nginx` as Fluent Bit's own parsers.conf has it. */
const NGINX_PARSER = String.raw`parsers:
  - name: nginx
    format: regex
    regex: '^(?<remote>[^ ]*) (?<host>[^ ]*) (?<user>[^ ]*) \[(?<time>[^\]]*)\] "(?<method>\S+)(?: +(?<path>[^\"]*?)(?: +\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^\"]*)" "(?<agent>[^\"]*)")'
    time_key: time
    time_format: '%d/%b/%Y:%H:%M:%S %z'
`;

/** Reads a file from its start to its end, and ends. */
const fileInput = (path: string): string => `name: tail
      path: ${path}
      read_from_head: on
      exit_on_eof: on
      buffer_chunk_size: 512k
      buffer_max_size: 8M
      mem_buf_limit: 1G`;

/** It cannot be paused: under a limit of memory it would lose records. */
const STDIN = `name: stdin
      buffer_size: 512k`;

function config(setup: Setup, input: string, output: Output, folder: string): string {
  const file = output === 'file' ? `, path: ${folder}, file: out, format: plain` : '';
  return `${setup.parser === undefined ? '' : NGINX_PARSER}
service: {flush: 1, grace: 60, log_level: error}
pipeline:
  inputs:
    - ${input}
      tag: nginx
      ${setup.parser === undefined ? '' : `parser: ${setup.parser}`}
      ${setup.processor === undefined ? '' : `processors: {logs: [${setup.processor}]}`}
  outputs: [{name: '${output}', match: '*'${file}}]
`;
}

/** Ends with the user CPU of the program it ran, and of nothing else. */
const TIMED = '"$@"; code=$?; times >&3; exit $code';

/** A Fluent Bit that is run over and over, in a folder of its own. */
export class Collector {
  readonly folder = temporaryFolder();
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  /** User CPU in seconds that a file takes. Throws `WrongOutput` if the collector ends otherwise than well, or says anything. */
  async userSeconds(setup: Setup, path: string): Promise<number> {
    const { times } = await this.#start(setup, fileInput(path), 'null').ended;
    return childUserSeconds(times);
  }

  /** Records that come of a file. */
  async count(setup: Setup, path: string): Promise<number> {
    return counted((await this.#start(setup, fileInput(path), 'counter').ended).stdout);
  }

  /** Records that come of a file, as JSON. */
  async outputs(setup: Setup, path: string): Promise<string[]> {
    const out = join(this.folder, 'out');
    rmSync(out, { force: true });
    await this.#start(setup, fileInput(path), 'file').ended;
    return existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n') : [];
  }

  /** Reads JSON records until its input ends. */
  fromStdin(setup: Setup): { pid: number; input: Writable; counted: Promise<number> } {
    const { child, ended } = this.#start(setup, STDIN, 'counter', 'exec "$@"');
    return { pid: child.pid!, input: child.stdin!, counted: ended.then(({ stdout }) => counted(stdout)) };
  }

  #start(setup: Setup, input: string, output: Output, script = TIMED): { child: ChildProcess; ended: Promise<Ended> } {
    const path = join(this.folder, 'fluent-bit.yaml');
    writeFileSync(path, config(setup, input, output, this.folder));
    const child = spawn('sh', ['-c', script, 'sh', this.#program, '-q', '-c', path], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    const said = ['', '', ''];
    for (const [i, stream] of child.stdio.slice(1).entries())
      stream!.on('data', (chunk: Buffer) => {
        said[i] += chunk.toString();
      });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        const [stdout, stderr, times] = said as [string, string, string];
        if (code !== 0 || stderr !== '') reject(new WrongOutput(`Fluent Bit ended with ${code}: ${stderr}`));
        else resolve({ stdout, times });
      });
    });
    return { child, ended };
  }
}

interface Ended {
  readonly stdout: string;
  readonly times: string;
}

/** Of what output `counter` prints, a line a flush. */
function counted(stdout: string): number {
  const flushes = stdout.split('\n').filter((line) => line.startsWith('{'));
  return flushes.reduce((sum, line) => sum + (JSON.parse(line) as { log_records: number }).log_records, 0);
}

/** Of what `times` of a POSIX shell prints: its own user and system time, and in the second line those of its children. */
export function childUserSeconds(times: string): number {
  const [, minutes, seconds] = /^.*\n(\d+)m([\d.]+)s/.exec(times) ?? [];
  if (minutes === undefined || seconds === undefined) throw new Error(`\`times\` of sh gave ${JSON.stringify(times)}`);
  return Number(minutes) * 60 + Number(seconds);
}
