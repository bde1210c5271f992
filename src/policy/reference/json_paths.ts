import { Convert } from '../../../assembly/shared/convert.ts';
import type { Capture, JsonBody, JsonKey, JsonNode } from '../plan.ts';
import { applyCapture } from './capture.ts';
import type { ConvertContext } from './convert.ts';
import { byteOffset, type Draft } from './draft.ts';
import { type JsonText, readJson } from './json_text.ts';
import { carryPlain, carryValue } from './json_value.ts';
import { MarkedText } from './stretch.ts';
import type { Span } from './types.ts';

type Container = Extract<JsonText, { kind: 'object' | 'array' }>;

type Entry = Draft['unmapped'][number];

const EVERY = '[]';
const FIRST = '[0]';

/** Reads a JSON line by a format's key paths. What a malformed line has before the fault is captured all the same. */
export function readPaths(body: JsonBody, line: string, context: Omit<ConvertContext, 'escapes'>, draft: Draft): void {
  const unmapped = [...draft.unmapped];
  const { value, valid } = readJson(line);
  const walk = new Walk({ line, valid, context, draft, inner: [], holders: new Map() });
  if (value?.kind === 'object') walk.all(body.root, value);
  if (valid && value?.kind === 'object') return;
  draft.unmapped = unmapped;
  draft.fail('json_expected', 0, 'a JSON value');
}

interface WalkState {
  readonly line: string;
  readonly valid: boolean;
  readonly context: Omit<ConvertContext, 'escapes'>;
  readonly draft: Draft;
  /** Objects met in texts, with what reads them. */
  readonly inner: {
    readonly node: JsonNode;
    readonly text: string;
    readonly path: string;
    readonly origin: number;
    readonly place: Span;
  }[];
  /** Byte of the line the text being walked stands at; `undefined`: it is the line. */
  readonly origin?: number;
  /** What filled the slots that several captures can fill, as it would stand among the unmapped. */
  readonly holders: Map<number, { readonly rank: number; readonly entry: Entry }>;
}

/** Objects in texts the formats look into, at most. */
export const INNER_MAX = 8;

class Walk {
  readonly #state: WalkState;
  readonly #line: string;
  readonly #valid: boolean;
  readonly #draft: Draft;

  constructor(state: WalkState) {
    this.#state = state;
    this.#line = state.line;
    this.#valid = state.valid;
    this.#draft = state.draft;
  }

