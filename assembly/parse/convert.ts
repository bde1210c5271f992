import { hexValue, isDigit, sameBytes } from '../bytes/ascii';
import { parseAddress } from '../bytes/ip';
import { parseDecimal, parseInteger, parseUnits, value } from '../bytes/number';
import {
  parseAnyTime,
  parseClfTime,
  parseClock,
  parseCtime,
  parseDate,
  parseEpochTime,
  parseIsoTime,
  timeMs,
} from '../bytes/time';
import { setBool, setInt, setText } from '../event';
import { failField } from '../fail';
import { allocate } from '../host/memory';
import { escapeBytes, textEnd, textStart } from '../json/text';
import { noteCapture } from '../policy/redact/notes';
import { Convert } from '../shared/convert';
import { ErrorCode } from '../shared/errors';
import { Capture, Format, WATCHED, Watch } from '../shared/image_layout';
import { decodedEnd, decodedStart, decodeEscapes, Escapes } from './decode';
import { socketAddress, socketPathEnd } from './sockaddr';

const NOWHERE: u32 = 0xffff;

/** Escapes of the current format, and whether its line holds any character they start with. */
let escapes: u32 = 0;
let zoneMinutes: i32 = 0;

/** Spans of the current format's own words for a missing value, their number, and a bit per length of one. */
let missing: usize = 0;
let missingCount: u32 = 0;
let missingLengths: u32 = 0;

/** `withEscapes`: the text may hold the escapes of the format. */
export function startConversions(format: usize, withEscapes: bool, zone: i32): void {
  escapes = withEscapes ? load<u32>(format, Format.escape) : 0;
  zoneMinutes = zone;
  missing = load<u32>(format, Format.missing);
  missingCount = load<u32>(format, Format.missing_count);
  missingLengths = load<u32>(format, Format.missing_lengths);
}

/** Whether a backslash of the line escapes a quote. */
export function escapesQuotes(): bool {
  return escapes == Escapes.backslash || escapes == Escapes.cef;
}

/** Whether the text says that there is no value. */
export function isMissing(start: usize, end: usize): bool {
  if (end - start < 2 && (start == end || load<u8>(start) == 0x2d)) return true;
  if (end - start == 3 && (load<u32>(start) & 0xffffff) == 0x412f4e) return true;
  return isMissingWord(start, end);
}

/** Whether the text is one of the format's own words for a missing value. */
function isMissingWord(start: usize, end: usize): bool {
  for (let i: u32 = 0; i < missingCount; i++) {
    const span = missing + ((<usize>i) << 3);
    if (<usize>load<u32>(span, 4) == end - start && sameBytes(load<u32>(span), start, end - start)) return true;
  }
  return false;
}

function reject(code: i32, capture: usize, at: usize): void {
  const name = <usize>load<u32>(capture, Capture.name);
  failField(code, at, name, name + load<u32>(capture, Capture.name + 4));
}

/** The conversion of a capture, watched or not. */
export function conversionOf(capture: usize): u32 {
  const kind = load<u32>(capture, Capture.convert);
  return kind == WATCHED ? load<u32>(load<u32>(capture, Watch.inner), Capture.convert) : kind;
}

