import { hex4, sameBytes } from '../bytes/ascii';
import { putInteger } from '../bytes/number';
import { SLOTS, setJson, setText } from '../event';
import { errorCode, failField, moveError, placeError, raiseDrift } from '../fail';
import { allocate } from '../host/memory';
import { Seen } from '../json/flags';
import { readString, readValue, seen, skipBlanks } from '../json/reader';
import { escapeBytes, rewriteText, rewriteValue, textEnd, textStart, unescapeText } from '../json/text';
import { findKey } from '../keys';
import { noteCapture, noteRival } from '../policy/redact/notes';
import { Convert } from '../shared/convert';
import { ErrorCode } from '../shared/errors';
import { Capture, Key, Node, Select, SNIFF_BIT_MAX, WATCHED, Watch } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';
import { addUnmappedValue, removeUnmapped } from '../unmapped';
import { convert } from './convert';

/** What a walk is for: its captures, only which keys are there, or the host's record with its line. */
export enum Walk {
  parse,
  sniff,
  record,
}

/** A byte per bit: 1 where the latest sniffing or marking walk met its key. */
export const bits: usize = memory.data(SNIFF_BIT_MAX + 1, 8);
/** Node of a sniff table for the next walk to follow beside its own: then it raises the bits a sniffing walk would; 0 none. */
let marks: usize = 0;
/** The latest marking walk left out something a sniffing walk looks into. */
export let unmarked: bool = false;

/** Lets the next walk, which is to be a parsing one, raise the bits of a sniff table. */
export function markNextWalk(root: usize): void {
  marks = root;
}
/** Unmapped entries of the record's first and second choice for the line, if their values are text. */
export let firstChoice: usize = 0;
export let secondChoice: usize = 0;
/** `Seen` bits of their texts. */
export let firstSeen: u32 = 0;
export let secondSeen: u32 = 0;
/** Unmapped entries of the place the collector read the line at: a text, and a number of digits only. */
export let fileEntry: usize = 0;
export let fileSeen: u32 = 0;
export let offsetEntry: usize = 0;

