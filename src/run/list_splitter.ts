import { type JsonMark, LINE_KEYS } from '../policy/plan.ts';
import type { RecordList } from '../policy/record_lists.ts';
import { sourceOf } from '../policy/reference/wildcard.ts';
import { cloudWatchLines } from './cloudwatch.ts';
import { elements, members, type ScannedMember, skipBlanks, valueEnd } from './json_scan.ts';

/** What a built filter tells of a source. */
export interface ListSource {
  /** Key of its lines, if the policy names one. */
  readonly line?: string;
  readonly lists?: readonly RecordList[];
}

/** What stands around a list is there once for each element: so much of it in all, per byte of the record, and beyond. */
const GROWTH_MAX = 4;
const GROWTH_FREE = 65536;
/** Elements at most. */
const COUNT_MAX = 65536;

/** The splitter of every source, made once. */
export class ListSplitters {
  readonly #sources: readonly { readonly tag: string; readonly splitter: ListSplitter }[];

  constructor(sources: readonly (ListSource & { readonly tag: string })[]) {
    this.#sources = sources.map((source) => ({ tag: source.tag, splitter: new ListSplitter(source) }));
  }

  /** That of a tag's source; of a tag without one it splits nothing. */
  of(tag: string): ListSplitter {
    return sourceOf(this.#sources, tag)?.splitter ?? new ListSplitter({});
  }
}

/** Makes one record of each element of a list of records, which a filter cannot: it answers one record with one event. */
export class ListSplitter {
  readonly #lists: readonly RecordList[];
  readonly #lineKeys: readonly string[];
  readonly #names: readonly string[];
  readonly #opening: RegExp;

  constructor({ line, lists = [] }: ListSource) {
    this.#lists = lists;
    this.#lineKeys = line === undefined ? LINE_KEYS : [line];
    this.#names = [...new Set(lists.map(({ at }) => at.at(-1)!))];
    // In the record, or in the text of its line.
    const names = this.#names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.#opening = new RegExp(`"(?:${names.join('|')})\\\\?"\\s*:\\s*\\[\\s*\\{`);
  }

  /** The record with each element alone in its list, byte by byte as it was; the record itself if there is no such list, or one element. */
  split(record: Uint8Array): readonly Uint8Array[] {
    const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
    const isWrapped = bytes.includes('DATA_MESSAGE');
    // A character a byte: places in this text are places in the record.
    const text = this.#names.some((name) => bytes.includes(name)) ? bytes.toString('latin1') : '';
    const isList = text !== '' && this.#opening.test(text);
    const value = isWrapped || isList ? parseObject(bytes.toString()) : undefined;
    if (value === undefined) return [record];
    const key = this.#lineKeys.find((each) => typeof own(value, each) === 'string');
    const inner = key === undefined ? '' : (own(value, key) as string);
    const held = key === undefined ? value : parseObject(inner);
    if (held === undefined) return [record];
    const lines = isWrapped ? this.#cloudWatch(value, held, key, bytes.length) : undefined;
    if (lines !== undefined || !isList) return lines ?? [record];
    if (key === undefined)
      return this.#splitObject(text, value)?.map((each) => Buffer.from(each, 'latin1')) ?? [record];
    const line = member(text, 0, Buffer.from(key).toString('latin1'));
    const split = this.#splitObject(inner, held);
    if (split === undefined || line === undefined) return [record];
    const [before, after] = [bytes.subarray(0, line.start), bytes.subarray(line.end)];
    return split.map((each) => Buffer.concat([before, Buffer.from(JSON.stringify(each)), after]));
  }

  /** A record of each line of text CloudWatch Logs hands over, with the line where the source looks for it. `held`: what the line under `key` holds, else the record. */
  #cloudWatch(value: object, held: object, key: string | undefined, length: number): Uint8Array[] | undefined {
    const found = cloudWatchLines(held);
    if (found === undefined) return undefined;
    const around = { ...(key === undefined ? {} : value), ...found.around };
    if (isTooMuch(found.events.length, JSON.stringify(around).length, length)) return undefined;
    return found.events.map(({ message, ...event }) =>
      Buffer.from(JSON.stringify({ ...around, ...event, [key ?? this.#lineKeys[0]!]: message })),
    );
  }

  /** `value`: what the text is. */
  #splitObject(text: string, value: object): string[] | undefined {
    for (const { at, told = [] } of this.#lists) {
      const list = at.reduce<unknown>(own, value);
      if (!Array.isArray(list) || list.length < 2 || !told.every((mark) => isMarked(value, mark))) continue;
      const start = at.reduce<number | undefined>(
        (place, key) => (place === undefined ? undefined : member(text, place, key)?.start),
        0,
      );
      if (start === undefined) return undefined;
      const end = valueEnd(text, start);
      const around = text.length - (end - start);
      if (isTooMuch(list.length, around, text.length)) return undefined;
      const [before, after] = [text.slice(0, start + 1), text.slice(end - 1)];
      return Array.from(elements(text, start), (item) => `${before}${text.slice(item.start, item.end)}${after}`);
    }
    return undefined;
  }
}

/** Whether so many elements with so much around each would be out of proportion to the record. */
const isTooMuch = (count: number, around: number, length: number): boolean =>
  count > COUNT_MAX || count * around > GROWTH_MAX * length + GROWTH_FREE;

/** Of equal keys the last counts. `start`: of the object. */
function member(text: string, start: number, key: string): ScannedMember | undefined {
  let found: ScannedMember | undefined;
  for (const each of members(text, skipBlanks(text, start))) if (each.key === key) found = each;
  return found;
}

/** What an object has under a key, or an array as its first element under `[0]`. */
function own(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return key === '[0]' ? value[0] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Whether the keys lead to something, or to one of the texts. Text on the way may hold the rest of them. */
function isMarked(value: object, { keys, is }: JsonMark): boolean {
  let inner: unknown = value;
  for (const key of keys) {
    if (typeof inner === 'string') return true;
    inner = own(inner, key);
  }
  return inner !== undefined && (is === undefined || (typeof inner === 'string' && is.includes(inner)));
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