/** Writes the captured text to the capture's slots, or marks the record partial. `-`, `N/A` and the empty text leave them missing. */
export function convert(capture: usize, start: usize, end: usize): void {
  const kind = load<u32>(capture, Capture.convert);
  const slot = <u32>load<u16>(capture, Capture.slots);
  if (kind == Convert.verbatim) {
    if (slot != NOWHERE) setText(slot, start, end);
    return;
  }
  if (kind == WATCHED) {
    noteCapture(capture, start, end);
    return convert(load<u32>(capture, Watch.inner), start, end);
  }
  if (end - start < 2 && (start == end || load<u8>(start) == 0x2d)) return;
  if (((missingLengths >> <u32>min<usize>(end - start, 31)) & 1) != 0 && isMissingWord(start, end)) return;
  // `N/A`
  if (end - start == 3 && (load<u32>(start) & 0xffffff) == 0x412f4e) return;
  switch (kind) {
    case Convert.text: {
      if (slot == NOWHERE) return;
      if (escapes != 0 && decodeEscapes(start, end, escapes)) setText(slot, decodedStart, decodedEnd);
      else setText(slot, start, end);
      return;
    }
    case Convert.int:
    case Convert.count:
    case Convert.positive: {
      if (!parseInteger(start, end)) return reject(ErrorCode.integer_expected, capture, start);
      const least: i64 = kind == Convert.positive ? 1 : 0;
      if (slot != NOWHERE && (kind == Convert.int || value >= least)) setInt(slot, value);
      return;
    }
    case Convert.status: {
      const ok = end - start == 3 && isDigit(load<u8>(start)) && parseInteger(start, end);
      if (!ok) return reject(ErrorCode.integer_expected, capture, start);
      if (slot != NOWHERE) setInt(slot, value);
      return;
    }
    case Convert.seconds:
      return duration(capture, slot, start, parseDecimal(start, end, 6) || parseUnits(start, end));
    case Convert.milliseconds:
      return duration(capture, slot, start, parseDecimal(start, end, 3));
    case Convert.microseconds:
    case Convert.nanoseconds: {
      const ok = parseInteger(start, end);
      if (ok && slot != NOWHERE && value >= 0) setInt(slot, kind == Convert.nanoseconds ? value / 1000 : value);
      if (!ok) reject(ErrorCode.duration_expected, capture, start);
      return;
    }
    case Convert.clf_time:
      return time(capture, slot, start, parseClfTime(start, end, zoneMinutes));
    case Convert.iso_time:
      return time(capture, slot, start, parseIsoTime(start, end, zoneMinutes));
    case Convert.epoch_time:
      return time(capture, slot, start, parseEpochTime(start, end));
    case Convert.date:
      return time(capture, slot, start, parseDate(start, end, zoneMinutes));
    case Convert.clock:
      return time(capture, slot, start, parseClock(start, end));
    case Convert.ctime:
      return time(capture, slot, start, parseCtime(start, end, zoneMinutes));
    case Convert.hex_text:
      return hexText(slot, start, end);
    case Convert.percent_text:
    case Convert.cef_lines: {
      if (slot == NOWHERE) return;
      if (decodeEscapes(start, end, kind == Convert.percent_text ? Escapes.percent : Escapes.cef_lines))
        setText(slot, decodedStart, decodedEnd);
      else setText(slot, start, end);
      return;
    }
    case Convert.plus_text:
      return plusText(slot, start, end);
    case Convert.quoted_list:
      return withoutQuotes(slot, start, end);
    case Convert.any_time:
      return time(capture, slot, start, parseAnyTime(start, end, zoneMinutes));
    case Convert.address:
      return address(capture, start, start, end, end);
    case Convert.address_port:
      return addressPort(capture, start, start, end, portSplit(start, end));
    case Convert.address_then_port:
      return addressPort(capture, start, start, end, portSplit(start, end, true));
    case Convert.socket_address: {
      if (socketAddress(slot, load<u16>(capture, Capture.slots + 2), start, end)) return;
      const other = <u32>load<u16>(capture, Capture.slots + 4);
      const path = socketPathEnd(start, end);
      if (path != 0) hexText(other, start + 4, path);
      else if (other != NOWHERE) setText(other, start, end);
      return;
    }
    case Convert.last_of_list: {
      keepList(capture, start, end);
      if (lastElement(start, end) && slot != NOWHERE) setText(slot, elementStart, elementEnd);
      return;
    }
    case Convert.first_address_port: {
      if (firstElement(start, end))
        addressPort(capture, start, elementStart, elementEnd, portSplit(elementStart, elementEnd));
      const all = <u32>load<u16>(capture, Capture.all);
      if (all != NOWHERE && elementStops) setText(all, start, end);
      return;
    }
    case Convert.last_address_port: {
      keepList(capture, start, end);
      if (lastElement(start, end)) {
        addressPort(capture, start, elementStart, elementEnd, portSplit(elementStart, elementEnd));
      }
      return;
    }
    case Convert.last_count: {
      keepList(capture, start, end);
      if (!lastElement(start, end)) return;
      if (!parseInteger(elementStart, elementEnd)) return reject(ErrorCode.integer_expected, capture, start);
      if (slot != NOWHERE && value >= 0) setInt(slot, value);
      return;
    }
    case Convert.seconds_sum:
      keepList(capture, start, end);
      return secondsSum(capture, slot, start, end);
    case Convert.duration:
      return duration(capture, slot, start, parseUnits(start, end));
    case Convert.query: {
      if (load<u8>(start) == 0x3f) start++;
      if (slot != NOWHERE && end > start) setText(slot, start, end);
      return;
    }
    case Convert.last_segment: {
      let from = end;
      while (from > start && load<u8>(from - 1) != 0x2f) from--;
      if (slot != NOWHERE && end > from) setText(slot, from, end);
      return;
    }
    case Convert.boolean: {
      const word = booleanWord(start, end);
      if (word < 0) return reject(ErrorCode.boolean_expected, capture, start);
      if (slot != NOWHERE) setBool(slot, word == 1);
      return;
    }
    case Convert.amzn_trace: {
      traceRoot(slot, start, end);
      return;
    }
    case Convert.frontend: {
      const flag = <u32>load<u16>(capture, Capture.slots + 2);
      if (load<u8>(end - 1) == 0x7e) {
        end--;
        if (flag != NOWHERE) setBool(flag, true);
      }
      if (slot != NOWHERE && end > start) setText(slot, start, end);
      return;
    }
    default:
      if (slot != NOWHERE) setText(slot, start, end);
  }
}

