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
}

export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.code.localeCompare(b.code);
}

/** `policy.yaml:12:7: unknown_field: message` and, on a line of its own, the help. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.line > 0 ? `${d.file}:${d.line}:${d.column}` : d.file;
  return `${place}: ${d.code}: ${d.message}${d.help === undefined ? '' : `\n  help: ${d.help}`}`;
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
