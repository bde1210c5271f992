import { putInteger } from '../../bytes/number';
import { slotEnd, slotInt, slotKind, slotStart } from '../../event';
import { release, workTop } from '../../host/memory';
import { readString, readValue, skipBlanks } from '../../json/reader';
import { Detector } from '../../shared/detectors';
import { EXTRA_BASE, EXTRA_MAX, Field } from '../../shared/fields';
import { Redact } from '../../shared/image_layout';
import { SlotKind } from '../../shared/slot_kind';
import { firstUnmapped, UnmappedKind } from '../../unmapped';
import { prepareKinds } from './characters';
import { detectorRules, markDetected, startDetection } from './detect';
import { markKeyed, ruleOfKey, startKeys } from './keys';
import { hasMarks, isMarkable, isMarked, mark, runEnd, runRule, WHOLE } from './marks';
import { cardEnd } from './numbers';
import { viewLost, viewText, viewUnescaped, viewUrlDecoded } from './view';

/** Memory was short: some text was not looked at. */
export let textLost: bool = false;

/** How often text is URL-decoded. */
const LEVELS = 2;

let section: usize = 0;

/**
 * Marks the secrets in the event's texts, for the rules in `active` that look there. `applied`: per slot not 0 where it is redacted as a
 * whole; `request`: the unmapped entry of a request line that was none; `line`: text the fields were cut from, or 0.
 */
export function findInEvent(at: usize, active: u64, applied: usize, request: usize, line: usize, lineEnd: usize): void {
  section = at;
  textLost = false;
  if ((active & load<u64>(section, Redact.finders)) == 0) return;
  prepareKinds();
  if (line != 0) {
    // A secret with a blank in it may have been cut over two fields.
    startKeys(0, 0);
    startDetection(section, active & load<u64>(section, Redact.everywhere));
    findInText(line, lineEnd, false);
  }
  const covers = <usize>load<u32>(section, Redact.covers);
  for (let slot: u32 = 0; slot < <u32>(EXTRA_BASE + EXTRA_MAX); slot++) {
    const kind = slotKind(slot);
    const rules = load<u64>(covers + ((<usize>slot) << 3)) & active;
    if (kind == SlotKind.int && rules != 0 && load<u8>(applied + slot) == 0)
      store<u8>(applied + slot, cardRule(slot, rules));
    if ((kind != SlotKind.text && kind != SlotKind.json) || rules == 0 || load<u8>(applied + slot) != 0) continue;
    begin(rules);
    if (kind == SlotKind.json) findInJson(slotStart(slot), slotEnd(slot));
    else findInText(slotStart(slot), slotEnd(slot), isQuery(slot));
  }
  const rules = load<u64>(section, Redact.unmapped_rules) & active;
  for (let entry = firstUnmapped; entry != 0; entry = load<u32>(entry)) {
    begin(entry == request ? rules | (load<u64>(section, Redact.request_finders) & active) : rules);
    if (load<u32>(entry, 4) != UnmappedKind.removed) findInEntry(entry);
  }
}

/** Marks the secrets in what `raw_data` shows, JSON-escaped unless `plain`. */
export function findInRaw(active: u64, base: usize, baseEnd: usize, plain: bool): void {
  const rules = load<u64>(section, Redact.finders) & active;
  if (rules == 0) return;
  begin(rules);
  if (plain) findInPlain(base, baseEnd);
  else findInText(base, baseEnd, false);
}

function begin(rules: u64): void {
  startKeys(load<u32>(section, Redact.keys), rules);
  startDetection(section, rules);
}

const DIGITS: usize = memory.data(40, 8);
/** Twelve digits. */
const CARD_LEAST: i64 = 100000000000;

/** The first rule that wants a number redacted as a payment card + 1; 0 none. */
function cardRule(slot: u32, rules: u64): u8 {
  if (slotInt(slot) < CARD_LEAST || slot == Field.time || slot == Field.time_start) return 0;
  const wanted = detectorRules(section, Detector.payment_card) & rules;
  const end = putInteger(DIGITS, slotInt(slot));
  return wanted == 0 || cardEnd(DIGITS, end) == 0 ? 0 : <u8>(ctz(wanted) + 1);
}

