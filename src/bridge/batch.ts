import { type Answer, FilterInstance } from '../host/index.ts';
import { hostTime } from '../run/record.ts';

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
  #instance: FilterInstance;

  /** Throws `FilterError`. */
  constructor(wasm: Uint8Array) {
    this.#wasm = wasm;
    this.#instance = new FilterInstance(wasm);
  }

  run({ tag, records, timeKey, arrived }: Batch): Filtered {
    const name = Buffer.from(tag);
    const needle = Buffer.from(`${JSON.stringify(timeKey)}:`);
    const made: FilteredRecord[] = [];
    let dropped = 0;
    let lost = 0;
    this.#instance.startBatch();
    for (const [index, record] of records.entries()) {
      const { seconds, nanoseconds } = timeOf(record, needle, timeKey) ?? hostTime(arrived);
      const answer = this.#instance.call(name, seconds, nanoseconds, record);
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

interface HostTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** The record's own time, RFC 3339. So a record sent again has the time it had. */
function timeOf(record: Uint8Array, needle: Buffer, key: string): HostTime | undefined {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  if (!bytes.includes(needle)) return undefined;
  try {
    return parseTime((JSON.parse(bytes.toString()) as Record<string, unknown>)[key]);
  } catch {
    return undefined;
  }
}

function parseTime(value: unknown): HostTime | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms) || ms < 0) return undefined;
  return { seconds: ms / 1000, nanoseconds: Number((match?.[2] ?? '').padEnd(9, '0')) };
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
