import type { Escape } from '../plan.ts';

const HEX = '([0-9a-fA-F]{2})';
const ESCAPES: Readonly<Record<Exclude<Escape, 'none'> | 'percent' | 'cef_lines', RegExp>> = {
  cef: /()\\([\\=|])/g,
  cef_lines: /()\\([\\=|nr])/g,
  percent: new RegExp(`%${HEX}`, 'g'),
  backslash: new RegExp(String.raw`\\x${HEX}|\\(["\\ntrvb])`, 'g'),
  hex: new RegExp(String.raw`\\x${HEX}`, 'g'),
  hash: new RegExp(`#${HEX}`, 'g'),
};
const NAMED: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  v: 11,
  b: 8,
  '"': 34,
  '\\': 92,
  '=': 61,
  '|': 124,
};

const CONTROL = /[\0-\x1f\x7f]/;

/** Undoes the load balancer's escapes, if that yields UTF-8 without control characters; otherwise the text as logged. */
export function decodeEscapes(text: string, escapes: Escape | 'percent' | 'cef_lines'): string {
  if (escapes === 'none' || CONTROL.test(text)) return text;
  const bytes: Buffer[] = [];
  let at = 0;
  for (const match of text.matchAll(ESCAPES[escapes])) {
    const byte = match[2] !== undefined ? NAMED[match[2]]! : Number.parseInt(match[1]!, 16);
    bytes.push(Buffer.from(text.slice(at, match.index)), Buffer.from([byte]));
    at = match.index + match[0].length;
  }
  bytes.push(Buffer.from(text.slice(at)));
  const decoded = utf8(Buffer.concat(bytes));
  const lines = escapes === 'cef_lines' ? decoded?.replace(/[\n\r]/g, '') : decoded;
  return decoded === undefined || CONTROL.test(lines!) ? text : decoded;
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
