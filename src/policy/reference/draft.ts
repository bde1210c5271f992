import { Field } from '../../../assembly/shared/fields.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import { escapeText } from '../image/builder.ts';
import type { Assign, Capture } from '../plan.ts';
import type { JsonText } from './json_text.ts';
import { carryValue } from './json_value.ts';
import { type MarkedText, ownStretch, Piece, type Stretch } from './stretch.ts';
import type {
  AppliedMap,
  EnvelopeName,
  ErrorName,
  FoundRow,
  JsonValue,
  Origin,
  ParseError,
  SlotValue,
  Sniffed,
  Span,
  Stage,
  StatusName,
} from './types.ts';

/** Captured text a slot may come from, in characters of `base`. */
interface Note {
  readonly capture: Capture;
  readonly start: number;
  readonly end: number;
}

/** An event in the making: what the stages write to. */
export class Draft {
  event = new Map<number, SlotValue>();
  spans = new Map<number, Span>();
  origins = new Map<number, Origin>();
  /** The step that writes now. */
  stage: Stage = 'envelope';
  /** In the order met; of the same name the last counts. */
  unmapped: (readonly [key: string, value: unknown, stretch?: Stretch, name?: Stretch | undefined])[] = [];
  status: StatusName = 'ok';
  error: ParseError | undefined;
  drift = false;
  /** The request line was none: its text. */
  request: Stretch | undefined;
  /** What the format reads. */
  base: MarkedText | undefined;
  /** The record holds what is no UTF-8. */
  damaged = false;
  /** Captured texts, in characters of `base`. */
  notes: Note[] = [];
  /** Values that stand among the unmapped, for another one has the field of their capture. */
  rivals: { readonly capture: Capture; readonly stretch: Stretch }[] = [];
  /** The text in the line that is read, where that is not the line itself, and its place there. */
  inner: { readonly buffer: MarkedText; readonly place: Span; readonly at?: (index: number) => number } | undefined;
  /** Values were read from a text that does not stand in the line as it is. */
  hidden = false;
  #stretches = new Map<number, Stretch>();
  readonly envelopes: EnvelopeName[] = [];
  readonly sniffed: Sniffed[] = [];
  readonly maps: AppliedMap[] = [];
  readonly lookups: FoundRow[] = [];

  get noRequest(): boolean {
    return this.request !== undefined;
  }

  /** For a try that may come to nothing. */
  fork(): Draft {
    const copy = new Draft();
    copy.become(this);
    copy.stage = this.stage;
    copy.base = this.base;
    copy.damaged = this.damaged;
    copy.inner = this.inner;
    copy.hidden = this.hidden;
    return copy;
  }

  /** Takes over what a try came to. */
  become(other: Draft): void {
    this.event = new Map(other.event);
    this.spans = new Map(other.spans);
    this.origins = new Map(other.origins);
    this.unmapped = [...other.unmapped];
    this.notes = [...other.notes];
    this.rivals = [...other.rivals];
    this.#stretches = new Map(other.#stretches);
    this.status = other.status;
    this.error = other.error;
    this.drift = other.drift;
  }

  has(slot: number): boolean {
    return this.event.has(slot);
  }

  text(slot: number): string | undefined {
    const value = this.event.get(slot);
    return typeof value === 'string' ? value : undefined;
  }

  int(slot: number): bigint | undefined {
    const value = this.event.get(slot);
    return typeof value === 'bigint' ? value : undefined;
  }

  /** Writes a slot; -1 is nowhere. */
  set(slot: number, value: SlotValue, span?: Span, capture?: Capture): void {
    if (slot < 0) return;
    this.event.set(slot, value);
    this.origins.set(slot, { stage: this.stage, ...(capture === undefined ? {} : { capture }) });
    const own = this.inner && typeof value !== 'bigint' && typeof value !== 'boolean';
    if (own) this.#stretches.set(slot, this.placed(span, written(value)));
    else this.#stretches.delete(slot);
    if (span === undefined) this.spans.delete(slot);
    else this.spans.set(slot, this.inner?.place ?? span);
  }

  setMissing(slot: number, value: SlotValue | undefined, span?: Span): void {
    if (value !== undefined && !this.has(slot)) this.set(slot, value, span);
  }

  /** Writes something else in the place of a value, which stays where it came from. */
  replace(slot: number, value: SlotValue): void {
    this.event.set(slot, value);
    this.#stretches.delete(slot);
  }

  clear(slot: number): void {
    this.event.delete(slot);
    this.spans.delete(slot);
    this.origins.delete(slot);
    this.#stretches.delete(slot);
  }

  /** Where the text of a slot stands: in what the format reads, if it stands there as it is. `undefined`: the slot holds none. */
  stretch(slot: number): Stretch | undefined {
    const value = this.event.get(slot);
    if (value === undefined || typeof value === 'bigint' || typeof value === 'boolean') return undefined;
    const known = this.#stretches.get(slot);
    if (known !== undefined) return known;
    const stretch = this.placed(this.spans.get(slot), written(value));
    this.#stretches.set(slot, stretch);
    return stretch;
  }

