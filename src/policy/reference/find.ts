import type { RedactPlan } from '../plan.ts';
import { wantsKey } from '../redact/keys.ts';
import { detect } from './detectors.ts';
import { type JsonText, readJson } from './json_text.ts';
import { mark, type Stretch } from './stretch.ts';
import { type View, viewsOf } from './view.ts';

/** Rules by number. */
export type Rules = ReadonlyMap<number, RedactPlan>;

const KEY = String.raw`([\w.~%$[\]-]+)(["']?)[ \t]{0,4}`;

/** Marks the secrets in a text, JSON-escaped unless it is `plain`. `query`: values of keys end at `&` or `#` only. */
export function findInText(stretch: Stretch, rules: Rules, query: boolean, plain = false): void {
  for (const view of viewsOf(stretch, plain)) {
    const put = (start: number, end: number, rule: number): void =>
      mark({ buffer: stretch.buffer, start: view.places[start]!, end: view.places[end]! }, rule);
    for (const { start, end, rule } of keyedValues(view, rules, query)) put(start, end, rule);
    const detectors = new Set([...rules.values()].flatMap(({ find }) => find?.detectors ?? []));
    for (const detector of detectors) {
      const rule = Math.min(...[...rules.keys()].filter((i) => rules.get(i)!.find?.detectors.includes(detector)));
      for (const [start, end] of detect(detector, view.text)) put(start, end, rule);
    }
  }
}

/** The first rule that wants a key; `undefined`: none. */
export function ruleOfKey(key: string, rules: Rules): number | undefined {
  if (Buffer.byteLength(key) > 1024) return undefined;
  const name = decodeName(decodeName(key));
  const wanting = [...rules.keys()].filter((i) => wantsKey(rules.get(i)!, name));
  return wanting.length === 0 ? undefined : Math.min(...wanting);
}

const decodeName = (name: string): string =>
  name.replace(/%([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function* keyedValues({ text }: View, rules: Rules, query: boolean) {
  let done = 0;
  for (let p = 0; p < text.length; p++) {
    if (text[p] !== '=' && text[p] !== ':') continue;
    const [, key, quote] = new RegExp(`${KEY}$`).exec(text.slice(done, p)) ?? [];
    const rule = key === undefined || key.length > 128 ? undefined : ruleOfKey(key, rules);
    if (rule === undefined) continue;
    // `token = abc`, but not the end of `?token= HTTP/1.1`.
    const spaced = text[p] === ':' || /[ \t]/.test(text[p - 1]!);
    const from = p + 1 + (spaced ? /^[ \t]*/.exec(text.slice(p + 1))![0].length : 0);
    const [start, end] = valueBounds(text, from, { separator: text[p]!, quoted: quote !== '', query });
    if (end > start) yield { start, end, rule };
    done = end;
    p = Math.max(p, end - 1);
  }
}

/** Where a value stands: in quotes, in brackets, or bare. */
function valueBounds(
  text: string,
  from: number,
  { separator, quoted, query }: { separator: string; quoted: boolean; query: boolean },
): readonly [number, number] {
  const rest = text.slice(from);
  const length = (pattern: RegExp): number => pattern.exec(rest)![0].length;
  const quote = query ? undefined : /^["']/.exec(rest)?.[0];
  if (quote !== undefined) {
    const inside = new RegExp(`^(?:\\\\[^]|[^\\\\${quote}])*`).exec(rest.slice(1))![0].length;
    // A backslash at the very end is a character of its own.
    const cut = rest[1 + inside] === '\\' ? 1 : 0;
    return [from + 1, from + 1 + inside + cut];
  }
  if (!query && /^[[{]/.test(rest)) return [from, from + bracketLength(rest)];
  if (query && separator === '=') return [from, from + length(/^[^&#]*/)];
  if (separator === ':' && !quoted) return [from, from + length(/^[^\0-\x1f"'|}]*/)];
  const bare = /^[^\0-\x20"'|}&;,#)\]]*/;
  const end = length(bare);
  if (quoted && ['null', 'true', 'false'].includes(rest.slice(0, end))) return [from, from];
  if (rest[end] !== ' ' || !/^(?:bearer|basic|digest|token|negotiate)$/i.test(rest.slice(0, end)))
    return [from, from + end];
  return [from, from + end + 1 + bare.exec(rest.slice(end + 1))![0].length];
}

function bracketLength(text: string): number {
  let depth = 0;
  for (const [i, c] of [...text].entries()) {
    if ('{['.includes(c)) depth++;
    else if ('}]'.includes(c) && --depth === 0) return [...text].slice(0, i + 1).join('').length;
  }
  return text.length;
}

/** Marks the secrets in a JSON value, string by string and number by number. A key a rule wants takes its whole value with it. */
export function findInJson({ buffer, start, end }: Stretch, rules: Rules): void {
  const source = buffer.text.slice(start, end);
  const at = (value: { start: number; end: number }, inset = 0): Stretch => ({
    buffer,
    start: start + value.start + inset,
    end: start + value.end - inset,
  });
  const visit = (value: JsonText): void => {
    if (value.kind === 'string') findInText(at(value, 1), rules, false);
    else if (value.kind === 'literal') findInNumber(at(value), value.text, rules);
    else if (value.kind === 'array') value.items.forEach(visit);
    else {
      for (const member of value.members) {
        findInText(at(member.name, 1), rules, false);
        const rule = ruleOfKey(source.slice(member.name.start + 1, member.name.end - 1), rules);
        if (rule === undefined) visit(member.value);
        else if (saysSomething(member.value)) mark(at(member.value), rule, true);
      }
    }
  };
  visit(readJson(source).value!);
}

/** Whether a JSON value is more than `null`, a boolean or the empty text. */
export function saysSomething(value: JsonText): boolean {
  if (value.kind === 'literal') return /^[-\d]/.test(value.text);
  return value.kind !== 'string' || value.end - value.start > 2;
}

/** A number with a secret in it is redacted as a whole. */
function findInNumber(stretch: Stretch, text: string, rules: Rules): void {
  if (!/^[-\d]/.test(text)) return;
  findInText(stretch, rules, false);
  const marks = Array.from({ length: text.length }, (_, i) => stretch.buffer.marks.get(stretch.start + i));
  const first = marks.findIndex((each) => each !== undefined);
  if (first < 0) return;
  const behind = marks.findIndex((each, i) => i > first && each === undefined);
  const run = marks.slice(first, behind < 0 ? marks.length : behind).flatMap((each) => each ?? []);
  mark(stretch, Math.min(...run.map(({ rule }) => rule)), true);
}
