import { Convert } from '../../../assembly/shared/convert.ts';
import { escapeText } from '../image/builder.ts';
import type { Capture, Escape, FormatPlan, MapPlan, ScanOp, ShapesBody, TextBody } from '../plan.ts';
import { applyCapture } from './capture.ts';
import { type ConvertContext, hexText, isMissing } from './convert.ts';
import { byteOffset, type Draft } from './draft.ts';
import { slotText } from './maps.ts';
import { type Pair, readPairs } from './pairs.ts';
import type { Span } from './types.ts';
import { matchesWildcard } from './wildcard.ts';

/** Runs a text format's operations over the line. */
export function scanLine(
  body: TextBody | ShapesBody,
  format: FormatPlan,
  line: string,
  zoneMinutes: number,
  draft: Draft,
): void {
  const context = { escapes: format.escape, zoneMinutes, missing: format.missing };
  const scan = (ops: readonly ScanOp[], into: Draft): void => new Scan(line, context, into).run(ops);
  if (body.kind === 'text') scan(body.ops, draft);
  else scanShapes(body, scan, draft);
}

/** Reads texts the line holds, each by the first shape that takes all of it. One no shape takes stays as it is. */
export function scanWithin(format: FormatPlan, zoneMinutes: number, draft: Draft): void {
  const context = { escapes: format.escape, zoneMinutes, missing: format.missing };
  const { drift, spans } = draft;
  for (const { slot, shapes } of format.within) {
    const text = draft.text(slot);
    if (text === undefined) continue;
    const { buffer, start } = draft.stretch(slot)!;
    for (const { when, ops, set } of shapes) {
      if (!when.every((lookup) => allows(lookup, draft))) continue;
      const copy = draft.fork();
      copy.drift = false;
      copy.inner = {
        buffer,
        place: draft.spans.get(slot) ?? { start: 0, end: 0 },
        at: (index) => start + escapeText(text.slice(0, index)).length,
      };
      new Scan(text, context, copy).run(ops);
      if (copy.error !== undefined || copy.drift) continue;
      copy.drift = drift;
      draft.become(copy);
      draft.assign(set);
      draft.hidden ||= buffer !== draft.base;
      break;
    }
  }
  // Places in those texts are none in the line.
  for (const [slot, span] of draft.spans) if (spans.get(slot) !== span) draft.spans.delete(slot);
}

function scanShapes(body: ShapesBody, scan: (ops: readonly ScanOp[], into: Draft) => void, draft: Draft): void {
  const shapes = body.shapes.filter(({ when }) => when.every((lookup) => allows(lookup, draft)));
  if (shapes.length === 0) {
    draft.fail('literal_expected', 0);
    return;
  }
  const tries = shapes.map((shape) => {
    const copy = draft.fork();
    scan(shape.ops, copy);
    return { shape, copy };
  });
  const best =
    tries.find(({ copy }) => copy.error === undefined && !copy.drift) ??
    tries.find(({ copy }) => copy.error === undefined) ??
    furthest(tries.filter(({ copy }) => copy.status !== 'failed')) ??
    furthest(tries)!;
  draft.become(best.copy);
  if (draft.status !== 'failed') draft.assign(best.shape.set);
}

/** The first of those whose first error is furthest behind. */
const furthest = <T extends { readonly copy: Draft }>(tries: readonly T[]): T | undefined =>
  tries.reduce<T | undefined>(
    (far, each) => (far === undefined || each.copy.error!.offset! > far.copy.error!.offset! ? each : far),
    undefined,
  );

/** Whether a field has a text the condition knows. A missing one is the empty text. */
function allows({ from, cases }: MapPlan, draft: Draft): boolean {
  const text = slotText(from, draft.event.get(from));
  return cases.some(({ is }) => is.some((each) => matchesWildcard(each, text)));
}

/** What follows the name of a numbered key: its number, and that of a piece. */
const NUMBER = /^\d+(?:\[(\d+)\])?$/;
const QUOTED_FIELD = /^"(.*?)(?:"(?: |$)|$)/s;
const ESCAPED_FIELD = /^"((?:\\(?:.|$)|[^\\])*?)(?:"(?: |$)|$)/s;
const escapesQuotes = (escapes: Escape): boolean => escapes === 'backslash' || escapes === 'cef';

type Op<Kind extends ScanOp['op']> = Extract<ScanOp, { op: Kind }>;

class Scan {
  readonly #line: string;
  readonly #context: ConvertContext;
  readonly #draft: Draft;
  #at = 0;

  constructor(line: string, context: ConvertContext, draft: Draft) {
    this.#line = line;
    this.#context = context;
    this.#draft = draft;
  }

  run(ops: readonly ScanOp[]): void {
    for (const op of ops) if (!this.#step(op)) return;
    if (this.#at < this.#line.length) this.#fail('literal_expected');
  }

  /** False: nothing after this operation is looked at. */
  #step(op: ScanOp): boolean {
    switch (op.op) {
      case 'literal':
        return this.#literal(op);
      case 'until':
        return this.#until(op);
      case 'field':
        return this.#field(op);
      case 'braces':
        return this.#braces(op);
      case 'optional':
        if (this.#line.startsWith(op.text, this.#at)) this.#at += op.text.length;
        return true;
      case 'rest':
        return this.#rest(op);
      case 'separated':
        return this.#separated(op);
      case 'pairs':
        this.#pairs(op);
        return true;
    }
  }

  #fail(code: 'literal_expected' | 'field_missing', expected?: string): boolean {
    this.#draft.fail(code, byteOffset(this.#line, this.#at), expected);
    return false;
  }

  #capture(capture: Capture, start: number, end: number, text = this.#line.slice(start, end)): void {
    applyCapture(this.#draft, capture, { ...this.#context, text, line: this.#line, start, end });
  }

  #literal({ text, ahead }: Op<'literal'>): boolean {
    if (!this.#line.startsWith(text, this.#at)) return this.#fail('literal_expected', text);
    if (!ahead) this.#at += text.length;
    return true;
  }

  #until(op: Op<'until'>): boolean {
    const { until, capture } = op;
    const end = until === undefined ? undefined : this.#find(until, op);
    if (until !== undefined && end === undefined && !op.lenient) return this.#fail('literal_expected', until);
    this.#capture(capture, this.#at, end ?? this.#line.length);
    this.#at = end === undefined ? this.#line.length : end + until!.length;
    return true;
  }

