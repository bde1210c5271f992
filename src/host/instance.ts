import { instantiateSync } from '@assemblyscript/loader';
import { ABI_VERSION } from '../../assembly/shared/limits.ts';

/** Why a module is refused. */
export type FilterErrorCode = 'not_wasm' | 'has_imports' | 'missing_export' | 'no_policy' | 'abi_mismatch';

/** A module that is no auditlb filter of this release's calling convention. */
export class FilterError extends Error {
  readonly code: FilterErrorCode;

  constructor(code: FilterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a filter says of itself. */
export interface Description {
  readonly engine: { readonly version: string; readonly hash: string };
  readonly abi: number;
  readonly policy: { readonly name: string; readonly hash: string };
  readonly schema: string;
  readonly sources: readonly { readonly name: string; readonly tag: string; readonly formats: readonly string[] }[];
  readonly formats: readonly string[];
  readonly routes: readonly { readonly name: string; readonly destinations: readonly string[] }[];
  readonly shards: number;
  readonly fields: readonly string[];
  readonly errors: readonly string[];
}

/**
 * What became of a record. `kept` and `unchanged` have an output, valid until the next call. `lost`: the module trapped or answered 0;
 * `dropped`: it answered with the empty text.
 */
export type Answer =
  | { readonly kind: 'kept' | 'unchanged'; readonly output: Uint8Array }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'lost'; readonly reason: string };

interface Exports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(address: number): void;
  filter(tag: number, tagLength: number, seconds: number, nanoseconds: number, record: number, length: number): number;
  describe(): number;
}

const NEEDED = ['memory', 'malloc', 'free', 'filter', 'describe'] as const;

/** One instance of a filter: it lives, and keeps its state, as long as in a collector from Fluent Bit 4.1 on. */
export class FilterInstance {
  readonly #exports: Exports;
  #view: Buffer;

  /** Throws `FilterError`. */
  constructor(wasm: Uint8Array) {
    this.#exports = load(wasm);
    this.#view = Buffer.from(this.#exports.memory.buffer);
    const { abi } = this.describe();
    if (abi !== ABI_VERSION)
      throw new FilterError('abi_mismatch', `its calling convention is ${abi}, this release speaks ${ABI_VERSION}`);
  }

  /** Bytes of memory the instance holds. It never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  describe(): Description {
    const address = this.#exports.describe();
    if (address === 0) throw new FilterError('no_policy', 'it is an engine without a policy');
    try {
      return JSON.parse(this.#text(address).toString()) as Description;
    } catch {
      throw new FilterError('missing_export', 'its `describe` gives no JSON');
    }
  }

  /**
   * One record, as the collector calls: tag and record are copied in with the module's own `malloc`, and freed after the answer is read.
   * `seconds` and `nanoseconds`: time of the record by the host.
   */
  call(tag: Uint8Array, seconds: number, nanoseconds: number, record: Uint8Array): Answer {
    const { malloc, free, filter } = this.#exports;
    const tagAt = this.#copyIn(malloc, tag);
    const recordAt = this.#copyIn(malloc, record);
    let address: number;
    try {
      address = filter(tagAt, tag.length, seconds, nanoseconds, recordAt, record.length) >>> 0;
    } catch (error) {
      free(tagAt);
      free(recordAt);
      return { kind: 'lost', reason: `trap: ${(error as Error).message}` };
    }
    const answer = this.#read(address, recordAt);
    free(tagAt);
    free(recordAt);
    return answer;
  }

  #read(address: number, recordAt: number): Answer {
    if (address === 0) return { kind: 'lost', reason: 'answered 0' };
    if (address >= this.#exports.memory.buffer.byteLength)
      return { kind: 'lost', reason: 'answered an address outside memory' };
    const output = this.#text(address);
    if (output.length === 0) return { kind: 'dropped' };
    return { kind: address === recordAt ? 'unchanged' : 'kept', output };
  }

  /** NUL-terminated, as the host stores it; 0 where the module has no memory left. */
  #copyIn(malloc: (size: number) => number, bytes: Uint8Array): number {
    const address = malloc(bytes.length + 1) >>> 0;
    if (address === 0) return 0;
    const view = this.#memory();
    view.set(bytes, address);
    view[address + bytes.length] = 0;
    return address;
  }

  #text(address: number): Buffer {
    const view = this.#memory();
    const end = view.indexOf(0, address);
    return view.subarray(address, end < 0 ? view.length : end);
  }

  #memory(): Buffer {
    const { buffer } = this.#exports.memory;
    if (this.#view.buffer !== buffer) this.#view = Buffer.from(buffer);
    return this.#view;
  }
}

function load(wasm: Uint8Array): Exports {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(wasm);
  } catch (error) {
    throw new FilterError('not_wasm', `it is no WebAssembly module: ${(error as Error).message}`);
  }
  const [imported] = WebAssembly.Module.imports(module);
  if (imported)
    throw new FilterError(
      'has_imports',
      `it imports \`${imported.module}.${imported.name}\`; a filter imports nothing`,
    );
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = NEEDED.filter((name) => !names.has(name));
  if (missing.length > 0) throw new FilterError('missing_export', `it does not export \`${missing.join('`, `')}\``);
  return instantiateSync<Exports>(module).exports;
}
