/** JSON as it was written: every value with its place, members in their order, duplicate keys kept. */
export type JsonText =
  | {
      readonly kind: 'object';
      readonly start: number;
      end: number;
      readonly members: {
        readonly key: string;
        /** Where the key stands, with its quotes. */
        readonly name: { readonly start: number; readonly end: number };
        readonly value: JsonText;
      }[];
      depth: number;
      closed: boolean;
    }
  | {
      readonly kind: 'array';
      readonly start: number;
      end: number;
      readonly items: JsonText[];
      depth: number;
      closed: boolean;
    }
  | { readonly kind: 'string'; readonly start: number; readonly end: number; readonly text: string }
  /** A number, `true`, `false` or `null`. */
  | { readonly kind: 'literal'; readonly start: number; readonly end: number; readonly text: string };

type Container = Extract<JsonText, { kind: 'object' | 'array' }>;

export interface ReadJson {
  /** As far as it could be read; `undefined` if not even its beginning could. */
  readonly value?: JsonText;
  /** The text is one JSON value and nothing else. */
  readonly valid: boolean;
}

/** Reads one JSON value. Of malformed text the part before the fault is there, its containers not `closed`. */
export function readJson(source: string): ReadJson {
  const value = new Reader(source).read();
  return { ...(value === undefined ? {} : { value }), valid: isJson(source) };
}

export function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** A number must not go on where it ends: `01`, `1.` and `1e` are none. */
const LITERAL = /-?(?:0|[1-9]\d*)(?!\d)(?:\.\d+(?!\d)|(?!\.))(?:[eE][+-]?\d+(?!\d)|(?![eE]))|true|false|null/y;

/** Not recursive: JSON may nest deeper than the stack of calls. */
class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): JsonText | undefined {
    const root = this.#value();
    const open: Container[] = [];
    if (isOpen(root)) open.push(root);
    for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
      const close = inner.kind === 'object' ? '}' : ']';
      const size = inner.kind === 'object' ? inner.members.length : inner.items.length;
      if (this.#take(close)) {
        inner.closed = true;
        inner.end = this.#at;
        open.pop();
        const outer = open.at(-1);
        if (outer !== undefined) outer.depth = Math.max(outer.depth, inner.depth + 1);
        continue;
      }
      if (size > 0 && !this.#take(',')) break;
      const value = this.#member(inner);
      if (value === undefined) break;
      if (isOpen(value)) open.push(value);
    }
    return root;
  }

  #member(inner: Container): JsonText | undefined {
    if (inner.kind === 'array') {
      const value = this.#value();
      if (value !== undefined) inner.items.push(value);
      return value;
    }
    this.#blanks();
    const key = this.#string();
    if (key?.kind !== 'string' || !this.#take(':')) return undefined;
    const value = this.#value();
    if (value !== undefined) inner.members.push({ key: key.text, name: key, value });
    return value;
  }

  #blanks(): void {
    while (' \t\n\r'.includes(this.#source[this.#at] ?? 'end')) this.#at++;
  }

  #take(mark: string): boolean {
    this.#blanks();
    if (this.#source[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  /** A string, a literal, or the beginning of a container. */
  #value(): JsonText | undefined {
    this.#blanks();
    const start = this.#at;
    const c = this.#source[start];
    if (c === '{') return { kind: 'object', start, end: ++this.#at, members: [], depth: 1, closed: false };
    if (c === '[') return { kind: 'array', start, end: ++this.#at, items: [], depth: 1, closed: false };
    if (c === '"') return this.#string();
    LITERAL.lastIndex = start;
    const text = LITERAL.exec(this.#source)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    return { kind: 'literal', start, end: this.#at, text };
  }

  #string(): JsonText | undefined {
    const start = this.#at;
    if (this.#source[start] !== '"') return undefined;
    let p = start + 1;
    while (p < this.#source.length && this.#source[p] !== '"') p += this.#source[p] === '\\' ? 2 : 1;
    const written = this.#source.slice(start, p + 1);
    if (!isJson(written)) return undefined;
    this.#at = p + 1;
    return { kind: 'string', start, end: this.#at, text: wellFormed(JSON.parse(written) as string) };
  }
}

const isOpen = (value: JsonText | undefined): value is Container => value?.kind === 'object' || value?.kind === 'array';

/** Half surrogate pairs become U+FFFD. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
