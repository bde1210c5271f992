import { hashText, scoreOf } from '../bytes/hash';
import { putInteger } from '../bytes/number';
import { setBool, setInt, setJson, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { allocate, trim } from '../host/memory';
import { Meta } from '../shared/fields';
import { Header, Route, Shards } from '../shared/image_layout';
import { IMAGE_BASE } from '../shared/limits';
import { ln } from '../shared/ln';
import { SlotKind } from '../shared/slot_kind';
import { RULE_BITS } from './match';

const KEY_DIGITS: usize = memory.data(40, 8);
/** `audit.s` */
const TAG_PREFIX: u64 = 0x732e7469647561;
/** `unrouted` */
const UNROUTED: u64 = 0x646574756f726e75;

/** Weighted rendezvous hashing of the first key slot that is there; 0 without one. */
function chooseShard(): i32 {
  const shards = <usize>load<u32>(IMAGE_BASE, Header.shards);
  const count = load<u32>(shards, Shards.count);
  if (count < 2) return 0;
  const keys = <usize>load<u32>(shards, Shards.keys);
  const keyCount = load<u32>(shards, Shards.key_count);
  for (let i: u32 = 0; i < keyCount; i++) {
    const slot = load<u32>(keys + ((<usize>i) << 2));
    const kind = slotKind(slot);
    if (kind == SlotKind.none) continue;
    let start = slotStart(slot);
    let end = slotEnd(slot);
    if (kind == SlotKind.int || kind == SlotKind.bool) {
      start = KEY_DIGITS;
      end = putInteger(KEY_DIGITS, slotInt(slot));
    }
    const h = hashText(start, end);
    return load<u32>(shards, Shards.weighted) ? weighted(h, count, load<u32>(shards, Shards.weights)) : equal(h, count);
  }
  return 0;
}

function equal(h: u64, count: u32): i32 {
  let best: u32 = 0;
  let bestScore: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const score = scoreOf(h, i);
    if (score > bestScore) {
      best = i;
      bestScore = score;
    }
  }
  return best;
}

function weighted(h: u64, count: u32, weights: usize): i32 {
  let best: u32 = 0;
  let bestScore: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const u = (<f64>(scoreOf(h, i) >> 11) + 1) / 9007199254740992.0;
    const score = load<f64>(weights + ((<usize>i) << 3)) / -ln(u);
    if (score > bestScore) {
      best = i;
      bestScore = score;
    }
  }
  return best;
}

/** Writes tag, list of the routes whose condition holds, what they ask for and shard into the event. False if memory is short. */
export function route(): bool {
  const shard = chooseShard();
  setInt(Meta.shard, shard);
  const routes = <usize>load<u32>(IMAGE_BASE, Header.routes);
  const count = load<u32>(IMAGE_BASE, Header.route_count);
  // Names are 40 bytes at most, and 3 more in the list.
  const tag = allocate(32 + <usize>count * 42);
  if (tag == 0) return false;
  const list = allocate(8 + <usize>count * 44);
  if (list == 0) return false;
  store<u64>(tag, TAG_PREFIX);
  let t = putInteger(tag + 7, shard);
  let l = list + 1;
  store<u8>(list, 0x5b);
  let priority: u32 = 0;
  let days: u32 = 0;
  let hold: u32 = 0;
  for (let base: u32 = 0; base < count; base += 32) {
    let word = load<u32>(RULE_BITS + (base >> 3));
    // Behind the routes' bits come those of other rules.
    if (count - base < 32) word &= (1 << (count - base)) - 1;
    while (word != 0) {
      const entry = routes + <usize>(base + ctz(word)) * Route.size;
      word &= word - 1;
      const tagLength = <usize>load<u32>(entry, Route.tag + 4);
      memory.copy(t, load<u32>(entry, Route.tag), tagLength);
      t += tagLength;
      const jsonLength = <usize>load<u32>(entry, Route.json + 4);
      memory.copy(l, load<u32>(entry, Route.json), jsonLength);
      l += jsonLength;
      const kept = load<u32>(entry, Route.kept);
      if ((kept & 3) > priority) priority = kept & 3;
      if (kept >> 3 > days) days = kept >> 3;
      hold |= kept & 4;
    }
  }
  if (l == list + 1) {
    store<u8>(t++, 0x2e);
    store<u64>(t, UNROUTED);
    t += 8;
  } else {
    store<u8>(l - 1, 0x5d);
    setJson(Meta.routes, list, l);
  }
  setText(Meta.tag, tag, t);
  if (priority != 0) setInt(Meta.priority, priority);
  if (days != 0) setInt(Meta.retention_days, days);
  if (hold != 0) setBool(Meta.legal_hold, true);
  trim(l);
  return true;
}
