import { instantiateSync } from '@assemblyscript/loader';
import { FilterError } from './filter_error.ts';

/**
 * What became of a record. `kept` and `unchanged` have an output, valid until the next call. `lost`: the module trapped or gave no text
 * the host can read; `dropped`: it answered with the empty text.
 */
export type Answer =
  | { readonly kind: 'kept' | 'unchanged'; readonly output: Uint8Array }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface HostOptions {
  /** The host's `function_name`. */
  readonly functionName?: string;
  /** The host's `wasm_heap_size`, for modules without a `malloc` and a `free` of their own. */
  readonly heapBytes?: number;
}

interface Exports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  malloc?(size: number): number;
  free?(address: number): void;
}

type FilterFunction = (
  tag: number,
  tagLength: number,
  seconds: number,
  nanoseconds: number,
  record: number,
  length: number,
) => number;

const PAGE_BYTES = 1 << 16;
/** Fluent Bit raises a smaller heap to this. */
const HEAP_MIN_BYTES = 8192;
/** What WAMR's heap takes at its start, and of each block. */
const HEAP_START_BYTES = 8;
const BLOCK_HEAD_BYTES = 4;
const BLOCK_MIN_BYTES = 16;

/** Any module with a filter function, called as `filter_wasm` does. It lives, and keeps its state, as long as in a collector from Fluent Bit 4.1 on. */
export class HostModule {
  readonly #exports: Exports;
  readonly #filter: FilterFunction;
  /** The host's own heap behind the module's memory; undefined where the module allocates. */
  readonly #heap: { readonly start: number; readonly size: number; used: number } | undefined;
  /** WAMR keeps what went wrong outside the filter function; nothing runs until the next call has reported it. */
  #pending: string | undefined;
  #view: Buffer;

  /** Throws `FilterError`. `needed`: what the module must export beside `memory` and the function. */
  constructor(wasm: Uint8Array, options: HostOptions = {}, needed: readonly string[] = []) {
    const { functionName = 'filter', heapBytes = HEAP_MIN_BYTES } = options;
    this.#exports = load(wasm, ['memory', functionName, ...needed]);
    this.#filter = this.#exports[functionName] as FilterFunction;
    if (this.#exports.malloc === undefined || this.#exports.free === undefined)
      this.#heap = { start: this.memoryBytes, size: Math.max(heapBytes, HEAP_MIN_BYTES) - HEAP_START_BYTES, used: 0 };
    if (this.#heap) this.#exports.memory.grow(Math.ceil((this.#heap.size + HEAP_START_BYTES) / PAGE_BYTES));
    this.#view = Buffer.from(this.#exports.memory.buffer);
  }

  /** Bytes of memory the instance holds. It never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * One record, as the collector calls: tag and record are copied in, with the module's own `malloc` if it has one, and freed after the answer
   * is read. `seconds` and `nanoseconds`: time of the record by the host.
   */
  call(tag: Uint8Array, seconds: number, nanoseconds: number, record: Uint8Array): Answer {
    const tagAt = this.#copyIn(tag);
    const recordAt = this.#copyIn(record);
    const answer = this.#run(tagAt, tag.length, seconds, nanoseconds, recordAt, record.length);
    this.#release(tagAt);
    this.#release(recordAt);
    if (this.#heap) this.#heap.used = 0;
    return answer;
  }

  /** NUL-terminated text; undefined where no NUL comes before the end of memory. */
  protected text(address: number): Buffer | undefined {
    const view = this.#memory();
    const end = address < view.length ? view.indexOf(0, address) : -1;
    return end < 0 ? undefined : view.subarray(address, end);
  }

  /** Calls an export that must be there. */
  protected callExport(name: string): number {
    return (this.#exports[name] as () => number)() >>> 0;
  }

  #run(...[tag, tagLength, seconds, nanoseconds, record, length]: Parameters<FilterFunction>): Answer {
    if (this.#pending !== undefined) return this.#reportPending();
    let address: number;
    try {
      address = this.#filter(tag, tagLength, seconds, nanoseconds, record, length) >>> 0;
    } catch (error) {
      return { kind: 'lost', reason: `trap: ${(error as Error).message}` };
    }
    const output = this.text(address);
    if (output === undefined) {
      this.#pending = 'the record before was answered by an address that is no text';
      return { kind: 'lost', reason: 'answered an address that is no text' };
    }
    if (output.length === 0) return address === 0 ? { kind: 'lost', reason: 'answered 0' } : { kind: 'dropped' };
    return { kind: address === record ? 'unchanged' : 'kept', output };
  }

  #reportPending(): Answer {
    const reason = this.#pending!;
    this.#pending = undefined;
    return { kind: 'lost', reason };
  }

  /** NUL-terminated, as the host stores it; 0 where there is no memory left. */
  #copyIn(bytes: Uint8Array): number {
    const address = this.#allocate(bytes.length + 1);
    if (address === 0) return 0;
    const view = this.#memory();
    view.set(bytes, address);
    view[address + bytes.length] = 0;
    return address;
  }

  #allocate(size: number): number {
    const heap = this.#heap;
    if (heap) {
      const block = Math.max((size + BLOCK_HEAD_BYTES + 7) & ~7, BLOCK_MIN_BYTES);
      if (heap.used + block > heap.size) return 0;
      heap.used += block;
      return heap.start + HEAP_START_BYTES + heap.used - block;
    }
    return this.#guarded('malloc', size);
  }

  #release(address: number): void {
    if (address !== 0 && !this.#heap) this.#guarded('free', address);
  }

  #guarded(name: 'malloc' | 'free', argument: number): number {
    if (this.#pending !== undefined) return 0;
    try {
      return (this.#exports[name]!(argument) ?? 0) >>> 0;
    } catch (error) {
      this.#pending = `trap in \`${name}\`: ${(error as Error).message}`;
      return 0;
    }
  }

  #memory(): Buffer {
    // Memory that grows leaves views of it behind empty.
    if (this.#view.length === 0) this.#view = Buffer.from(this.#exports.memory.buffer);
    return this.#view;
  }
}

function load(wasm: Uint8Array, needed: readonly string[]): Exports {
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
  const missing = needed.filter((name) => !names.has(name));
  if (missing.length > 0) throw new FilterError('missing_export', `it does not export \`${missing.join('`, `')}\``);
  return instantiateSync<Exports>(module).exports;
}
