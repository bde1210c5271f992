import { readReply } from './json_read.ts';
import { writeJson } from './json_write.ts';
import type { HostModule } from './module.ts';
import { HostMap, type HostValue } from './value.ts';

/** A record of a chunk. The time is the host's. */
export interface ChunkRecord {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly body: HostMap;
}

/** What became of a record. `lost` is never what a filter wants; `dropped` is. */
export type Fate =
  | { readonly kind: 'kept' | 'unchanged' | 'dropped' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface ChunkResult {
  /** What outputs get, in order. */
  readonly records: readonly ChunkRecord[];
  /** One per record that came in. */
  readonly fates: readonly Fate[];
  /**
   * Position of the first record at which the host frees the same memory twice: a collector crashes there, or later, or delivers what
   * `records` says.
   */
  readonly crash?: number;
}

export interface FilterWasmOptions {
  /** `json.escape_unicode` of the collector's service section; on by default, as there. */
  readonly escapeUnicode?: boolean;
}

/** Levels of arrays and maps a collector can read back, the record itself being the first. */
export const DEPTH_MAX = 63;

/** Fluent Bit's `filter_wasm`, `event_format json`: a chunk of records through one filter. */
export class FilterWasm {
  readonly #module: HostModule;
  readonly #escapeUnicode: boolean;

  constructor(module: HostModule, options: FilterWasmOptions = {}) {
    this.#module = module;
    this.#escapeUnicode = options.escapeUnicode ?? true;
  }

  /** The text the filter is called with. */
  jsonIn(body: HostMap): Buffer {
    return Buffer.from(writeJson(body, this.#escapeUnicode));
  }

  /** A line of an output that writes JSON. */
  jsonOut(body: HostMap): string {
    return writeJson(body, this.#escapeUnicode);
  }

  chunk(tag: string, records: readonly ChunkRecord[]): ChunkResult {
    const state = new ChunkState();
    for (const [i, record] of records.entries()) {
      const answer = this.#module.call(Buffer.from(tag), record.seconds, record.nanoseconds, this.jsonIn(record.body));
      if (answer.kind === 'lost') state.lose(answer.reason);
      else if (answer.kind === 'dropped') state.fates.push(answer);
      else state.take(i, record, answer.kind, readReply(answer.output));
    }
    return state.result();
  }
}

/** The host's variables over one chunk. */
class ChunkState {
  readonly fates: Fate[] = [];
  readonly #records: ChunkRecord[] = [];
  #crash: number | undefined;
  /** The buffer of the reply before was freed, and the pointer to it kept. */
  #dangling = false;
  /** Behind this many records the chunk cannot be read. */
  #readable = Number.POSITIVE_INFINITY;

  lose(reason: string): void {
    this.fates.push({ kind: 'lost', reason });
  }

  take(position: number, record: ChunkRecord, kind: 'kept' | 'unchanged', values: HostValue[] | undefined): void {
    if (values === undefined) {
      if (this.#dangling) this.#crash ??= position;
      this.lose('the reply is no JSON');
      return;
    }
    this.#dangling = values.length > 0;
    const [body] = values;
    if (!(body instanceof HostMap))
      this.lose(body === undefined ? 'the reply is blank' : 'the reply is no JSON object');
    else if (this.#records.length >= this.#readable) this.lose('the chunk cannot be read behind a record before');
    else this.#keep(record, kind, body, values.length > 1);
  }

  #keep(record: ChunkRecord, kind: 'kept' | 'unchanged', body: HostMap, more: boolean): void {
    if (depth(body) > DEPTH_MAX) {
      this.#readable = this.#records.length;
      this.lose(`the reply nests deeper than ${DEPTH_MAX} levels`);
      return;
    }
    this.#records.push({ ...record, body });
    this.fates.push({ kind });
    if (more) this.#readable = this.#records.length;
  }

  result(): ChunkResult {
    const { fates } = this;
    return { records: this.#records, fates, ...(this.#crash === undefined ? {} : { crash: this.#crash }) };
  }
}

/** Levels of arrays and maps in a value. */
function depth(value: HostValue): number {
  if (value instanceof HostMap) return 1 + Math.max(0, ...value.entries.map(([, member]) => depth(member)));
  return Array.isArray(value) ? 1 + Math.max(0, ...(value as readonly HostValue[]).map(depth)) : 0;
}
