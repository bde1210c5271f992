import type { Scalar } from 'yaml';
import { alignScalar } from './align.ts';
import type { SourceFile, Span } from './source_file.ts';

/** A string of a document that knows where it stands, down to its single characters. */
export class Text {
  readonly value: string;
  readonly file: SourceFile;
  readonly #node: Scalar | undefined;
  readonly #span: Span;
  #offsets: readonly number[] | undefined;

  /** `node`: the scalar it was read from; without one every character stands at `span`. */
  constructor(value: string, file: SourceFile, span: Span, node?: Scalar) {
    this.value = value;
    this.file = file;
    this.#span = span;
    this.#node = node;
  }

  /** Where the whole of it stands, quotes included. */
  get span(): Span {
    return this.#span;
  }

  /** Offset in the file of character `index` of the value; of its end for the value's length. */
  offset(index: number): number {
    if (this.#node === undefined) return this.#span.start;
    this.#offsets ??= alignScalar(this.file.text, this.#node, this.value);
    return this.#offsets[Math.min(index, this.value.length)] ?? this.#span.start;
  }

  /** A part of the value as a text of its own, with its place. */
  slice(start: number, end: number): Text {
    return new Text(this.value.slice(start, end), this.file, { start: this.offset(start), end: this.offset(end) });
  }

  /** Another value at the same place. */
  renamed(value: string): Text {
    return new Text(value, this.file, this.#span);
  }

  report(code: string, message: string, help?: string): void {
    this.file.report(this.#span, code, message, help);
  }

  /** It is a name that `before` is too; that one's place is said where it is in another file. */
  reportTwice(before: Text, what: string): void {
    const { line, column } = before.file.place(before.span.start);
    const other = before.file === this.file ? '' : `: the other is at ${before.file.name}:${line}:${column}`;
    this.report('duplicate_name', `${what} \`${this.value}\` is there twice`, `rename one of them${other}`);
  }

  /** Points at characters `start` to `end` of the value. */
  reportAt(start: number, end: number, code: string, message: string, help?: string): void {
    const from = this.offset(start);
    this.file.report({ start: from, end: Math.max(this.offset(end), from + 1) }, code, message, help);
  }
}
