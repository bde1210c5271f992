import type { Diagnostic } from '../../diagnostic.ts';
import type { ConditionSource } from '../compile_routes.ts';
import type { Extent } from './model.ts';

/** Where a part of a condition stands in its file. Of a part over several lines the first is meant. */
export function placeOf(
  source: ConditionSource,
  at: Extent,
): Required<Pick<Diagnostic, 'file' | 'line' | 'column' | 'length'>> {
  const { file, written } = source;
  const length = Math.max(1, at.end - at.start);
  if (written === undefined) return { file, line: source.line, column: source.column + at.start, length };
  const start = written.offset(at.start);
  const rest = /^[^\n]*/.exec(written.file.text.slice(start, written.offset(at.end)));
  return { file, ...written.file.place(start), length: Math.max(1, rest?.[0].trimEnd().length ?? 1) };
}

/** `end`, moved behind the brackets that close those opened between `start` and `end`. */
export function closeBrackets(text: string, start: number, end: number): number {
  const bare = text.slice(start, end).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, '');
  let open = (bare.match(/[([]/g) ?? []).length - (bare.match(/[)\]]/g) ?? []).length;
  let at = end;
  for (; open > 0; open--) {
    const next = /^\s*[)\]]/.exec(text.slice(at));
    if (next === null) break;
    at += next[0].length;
  }
  return at;
}

/** End of the word, quoted text or sign that starts at `from`. */
export function tokenEnd(text: string, from: number): number {
  const token = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\.?[\w.]+|.)/s.exec(text.slice(from));
  return from + (token?.[0].length ?? 0);
}
