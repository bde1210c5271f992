import { clearSlot, setJson, setText, slotEnd, slotKind, slotStart } from '../../event';
import { status } from '../../fail';
import { escapeBytes, textEnd, textStart } from '../../json/text';
import { hidden } from '../../parse/shapes';
import { ParseStatus } from '../../shared/enums';
import { EXTRA_BASE, EXTRA_MAX, Field, Meta } from '../../shared/fields';
import { DERIVED, Format, Redact, RedactMethod, RedactRule, UNMAPPED_PLACE } from '../../shared/image_layout';
import { SlotKind } from '../../shared/slot_kind';
import { firstUnmapped, UnmappedKind } from '../../unmapped';
import { RULE_BITS } from '../match';
import { findInEvent, findInRaw, textLost } from './find';
import { anyMarks, hasMarks, mark, startMarks, WHOLE } from './marks';
import { lastNote, noteLost } from './notes';
import { putPseudonym } from './pseudonym';
import { countRedaction, endReport, reportPlace, startReport } from './report';
import { MASK, MASK_LENGTH, maskOnly, rewriteMarked, rewrittenEnd, rewrittenStart, startRewriting } from './rewrite';
import { truncateAddress } from './truncate';

/** Per slot: rule + 1 that redacts it as a whole in this record. */
const applied: usize = memory.data(256, 8);

let section: usize = 0;
/** A bit per rule whose condition holds. */
let active: u64 = 0;

/**
 * Redacts the event. `from`: where the record begins; `base`: what `raw_data` shows, JSON-escaped unless `plain`; `request`: the unmapped
 * entry of a request line that was none. False if memory is short: then nothing of the record may leave.
 */
export function redact(
  at: usize,
  format: usize,
  from: usize,
  base: usize,
  baseEnd: usize,
  plain: bool,
  request: usize,
): bool {
  section = at;
  readActive();
  if (noteLost || !startMarks(from) || !startReport(section)) return false;
  memory.fill(applied, 0, 256);
  applyWholeRules(load<u32>(section, Redact.whole), load<u32>(section, Redact.whole_count));
  if (format != 0) applyWholeRules(load<u32>(format, Format.redact), load<u32>(format, Format.redact_count));
  markUrl();
  markRequest(request);
  markRivals();
  const raw = slotKind(Meta.raw_data) != SlotKind.none;
  if (raw) settleNotes(request != 0);
  // Nobody writes it; `url.full` holds the same.
  clearSlot(Field.http_target);
  findInEvent(section, active, applied, request, plain ? 0 : base, baseEnd);
  startRewriting(section);
  if (textLost || !writeSlots() || !writeUnmapped()) return false;
  maskOnly();
  // Only now: what is marked in `raw_data` alone must not show in other texts.
  if (raw && (!markRaw(base, baseEnd, plain) || !writeRaw(base, baseEnd, plain))) return false;
  return endReport(section);
}

function readActive(): void {
  const first = load<u32>(section, Redact.first_bit);
  const count = load<u32>(section, Redact.rule_count);
  active = 0;
  for (let i: u32 = 0; i < count; i++) {
    const bit = first + i;
    const word = load<u32>(RULE_BITS + ((<usize>(bit >> 5)) << 2));
    active |= (<u64>((word >> (bit & 31)) & 1)) << i;
  }
}

function isText(slot: u32): bool {
  const kind = slotKind(slot);
  return kind == SlotKind.text || kind == SlotKind.json;
}

/** Of several rules for a field the first counts. */
function applyWholeRules(row: usize, count: u32): void {
  const last = row + ((<usize>count) << 3);
  for (; row < last; row += 8) {
    const slot = load<u32>(row);
    const rule = load<u32>(row, 4);
    if (((active >> rule) & 1) == 0 || load<u8>(applied + slot) != 0) continue;
    store<u8>(applied + slot, <u8>(rule + 1));
    if (isText(slot)) mark(slotStart(slot), slotEnd(slot), rule, 0);
  }
}

/** Whether the slot's text is a part of this stretch of the record. */
function isInside(slot: u32, start: usize, end: usize): bool {
  return isText(slot) && slotStart(slot) >= start && slotEnd(slot) <= end;
}

/** A redacted part of a URL that was logged by itself stands in `url.full` too, nobody knows where. */
function markUrl(): void {
  if (slotKind(Field.url_full) != SlotKind.text) return;
  const start = slotStart(Field.url_full);
  const end = slotEnd(Field.url_full);
  for (let slot: u32 = Field.url_scheme; slot <= <u32>Field.url_query; slot++) {
    const rule = <u32>load<u8>(applied + slot);
    if (rule != 0 && slotKind(slot) != SlotKind.none && !isInside(slot, start, end)) mark(start, end, rule - 1, 0);
  }
}

/** A request line that is none may hold whatever is made of one. */
function markRequest(entry: usize): void {
  const rules = active & load<u64>(section, Redact.request_rules);
  if (entry != 0 && rules != 0) mark(load<u32>(entry, 24), load<u32>(entry, 28), <u32>ctz(rules), 0);
}

