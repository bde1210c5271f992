import { escapeText } from '../image/builder.ts';
import type { Span } from './types.ts';

/** Text of a record as the filter keeps it, and which characters of it are to be redacted. */
export class MarkedText {
  readonly text: string;
  /** Text is the source of JSON, or bytes as they came; otherwise it is JSON-escaped. */
  readonly plain: boolean;
  /** The policy's own words: nothing in them is redacted but as a whole. */
  readonly constant: boolean;
  /** By character: the rules that want it redacted. */
  readonly marks = new Map<number, Mark[]>();

  constructor(text: string, plain: boolean, constant = false) {
    this.text = text;
    this.plain = plain;
    this.constant = constant;
  }
}

export interface Mark {
  readonly rule: number;
  /** Part of a JSON value that is redacted with its quotes or brackets. */
  readonly whole: boolean;
}

/** A part of a buffer. Texts that are the same part of the record share its marks. */
export interface Stretch {
  readonly buffer: MarkedText;
  readonly start: number;
  readonly end: number;
  /** It is the source of a JSON value; otherwise of the content of a JSON string. */
  readonly json?: boolean;
}

/** Text of a slot, and where it stands. */
export class Piece {
  readonly text: string;
  readonly stretch: Stretch;
  /** Its place in the line, or that of the text it is a part of. */
  readonly span: Span | undefined;

  constructor(text: string, stretch: Stretch, span?: Span) {
    this.text = text;
    this.stretch = stretch;
    this.span = span;
  }

  slice(from: number, to = this.text.length): Piece {
    const { text, span } = this;
    const { buffer, start } = this.stretch;
    const at = (index: number): number => start + escapeText(text.slice(0, index)).length;
    const exact = span !== undefined && span.end - span.start === text.length;
    const place = exact ? { start: span.start + from, end: span.start + to } : span;
    return new Piece(text.slice(from, to), { buffer, start: at(from), end: at(to) }, place);
  }
}

/** Text that stands nowhere else. */
export function ownStretch(escaped: string, constant = false): Stretch {
  return { buffer: new MarkedText(escaped, false, constant), start: 0, end: escaped.length };
}

export const isInside = (inner: Stretch, outer: Stretch): boolean =>
  inner.buffer === outer.buffer && inner.start >= outer.start && inner.end <= outer.end;

export function mark({ buffer, start, end }: Stretch, rule: number, whole = false): void {
  if (buffer.constant) return;
  for (let i = start; i < end; i++) buffer.marks.set(i, [...(buffer.marks.get(i) ?? []), { rule, whole }]);
}

/** A run of marked characters that was replaced, by its lowest rule. */
export interface Replaced {
  readonly text: string;
  readonly rules: readonly number[];
}

/** What stands for a run of marked characters, of a string that is a JSON value for its content. */
export type Replacement = (run: Stretch, rule: number) => string;

/** The stretch's text with every run of marks replaced. */
export function replaceMarked({ buffer, start, end }: Stretch, replacement: Replacement): Replaced {
  let text = '';
  const rules: number[] = [];
  for (let at = start; at < end; ) {
    let next = at;
    const marked = buffer.marks.has(at);
    const run: Mark[] = [];
    for (; next < end && buffer.marks.has(next) === marked; next++) run.push(...(buffer.marks.get(next) ?? []));
    const written = buffer.text.slice(at, next);
    if (marked) {
      const rule = Math.min(...run.map((each) => each.rule));
      const whole = buffer.marks.get(at)!.some((each) => each.whole);
      rules.push(rule);
      const inset = whole && /^".*"$/s.test(written) ? 1 : 0;
      const put = replacement({ buffer, start: at + inset, end: next - inset }, rule);
      text += whole ? `"${put}"` : put;
    } else text += written;
    at = next;
  }
  return { text, rules };
}
