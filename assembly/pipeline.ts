import { deriveClient } from './derive/client';
import { deriveMeaning } from './derive/meaning';
import { splitRequestLine, splitUrl } from './derive/request';
import { encode } from './encode';
import {
  clearEvent,
  clearSlot,
  restoreEvent,
  SLOTS,
  saveEvent,
  setBool,
  setInt,
  setText,
  slotEnd,
  slotInt,
  slotKind,
  slotStart,
} from './event';
import { clearFailure, drift, errorAt, errorCode, expectedEnd, expectedStart, fail, status } from './fail';
import { release, workTop } from './host/memory';
import { findSource } from './image';
import { Seen } from './json/flags';
import { readValue, skipBlanks } from './json/reader';
import { escapeBytes, rewriteText, textEnd, textStart, unescapeText } from './json/text';
import { startConversions } from './parse/convert';
import { Escapes } from './parse/decode';
import { peelEnvelopes } from './parse/envelope';
import {
  bits,
  fileEntry,
  fileSeen,
  firstChoice,
  firstSeen,
  JSON_VALUE,
  markNextWalk,
  offsetEntry,
  secondChoice,
  secondSeen,
  unmarked,
  Walk,
  walk,
} from './parse/json_paths';
import { lineEnd, lineHasBackslash, lineStart, setLine, trimLineEnd } from './parse/line';
import { scan } from './parse/scan';
import { clearHidden, scanShapes, scanWithin } from './parse/shapes';
import { runAutomaton } from './policy/automaton';
import { enrich } from './policy/enrich';
import { identify, identifyMoment, identifyPlace, setIdentity } from './policy/identity';
import { applyAssigns, applyMaps } from './policy/maps';
import { match } from './policy/match';
import { clearNotes } from './policy/redact/notes';
import { redact } from './policy/redact/stage';
import { route } from './policy/route';
import { DROPPED, sample } from './policy/sample';
import { EventClass, ParseStatus } from './shared/enums';
import { ErrorCode } from './shared/errors';
import { Field, Meta } from './shared/fields';
import { Format, Header, SniffRow, Source } from './shared/image_layout';
import { IMAGE_BASE } from './shared/limits';
import { SlotKind } from './shared/slot_kind';
import { addUnmapped, clearUnmapped, markUnmapped, removeUnmapped, rewindUnmapped, UnmappedKind } from './unmapped';

