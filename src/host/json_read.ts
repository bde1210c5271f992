import { HostMap, type HostValue } from './value.ts';

/**
 * The values of a reply as Fluent Bit reads them (yyjson, lenient in text only): one is what it should be, none is blanks only. What is no JSON behind
 * the first value is ignored. Undefined: not even the first value is JSON.
 */
export function readReply(reply: Uint8Array): HostValue[] | undefined {
  const reader = new Reader(Buffer.from(reply.buffer, reply.byteOffset, reply.length));
  const values: HostValue[] = [];
  while (!reader.atEnd()) {
    const value = reader.value();
    if (value === undefined) return values.length > 0 ? values : undefined;
    values.push(value);
  }
  return values;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [text: string, value: null | boolean])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** A container that is being read: its members, and for a map the key whose value comes next. */
interface Open {
  readonly members: HostValue[];
  readonly isMap: boolean;
}

class Reader {
  readonly #bytes: Buffer;
  /** The same, a character a byte. */
  readonly #text: string;
  #p = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
  }

  /** Skips blanks. */
  atEnd(): boolean {
    while (' \t\n\r'.includes(this.#text[this.#p] ?? '!')) this.#p++;
    return this.#p >= this.#text.length;
  }

  /** One value of any depth; undefined if it is no JSON. */
  value(): HostValue | undefined {
    const open: Open[] = [];
    for (;;) {
      let value = this.#begin(open);
      if (value === undefined) return undefined;
      while (value !== OPENED) {
        const top: Open | undefined = open.at(-1);
        if (top === undefined) return value;
        top.members.push(value);
        const next = this.#afterMember(top);
        if (next === undefined) return undefined;
        if (next === 'more') break;
        open.pop();
        value = close(top);
      }
    }
  }

  /** Begins a value: a scalar, an empty container, or the first member of one that is now on the stack. */
  #begin(open: Open[]): HostValue | undefined | typeof OPENED {
    if (this.atEnd()) return undefined;
    const first = this.#text[this.#p]!;
    if (first !== '{' && first !== '[') return this.#scalar(first);
    this.#p++;
    const top = { members: [], isMap: first === '{' };
    if (this.atEnd()) return undefined;
    if (this.#text[this.#p] === (top.isMap ? '}' : ']')) {
      this.#p++;
      return close(top);
    }
    open.push(top);
    return top.isMap && !this.#key(top) ? undefined : OPENED;
  }

  /** A comma and, in a map, the next key; or the end of the container. */
  #afterMember(top: Open): 'more' | 'end' | undefined {
    if (this.atEnd()) return undefined;
    const c = this.#text[this.#p++];
    if (c === (top.isMap ? '}' : ']')) return 'end';
    if (c !== ',') return undefined;
    return top.isMap && !this.#key(top) ? undefined : 'more';
  }

  #key(top: Open): boolean {
    if (this.atEnd() || this.#text[this.#p] !== '"') return false;
    const key = this.#string();
    if (key === undefined || this.atEnd() || this.#text[this.#p] !== ':') return false;
    this.#p++;
    top.members.push(key);
    return true;
  }

  #scalar(first: string): HostValue | undefined {
    if (first === '"') return this.#string();
    for (const [text, value] of LITERALS)
      if (this.#text.startsWith(text, this.#p)) {
        this.#p += text.length;
        return value;
      }
    return this.#number();
  }

  /** Integers beyond 64 bits become doubles, and doubles beyond their range are no numbers. */
  #number(): HostValue | undefined {
    NUMBER.lastIndex = this.#p;
    const match = NUMBER.exec(this.#text);
    if (match === null) return undefined;
    const [text, fraction, exponent] = match;
    const end = this.#p + text.length;
    if (/[\d.eE]/.test(this.#text[end] ?? '')) return undefined;
    this.#p = end;
    if (fraction === undefined && exponent === undefined) {
      const integer = BigInt(text);
      if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer;
    }
    const double = Number(text);
    return Number.isFinite(double) ? double : undefined;
  }

  /** Any byte but a quote may stand in it: control characters and what is no UTF-8 are taken over as they are. */
  #string(): Buffer | undefined {
    const end = this.#closingQuote(this.#p + 1);
    if (end === undefined) return undefined;
    // What is escaped is never shorter than what it stands for.
    const decoded = Buffer.allocUnsafe(end - this.#p);
    let length = 0;
    let start = this.#p + 1;
    for (this.#p = start; this.#p < end; ) {
      const escaped = this.#bytes.subarray(start, end).indexOf(BACKSLASH);
      this.#p = escaped < 0 ? end : start + escaped;
      length += this.#bytes.copy(decoded, length, start, this.#p);
      if (this.#p === end) break;
      const character = this.#escape();
      if (character === undefined) return undefined;
      length += decoded.write(character, length);
      start = this.#p;
    }
    this.#p = end + 1;
    return decoded.subarray(0, length);
  }

  #closingQuote(from: number): number | undefined {
    for (let p = from; p < this.#bytes.length; p++) {
      if (this.#bytes[p] === BACKSLASH) p++;
      else if (this.#bytes[p] === QUOTE) return p;
    }
    return undefined;
  }

  #escape(): string | undefined {
    const c = this.#text[this.#p + 1] ?? '';
    if (c === 'u') return this.#unicodeEscape();
    const character = SIMPLE_ESCAPES[c];
    if (character !== undefined) this.#p += 2;
    return character;
  }

  /** Half a surrogate pair becomes U+FFFD; `\u` without four digits stays as it is, but for the character that is none. */
  #unicodeEscape(): string {
    const digits = this.#hexDigits(this.#p + 2);
    this.#p += 2 + digits.length;
    if (digits.length < 4) {
      const wrong = this.#text[this.#p];
      if (wrong !== '"' && wrong !== "'") this.#p++;
      return `\\u${digits}`;
    }
    const unit = Number.parseInt(digits, 16);
    if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit);
    if (unit >= 0xdc00 || !this.#text.startsWith('\\u', this.#p)) return LOST_CHARACTER;
    const low = this.#hexDigits(this.#p + 2);
    this.#p += 2 + low.length;
    const second = Number.parseInt(low, 16);
    if (low.length < 4 || (second & 0xfc00) !== 0xdc00) return LOST_CHARACTER;
    return String.fromCharCode(unit, second);
  }

  #hexDigits(from: number): string {
    return /^[\da-fA-F]*/.exec(this.#text.slice(from, from + 4))![0];
  }
}

const OPENED = Symbol('opened');
const LOST_CHARACTER = '\ufffd';

function close({ members, isMap }: Open): HostValue {
  if (!isMap) return members;
  return new HostMap(Array.from({ length: members.length / 2 }, (_, i) => [members[2 * i]!, members[2 * i + 1]!]));
}
