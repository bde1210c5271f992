import { Convert } from '../../../assembly/shared/convert.ts';
import type { Text } from '../document/text.ts';
import type { Escape, ScanOp } from '../plan.ts';
import { captureOnce, isList } from './capture.ts';
import type { Maybe, Part, Piece } from './notation.ts';
import type { FormatSlots } from './slots.ts';

/** Capture without a field that holds what is left behind the last variable. */
const REST = 'extra';

/** At the end of the format these take the rest of the line; anything else ends at a blank, and what follows is drift. */
const FREE_TEXT: ReadonlySet<Convert> = new Set([Convert.text, Convert.verbatim, Convert.percent_text]);

const TIMES: ReadonlySet<Convert> = new Set([Convert.clf_time, Convert.iso_time, Convert.any_time]);
/** Times with a blank in front of their zone; those with a pattern have their blanks in their name. */
const WITH_BLANK = /^(?:time_local|T|Tl|trg|trl)$| /;

/** Turns the pieces of a format string into a scan program for the whole line. */
export function compileScan(pieces: readonly Piece[], format: Text, escapes: Escape, slots: FormatSlots): ScanOp[] {
  const ops = compilePieces(pieces, escapes, slots);
  if (!pieces.some((piece) => piece.kind === 'variable')) {
    format.report(
      'no_variables',
      'the format has no variables',
      'paste it as it stands in the load balancer’s configuration',
    );
  }
  return withRest(ops, format, slots);
}

/** Every variable ends where the next literal begins. */
export const compilePieces = (pieces: readonly Piece[], escapes: Escape, slots: FormatSlots): ScanOp[] =>
  new Scan(pieces, escapes, slots).compile();

/** Adds a place for what is left of the line, unless the program takes all of it. */
export function withRest(ops: readonly ScanOp[], at: Text, slots: FormatSlots): ScanOp[] {
  const last = ops.at(-1);
  if (last?.op === 'pairs' || (last?.op === 'until' && last.until === undefined)) return [...ops];
  const slot = slots.extra(REST, at);
  return slot === undefined ? [...ops] : [...ops, { op: 'rest', slot }];
}

/** Whether what a variable writes is sure to hold blanks. */
const holdsBlanks = ({ name, spec }: Part, convert: Convert): boolean =>
  TIMES.has(convert) ? WITH_BLANK.test(name.value) : spec.to[0]?.value === 'http.request.user_agent' && !spec.last;

class Scan {
  readonly #pieces: readonly Piece[];
  readonly #escapes: Escape;
  readonly #slots: FormatSlots;
  readonly #ops: ScanOp[] = [];
  /** Characters of the next literal that an op before it has consumed. */
  #consumed = 0;

  constructor(pieces: readonly Piece[], escapes: Escape, slots: FormatSlots) {
    this.#pieces = pieces;
    this.#escapes = escapes;
    this.#slots = slots;
  }

  compile(): ScanOp[] {
    for (const [i, piece] of this.#pieces.entries()) {
      if (piece.kind === 'literal') this.#literal(piece.text);
      else if (piece.kind !== 'variable') this.#optional(piece, this.#pieces[i - 1]);
      else if (piece.spec.braces) this.#braces(piece, this.#pieces[i + 1]);
      else this.#variable(piece, i);
    }
    return this.#ops;
  }

  #literal(text: string): void {
    const left = text.slice(this.#consumed);
    this.#consumed = 0;
    if (left !== '') this.#ops.push({ op: 'literal', text: left });
  }

  #optional(piece: Maybe, before: Piece | undefined): void {
    const { kind, text, at } = piece;
    // At the end of the line it ends the variable.
    if (kind === 'optional' && before?.kind === 'variable' && this.#ends(piece)) return;
    if (before?.kind === 'variable') at.report('variables_adjacent', `\`${before.name.value}\` has no end before this`);
    this.#ops.push(kind === 'optional' ? { op: 'optional', text } : { op: 'literal', text, ahead: true });
  }

  /** The op takes the blank behind the braces along, so the literal after it starts behind that blank. */
  #braces(part: Part, next: Piece | undefined): void {
    if (next !== undefined && !(next.kind === 'literal' && next.text.startsWith(' '))) {
      part.name.report('blank_missing', `\`${part.name.value}\` must be followed by a blank`);
    }
    this.#ops.push({ op: 'braces', capture: captureOnce(part.spec, part.name, this.#slots) });
    this.#consumed = 1;
  }

  #variable(part: Part, index: number): void {
    const next = this.#pieces[index + 1];
    if (next !== undefined && next.kind === 'variable') {
      part.name.file.report(
        next.name.span,
        'variables_adjacent',
        `\`${next.name.value}\` follows \`${part.name.value}\` with nothing between them`,
        'put a character between them that neither can hold',
      );
    }
    const capture = captureOnce(part.spec, part.name, this.#slots);
    const maybe = next?.kind === 'optional' && this.#ends(next);
    const ends = this.#pieces.length === index + 1 && !FREE_TEXT.has(capture.convert);
    const until = ends ? ' ' : maybe || next?.kind === 'literal' ? next.text : undefined;
    if (until?.startsWith(' ') && holdsBlanks(part, capture.convert)) {
      const help = 'put it in brackets or quotes, in the load balancer’s configuration too';
      part.name.report('blank_inside', `\`${part.name.value}\` holds blanks, and a blank ends it`, help);
    }
    this.#ops.push({
      op: 'until',
      ...(until === undefined ? {} : { until }),
      capture,
      list: isList(part.spec) && until !== undefined && /^[ ,]/.test(until),
      quoted:
        (this.#inQuotes(index, until) && (part.quoted || this.#escapes === 'backslash')) ||
        (this.#escapes === 'cef' && until?.startsWith('|') === true),
      ...(part.spec.last && until !== undefined ? { last: true } : {}),
      lenient: ends || maybe || (until !== undefined && this.#mayEnd(part, index)),
    });
    this.#consumed = maybe ? 0 : (until?.length ?? 0);
  }

  #ends(piece: Piece): boolean {
    return this.#pieces.at(-1) === piece;
  }

  #inQuotes(index: number, until: string | undefined): boolean {
    const before = this.#pieces[index - 1];
    return before?.kind === 'literal' && before.text.endsWith('"') && until?.startsWith('"') === true;
  }

  /** Whether the line may end inside it: cut short by its writer, or with braces behind it that may all be absent. */
  #mayEnd(part: Part, index: number): boolean {
    const behind = this.#pieces.slice(index + 1).filter((piece) => piece.kind === 'variable');
    if (behind.some((piece) => !piece.spec.braces)) return false;
    return part.spec.cut || (behind.length > 0 && this.#pieces.at(-1)?.kind === 'variable');
  }
}