  /** The line's object, then what texts in it hold, if it is closed. */
  all(root: JsonNode, value: Container): void {
    this.container(root, value, '');
    if (!value.closed) return;
    const { inner } = this.#state;
    for (let entry = inner[0], i = 0; entry !== undefined; entry = inner[++i]) {
      const { value: held } = readJson(entry.text);
      const { origin } = entry;
      const before = this.#draft.error;
      const walk = new Walk({ ...this.#state, line: entry.text, valid: true, origin });
      this.#draft.inner = { buffer: new MarkedText(entry.text, true), place: entry.place };
      if (held?.kind === 'object') walk.container(entry.node, held, entry.path);
      this.#draft.inner = undefined;
      const { error } = this.#draft;
      if (before === undefined && error !== undefined) this.#draft.error = { ...error, offset: origin };
    }
  }

  /** `path`: dotted, of the container itself; empty for the whole line. */
  container(node: JsonNode, value: Container, outer: string): void {
    const path = node.top ? '' : outer;
    const find = (name: string) => node.keys.find((each) => each.key === name && each.select === undefined);
    if (value.kind === 'object') {
      for (const { key, name, value: member } of value.members) {
        const memberPath = path === '' ? key : `${path}.${key}`;
        const known = isElement(key) ? undefined : find(key);
        if (known === undefined && node.closed && this.#isWhole(member)) this.#draft.drift = true;
        this.#value(known, member, memberPath, name);
      }
      return;
    }
    for (const [i, item] of value.items.entries()) {
      const selected = node.keys.find(({ select }) => select !== undefined && this.#is(item, select));
      const key = selected ?? (i === 0 ? find(FIRST) : undefined) ?? find(EVERY);
      if (key?.others && this.#isWhole(item))
        this.#draft.failField('one_record_expected', byteOffset(this.#line, item.start), path);
      this.#value(key, item, `${path}[${i}]`);
    }
  }

  /** Whether the object's first key of this name has this text. */
  #is(item: JsonText, { key, is }: NonNullable<JsonKey['select']>): boolean {
    if (item.kind !== 'object') return false;
    const value = item.members.find((member) => member.key === key)?.value;
    return value?.kind === 'string' && value.text === is && this.#isWhole(value);
  }

  #value(key: JsonKey | undefined, value: JsonText, path: string, name?: Span): void {
    if (key?.node !== undefined && descends(key.node, value)) this.container(key.node, value, path);
    else if (key?.ignore || !this.#isWhole(value)) return;
    else if (key?.node !== undefined && this.#lookInside(key.node, value, path)) return;
    else if (key?.capture !== undefined) this.#rival(key.capture, value, this.#entry(path, value, name));
    else this.#draft.unmapped.push(this.#entry(path, value, name));
  }

  #entry(path: string, value: JsonText, name: Span | undefined): Entry {
    const place = name && this.#draft.nameStretch(name, this.#line);
    return [path, carryPlain(value, this.#line), this.#draft.jsonStretch(value, this.#line), place];
  }

  /** Text that is a JSON object is read behind everything else. */
  #lookInside(node: JsonNode, value: JsonText, path: string): boolean {
    const { inner } = this.#state;
    if (value.kind !== 'string' || !value.text.startsWith('{')) return false;
    if (inner.length === INNER_MAX) return this.#noObject(value);
    if (!readJson(value.text).valid) return this.#noObject(value);
    const origin = this.#state.origin ?? byteOffset(this.#line, value.start + 1);
    const place = this.#draft.inner?.place ?? { start: value.start + 1, end: value.end - 1 };
    inner.push({ node, text: value.text, path, origin, place });
    return true;
  }

  #noObject(value: JsonText): false {
    this.#draft.failField('json_expected', byteOffset(this.#line, value.start), 'a JSON value');
    return false;
  }

  /** Of a malformed line the value it ends in may be cut. */
  #isWhole(value: JsonText): boolean {
    const closed = (value.kind !== 'object' && value.kind !== 'array') || value.closed;
    return this.#valid || (closed && value.end < this.#line.length);
  }

  /** Of several captures for one slot the lowest rank fills it, of equal ones the latest; the others are unmapped. */
  #rival(capture: Capture, value: JsonText, entry: Entry): void {
    const { rank, slots } = capture;
    if (rank === undefined) {
      this.#capture(capture, value);
      return;
    }
    if (saysNothing(value)) return;
    const { holders } = this.#state;
    const holder = holders.get(slots[0]);
    if (holder !== undefined && holder.rank < rank) {
      const quote = value.kind === 'string' ? 1 : 0;
      this.#draft.note(capture, { start: value.start + quote, end: value.end - quote });
      this.#lose(capture, entry);
    } else if (this.#fills(capture, value)) {
      if (holder !== undefined) this.#lose(capture, holder.entry);
      holders.set(slots[0], { rank, entry });
    }
  }

  #lose(capture: Capture, entry: Entry): void {
    this.#draft.unmapped.push(entry);
    this.#draft.rivals.push({ capture, stretch: entry[2]! });
  }

  /** Whether the value gives the capture's slots something; without that they stay as they were. */
  #fills(capture: Capture, value: JsonText): boolean {
    const { event, spans } = this.#draft;
    const before = [capture.slots[0], capture.slots[2]].map(
      (slot) => [slot, event.get(slot), spans.get(slot)] as const,
    );
    for (const [slot] of before) this.#draft.clear(slot);
    this.#capture(capture, value);
    if (before.some(([slot]) => event.has(slot))) return true;
    for (const [slot, old, span] of before) if (old !== undefined) this.#draft.set(slot, old, span);
    return false;
  }

  #capture(capture: Capture, value: JsonText): void {
    const { start, end } = value;
    if (value.kind === 'literal' && value.text === 'null') return;
    if (capture.convert === Convert.json) {
      this.#draft.note(capture, { start, end });
      this.#draft.set(capture.slots[0], carryValue(value, this.#line), { start, end }, capture);
    } else if (value.kind === 'object' || value.kind === 'array') {
      this.#draft.note(capture, { start, end });
      this.#draft.failField('text_expected', byteOffset(this.#line, start), capture.name);
    } else {
      const quote = value.kind === 'string' ? 1 : 0;
      const place = { line: this.#line, start: start + quote, end: end - quote };
      applyCapture(this.#draft, capture, {
        ...place,
        ...this.#state.context,
        text: value.text,
        escapes: 'none',
      });
    }
  }
}

/** `null`, the empty text, `-`. */
const saysNothing = (value: JsonText): boolean =>
  (value.kind === 'literal' && value.text === 'null') ||
  (value.kind === 'string' && (value.text === '' || value.text === '-'));

const isElement = (key: string): boolean => key === EVERY || key === FIRST;

/** Whether the format looks into the value: into objects always, into arrays if it has a key for elements. */
function descends(node: JsonNode, value: JsonText): value is Container {
  return (
    value.kind === 'object' ||
    (value.kind === 'array' && node.keys.some((each) => each.select !== undefined || isElement(each.key)))
  );
}