  /** Where the text ends the capture that begins here. */
  #find(until: string, { list, quoted, last }: Op<'until'>): number | undefined {
    const line = this.#line;
    if (last) {
      const found = line.lastIndexOf(until);
      return found < this.#at ? undefined : found;
    }
    for (let p = this.#at; p < line.length; ) {
      const here = line.startsWith(until, p);
      if (here && !list) return p;
      const comma = here && p > this.#at && line.slice(p - 1, p + 1) === ', ';
      if (here && !comma && !line.startsWith(' : ', p)) return p;
      if (here && !comma) p += ' : '.length;
      else p += quoted && line[p] === '\\' ? 2 : 1;
    }
    return undefined;
  }

  #field(op: Op<'field'>): boolean {
    const start = this.#at;
    const rest = this.#line.slice(start);
    if (rest === '') return op.required ? this.#fail('field_missing', op.capture.name) : false;
    const quoted = (escapesQuotes(this.#context.escapes) ? ESCAPED_FIELD : QUOTED_FIELD).exec(rest);
    if (quoted !== null) {
      this.#capture(op.capture, start + 1, start + 1 + quoted[1]!.length);
      this.#at = start + quoted[0].length;
      return true;
    }
    const bare = rest.split(' ', 1)[0]!;
    this.#capture(op.capture, start, start + bare.length);
    this.#at = Math.min(this.#line.length, start + bare.length + 1);
    return true;
  }

  #braces(op: Op<'braces'>): boolean {
    if (this.#line[this.#at] !== '{') return true;
    const close = this.#line.indexOf('}', this.#at);
    if (close < 0) return this.#fail('literal_expected', '}');
    this.#capture(op.capture, this.#at + 1, close);
    this.#at = close + (this.#line[close + 1] === ' ' ? 2 : 1);
    return true;
  }

  #separated({ separator, capture, required }: Op<'separated'>): boolean {
    const start = this.#at;
    const rest = this.#line.slice(start);
    if (rest === '') return required ? this.#fail('field_missing', capture.name) : false;
    const quoted = /^"((?:[^"]|"")*)(?:"|$)/.exec(rest);
    const from = quoted === null ? 0 : quoted[0].length;
    const next = rest.indexOf(separator, from);
    const end = next < 0 ? rest.length : next;
    if (quoted === null) this.#capture(capture, start, start + end);
    else this.#capture(capture, start + 1, start + 1 + quoted[1]!.length, quoted[1]!.replaceAll('""', '"'));
    this.#at = start + Math.min(rest.length, end + separator.length);
    return true;
  }

  #pairs({ separator, free, colon, node, joined }: Op<'pairs'>): void {
    const listed = node.keys.map(({ key }) => key);
    const style = { separator, free, colon, listed, escapes: this.#context.escapes };
    const found = readPairs(this.#line, this.#at, style);
    if (found.drift) this.#draft.drift = true;
    this.#at = this.#line.length;
    const taken = new Set(joined && this.#join(joined, found.pairs));
    for (const { key, at, start, end, quoted } of found.pairs) {
      const known = node.keys.find((each) => each.key === key);
      if (known?.ignore) continue;
      if (known?.capture === undefined) {
        if (!taken.has(key)) this.#unmapped(key, at, { start, end });
      } else {
        const plain = quoted && known.capture.convert === Convert.hex_text;
        const capture = plain ? { ...known.capture, convert: Convert.verbatim } : known.capture;
        if (!plain || !isMissing(this.#line.slice(start, end), this.#context)) this.#capture(capture, start, end);
      }
    }
  }

  /** Sets a field to the values of numbered keys as one text; those keys. */
  #join(capture: Capture, pairs: readonly Pair[]): string[] {
    const { name } = capture;
    const numberOf = (key: string) => (key.startsWith(name) ? NUMBER.exec(key.slice(name.length)) : null);
    const found = pairs.filter(({ key }) => numberOf(key) !== null);
    const words = found.map(({ key, start, end, quoted }, i) => {
      this.#draft.note(capture, { start, end });
      const text = this.#line.slice(start, end);
      const word = !quoted && capture.convert === Convert.hex_text ? hexText(text) : text;
      return i === 0 || (numberOf(key)![1] ?? '0') !== '0' ? word : ` ${word}`;
    });
    const span = { start: found[0]?.start ?? 0, end: found.at(-1)?.end ?? 0 };
    if (found.length > 0) this.#draft.set(capture.slots[0], words.join(''), span, capture);
    return found.map(({ key }) => key);
  }

  #unmapped(key: string, at: number, value: Span): void {
    const text = this.#line.slice(value.start, value.end);
    const name = this.#draft.part({ start: at, end: at + key.length });
    this.#draft.unmapped.push([key, text, this.#draft.part(value), name]);
  }

  #rest(op: Op<'rest'>): boolean {
    if (this.#at >= this.#line.length) return true;
    this.#draft.set(op.slot, this.#line.slice(this.#at), { start: this.#at, end: this.#line.length });
    this.#draft.drift = true;
    this.#at = this.#line.length;
    return true;
  }
}
