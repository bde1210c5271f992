import { parseAddress } from '../bytes/ip';
import { setText, slotKind } from '../event';
import { findKey } from '../keys';
import { Key, Lookup, Table, TableMatch } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';
import { joinKey, keyEnd, keyStart, keyText } from './maps';
import { addressInterval } from './match';

/** Looks the event up in the policy's tables and sets labels from the rows found. */
export function enrich(section: usize): void {
  const end = section + 4 + <usize>load<u32>(section) * Lookup.size;
  for (let at = section + 4; at < end; at += Lookup.size) {
    if (!readKey(at)) continue;
    const table = <usize>load<u32>(at, Lookup.table);
    const row = findRow(table);
    if (row == 0) continue;
    const cells = <usize>load<u32>(table, Table.rows) + <usize>(row - 1) * load<u32>(table, Table.row_size);
    let set = <usize>load<u32>(at, Lookup.set);
    const sets = set + ((<usize>load<u32>(at, Lookup.set_count)) << 3);
    for (; set < sets; set += 8) {
      const cell = cells + load<u32>(set, 4);
      const start = <usize>load<u32>(cell);
      const length = <usize>load<u32>(cell, 4);
      if (length != 0) setText(load<u32>(set), start, start + length);
    }
  }
}

/** The text that is looked up. False: there is none. */
function readKey(at: usize): bool {
  const from = load<u32>(at, Lookup.from);
  if (slotKind(from) == SlotKind.json || !keyText(from, load<u32>(at, Lookup.from_names))) return false;
  const and = load<u32>(at, Lookup.and);
  if (and == 0xffffffff) return true;
  return slotKind(and) != SlotKind.json && joinKey(and, load<u32>(at, Lookup.and_names));
}

/** Number of the row of the key, from 1; 0 none. */
function findRow(table: usize): u32 {
  const match = load<u32>(table, Table.match);
  const keys = <usize>load<u32>(table, Table.keys);
  const limit = load<u32>(table, Table.limit);
  if (match == TableMatch.path) return findPath(keys, limit);
  if (match == TableMatch.exact) return rowOf(keys, keyEnd - keyStart);
  if (!parseAddress(keyStart, keyEnd)) return 0;
  return load<u32>(<usize>load<u32>(table, Table.intervals) + ((<usize>addressInterval(keys, limit)) << 2));
}

/** The longest key that is the path or one above it. `longest`: bytes of the longest key there is. */
function findPath(keys: usize, longest: u32): u32 {
  const last = min(keyEnd, keyStart + longest);
  let found: u32 = 0;
  for (let p = keyStart; p <= last; p++) {
    if (p < keyEnd && load<u8>(p) != 0x2f) continue;
    const row = rowOf(keys, p - keyStart);
    if (row != 0) found = row;
  }
  return found;
}

function rowOf(keys: usize, length: usize): u32 {
  const entry = findKey(keys, keyStart, length);
  return entry == 0 ? 0 : load<u32>(entry, Key.bit);
}
