import { createHash } from 'node:crypto';
import type { FilteredRecord } from './batch.ts';
import type { DeadLetter, DeadLetterFile } from './dead_letter.ts';
import type { Downstream } from './downstream.ts';
import type { Metrics } from './metrics.ts';

/** Requests delivered in part that are remembered, so that sending one again goes on where it ended. */
const REMEMBERED_MAX = 256;
/** Outputs posted at a time, unless one alone is more: what is posted must be with all destinations before the time is up. */
const PIECE_BYTES = 4 << 20;
const LINE_FEED = Buffer.from('\n');

/** One request's outputs on their way downstream. */
export interface Parcel {
  readonly source: string;
  /** The source as its sender names it, also over another connection. */
  readonly named: string | undefined;
  readonly tag: string;
  /** The records as they came: a request sent again has the same. */
  readonly body: Buffer;
  readonly records: readonly FilteredRecord[];
  /** Raised when the request's time is up or its sender is gone. */
  readonly signal: AbortSignal;
}

/** Delivers whole requests, in pieces. What the downstream refuses is halved until the culprits are found; those are kept in a file. */
export class Deliverer {
  readonly #downstream: Downstream;
  readonly #dead: DeadLetterFile;
  readonly #metrics: Metrics;
  readonly #now: () => Date;
  /** By `keyOf` a parcel: indexes of records that are delivered or kept. */
  readonly #settled = new Map<string, Set<number>>();

  constructor(downstream: Downstream, dead: DeadLetterFile, metrics: Metrics, now: () => Date) {
    this.#downstream = downstream;
    this.#dead = dead;
    this.#metrics = metrics;
    this.#now = now;
  }

  /** `undefined` when every record is delivered or kept; else why not: the request must be sent again. */
  async deliver(parcel: Parcel): Promise<string | undefined> {
    const key = this.#settled.size === 0 ? undefined : keyOf(parcel);
    const settled = new Set(key === undefined ? undefined : this.#settled.get(key));
    let complete = false;
    try {
      const failure = await this.#settle(parcel, settled);
      complete = failure === undefined;
      return failure;
    } finally {
      if (key !== undefined) this.#settled.delete(key);
      if (!complete && settled.size > 0) this.#remember(key ?? keyOf(parcel), settled);
    }
  }

  /** From left to right, halves before what comes after them, so the order holds. */
  async #settle(parcel: Parcel, settled: Set<number>): Promise<string | undefined> {
    const open = piecesOf(parcel.records.filter(({ index }) => !settled.has(index))).reverse();
    for (let records = open.pop(); records !== undefined; records = open.pop()) {
      const result = await this.#downstream.post(linesOf(records), parcel.signal);
      if (result.kind === 'unreachable') return result.reason;
      if (result.kind === 'refused' && records.length > 1) {
        const half = Math.ceil(records.length / 2);
        open.push(records.slice(half), records.slice(0, half));
        continue;
      }
      if (result.kind === 'refused') await this.#keep(records, result.status, parcel);
      else this.#metrics.add('records_delivered_total', records.length);
      for (const { index } of records) settled.add(index);
    }
    return undefined;
  }

  async #keep(records: readonly FilteredRecord[], status: number, { source, tag }: Parcel): Promise<void> {
    const letters = records.map(({ output }) => {
      return { reason: 'downstream_refused', status, source, tag, event: Buffer.from(output).toString() };
    });
    await this.keep(letters);
  }

  /** On disk when it returns. */
  async keep(letters: readonly DeadLetter[]): Promise<void> {
    await this.#dead.write(letters, this.#now());
    this.#metrics.add('records_dead_total', letters.length);
  }

  #remember(key: string, settled: Set<number>): void {
    this.#settled.set(key, settled);
    const oldest = this.#settled.keys().next().value;
    if (this.#settled.size > REMEMBERED_MAX && oldest !== undefined) this.#settled.delete(oldest);
  }
}

function piecesOf(records: readonly FilteredRecord[]): (readonly FilteredRecord[])[] {
  const pieces: FilteredRecord[][] = [];
  let room = 0;
  for (const record of records) {
    if (pieces.length === 0 || record.output.length > room) {
      pieces.push([]);
      room = PIECE_BYTES;
    }
    pieces.at(-1)!.push(record);
    room -= record.output.length;
  }
  return pieces;
}

/** Outputs for who asks for them: an empty line for none, since an empty body is what anything may answer with. */
export const answerOf = (records: readonly FilteredRecord[]): Buffer =>
  records.length === 0 ? LINE_FEED : linesOf(records);

/** Outputs as NDJSON. */
const linesOf = (records: readonly FilteredRecord[]): Buffer =>
  Buffer.concat(records.flatMap(({ output }) => [output, LINE_FEED]));

const keyOf = ({ named, tag, body }: Parcel): string =>
  createHash('sha1')
    .update(JSON.stringify([named, tag]))
    .update(body)
    .digest('base64');
