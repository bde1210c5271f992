import { hexValue } from '../../bytes/ascii';
import { runAutomaton } from '../automaton';
import { kindOf, LETTER, skipKind } from './characters';
import { mark } from './marks';
import { placeOf, viewEnd, viewStart } from './view';

/** Bytes of a key in text at most, as it stands there, and of the path of a JSON value. */
const KEY_MAX: usize = 128;
const PATH_MAX: usize = 1024;
const name: usize = memory.data(1040, 8);
let nameEnd: usize = 0;

/** Rules that look for keys, among those the text is looked at for. */
let automaton: usize = 0;
let wanted: u64 = 0;

export function startKeys(keys: usize, rules: u64): void {
  automaton = keys;
  wanted = rules;
}

/** `A-Z a-z 0-9 _ - . ~ % $ [ ]` */
function isKeyByte(c: u32): bool {
  return (kindOf(c) & 0xe7) != 0 || c == 0x24 || c == 0x5b || c == 0x5d;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

/** Marks the values of `key=value`, `key: value` and `"key":"value"`. `query`: a value ends at `&` or `#` only. */
export function markKeyed(query: bool): void {
  if (wanted == 0 || automaton == 0) return;
  let done = viewStart;
  for (let p = viewStart; p < viewEnd; p++) {
    const c = <u32>load<u8>(p);
    if (c != 0x3d && c != 0x3a) continue;
    const rule = keyBefore(p, done);
    if (rule < 0) continue;
    let from = p + 1;
    // `token = abc`, but not the end of `?token= HTTP/1.1`.
    const spaced = c == 0x3a || isBlank(load<u8>(p - 1));
    while (spaced && from < viewEnd && isBlank(load<u8>(from))) from++;
    const end = valueEnd(from, c, query);
    if (end > valueStart) mark(placeOf(valueStart), placeOf(end), rule, 0);
    done = end;
    p = max(p, end - 1);
  }
}

/** The latest key stood in quotes. */
let quoted: bool = false;

/** The first rule that wants the key right before the separator at `p`; -1 none. */
function keyBefore(p: usize, first: usize): i32 {
  let end = p;
  while (end > first && p - end < 4 && isBlank(load<u8>(end - 1))) end--;
  quoted = end > first && (load<u8>(end - 1) == 0x22 || load<u8>(end - 1) == 0x27);
  if (quoted) end--;
  let start = end;
  while (start > first && isKeyByte(load<u8>(start - 1))) {
    start--;
    if (end - start > KEY_MAX) return -1;
  }
  return start == end ? -1 : ruleOfKey(0, 0, start, end);
}

/** The first rule that wants a path and a key: by the whole of them, or by the last part (`user[token]`, `user.token`). */
export function ruleOfKey(path: usize, pathEnd: usize, start: usize, end: usize): i32 {
  const length = pathEnd - path + end - start;
  if (wanted == 0 || automaton == 0 || length > PATH_MAX) return -1;
  memory.copy(name, path, pathEnd - path);
  memory.copy(name + (pathEnd - path), start, end - start);
  nameEnd = name + length;
  decodeName();
  decodeName();
  const whole = ruleOfName(name, nameEnd);
  let to = nameEnd;
  for (;;) {
    let p = to;
    if (p == name || load<u8>(p - 1) != 0x5d) break;
    p--;
    while (p > name && load<u8>(p - 1) - 0x30 < 10) p--;
    if (p == name || load<u8>(p - 1) != 0x5b) break;
    to = p - 1;
  }
  while (to > name && load<u8>(to - 1) == 0x5d) to--;
  let from = to;
  while (from > name && load<u8>(from - 1) != 0x2e && load<u8>(from - 1) != 0x5b) from--;
  const part = ruleOfName(from, to);
  return whole < 0 || (part >= 0 && part < whole) ? part : whole;
}

/** Undoes URL encoding of the name, in place. */
function decodeName(): void {
  let out = name;
  for (let p = name; p < nameEnd; ) {
    let c = <u32>load<u8>(p);
    let size: usize = 1;
    if (c == 0x25 && p + 3 <= nameEnd) {
      const high = hexValue(load<u8>(p, 1));
      const low = hexValue(load<u8>(p, 2));
      if (((high | low) & 16) == 0) {
        c = (high << 4) | low;
        size = 3;
      }
    }
    store<u8>(out++, <u8>c);
    p += size;
  }
  nameEnd = out;
}

function ruleOfName(start: usize, end: usize): i32 {
  const list = <usize>runAutomaton(automaton, start, end);
  if (list == 0) return -1;
  const last = list + 4 + ((<usize>load<u32>(list)) << 2);
  for (let p = list + 4; p < last; p += 4) {
    const rule = load<u32>(p);
    if (((wanted >> rule) & 1) != 0) return <i32>rule;
  }
  return -1;
}

let valueStart: usize = 0;

/** End of the value that begins at `from`, in quotes, brackets or bare. Sets `valueStart`. */
function valueEnd(from: usize, separator: u32, query: bool): usize {
  valueStart = from;
  if (from >= viewEnd) return viewEnd;
  const c = <u32>load<u8>(from);
  if (!query && (c == 0x22 || c == 0x27)) return quotedEnd(from + 1, c);
  if (!query && (c == 0x7b || c == 0x5b)) return bracketEnd(from);
  if (query && separator == 0x3d) {
    let p = from;
    while (p < viewEnd && load<u8>(p) != 0x26 && load<u8>(p) != 0x23) p++;
    return p;
  }
  const end = bareEnd(from, separator == 0x3a && !quoted);
  if (quoted && isJsonWord(from, end)) return from;
  // `authorization=Bearer abc`
  if (end == viewEnd || load<u8>(end) != 0x20 || !isScheme(from, end)) return end;
  return bareEnd(end + 1, false);
}

function quotedEnd(from: usize, quote: u32): usize {
  valueStart = from;
  let p = from;
  while (p < viewEnd && load<u8>(p) != quote) p += load<u8>(p) == 0x5c ? 2 : 1;
  return min(p, viewEnd);
}

/** Behind the bracket that closes the one at `from`; without one the end. */
function bracketEnd(from: usize): usize {
  let depth = 0;
  for (let p = from; p < viewEnd; p++) {
    const c = <u32>load<u8>(p) | 0x20;
    // `{` and `[` differ from `}` and `]` by two.
    if (c == 0x7b) depth++;
    else if (c == 0x7d && --depth == 0) return p + 1;
  }
  return viewEnd;
}

/** A bare value ends at a control character, a quote, `|`, `}`; and unless it is a header's at a blank and one of `& ; , # ) ]`. */
function bareEnd(p: usize, header: bool): usize {
  for (; p < viewEnd; p++) {
    const c = <u32>load<u8>(p);
    if (c < 0x20 || c == 0x22 || c == 0x27 || c == 0x7c || c == 0x7d) return p;
    if (header) continue;
    if (c == 0x20 || c == 0x26 || c == 0x3b || c == 0x2c || c == 0x23 || c == 0x29 || c == 0x5d) return p;
  }
  return p;
}

/** `null`, `true` or `false` */
function isJsonWord(start: usize, end: usize): bool {
  const word = load<u32>(start);
  if (end - start == 4) return word == 0x6c6c756e || word == 0x65757274;
  return end - start == 5 && word == 0x736c6166 && load<u8>(start, 4) == 0x65;
}

/** A word of up to 9 letters in front of credentials. */
function isScheme(start: usize, end: usize): bool {
  if (end - start > 9 || skipKind(start, end, LETTER) < end) return false;
  const word = load<u64>(start) | 0x2020202020202020;
  const length = end - start;
  if (length == 9) return word == 0x746169746f67656e && (load<u8>(start, 8) | 0x20) == 0x65;
  const head = (word << ((<u64>(8 - length)) << 3)) >> ((<u64>(8 - length)) << 3);
  return (
    (length == 6 && (head == 0x726572616562 || head == 0x747365676964)) ||
    (length == 5 && (head == 0x6369736162 || head == 0x6e656b6f74))
  );
}
