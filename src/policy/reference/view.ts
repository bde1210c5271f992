import type { Stretch } from './stretch.ts';

/** A text as redaction looks at it, and where in its buffer each of its characters begins, and its end. */
export interface View {
  readonly text: string;
  readonly places: readonly number[];
}

const LEVELS = 2;
const JSON_ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/g;
const URL_ESCAPE = /%[\da-fA-F]{2}/g;
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** What has no ASCII. */
const OTHER = '\uffff';

/** The text without JSON's escapes, then URL-decoded up to two times, or without up to two more layers of escapes; also as it stands if it is `plain`. */
export function viewsOf({ buffer, start, end }: Stretch, plain: boolean): View[] {
  const text = buffer.text.slice(start, end);
  const asItIs = { text, places: Array.from({ length: text.length + 1 }, (_, i) => start + i) };
  const unescaped = decode(asItIs, JSON_ESCAPE, plainOf);
  const views: View[] = [
    ...(plain || unescaped === undefined ? [asItIs] : []),
    ...(unescaped === undefined ? [] : [unescaped]),
  ];
  for (let level = 0; level < LEVELS; level++) {
    const decoded = decode(views.at(-1)!, URL_ESCAPE, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    );
    if (decoded === undefined) break;
    views.push(decoded);
  }
  for (let nested = unescaped, level = 0; nested !== undefined && level < LEVELS; level++) {
    nested = decode(nested, JSON_ESCAPE, plainOf);
    if (nested !== undefined) views.push(nested);
  }
  return views;
}

/** What an escape of JSON stands for. */
function plainOf(code: string): string {
  if (code[1] !== 'u') return SHORT[code[1]!] ?? code[1]!;
  const unit = Number.parseInt(code.slice(2), 16);
  return unit < 0x80 ? String.fromCharCode(unit) : OTHER;
}

/** `undefined`: there is nothing to decode. */
function decode(view: View, escapes: RegExp, plain: (code: string) => string): View | undefined {
  let text = '';
  const places: number[] = [];
  let at = 0;
  const copy = (to: number): void => {
    text += view.text.slice(at, to);
    places.push(...view.places.slice(at, to));
  };
  for (const { 0: code, index } of view.text.matchAll(escapes)) {
    copy(index);
    text += plain(code);
    places.push(view.places[index]!);
    at = index + code.length;
  }
  if (at === 0) return undefined;
  copy(view.text.length);
  return { text, places: [...places, view.places.at(-1)!] };
}