/** A value whose field another one filled is redacted with the field. */
function markRivals(): void {
  for (let note = lastNote; note != 0; note = load<u32>(note)) {
    const entry = <usize>load<u32>(note, 16);
    if (entry == 0) continue;
    let feed = <usize>load<u32>(note, 4);
    const last = feed + 4 + ((<usize>load<u32>(feed)) << 2);
    for (feed += 4; feed < last; feed += 4) {
      const rule = (load<u32>(feed) & DERIVED) != 0 ? 0 : <u32>load<u8>(applied + load<u32>(feed));
      const whole: u32 = load<u32>(entry, 4) == UnmappedKind.json ? WHOLE : 0;
      if (rule != 0) mark(load<u32>(entry, 24), load<u32>(entry, 28), rule - 1, whole);
    }
  }
}

/** Finds the captured texts a redacted value was read from without being a part of them. A note's feeds become the rule + 1 then, else 0. */
function settleNotes(unsplit: bool): void {
  for (let note = lastNote; note != 0; note = load<u32>(note)) {
    if (load<u32>(note, 16) != 0) continue;
    const start = <usize>load<u32>(note, 8);
    const end = <usize>load<u32>(note, 12);
    let feed = <usize>load<u32>(note, 4);
    let lowest: u32 = 0;
    const last = feed + 4 + ((<usize>load<u32>(feed)) << 2);
    for (feed += 4; feed < last; feed += 4) {
      const slot = load<u32>(feed) & 0xffff;
      const rule = <u32>load<u8>(applied + slot);
      if (rule == 0 || isInside(slot, start, end)) continue;
      if ((load<u32>(feed) & DERIVED) != 0 && slotKind(slot) == SlotKind.none && !unsplit) continue;
      if (lowest == 0 || rule < lowest) lowest = rule;
    }
    store<u32>(note, lowest, 4);
  }
}

/** Marks what is redacted in `raw_data`, beside what the event's own texts share with it. */
function markRaw(base: usize, baseEnd: usize, plain: bool): bool {
  for (let note = lastNote; note != 0; note = load<u32>(note)) {
    const start = <usize>load<u32>(note, 8);
    const end = <usize>load<u32>(note, 12);
    if (load<u32>(note, 16) != 0 || load<u32>(note, 4) == 0 || (end == start + 1 && load<u8>(start) == 0x2d)) continue;
    mark(start, end, load<u32>(note, 4) - 1, 0);
  }
  findInRaw(active, base, baseEnd, plain);
  return !textLost;
}

function writeSlots(): bool {
  for (let slot: u32 = 0; slot < <u32>(EXTRA_BASE + EXTRA_MAX); slot++) {
    const kind = slotKind(slot);
    if (kind == SlotKind.none) continue;
    const rule = <u32>load<u8>(applied + slot);
    if (rule != 0) {
      writeWhole(slot, rule - 1);
    } else if (isText(slot) && hasMarks(slotStart(slot), slotEnd(slot))) {
      if (!rewriteMarked(slotStart(slot), slotEnd(slot))) return false;
      if (kind == SlotKind.text) setText(slot, rewrittenStart, rewrittenEnd);
      else setJson(slot, rewrittenStart, rewrittenEnd);
    }
    if (slot < <u32>EXTRA_BASE) reportPlace(slot);
  }
  return true;
}

/** What stands for a field redacted as a whole: nothing for a number, and the mask for what is no address and to be truncated. */
function writeWhole(slot: u32, rule: u32): void {
  const method = load<u32>(<usize>load<u32>(section, Redact.rules) + <usize>rule * RedactRule.size, RedactRule.method);
  countRedaction(rule);
  if (method == RedactMethod.remove || (slot < <u32>EXTRA_BASE && slotKind(slot) == SlotKind.int))
    return clearSlot(slot);
  if (method == RedactMethod.truncate && truncateAddress(slot, slotStart(slot), slotEnd(slot))) return;
  if (method == RedactMethod.pseudonym && putPseudonym(load<u32>(section, Redact.key), slot)) return;
  setText(slot, MASK, MASK + MASK_LENGTH);
}

/** Start and end of a text in an unmapped entry. */
function writeSpan(at: usize): bool {
  const start = <usize>load<u32>(at);
  const end = <usize>load<u32>(at, 4);
  if (!hasMarks(start, end)) return true;
  if (!rewriteMarked(start, end)) return false;
  store<u32>(at, <u32>rewrittenStart);
  store<u32>(at, <u32>rewrittenEnd, 4);
  return true;
}

/** Keys and values of `unmapped`. */
function writeUnmapped(): bool {
  if (anyMarks) {
    for (let entry = firstUnmapped; entry != 0; entry = load<u32>(entry)) {
      if (load<u32>(entry, 4) == UnmappedKind.removed) continue;
      if (!writeSpan(entry + 16) || !writeSpan(entry + 24)) return false;
    }
  }
  reportPlace(UNMAPPED_PLACE);
  return true;
}

/** Where fields of a line that could not be read, or of a text in it that was decoded, stand in it nobody knows. */
function writeRaw(base: usize, baseEnd: usize, plain: bool): bool {
  const rules = load<u64>(section, Redact.whole_rules);
  if ((status == ParseStatus.failed || hidden) && rules != 0) {
    countRedaction(<u32>ctz(rules));
    setText(Meta.raw_data, MASK, MASK + MASK_LENGTH);
  } else if (hasMarks(base, baseEnd)) {
    if (!rewriteMarked(base, baseEnd)) return false;
    if (plain) {
      if (!escapeBytes(rewrittenStart, rewrittenEnd)) return false;
      setText(Meta.raw_data, textStart, textEnd);
    } else {
      setText(Meta.raw_data, rewrittenStart, rewrittenEnd);
    }
  }
  reportPlace(Meta.raw_data);
  return true;
}