function duration(capture: usize, slot: u32, start: usize, ok: bool): void {
  if (!ok) return reject(ErrorCode.duration_expected, capture, start);
  if (slot != NOWHERE && value >= 0) setInt(slot, value);
}

function time(capture: usize, slot: u32, start: usize, ok: bool): void {
  if (!ok) return reject(ErrorCode.time_expected, capture, start);
  if (slot != NOWHERE) setInt(slot, timeMs);
}

/** An address without port in [start, end) of the text at `at` goes to the first slot, other text in [start, whole) to the third. */
function address(capture: usize, at: usize, start: usize, end: usize, whole: usize): void {
  let from = start;
  let to = end;
  if (to - from > 2 && load<u8>(from) == 0x5b && load<u8>(to - 1) == 0x5d) {
    from++;
    to--;
  }
  const is = parseAddress(from, to);
  const slot = <u32>load<u16>(capture + (is ? 0 : 4), Capture.slots);
  if (slot == NOWHERE) {
    if (!is) reject(ErrorCode.address_expected, capture, at);
    return;
  }
  if (is) setText(slot, from, to);
  else setText(slot, start, whole);
}

/** Position of the last colon before a port of 1 to 5 digits up to 65535, 0 if the text has no port. The port is in `value`. */
export function portColon(start: usize, end: usize): usize {
  let p = end;
  while (p > start && isDigit(load<u8>(p - 1))) p--;
  if (p == end || end - p > 5 || p == start || load<u8>(p - 1) != 0x3a) return 0;
  if (!parseInteger(p, end) || value > 65535) return 0;
  return p - 1;
}

function hasColon(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) if (load<u8>(p) == 0x3a) return true;
  return false;
}

