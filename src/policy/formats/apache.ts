import type { Text } from '../document/text.ts';
import { type Item, pushLiteral } from './items.ts';

const DIRECTIVE = /^\s*(?:LogFormat|GlobalLog|CustomLog)\s+/i;
const VARIABLE = /%(?:%|(!?\d{3}(?:,\d{3})*)?([<>])?(?:\{([^}]*)\})?(\^t[io]|\^FB|[A-Za-z])?)|\\(["\\])|[^%\\]+|\\/g;

/** Takes the string out of a whole `LogFormat "…" name`; anything else is the string itself. */
export function pastedApache(format: Text): Text {
  const directive = DIRECTIVE.exec(format.value);
  if (directive === null) return format;
  const start = directive[0].length;
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(format.value.slice(start));
  return quoted === null
    ? format.slice(start, format.value.length)
    : format.slice(start + 1, start + 1 + quoted[1]!.length);
}

/**
 * Splits an Apache `LogFormat`: `%a`, `%>s`, `%{Name}i`, `%!200{Name}i`; `%t` writes its own brackets. Header names are in lower
 * case in the names of variables. https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 */
export function readApache(format: Text): Item[] {
  const items: Item[] = [];
  for (const match of format.value.matchAll(VARIABLE)) {
    const at = format.slice(match.index, match.index + match[0].length);
    const [whole, , side = '', argument, letter, escaped] = match;
    if (whole === '%%') pushLiteral(items, '%', at);
    else if (!whole.startsWith('%')) pushLiteral(items, escaped ?? whole, at);
    else if (letter === undefined) {
      at.report('variable_name_missing', `\`${whole}\` names nothing`, 'a percent sign is `%%`');
    } else pushVariable(items, { side, argument, letter }, at);
  }
  return items;
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', '#34': '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** Splits a Tomcat pattern: as Apache's, in an XML file where `&quot;` is a quote. */
export function readTomcat(format: Text): Item[] {
  return readApache(format).map((item) =>
    item.kind === 'literal'
      ? { ...item, text: item.text.replace(/&(quot|#34|apos|lt|gt|amp);/g, (_, name: string) => ENTITIES[name]!) }
      : item,
  );
}

interface Directive {
  readonly side: string;
  readonly argument: string | undefined;
  readonly letter: string;
}

function pushVariable(items: Item[], { side, argument, letter }: Directive, at: Text): void {
  const bracketed = letter === 't' && argument === undefined;
  const isHeader = ['i', 'o', '^ti', '^to', 'C'].includes(letter);
  const name = argument === undefined ? letter : `{${isHeader ? argument.toLowerCase() : argument}}${letter}`;
  if (bracketed) pushLiteral(items, '[', at);
  items.push({ kind: 'variable', name: `${side}${name}`, also: [name], at, quoted: false });
  if (bracketed) pushLiteral(items, ']', at);
}
