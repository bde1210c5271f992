import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChunkRecord, HostMap } from '../../src/host/index.ts';
import { numbered } from '../support/contract.ts';
import { filterWasm } from '../support/wat.ts';
import { FluentBit, forward, linesOf, temporaryFolder, until, WAMRC } from './support.ts';

/** A filter and the chunk it is given. */
export interface FilterCase {
  /** Also the tag. */
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly records: readonly HostMap[];
}

export interface RealOptions {
  readonly escapeUnicode: boolean;
  /** Native code instead of the interpreter. */
  readonly compiled?: boolean;
}

export interface RealResult {
  /** Lines of the output, by case. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  /** How the collector ended: 0, or the signal that killed it. */
  readonly exit: number | NodeJS.Signals;
}

/** Its record comes out last. */
const END: FilterCase = { name: 'the_end', wasm: filterWasm('(local.get $rec)'), records: [numbered(0)] };

/** Times a test chooses: a second and a nanosecond apart. */
export function chunkOf(records: readonly HostMap[]): ChunkRecord[] {
  return records.map((body, i) => ({ seconds: 1_770_000_000 + i, nanoseconds: i, body }));
}

/** A filter per case behind a `rewrite_tag`: a forward input itself calls filters on a stack that WebAssembly does not accept. */
function config(folder: string, paths: ReadonlyMap<string, string>, escapeUnicode: boolean): string {
  const filters = [...paths].map(
    ([name, path]) => `- {name: wasm, match: ${name}, wasm_path: ${path}, function_name: filter}`,
  );
  return `
service: {flush: 0.1, grace: 5, json.escape_unicode: ${escapeUnicode ? 'on' : 'off'}}
pipeline:
  inputs:
    - {name: forward, unix_path: ${join(folder, 'socket')}, tag_prefix: in., buffer_max_size: 64M, buffer_chunk_size: 1M}
  filters:
    - {name: rewrite_tag, match: in.*, rule: "$n .* $TAG[1] false", emitter_mem_buf_limit: 256M}
    ${filters.join('\n    ')}
  outputs:
    - {name: file, match: '*', path: ${folder}, format: plain}
`;
}

/** What the cases' records become in a real collector: a chunk per case, which must have a text `n` in each record. */
export async function inFluentBit(cases: readonly FilterCase[], options: RealOptions): Promise<RealResult> {
  const folder = temporaryFolder();
  const all = [...cases, END];
  const paths = new Map(
    await Promise.all(all.map(async (one) => [one.name, await moduleFile(folder, one, options)] as const)),
  );
  const collector = new FluentBit(config(folder, paths, options.escapeUnicode), folder);
  await collector.said('listening on');
  for (const { name, records } of all) await forward(join(folder, 'socket'), name, chunkOf(records));
  await until('the last record', () => collector.ended || linesOf(join(folder, END.name)).length > 0);
  const exit = await collector.stop();
  return { exit, lines: new Map(cases.map(({ name }) => [name, linesOf(join(folder, name))])) };
}

async function moduleFile(folder: string, { name, wasm }: FilterCase, { compiled }: RealOptions): Promise<string> {
  const path = join(folder, `${name}.wasm`);
  writeFileSync(path, wasm);
  if (!compiled) return path;
  const native = join(folder, `${name}.aot`);
  await promisify(execFile)(WAMRC!, ['-o', native, path]);
  return native;
}
