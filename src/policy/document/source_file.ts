import { LineCounter } from 'yaml';
import type { Diagnostic } from '../../diagnostic.ts';

/** Half-open range of UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a file. */
export interface Place extends Span {
  readonly file: SourceFile;
}

/** A file a user wrote: turns offsets into places and collects what is wrong with it. */
export class SourceFile {
  readonly name: string;
  readonly text: string;
  readonly diagnostics: Diagnostic[];
  /** Files it includes, directly or through others. */
  readonly included: SourceFile[] = [];
  /** Filled by the YAML parser. */
  readonly lines = new LineCounter();

  constructor(name: string, text: string, diagnostics: Diagnostic[]) {
    this.name = name;
    this.text = text;
    this.diagnostics = diagnostics;
  }

  /** 1-based line and column of an offset. */
  place(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  report(at: Span, code: string, message: string, help?: string): void {
    const { line, column } = this.place(at.start);
    const lineEnd = this.text.indexOf('\n', at.start);
    const end = Math.min(at.end, lineEnd < 0 ? this.text.length : lineEnd);
    this.diagnostics.push({
      code,
      message,
      file: this.name,
      line,
      column,
      ...(end > at.start ? { length: end - at.start } : {}),
      ...(help === undefined ? {} : { help }),
    });
  }
}