function isQuery(slot: u32): bool {
  return slot == Field.url_query || slot == Field.url_full || slot == Field.http_referrer;
}

/** JSON-escaped text: without its escapes, and URL-decoded. */
function findInText(start: usize, end: usize, query: bool): void {
  if (start >= end || !isMarkable(start, end)) return;
  const top = workTop();
  viewText(start, end);
  viewUnescaped();
  look(query);
  lookDecoded(query, top);
  lookNested(start, end, query, top);
}

/** Bytes, most likely JSON: as they stand, without escapes, and URL-decoded. */
function findInPlain(start: usize, end: usize): void {
  const top = workTop();
  viewText(start, end);
  look(false);
  if (viewUnescaped()) look(false);
  lookDecoded(false, top);
  lookNested(start, end, false, top);
}

function lookDecoded(query: bool, top: usize): void {
  for (let level = 0; level < LEVELS && viewUrlDecoded(); level++) look(query);
  if (viewLost) textLost = true;
  release(top);
}

/** Text that holds JSON, or text in quotes, as text again: with escapes of escapes undone. */
function lookNested(start: usize, end: usize, query: bool, top: usize): void {
  viewText(start, end);
  if (viewUnescaped()) for (let level = 0; level < LEVELS && viewUnescaped(); level++) look(query);
  if (viewLost) textLost = true;
  release(top);
}

function look(query: bool): void {
  markKeyed(query);
  markDetected();
}

/** A key a rule wants takes its whole value with it. */
function findInEntry(entry: usize): void {
  const key = <usize>load<u32>(entry, 16);
  const keyEnd = <usize>load<u32>(entry, 20);
  const start = <usize>load<u32>(entry, 24);
  const end = <usize>load<u32>(entry, 28);
  findInText(key, keyEnd, false);
  const isJson = load<u32>(entry, 4) == UnmappedKind.json;
  const rule = ruleOfKey(load<u32>(entry, 8), load<u32>(entry, 12), key, keyEnd);
  if (rule >= 0 && (!isJson || saysSomething(start, end))) mark(start, end, rule, isJson ? WHOLE : 0);
  else if (isJson) findInJson(start, end);
  else findInText(start, end, false);
}

/** Whether a JSON value is more than `null`, a boolean or the empty text. */
function saysSomething(start: usize, end: usize): bool {
  const c = <u32>load<u8>(start);
  return c != 0x6e && c != 0x74 && c != 0x66 && !(end - start == 2 && load<u16>(start) == 0x2222);
}

/** A JSON value, string by string and number by number. */
function findInJson(start: usize, end: usize): void {
  if (!isMarkable(start, end)) return;
  for (let p = start; p < end; ) {
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      const close = readString(p + 1, end);
      if (close == 0) return;
      p = findInString(p + 1, close, end);
    } else if (c == 0x2d || c - 0x30 < 10) {
      p = findInNumber(p, end);
    } else {
      p++;
    }
  }
}

/** A string, or a key and perhaps its value: the position behind what was looked at. */
function findInString(start: usize, close: usize, end: usize): usize {
  findInText(start, close, false);
  const colon = skipBlanks(close + 1, end);
  if (colon >= end || load<u8>(colon) != 0x3a) return close + 1;
  const rule = ruleOfKey(0, 0, start, close);
  const value = skipBlanks(colon + 1, end);
  if (rule < 0) return value;
  const last = readValue(value, end);
  if (last == 0) return end;
  if (!saysSomething(value, last)) return last;
  mark(value, last, rule, WHOLE);
  return last;
}

/** A number with a secret in it is redacted as a whole. */
function findInNumber(start: usize, end: usize): usize {
  let p = start;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c == 0x2c || c == 0x5d || c == 0x7d || c <= 0x20) break;
    p++;
  }
  findInText(start, p, false);
  if (!hasMarks(start, p)) return p;
  const first = isMarked(start) ? start : runEnd(start, p);
  runEnd(first, p);
  mark(start, p, runRule, WHOLE);
  return p;
}
