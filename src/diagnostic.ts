/** A fault in something a user wrote. Collected, sorted and shown together; never thrown. */
export interface Diagnostic {
  /** Stable snake_case code. */
  readonly code: string;
  /** Lower case, no full stop, user input in backticks. */
  readonly message: string;
  readonly file: string;
  /** 1-based; 0 when the fault has no place in the file. */
  readonly line: number;
  /** 1-based; 0 when the fault has no place in the line. */
  readonly column: number;
  /** Characters the fault spans, for underlining. */
  readonly length?: number;
  /** What to do about it. */
  readonly help?: string;
  /** Absent: an error. A warning stops nothing. */
  readonly severity?: 'warning';
}

export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.code.localeCompare(b.code);
}

/** `policy.yaml:12:7: unknown_field: message` and, on a line of its own, the help. */
export function formatDiagnostic(d: Diagnostic): string {
  return [headOf(d), ...helpOf(d)].join('\n');
}

/** The same with the line of the fault, the faulty part underlined. `text`: the file it is in. */
export function showDiagnostic(d: Diagnostic, text: string | undefined): string {
  return [headOf(d), ...(text === undefined ? [] : excerpt(d, text)), ...helpOf(d)].join('\n');
}

function headOf(d: Diagnostic): string {
  const place = d.line > 0 ? `${d.file}:${d.line}:${d.column}` : d.file;
  return `${place}: ${d.severity === undefined ? '' : `${d.severity}: `}${d.code}: ${d.message}`;
}

const helpOf = (d: Diagnostic): string[] => (d.help === undefined ? [] : [`  help: ${d.help}`]);

/** Characters of a line that are shown, and how many of them before the fault in a longer line. */
const SHOWN = 110;
const BEFORE = 60;

/** The line of a fault with the faulty part underlined; nothing where the fault has no place. */
function excerpt(d: Diagnostic, text: string): string[] {
  const line = text.split('\n')[d.line - 1];
  if (line === undefined || d.column < 1) return [];
  const from = line.length <= SHOWN ? 0 : Math.max(0, Math.min(d.column - 1 - BEFORE, line.length - SHOWN));
  const to = from + SHOWN;
  const shown = `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`.replace(/\p{Cc}/gu, ' ');
  const blanks = ' '.repeat(d.column - 1 - from + (from > 0 ? 1 : 0));
  const marks = '^'.repeat(Math.max(1, Math.min(d.length ?? 1, to - d.column + 1)));
  const number = String(d.line);
  return [`  ${number} | ${shown.trimEnd()}`, `  ${' '.repeat(number.length)} | ${blanks}${marks}`];
}

/** The candidate nearest to `word` by edit distance, if it is near enough to be meant. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