/** Position of the colon between address and port, 0 if the text has none; `always`: an address is never without. The port is in `splitPort`. */
export function portSplit(start: usize, end: usize, always: bool = false): usize {
  // `unix:` and a path or a number.
  const socket = end - start > 4 && load<u32>(start) == 0x78696e75 && load<u8>(start, 4) == 0x3a;
  const colon: usize = socket ? 0 : portColon(start, end);
  splitPort = value;
  if (colon == 0) return 0;
  const bracketed = load<u8>(start) == 0x5b && load<u8>(colon - 1) == 0x5d;
  const split =
    bracketed || !hasColon(start, colon) || (parseAddress(start, colon) && (always || !parseAddress(start, end)));
  return split ? colon : 0;
}

let splitPort: i64 = 0;

/** `colon`: what `portSplit` found just before. */
function addressPort(capture: usize, at: usize, start: usize, end: usize, colon: usize): void {
  if (colon == 0) return address(capture, at, start, end, end);
  const slot = <u32>load<u16>(capture, Capture.slots + 2);
  if (slot != NOWHERE) setInt(slot, splitPort);
  if (colon == start || (colon == start + 1 && load<u8>(start) == 0x2d)) return;
  address(capture, at, start, colon, colon);
}

export let elementStart: usize = 0;
export let elementEnd: usize = 0;

/** A list of several elements, as logged, where the capture has a place for it. */
function keepList(capture: usize, start: usize, end: usize): void {
  const slot = <u32>load<u16>(capture, Capture.all);
  if (slot == NOWHERE) return;
  for (let p = start + 2; p < end; p++) {
    if (load<u8>(p - 1) != 0x20 || !isSeparator(start, p)) continue;
    return setText(slot, start, end);
  }
}

/** Whether the text has a comma. */
let elementStops: bool = false;

/** The first element of a comma list, blanks around it taken off, that is neither empty nor `-`. */
export function firstElement(start: usize, end: usize): bool {
  elementStops = false;
  for (let p = start; p <= end; ) {
    let stop = p;
    while (stop < end && load<u8>(stop) != 0x2c) stop++;
    if (stop < end) elementStops = true;
    elementStart = p;
    elementEnd = stop;
    while (elementStart < stop && load<u8>(elementStart) == 0x20) elementStart++;
    while (elementEnd > elementStart && load<u8>(elementEnd - 1) == 0x20) elementEnd--;
    const length = elementEnd - elementStart;
    if (length > 1 || (length == 1 && load<u8>(elementStart) != 0x2d)) return true;
    p = stop + 1;
  }
  return false;
}

/** The last element of an `a, b : c` list that is neither empty nor `-`. */
function lastElement(start: usize, end: usize): bool {
  let stop = end;
  for (;;) {
    let p = stop;
    while (p > start && !(load<u8>(p - 1) == 0x20 && isSeparator(start, p))) p--;
    elementStart = p;
    elementEnd = stop;
    if (stop > p && !(stop == p + 1 && load<u8>(p) == 0x2d)) return true;
    if (p == start) return false;
    stop = load<u8>(p - 2) == 0x2c ? p - 2 : p - 3;
  }
  return false;
}

/** Whether `, ` or ` : ` ends right before `p`. */
function isSeparator(start: usize, p: usize): bool {
  if (p < start + 2) return false;
  const before = <u32>load<u8>(p - 2);
  return before == 0x2c || (before == 0x3a && p >= start + 3 && load<u8>(p - 3) == 0x20);
}

function secondsSum(capture: usize, slot: u32, start: usize, end: usize): void {
  let sum: i64 = 0;
  let any = false;
  let p = start;
  while (p < end) {
    const from = p;
    while (p < end && load<u8>(p) != 0x2c && load<u8>(p) != 0x20) p++;
    if (p > from && !(p == from + 1 && load<u8>(from) == 0x2d)) {
      if (!parseDecimal(from, p, 6)) return reject(ErrorCode.duration_expected, capture, start);
      if (value >= 0) {
        sum += value;
        any = true;
      }
    }
    if (p >= end) break;
    // `,`, `, ` or ` : `
    if (load<u8>(p) == 0x2c) p += p + 1 < end && load<u8>(p, 1) == 0x20 ? 2 : 1;
    else if (p + 3 <= end && load<u16>(p, 1) == 0x203a) p += 3;
    else return reject(ErrorCode.duration_expected, capture, start);
  }
  if (any && slot != NOWHERE) setInt(slot, sum);
}

