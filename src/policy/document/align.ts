import type { Scalar } from 'yaml';

/** Characters of the escape at `at` in a double-quoted scalar, the backslash included. */
function escapeLength(source: string, at: number): number {
  switch (source[at + 1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

const isBreak = (c: string | undefined): boolean => c === '\n' || c === '\r';
const isSpace = (c: string | undefined): boolean => c === ' ' || c === '\t' || isBreak(c);

/** Offset behind a run of blanks and line breaks. */
function skipSpace(source: string, at: number, end: number): number {
  let p = at;
  while (p < end && isSpace(source[p])) p++;
  return p;
}

/** Whether only blanks stand between `at` and the end of its line, which is then folded. */
function atFold(source: string, at: number, end: number): boolean {
  let p = at;
  while (p < end && (source[p] === ' ' || source[p] === '\t')) p++;
  return p < end && isBreak(source[p]);
}

/** First character of the content of a block scalar, behind its `|` or `>` line and first indentation. */
function blockStart(source: string, start: number, end: number): number {
  const line = source.indexOf('\n', start);
  return line < 0 ? end : skipSpace(source, line + 1, end);
}

/**
 * Offsets in `source` of every character of a scalar's value, and of its end: quotes, escapes, folded lines and
 * indentation accounted for. In a block scalar, blanks a line is indented by beyond the first may be off by the indentation.
 */
export function alignScalar(source: string, node: Scalar, value: string): readonly number[] {
  const [start, end] = node.range ?? [0, 0];
  const quote = node.type === 'QUOTE_SINGLE' ? "'" : node.type === 'QUOTE_DOUBLE' ? '"' : '';
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const offsets: number[] = [];
  let p = block ? blockStart(source, start, end) : start + quote.length;
  for (let i = 0; i < value.length; i++) {
    if (quote === '"' && source[p] === '\\' && isBreak(source[p + 1])) p = skipSpace(source, p + 1, end);
    offsets.push(p);
    if (quote === "'" && source[p] === "'") p += 2;
    else if (quote === '"' && source[p] === '\\') {
      const length = escapeLength(source, p);
      p += length;
      // A character above U+FFFF is two in the value.
      if (length === 10 && value.codePointAt(i)! > 0xffff) offsets.push(offsets[i++]!);
    } else if (isSpace(source[p]) && atFold(source, p, end)) {
      // One blank or several line feeds of the value stand for the whole run.
      if (!isSpace(value[i + 1])) p = skipSpace(source, p, end);
      else p++;
    } else p++;
  }
  offsets.push(p);
  return offsets;
}