/** `a JSON value` */
export const JSON_VALUE: usize = memory.data<u8>(
  [97, 32, 74, 83, 79, 78, 32, 118, 97, 108, 117, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  8,
);

const FRAME: usize = 32;
const DEPTH: usize = 32;
/**
 * Objects found in texts, walked behind the line: per entry u32 node, u32 start, u32 end, u32 path start, u32 path end, u32 origin, u32 its end,
 * u32 node of marks.
 */
const INNER: usize = 32;
const INNER_MAX: usize = 8;
const inner: usize = memory.data(256, 8);
let innerCount: usize = 0;
/** Node of marks for the object the current text may hold; 0: it is none, or none asks. */
let markInside: usize = 0;
/** Texts a sniffing walk would have looked into. */
let markedTexts: usize = 0;
/** Where the text being walked stands in the line; 0: it is the line. */
let origin: usize = 0;
let originEnd: usize = 0;

/**
 * Per level: u32 node, u32 0 object or 1 array, u32 whether it must end, u32 elements seen, and u32 start and u32 end of its path and a dot
 * where that is not the node's: inside elements told apart by their number only; u32 node of marks.
 */
const frames: usize = memory.data(1024, 8);

/**
 * Walks one JSON object from the blank or brace at `p`: captures what the nodes list, chains up the rest. Objects in texts a node looks
 * into come last, in the order met. The position behind the object, 0 if it is malformed.
 */
export function walk(root: usize, p: usize, end: usize, mode: u32): usize {
  if (mode == Walk.sniff || marks != 0) memory.fill(bits, 0, SNIFF_BIT_MAX + 1);
  unmarked = false;
  walks++;
  firstChoice = 0;
  secondChoice = 0;
  if (mode == Walk.record) {
    fileEntry = 0;
    offsetEntry = 0;
  }
  innerCount = 0;
  origin = 0;
  markedTexts = 0;
  markInside = 0;
  const close = walkObject(root, p, end, mode, 0, 0, marks);
  marks = 0;
  if (close == 0) return 0;
  for (let i: usize = 0; i < innerCount; i++) {
    const entry = inner + i * INNER;
    const clean = errorCode == ErrorCode.none;
    origin = load<u32>(entry, 20);
    originEnd = load<u32>(entry, 24);
    const path = <usize>load<u32>(entry, 12);
    const pathEnd = <usize>load<u32>(entry, 16);
    const markRoot = <usize>load<u32>(entry, 28);
    walkObject(load<u32>(entry), load<u32>(entry, 4), load<u32>(entry, 8), mode, path, pathEnd, markRoot);
    if (clean && errorCode != ErrorCode.none) placeError(origin);
  }
  return close;
}

/** Iterative; values no node descends into are read as a whole. */
function walkObject(root: usize, p: usize, end: usize, mode: u32, path: usize, pathEnd: usize, markRoot: usize): usize {
  p = skipBlanks(p, end);
  if (p >= end || load<u8>(p) != 0x7b) return 0;
  p++;
  let frame = frames;
  store<u32>(frame, <u32>root);
  store<u32>(frame, 0, 4);
  store<u32>(frame, 0, 8);
  store<u32>(frame, <u32>path, 16);
  store<u32>(frame, <u32>pathEnd, 20);
  store<u32>(frame, <u32>markRoot, 24);
  let fresh = true;
  for (;;) {
    p = skipBlanks(p, end);
    if (p >= end) return 0;
    const array = load<u32>(frame, 4) != 0;
    let c = <u32>load<u8>(p);
    if (c == (array ? <u32>0x5d : <u32>0x7d) && (fresh || load<u32>(frame, 8) != 0)) {
      // Only a container without a comma behind its latest member may close here.
      p++;
      if (frame == frames) return p;
      frame -= FRAME;
      p = afterMember(p, end, frame);
      if (p == 0) return 0;
      fresh = false;
      continue;
    }
    if (!fresh && load<u32>(frame, 8) != 0) return 0;
    const node = <usize>load<u32>(frame);
    const markNode = <usize>load<u32>(frame, 24);
    let key: usize = 0;
    let mark: usize = 0;
    let keyStart: usize = 0;
    let keyEnd: usize = 0;
    let keySeen: u32 = 0;
    if (array) {
      const index = load<u32>(frame, 12);
      store<u32>(frame, index + 1, 12);
      const select = <usize>load<u32>(node, Node.select);
      if (select != 0 && c == 0x7b) key = selectKey(select, p, end);
      if (key == 0 && index == 0) key = load<u32>(node, Node.first);
      if (key == 0) key = load<u32>(node, Node.every);
      if (markNode != 0 && index == 0) mark = load<u32>(markNode, Node.first);
    } else {
      if (c != 0x22) return 0;
      keyStart = p + 1;
      keyEnd = readString(keyStart, end);
      if (keyEnd == 0) return 0;
      keySeen = seen;
      p = skipBlanks(keyEnd + 1, end);
      if (p >= end || load<u8>(p) != 0x3a) return 0;
      p = skipBlanks(p + 1, end);
      if (p >= end) return 0;
      c = <u32>load<u8>(p);
      if (keySeen & Seen.rewrite) {
        if (!rewriteText(keyStart, keyEnd)) return 0;
        keyStart = textStart;
        keyEnd = textEnd;
        keySeen = 0;
      }
      key = findKey(node, keyStart, keyEnd - keyStart);
      if (markNode != 0) mark = findKey(markNode, keyStart, keyEnd - keyStart);
    }
    let markChild: usize = 0;
    if (mark != 0) {
      raiseBit(mark);
      const inside = <usize>load<u32>(mark, Key.node);
      if (inside != 0 && (c == 0x7b || (c == 0x5b && hasElements(inside)))) markChild = inside;
    }
    if (key != 0) {
      if (mode == Walk.sniff) raiseBit(key);
      const child = <usize>load<u32>(key, Key.node);
      if (child != 0 && (c == 0x7b || (c == 0x5b && hasElements(child)))) {
        if (frame + FRAME < frames + DEPTH * FRAME) {
          if (mode == Walk.parse && !openPath(frame, key, keyStart, keyEnd)) return 0;
          frame += FRAME;
          store<u32>(frame, <u32>child);
          store<u32>(frame, c == 0x5b ? 1 : 0, 4);
          store<u32>(frame, 0, 8);
          store<u32>(frame, 0, 12);
          store<u32>(frame, <u32>markChild, 24);
          fresh = true;
          p++;
          continue;
        }
      }
    }
    if (markChild != 0) unmarked = true;
    const start = p;
    if (c == 0x22) {
      p = readString(p + 1, end);
      if (p == 0) return 0;
      p++;
      if (mark != 0) markText(mark, start + 1, p - 1);
    } else {
      p = readValue(p, end);
      if (p == 0) return 0;
    }
    // A number or a word at the very end may be cut off.
    if (p >= end) return 0;
    if (mode == Walk.sniff) {
      if (key != 0 && c == 0x22) {
        markText(key, start + 1, p - 1);
        if (holdsObject(key, start)) lookInside(frame, key, 0, 0, start + 1, p - 1, true);
      }
    } else {
      markInside = mark != 0 && c == 0x22 && holdsObject(mark, start) ? <usize>load<u32>(mark, Key.node) : 0;
      member(frame, key, keyStart, keyEnd, keySeen, start, p, c, mode);
      if (markInside != 0) unmarked = true;
    }
    p = afterMember(p, end, frame);
    if (p == 0) return 0;
    fresh = false;
  }
  return 0;
}

function hasElements(node: usize): bool {
  return (load<u32>(node, Node.every) | load<u32>(node, Node.first) | load<u32>(node, Node.select)) != 0;
}

function pathStart(frame: usize): usize {
  const path = <usize>load<u32>(frame, 16);
  return path != 0 ? path : <usize>load<u32>(load<u32>(frame), Node.prefix);
}

function pathEnd(frame: usize): usize {
  if (load<u32>(frame, 16) != 0) return load<u32>(frame, 20);
  const node = <usize>load<u32>(frame);
  return <usize>load<u32>(node, Node.prefix) + load<u32>(node, Node.prefix + 4);
}

/** Gives the frame above the path of this one's current member: none where the node's own will do. False if memory is short. */
function openPath(frame: usize, key: usize, keyStart: usize, keyEnd: usize): bool {
  const array = load<u32>(frame, 4) != 0;
  const first = key == <usize>load<u32>(load<u32>(frame), Node.first);
  store<u64>(frame, 0, FRAME + 16);
  if (load<u32>(frame, 16) == 0 && (!array || first)) return true;
  const start = pathStart(frame);
  let length = pathEnd(frame) - start;
  if (array) {
    keyStart = elementKey(load<u32>(frame, 12) - 1);
    if (keyStart == 0) return false;
    keyEnd = elementKeyEnd;
    // The dot behind the list's own path.
    if (length > 0) length--;
  }
  const path = allocate(length + (keyEnd - keyStart) + 1);
  if (path == 0) return false;
  memory.copy(path, start, length);
  memory.copy(path + length, keyStart, keyEnd - keyStart);
  const close = path + length + (keyEnd - keyStart);
  store<u8>(close, 0x2e);
  store<u32>(frame, <u32>path, FRAME + 16);
  store<u32>(frame, <u32>(close + 1), FRAME + 20);
  return true;
}

/** The key for the element at `p`, by the text of one of its own; 0 if there is none. */
function selectKey(select: usize, p: usize, end: usize): usize {
  const behind = select + 4 + <usize>load<u32>(select) * Select.size;
  for (let at = select + 4; at < behind; at += Select.size) {
    if (elementIs(at, p + 1, end)) return load<u32>(at, Select.entry);
  }
  return 0;
}

/** Whether the object's first key of this name has this text. */
function elementIs(select: usize, p: usize, end: usize): bool {
  for (;;) {
    p = skipBlanks(p, end);
    if (p >= end || load<u8>(p) != 0x22) return false;
    const close = readString(p + 1, end);
    if (close == 0) return false;
    const wanted = isText(select + Select.key, p + 1, close);
    p = skipBlanks(close + 1, end);
    if (p >= end || load<u8>(p) != 0x3a) return false;
    p = skipBlanks(p + 1, end);
    if (p >= end) return false;
    const start = p;
    const text = load<u8>(p) == 0x22;
    if (wanted && !text) return false;
    p = text ? readString(p + 1, end) : readValue(p, end);
    if (p == 0) return false;
    if (text && ++p >= end) return false;
    if (wanted) return isText(select + Select.is, start + 1, p - 1);
    p = skipBlanks(p, end);
    if (p >= end || load<u8>(p) != 0x2c) return false;
    p++;
  }
  return false;
}

/** Whether the string just read is the text of a span. */
function isText(span: usize, start: usize, end: usize): bool {
  if (seen & Seen.rewrite) {
    if (!rewriteText(start, end)) return false;
    start = textStart;
    end = textEnd;
  }
  return end - start == <usize>load<u32>(span, 4) && sameBytes(load<u32>(span), start, end - start);
}

/** Raises the bit of a key of a sniff table. */
function raiseBit(key: usize): void {
  const bit = load<u32>(key, Key.bit);
  if (bit != 0) store<u8>(bits + bit, 1);
}

/** Raises the bit of the text at a key of a sniff table, if a format is told by it. */
function markText(key: usize, start: usize, end: usize): void {
  const texts = <usize>load<u32>(key, Key.capture);
  if (texts == 0) return;
  if (seen & Seen.rewrite) {
    if (!rewriteText(start, end)) return;
    start = textStart;
    end = textEnd;
  }
  const found = findKey(texts, start, end - start);
  if (found != 0) raiseBit(found);
}

/** Behind a member: takes the comma, and remembers in the frame whether there was one (0) or the container must end (1). */
function afterMember(p: usize, end: usize, frame: usize): usize {
  p = skipBlanks(p, end);
  if (p >= end) return 0;
  if (load<u8>(p) == 0x2c) {
    store<u32>(frame, 0, 8);
    return p + 1;
  }
  store<u32>(frame, 1, 8);
  return p;
}

/** One value: to its capture, out of sight, or among the unmapped. */
function member(
  frame: usize,
  key: usize,
  keyStart: usize,
  keyEnd: usize,
  keySeen: u32,
  start: usize,
  end: usize,
  c: u32,
  mode: u32,
): void {
  const valueSeen = seen;
  const node = <usize>load<u32>(frame);
  let capture: usize = 0;
  if (key != 0 && mode == Walk.parse) {
    const ignore = load<u32>(key, Key.ignore);
    if (ignore == 1) return;
    if (c == 0x22 && holdsObject(key, start)) {
      if (lookInside(frame, key, keyStart, keyEnd, start + 1, end - 1, false)) return;
      failField(ErrorCode.json_expected, start, JSON_VALUE, JSON_VALUE + 12);
    }
    const name = <usize>load<u32>(node, Node.prefix);
    if (ignore == 2) failField(ErrorCode.one_record_expected, start, name, name + load<u32>(node, Node.prefix + 4) - 1);
    capture = <usize>load<u32>(key, Key.capture);
    if (capture != 0 && load<u32>(capture, Capture.rank) == 0) {
      captureValue(capture, start, end, c, valueSeen);
      return;
    }
  }
  if (key == 0 && mode == Walk.parse && load<u32>(node, Node.closed) != 0) raiseDrift();
  const prefix = pathStart(frame);
  let prefixEnd = pathEnd(frame);
  if (keyStart == 0) {
    // An element of an array: `list[7]` instead of `list.key`.
    keyStart = elementKey(load<u32>(frame, 12) - 1);
    if (keyStart == 0) return;
    keyEnd = elementKeyEnd;
    if (prefixEnd > prefix) prefixEnd--;
  }
  if (capture != 0) {
    rival(capture, prefix, prefixEnd, keyStart, keyEnd, keySeen, start, end, c, valueSeen);
    return;
  }
  const entry = addUnmappedValue(prefix, prefixEnd, keyStart, keyEnd, keySeen, start, end, valueSeen);
  if (mode != Walk.record || key == 0 || entry == 0) return;
  const bit = load<u32>(key, Key.bit);
  if (bit == 4) {
    if (c - 0x30 < 10) offsetEntry = entry;
    return;
  }
  if (c != 0x22) return;
  if (bit == 3) {
    fileEntry = entry;
    fileSeen = valueSeen;
    return;
  }
  if (bit == 1) {
    if (firstChoice != 0) removeUnmapped(firstChoice);
    firstChoice = entry;
    firstSeen = valueSeen;
  } else {
    if (secondChoice != 0) removeUnmapped(secondChoice);
    secondChoice = entry;
    secondSeen = valueSeen;
  }
}

/** What the content of a JSON string begins with; its closing quote if it is empty. */
function firstUnit(p: usize): u32 {
  const c = <u32>load<u8>(p);
  return c == 0x5c && load<u8>(p, 1) == 0x75 ? hex4(p + 2) : c;
}

/** Whether the string is one the key looks into, and its text begins as an object does. */
function holdsObject(key: usize, start: usize): bool {
  return load<u32>(key, Key.node) != 0 && firstUnit(start + 1) == 0x7b;
}

/** Queues the object a string holds, to be walked by this node, in a sniffing walk without a path. False if it holds none. */
function lookInside(
  frame: usize,
  key: usize,
  keyStart: usize,
  keyEnd: usize,
  start: usize,
  end: usize,
  sniffing: bool,
): bool {
  if (innerCount == INNER_MAX) return false;
  const place = origin != 0 ? origin : start;
  const placeEnd = origin != 0 ? originEnd : end;
  if (seen & Seen.rewrite) {
    if (!rewriteText(start, end)) return false;
    start = textStart;
    end = textEnd;
  }
  if (!unescapeText(start, end)) return false;
  start = textStart;
  end = textEnd;
  const close = readValue(start, end);
  if (close == 0 || skipBlanks(close, end) != end) return false;
  // The frame above is free: its path is where the text's will be.
  if (frame + FRAME >= frames + DEPTH * FRAME) return false;
  if (sniffing) store<u64>(frame, 0, FRAME + 16);
  else if (!openPath(frame, key, keyStart, keyEnd)) return false;
  const entry = inner + innerCount * INNER;
  store<u32>(entry, load<u32>(key, Key.node));
  store<u32>(entry, <u32>start, 4);
  store<u32>(entry, <u32>end, 8);
  store<u64>(entry, load<u64>(frame, FRAME + 16), 12);
  store<u32>(entry, <u32>place, 20);
  store<u32>(entry, <u32>placeEnd, 24);
  store<u32>(entry, <u32>markInside, 28);
  if (markInside != 0 && ++markedTexts <= INNER_MAX) markInside = 0;
  innerCount++;
  return true;
}

/** What filled each slot that several captures can fill: u32 walk, u32 rank, then the arguments of `addUnmappedValue`. */
const HOLDER: usize = 40;
const holders: usize = memory.data(256 * 40, 8);
/** Number of the latest walk: what an earlier one left in `holders` does not count. */
let walks: u32 = 0;
const SAVED: usize = memory.data(32, 8);

/** A value for a slot that others want as well: the lowest rank gets it, of equal ones the latest; the other is unmapped. */
function rival(
  capture: usize,
  prefix: usize,
  prefixEnd: usize,
  keyStart: usize,
  keyEnd: usize,
  keySeen: u32,
  start: usize,
  end: usize,
  c: u32,
  valueSeen: u32,
): void {
  if (saysNothing(start, end, c)) return;
  const slot = <u32>load<u16>(capture, Capture.slots);
  const rank = load<u32>(capture, Capture.rank);
  const holder = holders + <usize>slot * HOLDER;
  const held = load<u32>(holder) == walks;
  if (held && load<u32>(holder, 4) < rank) {
    noteText(capture, start, end, c);
    noteRival(capture, addUnmappedValue(prefix, prefixEnd, keyStart, keyEnd, keySeen, start, end, valueSeen));
    return;
  }
  if (!fill(capture, start, end, c, valueSeen)) return;
  if (held) {
    const loser = addUnmappedValue(
      load<u32>(holder, 8),
      load<u32>(holder, 12),
      load<u32>(holder, 16),
      load<u32>(holder, 20),
      load<u32>(holder, 24),
      load<u32>(holder, 28),
      load<u32>(holder, 32),
      load<u32>(holder, 36),
    );
    noteRival(capture, loser);
  }
  store<u32>(holder, walks);
  store<u32>(holder, rank, 4);
  store<u32>(holder, <u32>prefix, 8);
  store<u32>(holder, <u32>prefixEnd, 12);
  store<u32>(holder, <u32>keyStart, 16);
  store<u32>(holder, <u32>keyEnd, 20);
  store<u32>(holder, keySeen, 24);
  store<u32>(holder, <u32>start, 28);
  store<u32>(holder, <u32>end, 32);
  store<u32>(holder, valueSeen, 36);
}

/** `null`, the empty text, `-`. */
function saysNothing(start: usize, end: usize, c: u32): bool {
  if (c == 0x6e) return true;
  if (c != 0x22) return false;
  if (end - start == 2) return true;
  const dash: usize = load<u8>(start, 1) == 0x5c ? 6 : 1;
  return end - start - 2 == dash && firstUnit(start + 1) == 0x2d;
}

/** Captures the value. False, and the slots as they were, if nothing came of it. */
function fill(capture: usize, start: usize, end: usize, c: u32, valueSeen: u32): bool {
  const first = SLOTS + ((<usize>load<u16>(capture, Capture.slots)) << 4);
  const third = <u32>load<u16>(capture, Capture.slots + 4);
  const other = third == 0xffff ? first : SLOTS + ((<usize>third) << 4);
  memory.copy(SAVED, first, 16);
  memory.copy(SAVED + 16, other, 16);
  store<u32>(first, SlotKind.none);
  store<u32>(other, SlotKind.none);
  captureValue(capture, start, end, c, valueSeen);
  if (load<u32>(first) != SlotKind.none || load<u32>(other) != SlotKind.none) return true;
  memory.copy(other, SAVED + 16, 16);
  memory.copy(first, SAVED, 16);
  return false;
}

let elementKeyEnd: usize = 0;

/** `[7]` in working memory; 0 if that is short. */
function elementKey(index: u32): usize {
  const key = allocate(16);
  if (key == 0) return 0;
  store<u8>(key, 0x5b);
  const end = putInteger(key + 1, index);
  store<u8>(end, 0x5d);
  elementKeyEnd = end + 1;
  return key;
}

/** Notes the value if it is watched; of one in a text, all of the text stands for it in the line. */
function noteText(capture: usize, start: usize, end: usize, c: u32): void {
  if (origin != 0) return noteCapture(capture, origin, originEnd);
  const quote: usize = c == 0x22 ? 1 : 0;
  noteCapture(capture, start + quote, end - quote);
}

function captureValue(capture: usize, start: usize, end: usize, c: u32, valueSeen: u32): void {
  if (c == 0x6e) return;
  noteText(capture, start, end, c);
  if (load<u32>(capture, Capture.convert) == WATCHED) capture = load<u32>(capture, Watch.inner);
  const kind = load<u32>(capture, Capture.convert);
  const slot = <u32>load<u16>(capture, Capture.slots);
  if (kind == Convert.json) {
    if (slot == 0xffff) return;
    if (valueSeen & Seen.unsound) {
      if (!rewriteValue(start, end)) return;
      start = textStart;
      end = textEnd;
    }
    if (valueSeen & Seen.as_text) {
      if (escapeBytes(start, end)) setText(slot, textStart, textEnd);
      return;
    }
    setJson(slot, start, end);
    return;
  }
  if (c == 0x22) {
    const place = ++start;
    end--;
    if (valueSeen & Seen.rewrite) {
      if (!rewriteText(start, end)) return;
      start = textStart;
      end = textEnd;
    }
    convert(capture, start, end);
    moveError(start, place);
    return;
  }
  const name = <usize>load<u32>(capture, Capture.name);
  const nameEnd = name + load<u32>(capture, Capture.name + 4);
  if (c == 0x7b || c == 0x5b) failField(ErrorCode.text_expected, start, name, nameEnd);
  else convert(capture, start, end);
}
