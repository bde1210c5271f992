import type { JsonMark } from '../policy/plan.ts';
import type { RecordList } from '../policy/record_lists.ts';
import { matchesWildcard } from '../policy/reference/wildcard.ts';
import { elements, members, type ScannedMember, skipBlanks, valueEnd } from './json_scan.ts';

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
/** Elements at most. */
const COUNT_MAX = 65536;

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
    if (!isObject(text)) return [record];
    const line = this.#lineKeys
      .map((key) => member(text, 0, key))
      .find((each) => each !== undefined && text[each.start] === '"');
    if (line === undefined) return this.#splitObject(text)?.map((each) => Buffer.from(each, 'latin1')) ?? [record];
    const inner = JSON.parse(bytes.toString('utf8', line.start, line.end)) as string;
    const lines = isObject(inner) ? this.#splitObject(inner) : undefined;
    if (lines === undefined) return [record];
    const [before, after] = [bytes.subarray(0, line.start), bytes.subarray(line.end)];
    return lines.map((each) => Buffer.concat([before, Buffer.from(JSON.stringify(each)), after]));
  }

  #splitObject(text: string): string[] | undefined {
    for (const { at, told = [] } of this.#lists) {
      const start = lead(text, at);
      if (start === undefined || text[start] !== '[' || !told.every((mark) => isMarked(text, mark))) continue;
      const end = valueEnd(text, start);
      const around = text.length - (end - start);
      const countMax = Math.min(COUNT_MAX, (GROWTH_MAX * text.length + GROWTH_FREE) / around);
      const items: { readonly start: number; readonly end: number }[] = [];
      for (const item of elements(text, start)) if (items.push(item) > countMax) return undefined;
      if (items.length < 2) continue;
      const [before, after] = [text.slice(0, start + 1), text.slice(end - 1)];
      return items.map((item) => `${before}${text.slice(item.start, item.end)}${after}`);
    }
    return undefined;
  }
}

/** Of equal keys the last counts. `start`: of the object. */
function member(text: string, start: number, key: string): ScannedMember | undefined {
  let found: ScannedMember | undefined;
  for (const each of members(text, skipBlanks(text, start))) if (each.key === key) found = each;
  return found;
}

/** Where the value starts that the keys lead to; text on the way is it. */
function lead(text: string, keys: readonly string[]): number | undefined {
  let at: number | undefined = skipBlanks(text, 0);
  for (const key of keys) {
    if (at === undefined || text[at] === '"') return at;
    if (text[at] === '{') at = member(text, at, key)?.start;
    else at = text[at] === '[' && key === '[0]' ? elements(text, at).next().value?.start : undefined;
  }
  return at;
}

/** Whether the keys lead to something, or to one of the texts. Text may hold the last of them. */
function isMarked(text: string, { keys, is }: JsonMark): boolean {
  const [holder, at] = [lead(text, keys.slice(0, -1)), lead(text, keys)];
  if (at === undefined || is === undefined || holder === at) return at !== undefined;
  return text[at] === '"' && is.includes(JSON.parse(text.slice(at, valueEnd(text, at))) as string);
}

function isObject(text: string): boolean {
  if (text[skipBlanks(text, 0)] !== '{') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
