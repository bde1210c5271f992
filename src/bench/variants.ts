import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FilterInstance } from '../host/index.ts';
import { type Catalog, packageRoot } from '../policy/catalog.ts';
import { lineRecord } from '../run/record.ts';
import { type Collector, type Setup, wasmProcessor } from './collector.ts';
import { START_SECONDS } from './corpus.ts';
import { TAG } from './embedded.ts';
import { constantModule, identityModule } from './modules.ts';
import { build, plainPolicy, rulesPolicy } from './policies.ts';
import { parseOutput, WrongOutput } from './wrong_output.ts';

/** A way to treat nginx lines in the collector, and what must come of each. */
export interface Variant {
  readonly name: string;
  readonly setup: Setup;
  /** Whether a record is right for a line. */
  isRight(output: unknown, line: string): boolean;
}

export const NAMES = {
  alone: 'no filter',
  parser: 'regex parser',
  identity: 'wasm identity',
  constant: 'wasm constant (floor)',
  auditlb: 'auditlb',
  lua: 'LuaJIT filter',
  constantAot: 'AOT constant (floor)',
  auditlbAot: 'auditlb AOT',
  auto: 'auditlb, format auto',
  few: 'auditlb, 10 rules',
  many: 'auditlb, 1000 rules',
} as const;

/** Throws `WrongOutput` at the first output that is not what its line must become. */
export function checkOutputs(variant: Variant, outputs: readonly string[], lines: readonly string[]): void {
  const { name } = variant;
  if (outputs.length !== lines.length)
    throw new WrongOutput(`${name}: ${outputs.length} records came of ${lines.length} lines`);
  for (const [i, line] of lines.entries())
    if (!variant.isRight(parseOutput(name, outputs[i]!), line))
      throw new WrongOutput(`${name}: ${outputs[i]} is wrong for ${line}`);
}

type Event = { readonly [key: string]: unknown };

/** An event without what no other program could know: the hash of the policy, and the hash that is its id. */
function comparable(event: unknown): Event {
  const { auditlb, metadata, ...rest } = event as { auditlb?: Event; metadata?: Event };
  return { ...rest, auditlb: { ...auditlb, policy: '' }, metadata: { ...metadata, uid: '' } };
}

/** What the filter answers on the embedded host, as a judge of other hosts and programs. */
function sameAs(wasm: Uint8Array): Variant['isRight'] {
  const instance = new FilterInstance(wasm);
  return (output, line) =>
    isDeepStrictEqual(comparable(output), comparable(JSON.parse(embeddedOutput(instance, line))));
}

function embeddedOutput(instance: FilterInstance, line: string): string {
  const answer = instance.call(TAG, START_SECONDS, 0, lineRecord(line));
  if (answer.kind !== 'kept') throw new WrongOutput(`embedded host: ${answer.kind}: ${line}`);
  return Buffer.from(answer.output).toString();
}

/** The filter's answer of middle length. */
function typicalOutput(wasm: Uint8Array, lines: readonly string[]): string {
  const instance = new FilterInstance(wasm);
  const outputs = lines.map((line) => embeddedOutput(instance, line)).sort((a, b) => a.length - b.length);
  return outputs[outputs.length >> 1]!;
}

const isLine: Variant['isRight'] = (output, line) => isDeepStrictEqual(output, { log: line });

/** A few fields that stand at the ends of a line. */
function isParsed(output: unknown, line: string): boolean {
  const { remote, agent } = output as { remote?: unknown; agent?: unknown };
  return line.startsWith(`${remote} `) && line.endsWith(` "${agent}"`);
}

/** Filters in files of a collector's folder. */
class Modules {
  readonly #folder: string;
  readonly #wamrc: string | undefined;

  constructor(folder: string, wamrc: string | undefined) {
    this.#folder = folder;
    this.#wamrc = wamrc;
  }

  interpreted(name: string, wasm: Uint8Array, isRight: Variant['isRight']): Variant {
    const path = this.#path(name, 'wasm');
    writeFileSync(path, wasm);
    return { name, setup: { processor: wasmProcessor(path) }, isRight };
  }

  /** As native code; none without a compiler for it. */
  native(name: string, wasm: Uint8Array, isRight: Variant['isRight']): Variant[] {
    if (this.#wamrc === undefined) return [];
    const [from, to] = [this.#path(name, 'wasm'), this.#path(name, 'aot')];
    writeFileSync(from, wasm);
    execFileSync(this.#wamrc, ['-o', to, from], { stdio: 'ignore' });
    return [{ name, setup: { processor: wasmProcessor(to) }, isRight }];
  }

  #path(name: string, ending: string): string {
    return join(this.#folder, `${name.replaceAll(/\W+/g, '_')}.${ending}`);
  }
}

/** Everything that is compared in a collector; native code too where there is a compiler for it. */
export async function variants(
  { folder }: Collector,
  wamrc: string | undefined,
  catalog: Catalog,
  lines: readonly string[],
): Promise<Variant[]> {
  const modules = new Modules(folder, wamrc);
  const { wasm } = build(plainPolicy('nginx_combined'), catalog);
  const reply = typicalOutput(wasm, lines);
  const isReply: Variant['isRight'] = (output) => isDeepStrictEqual(output, JSON.parse(reply));
  const constant = await constantModule(reply);
  const lua = `{name: lua, script: ${join(packageRoot(), 'src', 'bench', 'nginx.lua')}, call: normalize}`;
  const rules = (name: string, count: number): Variant => {
    const { wasm } = build(rulesPolicy(count), catalog);
    return modules.interpreted(name, wasm, sameAs(wasm));
  };
  return [
    { name: NAMES.alone, setup: {}, isRight: isLine },
    { name: NAMES.parser, setup: { parser: 'nginx' }, isRight: isParsed },
    modules.interpreted(NAMES.identity, await identityModule(), isLine),
    modules.interpreted(NAMES.constant, constant, isReply),
    modules.interpreted(NAMES.auditlb, wasm, sameAs(wasm)),
    { name: NAMES.lua, setup: { processor: lua }, isRight: sameAs(wasm) },
    ...modules.native(NAMES.constantAot, constant, isReply),
    ...modules.native(NAMES.auditlbAot, wasm, sameAs(wasm)),
    modules.interpreted(NAMES.auto, build(plainPolicy('auto'), catalog).wasm, sameAs(wasm)),
    rules(NAMES.few, 10),
    rules(NAMES.many, 1000),
  ];
}
