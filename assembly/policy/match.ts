import { ADDRESS, parseAddress } from '../bytes/ip';
import { slotEnd, slotInt, slotKind, slotStart } from '../event';
import { Automaton, LocalUnit, Match, MatchField, Term, Zone } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';

/** A bit per rule, set by `match`: routes, then redaction rules, then sampling rules. */
const RULE_BYTES: usize = 144;
export const RULE_BITS: usize = memory.data(144, 8);

let stamps: usize = 0;
let hits: usize = 0;
let hitCount: u32 = 0;
let record: u32 = 0;

/**
 * Evaluates all conditions over the event. Every field any condition asks for is looked at once; then only terms that one of the true
 * predicates triggers are checked, so the cost follows what is true of the record and not how many rules there are.
 */
export function match(section: usize): void {
  evaluate(section);
  const rest = <usize>load<u32>(section, Match.rest);
  if (rest != 0) leaveRest(rest);
}

/** Routes for the rest are not for a record that a route with a condition takes. */
function leaveRest(rest: usize): void {
  const bytes = (<usize>load<u32>(rest)) << 2;
  let taken: u32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) taken |= load<u32>(RULE_BITS + at) & load<u32>(rest + (at << 1), 4);
  if (taken == 0) return;
  for (let at: usize = 0; at < bytes; at += 4)
    store<u32>(RULE_BITS + at, load<u32>(RULE_BITS + at) & ~load<u32>(rest + (at << 1), 8));
}

function evaluate(section: usize): void {
  const bytes = <usize>load<u32>(section, Match.bit_bytes);
  memory.copy(RULE_BITS, load<u32>(section, Match.preset), bytes);
  memory.fill(RULE_BITS + bytes, 0, RULE_BYTES - bytes);
  const fields = load<u32>(section, Match.field_count);
  if (fields == 0) return;
  startRecord(section);
  let field = <usize>load<u32>(section, Match.fields);
  const last = field + <usize>fields * MatchField.size;
  for (; field < last; field += MatchField.size) testField(field);
  const triggers = <usize>load<u32>(section, Match.triggers);
  for (let i: u32 = 0; i < hitCount; i++) {
    const list = triggers + ((<usize>load<u32>(hits + ((<usize>i) << 2))) << 3);
    const terms = load<u32>(list, 4);
    if (terms != 0) checkTerms(load<u32>(list), terms);
  }
  const always = load<u32>(section, Match.always_count);
  if (always != 0) checkTerms(load<u32>(section, Match.always), always);
}

/** A predicate is true if its stamp is this record's number: nothing is cleared between records. */
function startRecord(section: usize): void {
  stamps = load<u32>(section, Match.stamps);
  hits = load<u32>(section, Match.hits);
  hitCount = 0;
  record = load<u32>(section, Match.record) + 1;
  if (record == 0) {
    memory.fill(stamps, 0, (<usize>load<u32>(section, Match.predicate_count)) << 2);
    record = 1;
  }
  store<u32>(section, record, Match.record);
}

function hit(predicate: u32): void {
  const stamp = stamps + ((<usize>predicate) << 2);
  if (load<u32>(stamp) == record) return;
  store<u32>(stamp, record);
  store<u32>(hits + ((<usize>hitCount) << 2), predicate);
  hitCount++;
}

/** Marks every predicate of a list: u32 count, u32 predicates; 0 is empty. */
function hitAll(list: usize): void {
  if (list == 0) return;
  const end = list + 4 + ((<usize>load<u32>(list)) << 2);
  for (let p = list + 4; p < end; p += 4) hit(load<u32>(p));
}

