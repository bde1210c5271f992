import type { Escape } from '../plan.ts';

/** A key, and where its value stands in the line. */
export interface Pair {
  readonly key: string;
  /** Where the key stands in the line. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  /** There was a word without `=`. */
  readonly drift: boolean;
}

export interface PairStyle {
  readonly separator: string;
  readonly free: boolean;
  readonly colon: boolean;
  readonly escapes: Escape;
  /** Keys the format lists. */
  readonly listed: readonly string[];
}

/** Reads `key=value` from a position to the end of the line. */
export function readPairs(line: string, from: number, style: PairStyle): Pairs {
  if (style.free && (style.separator === ' ' || !line.includes(style.separator, from))) return freePairs(line, from);
  if (style.colon) return colonPairs(line, from, style.listed);
  return style.separator === ' ' ? blankPairs(line, from, style.escapes) : partedPairs(line, from, style.separator);
}

const GAP = '[ \\t\\x1d]';

function blankPairs(line: string, from: number, escapes: Escape): Pairs {
  const pairs: Pair[] = [];
  let drift = false;
  let single = false;
  const escaped = escapes === 'backslash' || escapes === 'cef';
  const string = escaped ? String.raw`"((?:[^"\\]|\\[^])*)(?:"|$|\\$)` : '"([^"]*)(?:"|$)';
  const tokens = (end: string) =>
    new RegExp(`${GAP}+|([^= \\t\\x1d]+)=(?:${string}|([^ \\t\\x1d${end}]*))|[^ \\t\\x1d]+`, 'gyd');
  const outside = tokens('');
  const inside = tokens("'");
  for (let at = from; at < line.length; ) {
    if (single && line[at] === "'") {
      single = false;
      at++;
      continue;
    }
    const token = single ? inside : outside;
    token.lastIndex = at;
    const match = token.exec(line)!;
    const [, key, quoted, bare] = match;
    const start = (match.indices?.[2] ?? match.indices?.[3])?.[0] ?? 0;
    if (key === undefined) drift ||= !new RegExp(`^${GAP}`).test(match[0]);
    else if (quoted !== undefined) {
      const cut = escaped && match[0].endsWith('\\') && match.index + match[0].length === line.length;
      pairs.push({ key, at: match.index, start, end: start + quoted.length + (cut ? 1 : 0), quoted: true });
    } else if (!single && bare!.startsWith("'")) {
      single = true;
      at = start + 1;
      continue;
    } else pairs.push({ key, at: match.index, start, end: start + bare!.length, quoted: false });
    at = token.lastIndex;
  }
  return { pairs, drift };
}

function partedPairs(line: string, from: number, separator: string): Pairs {
  const pairs: Pair[] = [];
  let drift = false;
  let at = from;
  for (const part of line.slice(from).split(separator)) {
    const match = /^( *)([^ =][^=]*?)( *= *)(.*?) *$/s.exec(part);
    if (match !== null) {
      const start = at + match[1]!.length + match[2]!.length + match[3]!.length;
      const name = { key: match[2]!, at: at + match[1]!.length };
      pairs.push({ ...name, start, end: start + match[4]!.length, quoted: false });
    } else drift ||= /[^ ]/.test(part);
    at += part.length + separator.length;
  }
  return { pairs, drift };
}

function colonPairs(line: string, from: number, listed: readonly string[]): Pairs {
  const pairs: Pair[] = [];
  const ends = [...line.matchAll(/,(?= ([^:]*):)/gs)].filter((match) => listed.includes(match[1]!));
  for (let at = from; at < line.length; ) {
    const head = /^( *)([^:]*): */s.exec(line.slice(at));
    if (head === null || /^ *:/.test(head[0])) return { pairs, drift: /[^ ]/.test(line.slice(at)) };
    const quoted = line[at + head[0].length] === '"';
    const start = at + head[0].length + (quoted ? 1 : 0);
    const closes = (index: number): boolean =>
      index >= start && (!quoted || (index > start && line[index - 1] === '"'));
    const end = ends.find(({ index }) => closes(index))?.index ?? line.length;
    const close = line[end - 1] === '"' && end > start ? 1 : 0;
    pairs.push({ key: head[2]!, at: at + head[1]!.length, start, end: end - close, quoted: false });
    at = end + 2;
  }
  return { pairs, drift: false };
}

/** Where `key=` begins a pair: no backslash before `=`. */
function freePairs(line: string, from: number): Pairs {
  const rest = line.slice(from);
  const equals = [...rest.matchAll(/\\.|=/gs)].filter((match) => match[0] === '=').map((match) => match.index);
  const keyed = equals.map((index) => ({ index, key: /[\w.\-[\]]*$/.exec(rest.slice(0, index))![0] }));
  const first = keyed[0];
  if (first === undefined) return { pairs: [], drift: /[^ ]/.test(rest) };
  const starts = keyed.filter(({ index, key }, i) => {
    const previous = Math.max(-1, ...keyed.slice(0, i).map((each) => each.index));
    const at = index - key.length - 1;
    return i === 0 || (key !== '' && at > previous && rest[at] === ' ');
  });
  let drift = /[^ ]/.test(rest.slice(0, first.index - first.key.length));
  const pairs: Pair[] = [];
  for (const [i, { index, key }] of starts.entries()) {
    const next = starts[i + 1];
    const end = next === undefined ? rest.length : next.index - next.key.length;
    const value = rest.slice(index + 1, end).replace(/ +$/, '');
    if (key === '') drift = true;
    else {
      const start = from + index + 1;
      pairs.push({ key, at: start - 1 - key.length, start, end: start + value.length, quoted: false });
    }
  }
  return { pairs, drift };
}