/** 1 true, 0 false, -1 neither. */
function booleanWord(start: usize, end: usize): i32 {
  const length = end - start;
  if (length > 5) return -1;
  let word: u64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const c = <u32>load<u8>(start + i);
    word |= (<u64>(c - 0x41 < 26 ? c | 0x20 : c)) << ((<u64>i) << 3);
  }
  if (word == 0x65757274 || word == 0x6e6f || word == 0x736579 || word == 0x31) return 1;
  if (word == 0x65736c6166 || word == 0x66666f || word == 0x6f6e || word == 0x30) return 0;
  return -1;
}

/** What follows `Root=`, up to `;`; the whole text if there is none. */
function traceRoot(slot: u32, start: usize, end: usize): void {
  if (slot == NOWHERE) return;
  let from = start;
  for (let p = start; p + 5 <= end; p++) {
    if (load<u32>(p) != 0x746f6f52 || load<u8>(p, 4) != 0x3d) continue;
    from = p + 5;
    break;
  }
  let to = from;
  while (to < end && load<u8>(to) != 0x3b) to++;
  if (from == start) to = end;
  if (to > from) setText(slot, from, to);
}

/** Text in hexadecimal: NUL ends it or parts its words. Anything else is text already. */
export function hexText(slot: u32, start: usize, end: usize): void {
  if (slot == NOWHERE) return;
  let hex = ((end - start) & 1) == 0;
  for (let p = start; hex && p < end; p++) {
    const c = <u32>load<u8>(p);
    hex = isDigit(c) || c - 0x41 < 6;
  }
  const bytes: usize = hex ? allocate((end - start) >> 1) : 0;
  if (bytes == 0) return setText(slot, start, end);
  let out = bytes;
  for (let p = start; p < end; p += 2) {
    const byte = (hexValue(load<u8>(p)) << 4) | hexValue(load<u8>(p, 1));
    store<u8>(out++, <u8>(byte == 0 ? 0x20 : byte));
  }
  while (out > bytes && load<u8>(out - 1) == 0x20 && load<u16>(start + ((out - 1 - bytes) << 1)) == 0x3030) out--;
  if (escapeBytes(bytes, out)) setText(slot, textStart, textEnd);
}

function plusText(slot: u32, start: usize, end: usize): void {
  if (slot == NOWHERE) return;
  let plus = start;
  while (plus < end && load<u8>(plus) != 0x2b) plus++;
  if (plus == end) return setText(slot, start, end);
  const copy = allocate(end - start);
  if (copy == 0) return;
  memory.copy(copy, start, end - start);
  for (let p = copy; p < copy + (end - start); p++) if (load<u8>(p) == 0x2b) store<u8>(p, 0x20);
  setText(slot, copy, copy + (end - start));
}

function withoutQuotes(slot: u32, start: usize, end: usize): void {
  if (slot == NOWHERE) return;
  const copy = allocate(end - start);
  if (copy == 0) return;
  let out = copy;
  for (let p = start; p < end; ) {
    if (load<u8>(p) != 0x5c) store<u8>(out++, load<u8>(p++));
    else {
      const quote = load<u8>(p, 1) == 0x22 || (p + 4 <= end && load<u32>(p) == 0x225c5c5c);
      if (quote) p += load<u8>(p, 1) == 0x22 ? 2 : 4;
      else {
        store<u16>(out, load<u16>(p));
        out += 2;
        p += 2;
      }
    }
  }
  setText(slot, copy, out);
}
