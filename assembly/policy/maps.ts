import { putInteger } from '../bytes/number';
import { clearSlot, SLOTS, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { allocate } from '../host/memory';
import { escapeBytes, rewriteText, textEnd, textStart } from '../json/text';
import { findKey } from '../keys';
import { Assign, Key, MapCase, MapTable } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';
import { runAutomaton } from './automaton';
import { findGlob } from './glob';

/** Writes constants to slots. */
export function applyAssigns(at: usize, count: u32): void {
  const end = at + <usize>count * Assign.size;
  for (; at < end; at += Assign.size) {
    // An assignment is a slot but for its first word, which holds slot number and kind.
    const word = load<u32>(at);
    const slot = SLOTS + ((<usize>(word & 0xffff)) << 4);
    store<u32>(slot, word >> 16);
    store<u32>(slot, load<u32>(at, 4), 4);
    store<u64>(slot, load<u64>(at, 8), 8);
  }
}

/** Text to look up. */
export let keyStart: usize = 0;
export let keyEnd: usize = 0;

const DIGITS: usize = memory.data(64, 8);

/** Whether a JSON value has quotes in it: all but numbers, `true`, `false` and `null` may. */
function isQuoted(start: usize): bool {
  const c = <u32>load<u8>(start);
  return c == 0x22 || c == 0x7b || c == 0x5b;
}

/** JSON as patterns are: JSON-escaped; of a string its content. */
function jsonText(start: usize, end: usize): bool {
  const read = load<u8>(start) == 0x22 ? rewriteText(start + 1, end - 1) : escapeBytes(start, end);
  keyStart = textStart;
  keyEnd = textEnd;
  return read;
}

/** Text a slot is looked up by: its own, that of JSON, its enum member's name, the digits of another number. */
export function keyText(slot: u32, names: usize): bool {
  const kind = slotKind(slot);
  if (kind == SlotKind.json && isQuoted(slotStart(slot))) return jsonText(slotStart(slot), slotEnd(slot));
  if (kind == SlotKind.text || kind == SlotKind.json) {
    keyStart = slotStart(slot);
    keyEnd = slotEnd(slot);
    return true;
  }
  if (kind == SlotKind.none) return false;
  if (names == 0) {
    keyStart = DIGITS;
    keyEnd = putInteger(DIGITS, slotInt(slot));
    return true;
  }
  const span = names + ((<usize>slotInt(slot)) << 3);
  keyStart = load<u32>(span);
  keyEnd = keyStart + load<u32>(span, 4);
  return true;
}

/** Whether every lookup finds a case. A slot that is missing is the empty text. */
export function allowsAll(at: usize, count: u32): bool {
  const end = at + <usize>count * MapTable.size;
  for (; at < end; at += MapTable.size) {
    if (!keyText(load<u32>(at, MapTable.from), load<u32>(at, MapTable.from_names))) keyStart = keyEnd = DIGITS;
    if (findCase(at) == 0) return false;
  }
  return true;
}

/** Looks up by one or two slots and applies the first case that matches. */
export function applyMaps(at: usize, count: u32): void {
  const end = at + <usize>count * MapTable.size;
  for (; at < end; at += MapTable.size) {
    if (!keyText(load<u32>(at, MapTable.from), load<u32>(at, MapTable.from_names))) continue;
    const and = load<u32>(at, MapTable.and);
    if (and != 0xffffffff && !joinKey(and, load<u32>(at, MapTable.and_names))) continue;
    const found = findCase(at);
    if (found == 0) continue;
    const entry = <usize>load<u32>(at, MapTable.cases) + <usize>(found - 1) * MapCase.size;
    applyAssigns(load<u32>(entry, MapCase.set), load<u32>(entry, MapCase.set_count));
    let copy = <usize>load<u32>(entry, MapCase.copy);
    const copies = copy + ((<usize>load<u32>(entry, MapCase.copy_count)) << 2);
    for (; copy < copies; copy += 4) {
      const from = <u32>load<u16>(copy, 2);
      const to = <usize>load<u16>(copy);
      if (to == 0xffff) clearSlot(from);
      else if (slotKind(from) != SlotKind.none) memory.copy(SLOTS + (to << 4), SLOTS + ((<usize>from) << 4), 16);
    }
  }
}

/** Number of the first case that matches the key, from 1; 0 none. */
function findCase(map: usize): u32 {
  let found: u32 = 0;
  const exact = <usize>load<u32>(map, MapTable.exact);
  if (exact != 0) {
    const entry = findKey(exact, keyStart, keyEnd - keyStart);
    if (entry != 0) found = load<u32>(entry, Key.bit);
  }
  const globs = <usize>load<u32>(map, MapTable.globs);
  if (globs != 0) {
    const glob = findGlob(globs, keyStart, keyEnd, found == 0 ? <u32>-1 : found);
    if (glob != 0) found = glob;
  }
  const automaton = <usize>load<u32>(map, MapTable.automaton);
  if (automaton == 0 || found == 1) return found;
  const pattern = <u32>runAutomaton(automaton, keyStart, keyEnd);
  return pattern != 0 && (found == 0 || pattern < found) ? pattern : found;
}

/** Joins the second slot's text to the key with a blank. */
export function joinKey(slot: u32, names: usize): bool {
  let start = keyStart;
  const length = keyEnd - keyStart;
  if (start == DIGITS) {
    memory.copy(DIGITS + 32, DIGITS, 32);
    start = DIGITS + 32;
  }
  const second = keyText(slot, names);
  const more = second ? keyEnd - keyStart : 0;
  const out = allocate(length + 1 + more);
  if (out == 0) return false;
  memory.copy(out, start, length);
  store<u8>(out + length, 0x20);
  if (second) memory.copy(out + length + 1, keyStart, more);
  keyStart = out;
  keyEnd = out + length + 1 + more;
  return true;
}
