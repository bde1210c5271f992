import { createHash } from 'node:crypto';
import type { FilteredRecord } from './batch.ts';
import type { DeadLetter, DeadLetterFile } from './dead_letter.ts';
import type { Delivery, Downstream } from './downstream.ts';
import type { Metrics } from './metrics.ts';

/** Batches whose half-done search is remembered, so that sending one again goes on with it. */
const REMEMBERED_MAX = 256;
const LINE_FEED = Buffer.from('\n');

/** One request's outputs on their way downstream. */
export interface Parcel {
  readonly source: string;
  readonly tag: string;
  /** The records as they came: a request sent again has the same. */
  readonly body: Buffer;
  readonly records: readonly FilteredRecord[];
  /** Raised when the request's time is up or its sender is gone. */
  readonly signal: AbortSignal;
}

/** Delivers whole requests. What the downstream refuses is halved until the culprits are found; those are kept in a file. */
export class Deliverer {
  readonly #downstream: Downstream;
  readonly #dead: DeadLetterFile;
  readonly #metrics: Metrics;
  readonly #now: () => Date;
  /** By hash of the body: indexes of records that are delivered or kept. */
  readonly #settled = new Map<string, Set<number>>();

  constructor(downstream: Downstream, dead: DeadLetterFile, metrics: Metrics, now: () => Date) {
    this.#downstream = downstream;
    this.#dead = dead;
    this.#metrics = metrics;
    this.#now = now;
  }

  /** `undefined` when every record is delivered or kept; else why not: the request must be sent again. */
  async deliver(parcel: Parcel): Promise<string | undefined> {
    const key = this.#settled.size === 0 ? undefined : hashOf(parcel.body);
    const settled = key === undefined ? undefined : this.#settled.get(key);
    const records = parcel.records.filter(({ index }) => settled?.has(index) !== true);
    const result = await this.#send(records, parcel);
    if (result?.kind !== 'refused') {
      if (result === undefined && key !== undefined) this.#settled.delete(key);
      return result?.reason;
    }
    return this.#search(records, result.status, parcel);
  }

  /** Halves from left to right, so the order holds. */
  async #search(refused: readonly FilteredRecord[], status: number, parcel: Parcel): Promise<string | undefined> {
    const settled = this.#remember(hashOf(parcel.body));
    const open: { records: readonly FilteredRecord[]; status?: number }[] = [{ records: refused, status }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { records } = next;
      if (next.status === undefined) {
        const result = await this.#send(records, parcel);
        if (result?.kind === 'unreachable') return result.reason;
        next = { records, ...(result === undefined ? {} : { status: result.status }) };
      }
      if (next.status !== undefined && records.length > 1) {
        const half = Math.ceil(records.length / 2);
        open.push({ records: records.slice(half) }, { records: records.slice(0, half) });
        continue;
      }
      if (next.status !== undefined) await this.#keep(records, next.status, parcel);
      for (const { index } of records) settled.add(index);
    }
    this.#settled.delete(hashOf(parcel.body));
    return undefined;
  }

  async #send(
    records: readonly FilteredRecord[],
    { signal }: Parcel,
  ): Promise<Exclude<Delivery, { kind: 'delivered' }> | undefined> {
    if (records.length === 0) return undefined;
    const result = await this.#downstream.post(linesOf(records), signal);
    if (result.kind !== 'delivered') return result;
    this.#metrics.add('records_delivered_total', records.length);
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

  #remember(key: string): Set<number> {
    const settled = this.#settled.get(key) ?? new Set<number>();
    this.#settled.delete(key);
    this.#settled.set(key, settled);
    const oldest = this.#settled.keys().next().value;
    if (this.#settled.size > REMEMBERED_MAX && oldest !== undefined) this.#settled.delete(oldest);
    return settled;
  }
}

/** Outputs as NDJSON. */
export const linesOf = (records: readonly FilteredRecord[]): Buffer =>
  Buffer.concat(records.flatMap(({ output }) => [output, LINE_FEED]));

const hashOf = (body: Buffer): string => createHash('sha1').update(body).digest('base64');