/** `request` */
const REQUEST_KEY: usize = memory.data<u8>([114, 101, 113, 117, 101, 115, 116, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8);

/** The record, and whether the line was found in it (then its bounds are in `parse/line.ts`). */
let recordStart: usize = 0;
let recordEnd: usize = 0;
let hasLine: bool = false;

/**
 * One record through all stages. The address of the output, 0 if memory is short. The record is padded and stays as it is;
 * `source` is 0 for a tag no source claims.
 */
export function processRecord(tag: usize, tagLength: usize, timeMs: i64, record: usize, length: usize): usize {
  clearEvent();
  clearFailure();
  clearUnmapped();
  clearNotes();
  clearHidden();
  requestEntry = 0;
  recordStart = record;
  recordEnd = record + length;
  hasLine = false;
  plainStart = 0;
  const source = findSource(tag, tagLength);
  let format: usize = 0;
  if (source != 0) applyAssigns(load<u32>(source, Source.labels), load<u32>(source, Source.label_count));
  const readable = readRecord(source);
  identifyRecord(tag, tagLength, readable);
  if (readable) {
    const zone = source == 0 ? 0 : load<i32>(source, Source.zone);
    if (hasLine) peelEnvelopes(timeMs, zone);
    format = source == 0 ? 0 : parseGuess(source, zone);
    if (format == 0) {
      format = source == 0 ? 0 : chooseFormat(source);
      if (format == 0) fail(ErrorCode.format_unknown, 0, 0, 0);
      else parse(format, zone);
    }
    const within = format == 0 ? 0 : load<u32>(format, Format.within_count);
    if (within != 0 && errorCode == ErrorCode.none) readWithin(format, within, zone);
  }
  if (status == ParseStatus.failed) {
    deriveClient(source);
    salvage(source);
  }
  if (slotKind(Field.time_date) == SlotKind.int)
    setInt(Field.time, slotInt(Field.time_date) + slotInt(Field.time_clock));
  if (slotKind(Field.time) == SlotKind.none) {
    setInt(Field.time, slotKind(Field.time_start) == SlotKind.int ? slotInt(Field.time_start) : timeMs);
  }
  if (status != ParseStatus.failed) {
    applyMaps(load<u32>(format, Format.maps), load<u32>(format, Format.map_count));
    deriveClient(source);
    splitRequestLine();
    splitUrl();
  }
  deriveMeaning();
  const tables = <usize>load<u32>(IMAGE_BASE, Header.enrich);
  if (tables != 0) enrich(tables);
  if (!describe(source, format)) return 0;
  match(load<u32>(IMAGE_BASE, Header.match));
  const sampling = <usize>load<u32>(IMAGE_BASE, Header.sample);
  if (sampling != 0 && !sample(sampling)) return DROPPED;
  const redaction = <usize>load<u32>(IMAGE_BASE, Header.redact);
  if (redaction != 0 && !redactRecord(redaction, format)) return 0;
  if (!route()) return 0;
  if (status == ParseStatus.failed) return encode(load<u32>(IMAGE_BASE, Header.base_template), 0);
  const templates = <usize>load<u32>(format, Format.templates);
  return encode(load<u32>(templates + ((<usize>slotInt(Field.schema_class)) << 2)), format);
}

/** Checks the host's record, finds the line in it and chains up its other keys. */
function readRecord(source: usize): bool {
  const p = skipBlanks(recordStart, recordEnd);
  if (p < recordEnd && load<u8>(p) != 0x7b) {
    fail(isWholeValue(p) ? ErrorCode.record_not_object : ErrorCode.record_not_json, 0, 0, 0);
    return false;
  }
  const root =
    source == 0 ? <usize>load<u32>(IMAGE_BASE, Header.record_node) : <usize>load<u32>(source, Source.record_node);
  const end = walk(root, p, recordEnd, Walk.record);
  if (end == 0 || skipBlanks(end, recordEnd) != recordEnd) {
    clearUnmapped();
    fail(ErrorCode.record_not_json, 0, 0, 0);
    return false;
  }
  const choice = firstChoice != 0 ? firstChoice : secondChoice;
  if (choice == 0) return true;
  removeUnmapped(choice);
  const flags = firstChoice != 0 ? firstSeen : secondSeen;
  let start = <usize>load<u32>(choice, 24) + 1;
  let close = <usize>load<u32>(choice, 28) - 1;
  // Unsound text was rewritten when it was chained up.
  if ((flags & Seen.rewrite) != 0 && (flags & Seen.unsound) == 0) {
    if (!rewriteText(start, close)) return false;
    start = textStart;
    close = textEnd;
  }
  setLine(start, close, (flags & Seen.backslash) != 0);
  hasLine = true;
  trimLineEnd();
  return true;
}

/** Gives the record its id: by the place its line was read at, if the collector tells, else by time. */
function identifyRecord(tag: usize, tagLength: usize, readable: bool): void {
  identify(tag, tag + tagLength, hasLine ? lineStart : recordStart, hasLine ? lineEnd : recordEnd);
  if (!readable || fileEntry == 0 || offsetEntry == 0) return identifyMoment();
  let start = <usize>load<u32>(fileEntry, 24) + 1;
  let end = <usize>load<u32>(fileEntry, 28) - 1;
  if ((fileSeen & Seen.rewrite) != 0 && (fileSeen & Seen.unsound) == 0) {
    if (!rewriteText(start, end)) return identifyMoment();
    start = textStart;
    end = textEnd;
  }
  identifyPlace(start, end, load<u32>(offsetEntry, 24), load<u32>(offsetEntry, 28));
}

function isWholeValue(p: usize): bool {
  const end = readValue(p, recordEnd);
  return end != 0 && skipBlanks(end, recordEnd) == recordEnd;
}

/** The JSON of the line as plain bytes, made once. */
let plainStart: usize = 0;
let plainEnd: usize = 0;

function plainLine(): bool {
  if (plainStart != 0) return true;
  if (!unescapeText(lineStart, lineEnd)) return false;
  plainStart = textStart;
  plainEnd = textEnd;
  return true;
}

/**
 * Parses a JSON record as the format the source's latest one was of, raising the bits of all JSON formats on the way. If they tell that format
 * it is the answer; else nothing has happened, and 0. So one walk does where records follow their like.
 */
function parseGuess(source: usize, zone: i32): usize {
  const guess = <usize>load<u32>(source, Source.guess);
  if (guess == 0 || !mayBeJson(source) || (hasLine && !plainLine())) return 0;
  const app = sniffApp(source);
  const mark = markUnmapped();
  const memory = workTop();
  saveEvent();
  markNextWalk(load<u32>(source, Source.sniff_json));
  parse(guess, zone);
  const told = status != ParseStatus.failed && !unmarked ? earlier(jsonRow(source), app) : 0;
  if (told != 0 && formatAt(source, told) == guess) return guess;
  clearFailure();
  clearNotes();
  restoreEvent();
  release(memory);
  if (hasLine) rewindUnmapped(mark);
  else {
    clearUnmapped();
    readRecord(source);
  }
  store<u32>(source, 0, Source.guess);
  return 0;
}

/** The source's only format, or the first whose sniffer accepts the line; 0 none. */
function chooseFormat(source: usize): usize {
  if (load<u32>(source, Source.format_count) == 1) return formatAt(source, 1);
  const app = sniffApp(source);
  const other = sniffJson(source);
  const found = earlier(other != 0 || !hasLine ? other : sniffText(source), app);
  if (found == 0) return 0;
  const format = formatAt(source, found);
  store<u32>(source, found == other ? <u32>format : 0, Source.guess);
  return format;
}

/** Address of a source's format by its number, from 1. */
function formatAt(source: usize, number: u32): usize {
  return load<u32>(<usize>load<u32>(source, Source.formats) + ((<usize>(number - 1)) << 2));
}

/** The smaller of two numbers of formats; 0 is none. */
function earlier(one: u32, other: u32): u32 {
  return one == 0 || (other != 0 && other < one) ? other : one;
}

/** Number, from 1, of the first text format whose sniffer accepts the line; 0 none. */
function sniffText(source: usize): u32 {
  let found: u32 = 0;
  for (let group = <usize>load<u32>(source, Source.sniff_text); load<u32>(group) != 0; group += 4) {
    const other = runAutomaton(load<u32>(group), lineStart, lineEnd);
    if (other != 0 && (found == 0 || other < found)) found = other;
  }
  return found;
}

/** Number, from 1, of the first format of the program the envelope names, the empty text if it names none; 0 none. */
function sniffApp(source: usize): u32 {
  const automaton = <usize>load<u32>(source, Source.sniff_app);
  if (automaton == 0 || !hasLine) return 0;
  if (slotKind(Field.log_app) == SlotKind.text)
    return runAutomaton(automaton, slotStart(Field.log_app), slotEnd(Field.log_app));
  const syslog = slotKind(Field.log_host) != SlotKind.none || slotKind(Field.log_priority) != SlotKind.none;
  return syslog ? runAutomaton(automaton, lineEnd, lineEnd) : 0;
}

function mayBeJson(source: usize): bool {
  if (load<u32>(source, Source.sniff_json) == 0) return false;
  return !hasLine || (lineStart < lineEnd && load<u8>(lineStart) == 0x7b);
}

/** Number, from 1, of the first JSON format whose keys are there; 0 none. */
function sniffJson(source: usize): u32 {
  if (!mayBeJson(source) || (hasLine && !plainLine())) return 0;
  const start = hasLine ? plainStart : recordStart;
  const end = hasLine ? plainEnd : recordEnd;
  const close = walk(load<u32>(source, Source.sniff_json), start, end, Walk.sniff);
  return close != 0 && skipBlanks(close, end) == end ? jsonRow(source) : 0;
}

/** Number, from 1, of the first JSON format all of whose bits are raised; 0 none. */
function jsonRow(source: usize): u32 {
  const rows = <usize>load<u32>(source, Source.sniff_rows);
  const behind = rows + 4 + <usize>load<u32>(rows) * SniffRow.size;
  for (let row = rows + 4; row < behind; row += SniffRow.size) {
    let wanted = <usize>load<u32>(row, SniffRow.bits);
    const last = wanted + ((<usize>load<u32>(row, SniffRow.bit_count)) << 2);
    while (wanted < last && load<u8>(bits + load<u32>(wanted)) != 0) wanted += 4;
    if (wanted == last) return load<u32>(row, SniffRow.format) + 1;
  }
  return 0;
}

/** Runs the format's defaults and its program. */
function parse(format: usize, zone: i32): void {
  applyAssigns(load<u32>(format, Format.defaults), load<u32>(format, Format.default_count));
  const body = <usize>load<u32>(format, Format.body);
  const kind = load<u32>(format, Format.kind);
  if (kind != 2) {
    if (!hasLine) return fail(ErrorCode.line_missing, 0, 0, 0);
    startConversions(format, lineHasBackslash || load<u32>(format, Format.escape) == Escapes.hash, zone);
    const count = load<u32>(format, Format.op_count);
    if (kind == 1) scan(body, count, lineStart, lineEnd);
    else scanShapes(body, count, lineStart, lineEnd);
    return;
  }
  startConversions(format, false, zone);
  if (!hasLine) {
    clearUnmapped();
    if (walk(body, recordStart, recordEnd, Walk.parse) == 0)
      fail(ErrorCode.json_expected, recordStart, JSON_VALUE, JSON_VALUE + 12);
    return;
  }
  const mark = markUnmapped();
  if (plainLine()) {
    const end = walk(body, plainStart, plainEnd, Walk.parse);
    if (end != 0 && skipBlanks(end, plainEnd) == plainEnd) return;
  }
  rewindUnmapped(mark);
  fail(ErrorCode.json_expected, lineStart, JSON_VALUE, JSON_VALUE + 12);
}

/** Reads texts the line holds, which may have escapes even where it is JSON. */
function readWithin(format: usize, count: u32, zone: i32): void {
  startConversions(format, true, zone);
  const plain = load<u32>(format, Format.kind) == 2;
  const start = !hasLine ? recordStart : plain ? plainStart : lineStart;
  const end = !hasLine ? recordEnd : plain ? plainEnd : lineEnd;
  scanWithin(load<u32>(format, Format.within), count, start, end);
}

const KEPT: usize = memory.data(16 * 16, 8);

/** Of a record that could not be read: keeps client, time and what envelopes and source said, as a Base Event. */
function salvage(source: usize): void {
  memory.copy(KEPT, SLOTS + (Field.src_ip << 4), 48);
  memory.copy(KEPT + 48, SLOTS + (Field.time << 4), 16);
  memory.copy(KEPT + 64, SLOTS + (Field.log_host << 4), 96);
  memory.copy(KEPT + 160, SLOTS + (Field.log_stream << 4), 16);
  memory.copy(KEPT + 176, SLOTS + (Meta.product_name << 4), 32);
  clearEvent();
  memory.copy(SLOTS + (Field.src_ip << 4), KEPT, 48);
  memory.copy(SLOTS + (Field.time << 4), KEPT + 48, 16);
  memory.copy(SLOTS + (Field.log_host << 4), KEPT + 64, 96);
  memory.copy(SLOTS + (Field.log_stream << 4), KEPT + 160, 16);
  memory.copy(SLOTS + (Meta.product_name << 4), KEPT + 176, 32);
  if (source != 0) applyAssigns(load<u32>(source, Source.labels), load<u32>(source, Source.label_count));
  setInt(Field.event_class, EventClass.base_event);
}

/** Entry of a request line that was none, among the unmapped; 0 none. */
let requestEntry: usize = 0;

/** Redacts the event; `raw_data` as plain bytes is the line's JSON, or the record where there is no line. */
function redactRecord(redaction: usize, format: usize): bool {
  if (!hasLine) return redact(redaction, format, recordStart, recordStart, recordEnd, true, requestEntry);
  if (format != 0 && load<u32>(format, Format.kind) == 2 && plainStart != 0)
    return redact(redaction, format, recordStart, plainStart, plainEnd, true, requestEntry);
  return redact(redaction, format, recordStart, lineStart, lineEnd, false, requestEntry);
}

/** Writes what the engine itself says about the record. False if memory is short. */
function describe(source: usize, format: usize): bool {
  setIdentity();
  if (source != 0) setSpan(Meta.source, source + Source.name);
  if (format != 0) setSpan(Meta.format, format + Format.name);
  setInt(Meta.status, status);
  if (drift) setBool(Meta.drift, true);
  if (errorCode != ErrorCode.none) {
    setInt(Meta.error_code, errorCode);
    if (errorAt != 0) setInt(Meta.error_offset, errorOffset());
    if (expectedEnd > expectedStart) setText(Meta.error_expected, expectedStart, expectedEnd);
  }
  let incomplete = drift || status != ParseStatus.ok;
  if (slotKind(Field.http_line) == SlotKind.text) {
    requestEntry = addUnmapped(
      UnmappedKind.text,
      0,
      0,
      REQUEST_KEY,
      REQUEST_KEY + 7,
      slotStart(Field.http_line),
      slotEnd(Field.http_line),
    );
    clearSlot(Field.http_line);
    incomplete = true;
  }
  const raw = load<u32>(IMAGE_BASE, Header.raw);
  if (raw == 2 || (raw == 0 && !incomplete)) return true;
  if (hasLine) {
    setText(Meta.raw_data, lineStart, lineEnd);
    return true;
  }
  if (!escapeBytes(recordStart, recordEnd)) return false;
  setText(Meta.raw_data, textStart, textEnd);
  return true;
}

function setSpan(slot: u32, span: usize): void {
  const start = <usize>load<u32>(span);
  setText(slot, start, start + load<u32>(span, 4));
}

/** The error's place in bytes of the line as it was before it was JSON-escaped; 0 where it has no place in the line. */
function errorOffset(): i64 {
  if (plainStart != 0 && errorAt >= plainStart && errorAt <= plainEnd) return errorAt - plainStart;
  if (!hasLine) return errorAt >= recordStart && errorAt <= recordEnd ? errorAt - recordStart : 0;
  if (errorAt < lineStart || errorAt > lineEnd) return 0;
  let offset: i64 = 0;
  for (let p = lineStart; p < errorAt; offset++) {
    if (load<u8>(p) != 0x5c) p++;
    else p += load<u8>(p, 1) == 0x75 ? 6 : 2;
  }
  return offset;
}
