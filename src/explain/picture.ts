import type { ExplainedField } from './explanation.ts';

/** Marks of fields in a picture, in the order of the fields that have a place. */
const MARKS = '123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The mark of every field with a place in the line. */
export function marksOf(fields: readonly ExplainedField[]): ReadonlyMap<ExplainedField, string> {
  const placed = fields.filter((field) => field.columns !== undefined && field.columns[1] >= field.columns[0]);
  const byPlace = placed.toSorted((a, b) => a.columns![0] - b.columns![0] || b.columns![1] - a.columns![1]);
  return new Map(byPlace.map((field, i) => [field, MARKS[i] ?? '^']));
}

/** A piece of the line, or the marks below it. */
export interface DrawnRow {
  readonly text: string;
  readonly marks: boolean;
}

interface Mark {
  readonly from: number;
  /** Behind the last character. */
  readonly to: number;
  readonly mark: string;
}

/**
 * The line in pieces of `width` characters, below each the fields that came from it: their mark, then `^` to the end. Fields that overlap
 * are below one another. `error`: byte of the line where reading it failed, marked `!`.
 */
export function drawLine(
  line: string,
  marks: ReadonlyMap<ExplainedField, string>,
  width: number,
  error?: number,
): DrawnRow[] {
  const characters = [...line].map((c) => (/\p{Cc}/u.test(c) ? ' ' : c));
  const rows = layOut([...marks].map(([{ columns }, mark]) => ({ from: columns![0] - 1, to: columns![1], mark })));
  if (error !== undefined) rows.push([errorMark(line, error)]);
  const drawn: DrawnRow[] = [];
  for (let start = 0; start < characters.length; start += width) {
    drawn.push({ text: characters.slice(start, start + width).join(''), marks: false });
    for (const row of rows) {
      const below = drawMarks(row, start, Math.min(start + width, characters.length));
      if (below !== '') drawn.push({ text: below, marks: true });
    }
  }
  return drawn;
}

/** Puts each mark into the first row where it is free. */
function layOut(marks: readonly Mark[]): Mark[][] {
  const rows: Mark[][] = [];
  for (const mark of marks) {
    const free = rows.find((row) => row.every(({ from, to }) => to <= mark.from || from >= mark.to));
    if (free === undefined) rows.push([mark]);
    else free.push(mark);
  }
  return rows;
}

function errorMark(line: string, byte: number): Mark {
  const from = [...Buffer.from(line).subarray(0, byte).toString()].length;
  return { from, to: from + 1, mark: '!' };
}

function drawMarks(row: readonly Mark[], start: number, end: number): string {
  const cells = new Array<string>(end - start).fill(' ');
  for (const { from, to, mark } of row) {
    for (let at = Math.max(from, start); at < Math.min(to, end); at++) cells[at - start] = at === from ? mark : '^';
  }
  return cells.join('').trimEnd();
}
