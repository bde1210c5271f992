import { putInteger } from '../../bytes/number';
import { setJson } from '../../event';
import { allocate, trim } from '../../host/memory';
import { Meta, SLOT_COUNT } from '../../shared/fields';
import { Redact, RedactRule } from '../../shared/image_layout';

/** Redactions of the place being written by rule, and a bit per rule that has some. */
const counts: usize = memory.data(256, 8);
let touched: u64 = 0;

/** Entries of 8 bytes: u16 slot, u16 rule, u32 count. */
let entries: usize = 0;
let next: usize = 0;

/** Starts the list of one record. False if memory is short. */
export function startReport(redact: usize): bool {
  touched = 0;
  memory.fill(counts, 0, 256);
  entries = allocate((<usize>load<u32>(redact, Redact.rule_count) * SLOT_COUNT) << 3);
  next = entries;
  return entries != 0;
}

export function countRedaction(rule: u32): void {
  const at = counts + ((<usize>rule) << 2);
  store<u32>(at, load<u32>(at) + 1);
  touched |= (<u64>1) << rule;
}

/** Notes what was counted since the last place, by rule. A slot is one place. */
export function reportPlace(slot: u32): void {
  while (touched != 0) {
    const rule = <u32>ctz(touched);
    touched &= touched - 1;
    const at = counts + ((<usize>rule) << 2);
    store<u16>(next, <u16>slot);
    store<u16>(next, <u16>rule, 2);
    store<u32>(next, load<u32>(at), 4);
    store<u32>(at, 0);
    next += 8;
  }
}

/** Writes the list into the event; without an entry there is none. False if memory is short. */
export function endReport(redact: usize): bool {
  if (next == entries) return true;
  const paths = <usize>load<u32>(redact, Redact.paths);
  const rules = <usize>load<u32>(redact, Redact.rules);
  // Names are 40 bytes at most, paths fewer.
  const start = allocate(((next - entries) >> 3) * 144 + 8);
  if (start == 0) return false;
  let out = start;
  store<u8>(out++, 0x5b);
  for (let entry = entries; entry < next; entry += 8) {
    // {"count":
    store<u64>(out, 0x22746e756f63227b);
    store<u8>(out, 0x3a, 8);
    out = putInteger(out + 9, load<u32>(entry, 4));
    // ,"field":"
    store<u64>(out, 0x22646c656966222c);
    store<u16>(out, 0x223a, 8);
    out = putSpan(out + 10, paths + ((<usize>load<u16>(entry)) << 3));
    // ","rule":"
    store<u64>(out, 0x22656c7572222c22);
    store<u16>(out, 0x223a, 8);
    out = putSpan(out + 10, rules + <usize>load<u16>(entry, 2) * RedactRule.size + RedactRule.name);
    // "},
    store<u32>(out, 0x2c7d22);
    out += 3;
  }
  store<u8>(out - 1, 0x5d);
  setJson(Meta.redacted, start, out);
  trim(out);
  return true;
}

function putSpan(at: usize, span: usize): usize {
  const length = <usize>load<u32>(span, 4);
  memory.copy(at, load<u32>(span), length);
  return at + length;
}
