import { isDigit, isLetter } from '../bytes/ascii';
import { setText } from '../event';
import { raiseDrift } from '../fail';
import { findKey } from '../keys';
import { noteCapture } from '../policy/redact/notes';
import { Convert } from '../shared/convert';
import { Capture, Key } from '../shared/image_layout';
import { addUnmapped, UnmappedKind } from '../unmapped';
import { conversionOf, convert, isMissing } from './convert';
import { findText } from './find';
import { takeJoined } from './joined';

/** `\"` */
const QUOTE: usize = memory.data<u8>([0x5c, 0x22, 0, 0, 0, 0, 0, 0, 0, 0], 8);

/** `key=value` parted by blanks, with quoted values. `escaped`: a backslash escapes a quote. */
export function blankPairs(node: usize, p: usize, end: usize, escaped: bool): void {
  // Inside single quotes, which hold more pairs.
  let single = false;
  while (p < end) {
    const gap = gapLength(p, end);
    if (gap != 0) {
      p += gap;
      continue;
    }
    if (single && load<u8>(p) == 0x27) {
      single = false;
      p++;
      continue;
    }
    const key = p;
    while (p < end && load<u8>(p) != 0x3d && gapLength(p, end) == 0) p += step(p);
    if (p >= end || load<u8>(p) != 0x3d || p == key) {
      raiseDrift();
      while (p < end && gapLength(p, end) == 0) p += step(p);
      continue;
    }
    const keyEnd = p++;
    if (p + 2 <= end && load<u16>(p) == 0x225c) {
      const close = findText(p + 2, end, QUOTE, 2, escaped);
      put(node, key, keyEnd, p + 2, close == 0 ? end : close, true);
      p = close == 0 ? end : close + 2;
    } else if (!single && p < end && load<u8>(p) == 0x27) {
      single = true;
      p++;
    } else {
      const start = p;
      while (p < end && gapLength(p, end) == 0 && !(single && load<u8>(p) == 0x27)) p += step(p);
      put(node, key, keyEnd, start, p, false);
    }
  }
}

/** Bytes of the character at `p`, of a `\\u` escape only the first two. */
function step(p: usize): usize {
  return load<u8>(p) == 0x5c ? 2 : 1;
}

/** Bytes of the blank, tab or group separator at `p`; 0 if there is none. */
function gapLength(p: usize, end: usize): usize {
  const c = <u32>load<u8>(p);
  if (c == 0x20) return 1;
  if (c != 0x5c) return 0;
  if (load<u8>(p, 1) == 0x74) return 2;
  return p + 6 <= end && load<u32>(p) == 0x3030755c && (load<u16>(p, 4) | 0x2000) == 0x6431 ? 6 : 0;
}

/** `key=value` parted by a character, blanks around both left out. */
export function partedPairs(node: usize, p: usize, end: usize, separator: usize, length: usize): void {
  while (p < end) {
    const found = findText(p, end, separator, length, false);
    const stop = found == 0 ? end : found;
    while (p < stop && load<u8>(p) == 0x20) p++;
    let equals = p;
    while (equals < stop && load<u8>(equals) != 0x3d) equals++;
    if (equals < stop && equals > p) {
      let start = equals + 1;
      while (start < stop && load<u8>(start) == 0x20) start++;
      put(node, p, trimRight(p, equals), start, trimRight(start, stop), false);
    } else if (p < stop) raiseDrift();
    p = found == 0 ? end : found + length;
  }
}

function trimRight(start: usize, end: usize): usize {
  while (end > start && load<u8>(end - 1) == 0x20) end--;
  return end;
}

