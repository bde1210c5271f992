import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WrongOutput } from './wrong_output.ts';

/** Programs of an installed Fluent Bit. */
export interface Installed {
  readonly fluentBit: string;
  /** First line of what it says of itself. */
  readonly version: string;
  /** Its compiler to native code; undefined where there is none. */
  readonly wamrc: string | undefined;
}

/** Fluent Bit of FLUENT_BIT_BIN or on PATH, or why there is none. */
export function findFluentBit(env: NodeJS.ProcessEnv = process.env): Installed | string {
  const fluentBit = env.FLUENT_BIT_BIN ?? 'fluent-bit';
  const version = firstLine(fluentBit);
  if (version === undefined) return `\`${fluentBit}\` cannot be run: set FLUENT_BIT_BIN, or put fluent-bit on PATH`;
  const beside = join(dirname(fluentBit), 'flb-wamrc');
  const wamrc = [beside, 'flb-wamrc'].find((path) => firstLine(path) !== undefined);
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
function config(setup: Setup, input: string, output: Output, folder: string): string {
  const file = output === 'file' ? `, path: ${folder}, file: out, format: plain` : '';
  return `${setup.parser === undefined ? '' : NGINX_PARSER}
service: {flush: 1, grace: 1, log_level: error}
pipeline:
  inputs:
    - name: tail
      path: ${input}
      tag: nginx
      read_from_head: on
      exit_on_eof: on
      buffer_chunk_size: 512k
      buffer_max_size: 8M
      mem_buf_limit: 1G
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

  /** User CPU in seconds. Throws `WrongOutput` if it ends otherwise than well, or says anything. */
  async userSeconds(setup: Setup, input: string): Promise<number> {
    return (await this.#run(setup, input, 'null')).userSeconds;
  }

  /** Records that came out. */
  async count(setup: Setup, input: string): Promise<number> {
    const { stdout } = await this.#run(setup, input, 'counter');
    const flushes = stdout
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    return flushes.reduce((sum, line) => sum + (JSON.parse(line) as { log_records: number }).log_records, 0);
  }

  /** Records that came out, as JSON. */
  async outputs(setup: Setup, input: string): Promise<string[]> {
    const path = join(this.folder, 'out');
    rmSync(path, { force: true });
    await this.#run(setup, input, 'file');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  #run(setup: Setup, input: string, output: Output): Promise<{ userSeconds: number; stdout: string }> {
    const path = join(this.folder, 'fluent-bit.yaml');
    writeFileSync(path, config(setup, input, output, this.folder));
    const child = spawn('sh', ['-c', TIMED, 'sh', this.#program, '-q', '-c', path], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const said = ['', '', ''];
    for (const [i, stream] of child.stdio.slice(1).entries())
      stream!.on('data', (chunk: Buffer) => {
        said[i] += chunk.toString();
      });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        const [stdout, stderr, times] = said as [string, string, string];
        if (code !== 0 || stderr !== '') reject(new WrongOutput(`Fluent Bit ended with ${code}: ${stderr}`));
        else resolve({ userSeconds: childUserSeconds(times), stdout });
      });
    });
  }
}

/** Of what `times` of a POSIX shell prints: its own user and system time, and in the second line those of its children. */
export function childUserSeconds(times: string): number {
  const [, minutes, seconds] = /^.*\n(\d+)m([\d.]+)s/.exec(times) ?? [];
  if (minutes === undefined || seconds === undefined) throw new Error(`\`times\` of sh gave ${JSON.stringify(times)}`);
  return Number(minutes) * 60 + Number(seconds);
}
