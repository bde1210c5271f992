import type { JsonMark } from '../policy/plan.ts';
import type { RecordList } from '../policy/record_lists.ts';
import { type JsonText, readJson } from '../policy/reference/json_text.ts';
import { matchesWildcard } from '../policy/reference/wildcard.ts';

/** What a built filter tells of a source. */
export interface ListSource {
  /** Key of its lines, if the policy names one. */
  readonly line?: string;
  readonly lists?: readonly RecordList[];
}

const LINE_KEYS = ['log', 'message'];
/** What stands around a list is there once for each element: so much of it in all, per byte of the record, and beyond. */
const GROWTH_MAX = 4;
const GROWTH_FREE = 65536;

/** The splitter for records of a tag. */
export function splitterFor(sources: readonly (ListSource & { readonly tag: string })[], tag: string): ListSplitter {
  return new ListSplitter(sources.find((source) => matchesWildcard(source.tag, tag)) ?? {});
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
    if (!this.#names.some((name) => bytes.includes(name))) return [record];
    // A character a byte: places in this text are places in the record.
    const text = bytes.toString('latin1');
    if (!this.#opening.test(text)) return [record];
    const { value, valid } = readJson(text);
    if (!valid || value?.kind !== 'object') return [record];
    const line = this.#lineKeys.map((key) => member(value, key)).find((each) => each?.kind === 'string');
    if (line === undefined)
      return this.#splitObject(text, value)?.map((each) => Buffer.from(each, 'latin1')) ?? [record];
    const inner = JSON.parse(bytes.toString('utf8', line.start, line.end)) as string;
    const { value: held, valid: holds } = readJson(inner);
    const lines = holds && held?.kind === 'object' ? this.#splitObject(inner, held) : undefined;
    if (lines === undefined) return [record];
    const [before, after] = [bytes.subarray(0, line.start), bytes.subarray(line.end)];
    return lines.map((each) => Buffer.concat([before, Buffer.from(JSON.stringify(each)), after]));
  }

  #splitObject(text: string, object: JsonText): string[] | undefined {
    for (const { at, told = [] } of this.#lists) {
      const list = at.reduce<JsonText | undefined>((value, key) => value && member(value, key), object);
      if (list?.kind !== 'array' || list.items.length < 2 || !told.every((mark) => has(object, mark))) continue;
      const around = text.length - (list.end - list.start);
      if (around * list.items.length > GROWTH_MAX * text.length + GROWTH_FREE) return undefined;
      const [before, after] = [text.slice(0, list.start + 1), text.slice(list.end - 1)];
      return list.items.map(({ start, end }) => `${before}${text.slice(start, end)}${after}`);
    }
    return undefined;
  }
}

/** Of equal keys the last counts. */
const member = (value: JsonText, key: string): JsonText | undefined =>
  value.kind === 'object' ? value.members.findLast((each) => each.key === key)?.value : undefined;

/** Whether the keys lead to something, or to one of the texts. Text may hold the rest of them. */
function has(value: JsonText, { keys, is }: JsonMark): boolean {
  let inner: JsonText | undefined = value;
  for (const key of keys) {
    if (inner?.kind === 'string') return true;
    inner = inner?.kind === 'array' && key === '[0]' ? inner.items[0] : inner && member(inner, key);
  }
  return inner !== undefined && (is === undefined || (inner.kind === 'string' && is.includes(inner.text)));
}
