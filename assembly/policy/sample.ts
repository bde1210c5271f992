import { hashText, scoreOf } from '../bytes/hash';
import { putInteger } from '../bytes/number';
import { setJson, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { allocate } from '../host/memory';
import { Meta } from '../shared/fields';
import { Header, Sample, SampleRule } from '../shared/image_layout';
import { IMAGE_BASE } from '../shared/limits';
import { SlotKind } from '../shared/slot_kind';
import { RULE_BITS } from './match';

/** The empty text: the host drops the record. */
export const DROPPED: usize = memory.data<u8>([0, 0, 0, 0], 4);

/** Apart from the hash's scores for shards. */
const PLACE: u32 = 0xffffffff;
const DIGITS: usize = memory.data(40, 8);
/** Some rule has dropped records no kept one has told of yet. */
let untold: bool = false;

/** Takes the record away from routes that are no evidence where a rule wants it. False: no route is left, and it is dropped. */
export function sample(section: usize): bool {
  const rule = takingRule(section);
  if (rule != 0 && !keepEvidence(section)) {
    store<u32>(rule, load<u32>(rule, SampleRule.count) + 1, SampleRule.count);
    untold = true;
    return false;
  }
  if (rule != 0) {
    // The span is `"name":`.
    const name = <usize>load<u32>(rule, SampleRule.name);
    setText(Meta.sampled, name + 1, name + load<u32>(rule, SampleRule.name + 4) - 2);
  }
  if (untold) tell(section);
  return true;
}

/** The first rule whose condition holds, if it does not keep the record; 0 none. */
function takingRule(section: usize): usize {
  const first = load<u32>(section, Sample.first_bit);
  const count = load<u32>(section, Sample.rule_count);
  for (let i: u32 = 0; i < count; i++) {
    const bit = first + i;
    const word = load<u32>(RULE_BITS + ((<usize>(bit >> 5)) << 2));
    if (((word >> (bit & 31)) & 1) == 0) continue;
    const rule = <usize>load<u32>(section, Sample.rules) + <usize>i * SampleRule.size;
    return isKept(rule) ? 0 : rule;
  }
  return 0;
}

/** Whether the record's key is among those the rule keeps. */
function isKept(rule: usize): bool {
  const keep = load<u32>(rule, SampleRule.keep);
  if (keep == 0) return false;
  const slot = load<u32>(rule, SampleRule.by);
  const kind = slotKind(slot);
  if (kind == SlotKind.none) return true;
  let start = slotStart(slot);
  let end = slotEnd(slot);
  if (kind == SlotKind.int || kind == SlotKind.bool) {
    start = DIGITS;
    end = putInteger(DIGITS, slotInt(slot));
  }
  return (scoreOf(hashText(start, end), PLACE) >> 32) * keep < 0x100000000;
}

/** Leaves only the routes that are evidence. Whether there are any. */
function keepEvidence(section: usize): bool {
  const evidence = <usize>load<u32>(section, Sample.evidence);
  const words = (<usize>load<u32>(section, Sample.words)) << 2;
  const routes = load<u32>(IMAGE_BASE, Header.route_count);
  let any = false;
  for (let at: usize = 0; at < words; at += 4) {
    const left = load<u32>(RULE_BITS + at) & load<u32>(evidence + at);
    store<u32>(RULE_BITS + at, left);
    const behind = routes - ((<u32>at) << 3);
    const own = behind < 32 ? left & ((1 << behind) - 1) : left;
    if (own != 0) any = true;
  }
  return any;
}

/** Writes what was dropped since the last record that was kept into the event. */
function tell(section: usize): void {
  const count = load<u32>(section, Sample.rule_count);
  const start = allocate(<usize>count * 64 + 8);
  if (start == 0) return;
  let out = start;
  store<u8>(out++, 0x7b);
  const rules = <usize>load<u32>(section, Sample.by_name);
  for (let i: u32 = 0; i < count; i++) {
    const rule = <usize>load<u32>(rules + ((<usize>i) << 2));
    const dropped = load<u32>(rule, SampleRule.count);
    if (dropped == 0) continue;
    const length = <usize>load<u32>(rule, SampleRule.name + 4);
    memory.copy(out, load<u32>(rule, SampleRule.name), length);
    out = putInteger(out + length, dropped);
    store<u8>(out++, 0x2c);
    store<u32>(rule, 0, SampleRule.count);
  }
  store<u8>(out - 1, 0x7d);
  setJson(Meta.dropped, start, out);
  untold = false;
}
