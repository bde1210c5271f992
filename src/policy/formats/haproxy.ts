import type { Text } from '../document/text.ts';
import { type Item, pushLiteral } from './items.ts';

/** Flags in force: `Q` puts quotes around an item. */
interface Flags {
  quote: boolean;
}

const VARIABLE = /%(?:\{([^}]*)\})?(?:([A-Za-z]+)|(\[)|(%))?/y;
const UNSUPPORTED = new Set(['json', 'cbor', 'bin']);

/**
 * Splits an HAProxy `log-format` string: `%name`, `%{flags}name`, `%[sample expression]`; `%%` is a percent sign, a
 * backslash takes away the meaning of blank, quote and backslash. `%{flags}o` sets flags for all items behind it.
 * https://docs.haproxy.org/3.2/configuration.html#8.2.6
 */
export function readHaproxy(format: Text): Item[] {
  return new HaproxyReader(format).read();
}

class HaproxyReader {
  readonly #format: Text;
  readonly #items: Item[] = [];
  #flags: Flags = { quote: false };
  #at = 0;

  constructor(format: Text) {
    this.#format = format;
  }

  read(): Item[] {
    const source = this.#format.value;
    while (this.#at < source.length) {
      if (source[this.#at] === '%') this.#percent();
      else this.#literal();
    }
    return this.#items;
  }

  /** Text up to the next `%`; HAProxy writes several blanks as one, and none at the start of the line. */
  #literal(): void {
    const source = this.#format.value;
    const end = source.indexOf('%', this.#at) < 0 ? source.length : source.indexOf('%', this.#at);
    const raw = source.slice(this.#at, end);
    const text = raw.replace(/\\([\s"'\\#])/g, '$1').replace(/ {2,}/g, ' ');
    const written = this.#items.length === 0 ? text.trimStart() : text;
    if (written !== '') pushLiteral(this.#items, written, this.#format.slice(this.#at, end));
    this.#at = end;
  }

  #percent(): void {
    const start = this.#at;
    VARIABLE.lastIndex = start;
    const match = VARIABLE.exec(this.#format.value)!;
    const [whole, flagText, name, bracket, percent] = match;
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
    if (flags.quote) pushLiteral(this.#items, '"', at);
    this.#items.push({ kind: 'variable', name, at, quoted: flags.quote });
    if (flags.quote) pushLiteral(this.#items, '"', at);
  }
}