/** `key=value` where a value holds blanks: it ends where ` key=` begins. A backslash before `=` escapes it. */
export function freePairs(node: usize, p: usize, end: usize): void {
  let equals = nextEquals(p, end);
  if (equals == 0) {
    if (trimRight(p, end) > p) raiseDrift();
    return;
  }
  let key = keyStart(p, equals);
  if (trimRight(p, key) > p) raiseDrift();
  for (;;) {
    const start = equals + 1;
    let next = nextEquals(start, end);
    let nextKey: usize = 0;
    while (next != 0) {
      nextKey = keyStart(start, next);
      if (nextKey < next && nextKey > start && load<u8>(nextKey - 1) == 0x20) break;
      next = nextEquals(next + 1, end);
    }
    const stop = trimRight(start, next == 0 ? end : nextKey);
    if (key < equals) put(node, key, equals, start, stop, false);
    else raiseDrift();
    if (next == 0) return;
    key = nextKey;
    equals = next;
  }
}

/** `key: value` where a value ends at `, ` and a key that is listed; quotes around it are left out. */
export function colonPairs(node: usize, p: usize, end: usize): void {
  while (p < end) {
    while (p < end && load<u8>(p) == 0x20) p++;
    const colon = findByte(p, end, 0x3a);
    if (colon == end || colon == p) {
      if (p < end) raiseDrift();
      return;
    }
    let start = colon + 1;
    while (start < end && load<u8>(start) == 0x20) start++;
    const quoted = start + 2 <= end && load<u16>(start) == 0x225c;
    if (quoted) start += 2;
    const stop = endOfValue(node, start, end, quoted);
    let last = stop;
    if (start + 2 <= last && load<u16>(last - 2) == 0x225c) last -= 2;
    put(node, p, colon, start, last, false);
    p = stop + 2;
  }
}

/** Where `, ` and a listed key follow, behind a quote if it is `quoted`; else the end. */
function endOfValue(node: usize, p: usize, end: usize, quoted: bool): usize {
  const start = p;
  for (;;) {
    const comma = findByte(p, end, 0x2c);
    if (comma + 2 > end) return end;
    p = comma + 1;
    if (load<u8>(p) != 0x20 || (quoted && (comma < start + 2 || load<u16>(comma - 2) != 0x225c))) continue;
    const colon = findByte(p, end, 0x3a);
    if (colon < end && findKey(node, p + 1, colon - p - 1) != 0) return comma;
  }
  return end;
}

function findByte(p: usize, end: usize, byte: u32): usize {
  while (p < end && load<u8>(p) != byte) p++;
  return p;
}

/** Where the key begins that ends at `equals`. */
function keyStart(start: usize, equals: usize): usize {
  let p = equals;
  while (p > start) {
    const c = <u32>load<u8>(p - 1);
    // _ . - [ ]
    if (!isLetter(c) && !isDigit(c) && c != 0x5f && c != 0x2e && c != 0x2d && c != 0x5b && c != 0x5d) break;
    p--;
  }
  // The letter of an escape is no part of the key.
  let escape = p;
  while (escape > start && load<u8>(escape - 1) == 0x5c) escape--;
  if (((p - escape) & 1) == 1) p += load<u8>(p) == 0x75 ? 5 : 1;
  return p;
}

/** The next `=` that no backslash escapes; 0 none. */
function nextEquals(p: usize, end: usize): usize {
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c == 0x3d) return p;
    if (c != 0x5c) p++;
    else if (load<u8>(p, 1) != 0x5c) p += 2;
    // A backslash of the line, and what it escapes.
    else if (p + 2 < end && load<u8>(p, 2) == 0x5c) p += 4;
    else p += 3;
  }
  return 0;
}

function put(node: usize, key: usize, keyEnd: usize, start: usize, end: usize, quoted: bool): void {
  const joined = takeJoined(key, keyEnd, start, end, quoted);
  const entry = findKey(node, key, keyEnd - key);
  if (entry != 0 && load<u32>(entry, Key.ignore) != 0) return;
  const capture: usize = entry == 0 ? 0 : load<u32>(entry, Key.capture);
  if (capture == 0) {
    if (!joined) addUnmapped(UnmappedKind.text, 0, 0, key, keyEnd, start, end);
  } else if (quoted && conversionOf(capture) == Convert.hex_text) {
    const slot = <u32>load<u16>(capture, Capture.slots);
    if (slot == 0xffff || isMissing(start, end)) return;
    noteCapture(capture, start, end);
    setText(slot, start, end);
  } else convert(capture, start, end);
}