  /** Where a text stands that was read at this place: there, if it stands there as it is, else nowhere. */
  placed(span: Span | undefined, text: string): Stretch {
    return (span && this.#verbatim(span, text)) ?? ownStretch(text);
  }

  /** A part of the line. */
  part(span: Span): Stretch {
    return { buffer: this.#buffer!, ...this.#place(span) };
  }

  /** Notes where in the line captured text stands. */
  note(capture: Capture, span: Span): void {
    const { inner } = this;
    if (inner?.at === undefined) this.notes.push({ capture, ...(inner?.place ?? this.toBase(span)) });
    else if (inner.buffer === this.base) this.notes.push({ capture, ...this.#place(span) });
  }

  /** Where a JSON value that is carried as it is stands. */
  jsonStretch(value: JsonText, source: string): Stretch {
    const written = source.slice(value.start, value.end);
    if (typeof carryValue(value, source) === 'string') return ownStretch(escapeText(written));
    const sound = withoutHalves(written);
    const buffer = this.#buffer;
    const rewritten = sound !== written || this.#isDamaged(written);
    if (rewritten || buffer?.text !== source) return { ...ownStretch(sound), json: true };
    return { buffer, start: value.start, end: value.end, json: true };
  }

  /** Where the name of a member stands. */
  nameStretch(name: { readonly start: number; readonly end: number }, source: string): Stretch {
    const written = source.slice(name.start + 1, name.end - 1);
    const key = escapeText(JSON.parse(`"${written}"`) as string);
    const buffer = this.#buffer;
    const rewritten = key !== written || written.includes('\\u') || this.#isDamaged(written);
    if (rewritten || buffer?.text !== source) return ownStretch(key);
    return { buffer, start: name.start + 1, end: name.end - 1 };
  }

  /** What is read now. */
  get #buffer(): MarkedText | undefined {
    return this.inner?.buffer ?? this.base;
  }

  #isDamaged(text: string): boolean {
    return this.#buffer === this.base && this.damaged && text.includes('\ufffd');
  }

  #verbatim(span: Span, written: string): Stretch | undefined {
    const buffer = this.#buffer;
    if (buffer === undefined) return undefined;
    const place = { buffer, ...this.#place(span) };
    const text = buffer.text.slice(place.start, place.end);
    const rewritten = buffer.plain && (/\\u/.test(text) || this.#isDamaged(text));
    return text === written && !rewritten ? place : undefined;
  }

  /** A place in what is read now as characters of its buffer. */
  #place(span: Span): Span {
    if (this.inner === undefined) return this.toBase(span);
    const { at = (index: number) => index } = this.inner;
    return { start: at(span.start), end: at(span.end) };
  }

  /** A place in the line as characters of `base`. */
  toBase({ start, end }: Span): Span {
    const { base } = this;
    if (base === undefined || base.plain) return { start, end };
    const line = JSON.parse(`"${base.text}"`) as string;
    const at = (index: number): number => escapeText(line.slice(0, index)).length;
    return { start: at(start), end: at(end) };
  }

  /** A text slot as a piece of the record. */
  piece(slot: number): Piece | undefined {
    const text = this.text(slot);
    return text === undefined ? undefined : new Piece(text, this.stretch(slot)!, this.spans.get(slot));
  }

  setMissingPiece(slot: number, piece: Piece | undefined): void {
    if (piece !== undefined && !this.has(slot)) this.setPiece(slot, piece);
  }

  setPiece(slot: number, piece: Piece, capture?: Capture): void {
    if (slot < 0) return;
    this.set(slot, piece.text, piece.span, capture);
    this.#stretches.set(slot, piece.stretch);
  }

  copy(to: number, from: number): void {
    const value = this.event.get(from);
    if (value === undefined) return;
    const stretch = this.stretch(from);
    this.set(to, value, this.spans.get(from));
    if (stretch !== undefined) this.#stretches.set(to, stretch);
  }

  assign(assigns: readonly Assign[]): void {
    for (const { slot, value } of assigns) {
      if (typeof value === 'string') this.setPiece(slot, new Piece(value, ownStretch(escapeText(value), true)));
      else this.set(slot, isBoolean(slot) ? value !== 0 : BigInt(value));
    }
  }

  /** The record cannot be read as its format. */
  fail(code: ErrorName, offset?: number, expected?: string): void {
    this.#note(code, offset, expected);
    this.status = 'failed';
  }

  /** One field cannot be read; the rest goes on. */
  failField(code: ErrorName, offset: number, expected: string): void {
    this.#note(code, offset, expected);
    if (this.status === 'ok') this.status = 'partial';
  }

  #note(code: ErrorName, offset: number | undefined, expected: string | undefined): void {
    this.error ??= {
      code,
      ...(offset === undefined ? {} : { offset }),
      ...(expected === undefined ? {} : { expected }),
    };
  }
}

/** Text as the filter keeps it. */
const written = (value: string | JsonValue): string => (typeof value === 'object' ? value.source : escapeText(value));

/** JSON with U+FFFD for half surrogate pairs. */
const withoutHalves = (json: string): string =>
  json.replace(/\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u([\da-fA-F]{4})|.)/gs, (written, unit) =>
    /^[dD][89a-fA-F]/.test(unit ?? '') ? '\ufffd' : written,
  );

const isBoolean = (slot: number): boolean => FIELDS[Field[slot] as FieldName]?.type === 'bool';

/** Bytes of the text before a character position. */
export const byteOffset = (line: string, at: number): number => Buffer.byteLength(line.slice(0, at));
