import type { Text } from '../document/text.ts';
import { type Item, pushLiteral } from './items.ts';

/** Flags in force: `Q` puts quotes around an item. */
interface Flags {
  quote: boolean;
}

const VARIABLE = /%(?:\(([^)]*)\))?(?:\{([^}]*)\})?(?:([A-Za-z]+)|(\[)|(%))?/y;
/** At the start, it makes the line an object of the items that have a name. */
const AS_JSON = /^\s*%\{\+json\}o/;
/** Times, numbers and states, which HAProxy puts in no quotes. */
const BARE = new Set(
  'B Ta Tc Td Th Ti Tq TR Tr Ts Tt Tu Tw U ac bc bq bp cp fc fp lc ms pid rc rt sc sp sq ST T Tl t tr trg trl ts tsc'.split(
    ' ',
  ),
);
const UNSUPPORTED = new Set(['json', 'cbor', 'bin']);

/**
 * Splits an HAProxy `log-format` string: `%name`, `%{flags}name`, `%[sample expression]`; `%%` is a percent sign, a
 * backslash takes away the meaning of blank, quote and backslash. `%{flags}o` sets flags for all items behind it, `%(name)item` names
 * an item for `%{+json}o`.
 * https://docs.haproxy.org/3.2/configuration.html#8.2.6
 */
export function readHaproxy(format: Text): Item[] {
  return new HaproxyReader(format).read();
}

/** Items only a request has, and the state a connection ends in. */
const OF_HTTP =
  /%(?:\([^)]*\))?(?:\{[^}]*\})?(?:r|ST|H[MUPQV]O?|T[Rr]|trl?|trg|hr|hs|tsc|CC|CS)(?![A-Za-z])|method|status|path|url|hdr/;
const OF_TCP = /%(?:\([^)]*\))?(?:\{[^}]*\})?ts(?![A-Za-z])/;

/** Whether a `log-format` is one of connections, as that of `option tcplog`. */
export const isTcpFormat = ({ value }: Text): boolean => OF_TCP.test(value) && !OF_HTTP.test(value);

class HaproxyReader {
  readonly #format: Text;
  readonly #items: Item[] = [];
  readonly #json: boolean;
  #flags: Flags = { quote: false };
  #key: string | undefined;
  #at = 0;

  constructor(format: Text) {
    this.#format = format;
    const head = AS_JSON.exec(format.value);
    this.#json = head !== null;
    this.#at = head?.[0].length ?? 0;
  }

  read(): Item[] {
    const source = this.#format.value;
    while (this.#at < source.length) {
      if (source[this.#at] === '%') this.#percent();
      else this.#literal();
    }
    if (this.#json) pushLiteral(this.#items, '}', this.#format);
    return this.#items;
  }

  /** Text up to the next `%`; HAProxy writes several blanks as one, and none at the start of the line. */
  #literal(): void {
    const source = this.#format.value;
    const end = source.indexOf('%', this.#at) < 0 ? source.length : source.indexOf('%', this.#at);
    const raw = source.slice(this.#at, end);
    const text = raw.replace(/\\([\s"'\\#])/g, '$1').replace(/ {2,}/g, ' ');
    const written = this.#items.length === 0 ? text.trimStart() : text;
    if (written !== '' && !this.#json) pushLiteral(this.#items, written, this.#format.slice(this.#at, end));
    this.#at = end;
  }

  #percent(): void {
    const start = this.#at;
    VARIABLE.lastIndex = start;
    const match = VARIABLE.exec(this.#format.value)!;
    const [whole, key, flagText, name, bracket, percent] = match;
    this.#key = key;
    this.#at = start + whole.length;
    if (percent !== undefined) {
      pushLiteral(this.#items, '%', this.#format.slice(start, this.#at));
      return;
    }
    const flags = this.#readFlags(flagText, start);
    if (bracket !== undefined) this.#sample(start, flags);
    else if (name === 'o') this.#flags = flagText === undefined ? { quote: false } : flags;
    else if (name !== undefined) this.#push(name, start, flags);
    else
      this.#format.reportAt(
        start,
        this.#at,
        'variable_name_missing',
        'no item name after `%`',
        'a percent sign is `%%`',
      );
  }

  #readFlags(flagText: string | undefined, start: number): Flags {
    const flags = { ...this.#flags };
    for (const flag of (flagText ?? '').split(/[,\s]+/)) {
      const name = flag.replace(/^[+-]/, '');
      if (name === 'Q') flags.quote = !flag.startsWith('-');
      if (UNSUPPORTED.has(name)) {
        const help = 'describe the lines with `json:` instead';
        this.#format.reportAt(start, this.#at, 'flag_unsupported', `items with \`${name}\` are not read`, help);
      }
    }
    return flags;
  }

  /** `%[expression]`, up to the bracket that closes it; parentheses of converters may hold brackets. */
  #sample(start: number, flags: Flags): void {
    const source = this.#format.value;
    let depth = 0;
    let end = this.#at;
    while (end < source.length && !(source[end] === ']' && depth <= 0)) {
      if (source[end] === '(') depth++;
      if (source[end] === ')') depth--;
      end++;
    }
    if (end >= source.length) {
      this.#format.reportAt(start, start + 2, 'bracket_missing', 'no `]` closes this expression');
    }
    const name = source.slice(this.#at, end);
    this.#at = Math.min(end + 1, source.length);
    this.#push(name, start, flags);
  }

  #push(name: string, start: number, flags: Flags): void {
    const at = this.#format.slice(start, this.#at);
    if (this.#json) {
      if (this.#key === undefined) return;
      pushLiteral(this.#items, `${this.#items.length === 0 ? '{' : ','}${JSON.stringify(this.#key)}:`, at);
      this.#items.push({ kind: 'variable', name, at, quoted: false });
      return;
    }
    const quoted = flags.quote && !BARE.has(name);
    if (quoted) pushLiteral(this.#items, '"', at);
    // How it is encoded says nothing of what it is; header names are in any case.
    const plain = name
      .replace(/(?:,(?:json(?:\([^()]*\))?|lower))+$/, '')
      .replace(/\([^()]*\)$/, (header) => header.toLowerCase());
    this.#items.push({ kind: 'variable', name, also: [plain], at, quoted });
    if (quoted) pushLiteral(this.#items, '"', at);
  }
}
