/** Places in text that is known to be JSON, found without making anything of it. */

/** A member of an object: its key, where that starts, and where its value does and ends. */
export interface ScannedMember {
  readonly key: string;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** Members of the object at `start`, in order. */
export function* members(text: string, start: number): Generator<ScannedMember> {
  for (let at = skipBlanks(text, start + 1); text[at] === '"'; at = nextItem(text, at)) {
    const keyEnd = stringEnd(text, at + 1) + 1;
    const value = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    const end = valueEnd(text, value);
    yield { key: JSON.parse(text.slice(at, keyEnd)) as string, at, start: value, end };
    at = end;
  }
}

/** Where the elements of the array at `start` start and end, in order. */
export function* elements(text: string, start: number): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = skipBlanks(text, start + 1); at < text.length && text[at] !== ']'; at = nextItem(text, at)) {
    const end = valueEnd(text, at);
    yield { start: at, end };
    at = end;
  }
}

/** Position of the next item behind the one that ends at `end`. */
function nextItem(text: string, end: number): number {
  const at = skipBlanks(text, end);
  return text[at] === ',' ? skipBlanks(text, at + 1) : at;
}

/** Position of the first character at or behind `at` that is no blank. */
export function skipBlanks(text: string, at: number): number {
  for (let c = text.charCodeAt(at); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; ) c = text.charCodeAt(++at);
  return at;
}

/** Position behind the value at `start`. */
export function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = stringEnd(text, i + 1);
      if (depth === 0) return i + 1;
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if (depth === 0) {
      if (c === 0x2c || c === 0x7d || c === 0x5d || c <= 0x20) return i;
    } else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Position of the closing quote of the string whose content starts at `from`. */
export function stringEnd(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