/** Marks the predicates an automaton (`found`) finds in a text. */
function hitText(table: usize, start: usize, end: usize): void {
  const transitions = <usize>load<u32>(table, Automaton.transitions);
  const width = load<u32>(table, Automaton.width);
  const found = load<u32>(table, Automaton.first_found);
  const final = load<u32>(table, Automaton.first_final);
  let state = load<u32>(table, Automaton.start);
  for (;;) {
    if (state >= found) {
      if (state >= final) break;
      hitAll(load<u32>(<usize>load<u32>(table, Automaton.found) + ((<usize>(state - found)) << 2)));
    }
    if (start >= end) break;
    const symbol = <u32>load<u8>(table + load<u8>(start), Automaton.classes);
    state = load<u16>(transitions + ((<usize>(state * width + symbol)) << 1));
    start++;
  }
  hitAll(load<u32>(<usize>load<u32>(table, Automaton.accept) + ((<usize>state) << 2)));
}

function testField(field: usize): void {
  const slot = load<u32>(field, MatchField.slot);
  const kind = slotKind(slot);
  if (kind == SlotKind.none) return;
  const present = load<u32>(field, MatchField.present);
  if (present != 0) hit(present - 1);
  const automaton = <usize>load<u32>(field, MatchField.automaton);
  if (automaton != 0 && kind == SlotKind.text) hitText(automaton, slotStart(slot), slotEnd(slot));
  const count = load<u32>(field, MatchField.bound_count);
  if (count == 0) return;
  let interval: u32 = 0;
  if (load<u32>(field, MatchField.address)) {
    if (kind != SlotKind.text || !parseAddress(slotStart(slot), slotEnd(slot))) return;
    interval = addressInterval(load<u32>(field, MatchField.bounds), count);
  } else {
    if (kind != SlotKind.int && kind != SlotKind.bool) return;
    const zone = <usize>load<u32>(field, MatchField.zone);
    const number = zone == 0 ? slotInt(slot) : localNumber(zone, load<u32>(field, MatchField.unit), slotInt(slot));
    interval = numberInterval(load<u32>(field, MatchField.bounds), count, number);
  }
  hitAll(load<u32>(<usize>load<u32>(field, MatchField.lists) + ((<usize>interval) << 2)));
}

/** What the clocks of a zone show at a time, in milliseconds since 1970: the minute of the week, Monday's first 0, or the day since 1970. */
function localNumber(zone: usize, unit: u32, timeMs: i64): i64 {
  const changes = numberInterval(load<u32>(zone, Zone.changes), load<u32>(zone, Zone.change_count), timeMs);
  const local = timeMs + load<i64>(<usize>load<u32>(zone, Zone.offsets) + ((<usize>changes) << 3));
  if (unit == LocalUnit.day) return floorDivide(local, 86400000);
  // 1970 began on a Thursday.
  const minute = floorDivide(local, 60000) + 4320;
  return minute - floorDivide(minute, 10080) * 10080;
}

function floorDivide(number: i64, by: i64): i64 {
  return (number < 0 ? number - by + 1 : number) / by;
}

/** How many of the sorted bounds are not above the number. */
function numberInterval(bounds: usize, count: u32, number: i64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i64>(bounds + ((<usize>middle) << 3)) <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the sorted bounds are not above the latest address parsed. */
export function addressInterval(bounds: usize, count: u32): u32 {
  const top = bswap(load<u64>(ADDRESS));
  const rest = bswap(load<u64>(ADDRESS, 8));
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = bounds + ((<usize>middle) << 4);
    const first = load<u64>(at);
    if (first < top || (first == top && load<u64>(at, 8) <= rest)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkTerms(list: usize, count: u32): void {
  const end = list + ((<usize>count) << 2);
  for (; list < end; list += 4) {
    const term = <usize>load<u32>(list);
    const literals = term + Term.literals + ((<usize>load<u32>(term, Term.count)) << 2);
    let p = term + Term.literals;
    for (; p < literals; p += 4) {
      const literal = load<u32>(p);
      const is = load<u32>(stamps + ((<usize>(literal & 0x7fffffff)) << 2)) == record;
      if (is == (literal >> 31 != 0)) break;
    }
    if (p < literals) continue;
    const rule = load<u32>(term, Term.rule);
    const word = RULE_BITS + ((<usize>(rule >> 5)) << 2);
    store<u32>(word, load<u32>(word) | (1 << (rule & 31)));
  }
}
