import type { Capture, FormatPlan, ScanOp, TextBody } from '../plan.ts';
import { applyCapture } from './capture.ts';
import type { ConvertContext } from './convert.ts';
import { byteOffset, type Draft } from './draft.ts';

/** Runs a text format's operations over the line. */
export function scanLine(body: TextBody, format: FormatPlan, line: string, zoneMinutes: number, draft: Draft): void {
  new Scan(line, { escapes: format.escape, zoneMinutes }, draft).run(body.ops);
}

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
        return this.#literal(op.text);
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
    }
  }

  #fail(code: 'literal_expected' | 'field_missing', expected?: string): boolean {
    this.#draft.fail(code, byteOffset(this.#line, this.#at), expected);
    return false;
  }

  #capture(capture: Capture, start: number, end: number): void {
    const text = this.#line.slice(start, end);
    applyCapture(this.#draft, capture, { ...this.#context, text, line: this.#line, start, end });
  }

  #literal(text: string): boolean {
    if (!this.#line.startsWith(text, this.#at)) return this.#fail('literal_expected', text);
    this.#at += text.length;
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
  #find(until: string, { list, quoted }: Op<'until'>): number | undefined {
    const line = this.#line;
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
    const quoted = /^"(.*?)(?:"(?: |$)|$)/s.exec(rest);
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

  #rest(op: Op<'rest'>): boolean {
    if (this.#at >= this.#line.length) return true;
    this.#draft.set(op.slot, this.#line.slice(this.#at), { start: this.#at, end: this.#line.length });
    this.#draft.drift = true;
    this.#at = this.#line.length;
    return true;
  }
}
