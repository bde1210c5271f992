import { FILE_KEY, LINE_KEYS, OFFSET_KEY } from '../policy/plan.ts';
import { members, skipBlanks } from '../run/json_scan.ts';

export interface HostTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Keys the filter looks under for a record's line, and for the place it was read from. */
export interface SourceKeys {
  readonly line?: string;
  readonly file_key?: string;
  readonly offset_key?: string;
}

/** Takes the time shippers put into records out of them, to where the filter expects it from its host. */
export class RecordTime {
  readonly #key: string;
  readonly #needle: Buffer;
  readonly #lineKeys: readonly string[];
  /** The key is the line's, or the place's. */
  readonly #isNeeded: boolean;

  constructor(key: string, { line, file_key: file = FILE_KEY, offset_key: offset = OFFSET_KEY }: SourceKeys) {
    this.#key = key;
    this.#needle = Buffer.from(JSON.stringify(key));
    this.#lineKeys = line === undefined ? LINE_KEYS : [line];
    this.#isNeeded = [...this.#lineKeys, file, offset].includes(key);
  }

  /**
   * The record's own time, RFC 3339, so that a record sent again has the time it had; and the record as it is without it. One that is
   * itself the event, for it has no line, keeps it.
   */
  take(record: Uint8Array): { record: Uint8Array; time?: HostTime } {
    const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
    if (!bytes.includes(this.#needle)) return { record };
    const members = parse(bytes);
    const time = parseTime(members[this.#key]);
    if (time === undefined) return { record };
    const hasLine = this.#lineKeys.some((key) => typeof members[key] === 'string');
    return { record: hasLine && !this.#isNeeded ? this.#without(bytes) : record, time };
  }

  /** All other bytes stay as they are. */
  #without(bytes: Buffer): Buffer {
    // A character a byte: places in this text are places in the record.
    const text = bytes.toString('latin1');
    const name = Buffer.from(this.#key).toString('latin1');
    const all = [...members(text, skipBlanks(text, 0))];
    const at = all.findLastIndex(({ key }) => key === name);
    const [before, member, after] = [all[at - 1], all[at], all[at + 1]];
    if (member === undefined) return bytes;
    const start = before?.end ?? member.at;
    const end = before === undefined && after !== undefined ? after.at : member.end;
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  }
}

/** Members of the object; none if it is no object. */
function parse(bytes: Buffer): Record<string, unknown> {
  try {
    return { ...(JSON.parse(bytes.toString()) as object) };
  } catch {
    return {};
  }
}

function parseTime(value: unknown): HostTime | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms) || ms < 0) return undefined;
  return { seconds: ms / 1000, nanoseconds: Number((match?.[2] ?? '').padEnd(9, '0')) };
}
