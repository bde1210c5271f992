import { allocate } from './host/memory';
import { Seen } from './json/flags';
import { escapeBytes, rewriteText, rewriteValue, textEnd, textStart } from './json/text';

/**
 * What no field took, in the order it was met: a chain of 32-byte entries in the record's working memory.
 *
 *   0  u32 next entry       4  u32 kind, see UnmappedKind
 *   8  u32 path start      12  u32 path end     written before the key
 *  16  u32 key start       20  u32 key end
 *  24  u32 value start     28  u32 value end
 */
export enum UnmappedKind {
  /** A JSON value, copied as it is. */
  json,
  /** Text, put in quotes. */
  text,
  /** Taken back. */
  removed,
}

export let firstUnmapped: usize = 0;
let lastUnmapped: usize = 0;

export function clearUnmapped(): void {
  firstUnmapped = 0;
  lastUnmapped = 0;
}

/** Adds an entry; its address, 0 if memory is short. */
export function addUnmapped(
  kind: u32,
  pathStart: usize,
  pathEnd: usize,
  keyStart: usize,
  keyEnd: usize,
  start: usize,
  end: usize,
): usize {
  const entry = allocate(32);
  if (entry == 0) return 0;
  store<u32>(entry, 0);
  store<u32>(entry, kind, 4);
  store<u32>(entry, <u32>pathStart, 8);
  store<u32>(entry, <u32>pathEnd, 12);
  store<u32>(entry, <u32>keyStart, 16);
  store<u32>(entry, <u32>keyEnd, 20);
  store<u32>(entry, <u32>start, 24);
  store<u32>(entry, <u32>end, 28);
  if (lastUnmapped == 0) firstUnmapped = entry;
  else store<u32>(lastUnmapped, <u32>entry);
  lastUnmapped = entry;
  return entry;
}

/**
 * Adds a JSON value just read, with the reader's `seen` bits of value and key: rewritten where a copy would not be sound, as text where
 * no host could hold it.
 */
export function addUnmappedValue(
  pathStart: usize,
  pathEnd: usize,
  keyStart: usize,
  keyEnd: usize,
  keySeen: u32,
  start: usize,
  end: usize,
  valueSeen: u32,
): usize {
  let kind: u32 = UnmappedKind.json;
  if (keySeen & Seen.rewrite) {
    if (!rewriteText(keyStart, keyEnd)) return 0;
    keyStart = textStart;
    keyEnd = textEnd;
  }
  if (valueSeen & Seen.unsound) {
    if (!rewriteValue(start, end)) return 0;
    start = textStart;
    end = textEnd;
  }
  if (valueSeen & Seen.as_text) {
    if (!escapeBytes(start, end)) return 0;
    start = textStart;
    end = textEnd;
    kind = UnmappedKind.text;
  }
  return addUnmapped(kind, pathStart, pathEnd, keyStart, keyEnd, start, end);
}

/** The latest entry, to come back to with `rewindUnmapped`; 0 none. */
export function markUnmapped(): usize {
  return lastUnmapped;
}

/** Forgets what was added since the mark. */
export function rewindUnmapped(mark: usize): void {
  lastUnmapped = mark;
  if (mark == 0) firstUnmapped = 0;
  else store<u32>(mark, 0);
}

export function removeUnmapped(entry: usize): void {
  store<u32>(entry, UnmappedKind.removed, 4);
}
