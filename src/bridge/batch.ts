import { type Answer, type Description, FilterInstance } from '../host/index.ts';
import { sourceOf } from '../policy/reference/wildcard.ts';
import { hostTime } from '../run/record.ts';
import { RecordTime } from './record_time.ts';

/** Records of one request, in order. Everything in it can be handed to another thread. */
export interface Batch {
  readonly tag: string;
  readonly records: readonly Uint8Array[];
  /** Key that holds a record's own time. */
  readonly timeKey: string;
  /** Time of records without one. */
  readonly arrived: Date;
}

export interface FilteredRecord {
  /** Index of the record it was made of. */
  readonly index: number;
  readonly output: Uint8Array;
}

export interface Filtered {
  readonly records: readonly FilteredRecord[];
  /** Records the policy dropped. */
  readonly dropped: number;
  /** Records the filter lost, passed on as they came. */
  readonly lost: number;
}

/** Puts batches through one instance of a filter. */
export class BatchFilter {
  readonly #wasm: Uint8Array;
  readonly sources: Description['sources'];
  #instance: FilterInstance;

  /** Throws `FilterError`. */
  constructor(wasm: Uint8Array) {
    this.#wasm = wasm;
    this.#instance = new FilterInstance(wasm);
    this.sources = this.#instance.describe().sources;
  }

  run({ tag, records, timeKey, arrived }: Batch): Filtered {
    const name = Buffer.from(tag);
    const source = sourceOf(this.sources, tag);
    const recordTime = new RecordTime(timeKey, source ?? {});
    const made: FilteredRecord[] = [];
    let dropped = 0;
    let lost = 0;
    this.#instance.startBatch();
    for (const [index, record] of records.entries()) {
      const taken = recordTime.take(record);
      const { seconds, nanoseconds } = taken.time ?? hostTime(arrived);
      const answer = this.#instance.call(name, seconds, nanoseconds, taken.record);
      if (answer.kind === 'dropped') dropped++;
      else if (answer.kind === 'lost') {
        lost++;
        made.push({ index, output: tagLost(record, answer) });
        this.#instance = new FilterInstance(this.#wasm);
      } else made.push({ index, output: oneLine(answer.output) });
    }
    return { records: made, dropped, lost };
  }
}

/** A record without line feeds: between the values of a JSON object they mean nothing. */
function oneLine(output: Uint8Array): Buffer {
  const copy = Buffer.from(output);
  for (let at = copy.indexOf(0x0a); at >= 0; at = copy.indexOf(0x0a, at)) copy[at] = 0x20;
  return copy;
}

/** The record as it came, with what is wrong beside it; what is no JSON object goes on as text. */
function tagLost(record: Uint8Array, answer: Extract<Answer, { kind: 'lost' }>): Buffer {
  const note = {
    error: { code: 'filter_failed', reason: answer.reason },
    status: 'failed',
    tag: 'audit.s0.unrouted',
  };
  const text = Buffer.from(record).toString();
  const opening = `{"auditlb":${JSON.stringify(note)}`;
  if (!isObject(text)) return Buffer.from(`${opening},"message":${JSON.stringify(text)}}`);
  const rest = text.slice(text.indexOf('{') + 1);
  return oneLine(Buffer.from(/^\s*\}/.test(rest) ? `${opening}}` : `${opening},${rest}`));
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
