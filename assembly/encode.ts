import { sameBytes } from './bytes/ascii';
import { parseAddress } from './bytes/ip';
import { putInteger } from './bytes/number';
import { putIsoTime } from './bytes/time';
import { SLOTS } from './event';
import { reach, workTop } from './host/memory';
import { putByte } from './json/text';
import {
  findOutline,
  Hole,
  HoleCode,
  holes,
  keepOutline,
  noteHole,
  noteMark,
  noteMember,
  noting,
  takeBack,
  text,
} from './outline';
import { EXTRA_BASE, LABEL_BASE } from './shared/fields';
import { Format, Header, Tmpl, TmplCode, TmplDetail, TmplOp } from './shared/image_layout';
import { IMAGE_BASE } from './shared/limits';
import { SlotKind } from './shared/slot_kind';
import { findPart, partEnd as shownEnd, partStart as shownStart } from './text_part';
import { firstUnmapped, UnmappedKind } from './unmapped';

const LEVELS: usize = 64;
/** Per open object: u32 position behind its opening text, u32 position before it. */
const open: usize = memory.data(512, 8);

/** Next byte of the output. Text may be written up to `limit`; behind it there is room for all the template writes besides. */
let out: usize = 0;
let limit: usize = 0;
let fixed: usize = 0;

/** Makes room for `size` bytes of text. */
function room(size: usize): bool {
  if (out + size <= limit) return true;
  const wanted = out + size + 4096;
  if (wanted < out || !reach(wanted + fixed)) return false;
  limit = wanted;
  return true;
}

/**
 * Writes the event by its template: one NUL-terminated JSON object at the end of working memory. Every member ends in a comma, which the
 * end of its object turns into the brace. The address of the object, 0 if memory is short.
 */
export function encode(template: usize, format: usize): usize {
  const start = workTop();
  fixed = load<u32>(template, Tmpl.fixed);
  if (!reach(start + 4096 + fixed)) return 0;
  limit = start + 4096;
  if (findOutline(template)) {
    if (fillOutline(start, format)) return start;
    limit = start + 4096;
  }
  let p = start;
  store<u8>(p++, 0x7b);
  let level = open;
  for (let op = template + Tmpl.ops; ; op += TmplOp.size) {
    const code = load<i32>(op, TmplOp.code);
    if (code == TmplCode.value) {
      const slot = SLOTS + load<u32>(op, TmplOp.slot);
      const kind = load<u32>(slot);
      if (kind == SlotKind.none) continue;
      const length = <usize>load<u32>(op, TmplOp.text + 4);
      memory.copy(p, load<u32>(op, TmplOp.text), length);
      p += length;
      if (kind == SlotKind.text) {
        const from = load<u32>(slot, 4);
        const size = <usize>load<u32>(slot, 8) - from;
        if (p + size > limit) {
          out = p;
          if (!room(size)) return 0;
        }
        store<u8>(p, 0x22);
        memory.copy(p + 1, from, size);
        if (noting) noteHole(HoleCode.text, slot, p + 1, p + 1 + size);
        p += size;
        store<u16>(p, 0x2c22, 1);
        p += 3;
      } else {
        out = p;
        if (!putValue(slot)) return 0;
        p = out;
      }
      continue;
    }
    if (code == TmplCode.constant) {
      const length = <usize>load<u32>(op, TmplOp.text + 4);
      memory.copy(p, load<u32>(op, TmplOp.text), length);
      p += length;
      continue;
    }
    if (code == TmplCode.open) {
      const inside = <usize>load<u32>(op, TmplOp.detail);
      if (inside != 0 && !anyPresent(inside)) {
        op += load<u32>(op, TmplOp.count);
        continue;
      }
      if (level >= open + (LEVELS << 3)) return 0;
      store<u32>(level, <u32>p, 4);
      const length = <usize>load<u32>(op, TmplOp.text + 4);
      memory.copy(p, load<u32>(op, TmplOp.text), length);
      p += length;
      store<u32>(level, <u32>p);
      level += 8;
      continue;
    }
    if (code <= TmplCode.close_full_list) {
      if (code <= TmplCode.close_list) {
        level -= 8;
        if (<u32>p == load<u32>(level)) {
          p = load<u32>(level, 4);
          if (noting) takeBack(p);
          continue;
        }
      }
      store<u8>(p - 1, 0x7d);
      if (code == TmplCode.close_list || code == TmplCode.close_full_list) store<u8>(p++, 0x5d);
      store<u8>(p++, 0x2c);
      continue;
    }
    if (code == TmplCode.enumeration) {
      const slot = SLOTS + load<u32>(op, TmplOp.slot);
      const span: usize = load<u32>(slot) == SlotKind.none ? 0 : tableSpan(op, slot);
      if (span == 0) {
        if (noting && load<u32>(slot) != SlotKind.none) noteHole(HoleCode.table, op, p, p);
        continue;
      }
      const length = <usize>load<u32>(op, TmplOp.text + 4);
      memory.copy(p, load<u32>(op, TmplOp.text), length);
      p += length;
      const size = <usize>load<u32>(span, 4);
      memory.copy(p, load<u32>(span), size);
      if (noting) noteHole(HoleCode.table, op, p, p + size);
      p += size;
      store<u8>(p++, 0x2c);
      continue;
    }
    if (code == TmplCode.skip) {
      if (!allowed(load<u32>(op, TmplOp.detail))) op += load<u32>(op, TmplOp.count);
      continue;
    }
    if (code == TmplCode.end) {
      if (load<u8>(p - 1) == 0x2c) p--;
      store<u16>(p, 0x7d);
      if (noting) keepOutline(template, start, p + 2);
      return start;
    }
    out = p;
    const mark = noteMark();
    if (!putMember(op, code, format)) return 0;
    if (noting && isHole(op, code)) noteMember(op, mark, p, out);
    p = out;
  }
  return 0;
}

/** Whether what a rarer member writes is not told by the signature. */
function isHole(op: usize, code: i32): bool {
  if (code == TmplCode.unmapped || code == TmplCode.labels || code == TmplCode.label_object) return true;
  const as = load<u32>(load<u32>(op, TmplOp.detail), TmplDetail.as);
  return as != TmplCode.constant && as != TmplCode.value;
}

/** Writes the event by the outline found. False where an event of this one turns out to be no such one, or memory is short. */
function fillOutline(start: usize, format: usize): bool {
  let p = start;
  let from = text;
  for (let hole = holes; ; hole += Hole.size) {
    const length = <usize>load<u32>(hole, Hole.text);
    memory.copy(p, from, length);
    p += length;
    from += length;
    const code = load<u32>(hole, Hole.code);
    const what = <usize>load<u32>(hole, Hole.from);
    if (code == HoleCode.text) {
      const value = load<u32>(what, 4);
      const size = <usize>load<u32>(what, 8) - value;
      if (p + size > limit) {
        out = p;
        if (!room(size)) return false;
      }
      memory.copy(p, value, size);
      p += size;
    } else if (code == HoleCode.int) p = putInteger(p, load<i64>(what, 8));
    else if (code == HoleCode.table) {
      const span = tableSpan(what, SLOTS + load<u32>(what, TmplOp.slot));
      if ((span != 0) != (load<u32>(hole, Hole.flags) != 0)) return false;
      if (span == 0) continue;
      const size = <usize>load<u32>(span, 4);
      memory.copy(p, load<u32>(span), size);
      p += size;
    } else if (code == HoleCode.bool) p = putBool(p, load<i64>(what, 8) != 0);
    else if (code == HoleCode.end) return true;
    else {
      out = p;
      if (!putMember(what, load<i32>(what, TmplOp.code), format)) return false;
      const flags = load<u32>(hole, Hole.flags);
      if (out > p != (flags != 0)) return false;
      p = flags == 2 ? out - 1 : out;
    }
  }
  return false;
}

/** Span of the JSON value an enumeration's table has for the slot's number; 0 none. */
function tableSpan(op: usize, slot: usize): usize {
  const number = load<u64>(slot, 8);
  if (number >= load<u32>(op, TmplOp.count)) return 0;
  const span = <usize>load<u32>(op, TmplOp.detail) + ((<usize>number) << 3);
  return load<u32>(span, 4) == 0 ? 0 : span;
}

/** Whether one of a zero-terminated list of slots is present. */
function anyPresent(slots: usize): bool {
  for (let at = load<u32>(slots); at != 0; at = load<u32>(slots)) {
    if (load<u32>(SLOTS + at) != SlotKind.none) return true;
    slots += 4;
  }
  return false;
}

function putKey(op: usize): void {
  const length = <usize>load<u32>(op, TmplOp.text + 4);
  memory.copy(out, load<u32>(op, TmplOp.text), length);
  out += length;
}

/** The rarer members. False if memory is short. */
function putMember(op: usize, code: i32, format: usize): bool {
  if (code == TmplCode.unmapped) return putUnmapped(op, format);
  if (code == TmplCode.labels || code == TmplCode.label_object) return putLabels(op, code == TmplCode.label_object);
  const detail = <usize>load<u32>(op, TmplOp.detail);
  const guard = <usize>load<u32>(detail, TmplDetail.guard);
  if (guard != 0 && !allowed(guard)) return true;
  const as = load<u32>(detail, TmplDetail.as);
  if (as == TmplCode.constant) {
    putKey(op);
    return true;
  }
  if (as == TmplCode.text_list) return putTextList(op, detail);
  if (as == TmplCode.other) return putOther(op, detail);
  const slot = firstPresent(detail, SLOTS + load<u32>(op, TmplOp.slot), as == TmplCode.enumeration);
  if (slot == 0) return putOtherwise(op, detail);
  switch (as) {
    case TmplCode.value: {
      putKey(op);
      return putValue(slot);
    }
    case TmplCode.enumeration: {
      const span = <usize>load<u32>(detail, TmplDetail.table) + ((<usize>load<i64>(slot, 8)) << 3);
      putKey(op);
      memory.copy(out, load<u32>(span), load<u32>(span, 4));
      out += load<u32>(span, 4);
      break;
    }
    case TmplCode.milliseconds: {
      putKey(op);
      out = putInteger(out, load<i64>(slot, 8) / 1000);
      break;
    }
    case TmplCode.nanoseconds: {
      putKey(op);
      putScaled(load<i64>(slot, 8), 3);
      break;
    }
    case TmplCode.epoch_nanoseconds: {
      putKey(op);
      putScaled(load<i64>(slot, 8), 6);
      break;
    }
    case TmplCode.iso_time: {
      putKey(op);
      putTime(load<i64>(slot, 8));
      break;
    }
    case TmplCode.split_list:
    case TmplCode.address_list:
      return putSplitList(op, slot, detail);
    case TmplCode.version:
    case TmplCode.protocol:
    case TmplCode.email:
    case TmplCode.absolute:
      return putPart(op, slot, detail);
    default: {
      if (as == TmplCode.not_addresses && areAddresses(slot)) return true;
      putKey(op);
      const start = out;
      if (!putText(slot)) return false;
      if (as == TmplCode.lower) toLower(start, out);
    }
  }
  store<u8>(out++, 0x2c);
  return true;
}

/** The first of two texts, unless the second is the same. */
function putOther(op: usize, detail: usize): bool {
  const one = SLOTS + load<u32>(op, TmplOp.slot);
  if (load<u32>(one) == SlotKind.none) return true;
  const other = SLOTS + load<u32>(load<u32>(detail, TmplDetail.slots));
  const from = load<u32>(one, 4);
  const size = <usize>load<u32>(one, 8) - from;
  const same = load<u32>(one) == SlotKind.text && load<u32>(other) == SlotKind.text;
  if (same && size == <usize>load<u32>(other, 8) - load<u32>(other, 4) && sameBytes(from, load<u32>(other, 4), size))
    return true;
  putKey(op);
  if (!putText(one)) return false;
  store<u8>(out++, 0x2c);
  return true;
}

/** Part of a text, if it has that part. */
function putPart(op: usize, slot: usize, detail: usize): bool {
  if (load<u32>(slot) != SlotKind.text) return putOtherwise(op, detail);
  const as = load<u32>(detail, TmplDetail.as);
  findPart(as, load<u32>(slot, 4), load<u32>(slot, 8));
  const from = shownStart;
  const size = shownEnd - from;
  if (size == 0) return putOtherwise(op, detail);
  if (!room(size + 3)) return false;
  putKey(op);
  store<u8>(out++, 0x22);
  const start = out;
  memory.copy(out, from, size);
  out += size;
  if (as == TmplCode.protocol) toLower(start, out);
  if (as == TmplCode.version && from != load<u32>(slot, 4)) dotted(start, out);
  store<u16>(out, 0x2c22);
  out += 2;
  return true;
}

function dotted(p: usize, end: usize): void {
  for (; p < end; p++) if (load<u8>(p) == 0x5f) store<u8>(p, 0x2e);
}

function toLower(p: usize, end: usize): void {
  for (; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (c - 0x41 < 26) store<u8>(p, <u8>(c | 0x20));
  }
}

/** A slot as it is, and a comma. */
function putValue(slot: usize): bool {
  const kind = load<u32>(slot);
  if (kind == SlotKind.text) {
    const start = out;
    if (!putText(slot)) return false;
    if (noting) noteHole(HoleCode.text, slot, start + 1, out - 1);
  } else if (kind == SlotKind.int) {
    const start = out;
    out = putInteger(out, load<i64>(slot, 8));
    if (noting) noteHole(HoleCode.int, slot, start, out);
  } else if (kind == SlotKind.bool) {
    const start = out;
    out = putBool(out, load<i64>(slot, 8) != 0);
    if (noting) noteHole(HoleCode.bool, slot, start, out);
  } else {
    const from = load<u32>(slot, 4);
    const size = <usize>load<u32>(slot, 8) - from;
    if (!room(size)) return false;
    memory.copy(out, from, size);
    if (noting) noteHole(HoleCode.text, slot, out, out + size);
    out += size;
  }
  store<u8>(out++, 0x2c);
  return true;
}

/** Whether one of the guard's first slots is present, and none of its others. */
function allowed(guard: usize): bool {
  let p = guard + 8;
  const wanted = p + ((<usize>load<u32>(guard)) << 2);
  let any = wanted == p;
  for (; p < wanted; p += 4) if (load<u32>(SLOTS + load<u32>(p)) != SlotKind.none) any = true;
  if (!any) return false;
  const last = p + ((<usize>load<u32>(guard, 4)) << 2);
  for (; p < last; p += 4) if (load<u32>(SLOTS + load<u32>(p)) != SlotKind.none) return false;
  return true;
}

/** Address of the member's first slot that is present, for an enumeration also in its table; 0 none. */
function firstPresent(detail: usize, first: usize, enumeration: bool): usize {
  if (usable(detail, first, enumeration)) return first;
  const slots = <usize>load<u32>(detail, TmplDetail.slots);
  const count = load<u32>(detail, TmplDetail.slot_count);
  for (let i: u32 = 0; i < count; i++) {
    const slot = SLOTS + load<u32>(slots + ((<usize>i) << 2));
    if (usable(detail, slot, enumeration)) return slot;
  }
  return 0;
}

function usable(detail: usize, slot: usize, enumeration: bool): bool {
  const kind = load<u32>(slot);
  if (kind == SlotKind.none || !enumeration) return kind != SlotKind.none;
  if (kind != SlotKind.int && kind != SlotKind.bool) return false;
  const number = load<u64>(slot, 8);
  if (number >= load<u32>(detail, TmplDetail.table_count)) return false;
  return load<u32>(<usize>load<u32>(detail, TmplDetail.table) + ((<usize>number) << 3), 4) != 0;
}

function putOtherwise(op: usize, detail: usize): bool {
  const size = <usize>load<u32>(detail, TmplDetail.otherwise + 4);
  if (size == 0) return true;
  putKey(op);
  memory.copy(out, load<u32>(detail, TmplDetail.otherwise), size);
  out += size;
  store<u8>(out++, 0x2c);
  return true;
}

function putBool(at: usize, value: bool): usize {
  if (value) {
    store<u32>(at, 0x65757274);
    return at + 4;
  }
  store<u32>(at, 0x736c6166);
  store<u8>(at, 0x65, 4);
  return at + 5;
}

/** A slot of any kind in quotes; a JSON value as its own text. */
function putText(slot: usize): bool {
  const kind = load<u32>(slot);
  const from = <usize>load<u32>(slot, 4);
  const size = <usize>load<u32>(slot, 8) - from;
  if (kind == SlotKind.json) {
    if (!room(size * 6)) return false;
    store<u8>(out++, 0x22);
    for (let p = from; p < from + size; p++) out = putByte(out, load<u8>(p));
  } else if (kind == SlotKind.text) {
    if (!room(size)) return false;
    store<u8>(out++, 0x22);
    memory.copy(out, from, size);
    out += size;
  } else {
    store<u8>(out++, 0x22);
    out = kind == SlotKind.bool ? putBool(out, load<i64>(slot, 8) != 0) : putInteger(out, load<i64>(slot, 8));
  }
  store<u8>(out++, 0x22);
  return true;
}

/** A number with that many zeros behind it. */
function putScaled(value: i64, zeros: usize): void {
  out = putInteger(out, value);
  if (value == 0) return;
  memory.fill(out, 0x30, zeros);
  out += zeros;
}

/** RFC 3339 text in quotes; a time it has no four digits of a year for as a number. */
function putTime(ms: i64): void {
  if (ms < 0 || ms >= 253402300800000) {
    out = putInteger(out, ms);
    return;
  }
  store<u8>(out, 0x22);
  out = putIsoTime(out + 1, ms);
  store<u8>(out++, 0x22);
}

/** Every slot that is present, as a list of strings. */
function putTextList(op: usize, detail: usize): bool {
  const before = out;
  putKey(op);
  store<u8>(out++, 0x5b);
  const first = out;
  const slots = <usize>load<u32>(detail, TmplDetail.slots);
  const count = load<u32>(detail, TmplDetail.slot_count);
  let slot = SLOTS + load<u32>(op, TmplOp.slot);
  for (let i: u32 = 0; ; i++) {
    if (load<u32>(slot) != SlotKind.none) {
      const item = out;
      if (!room(32) || !putText(slot)) return false;
      if (isListed(first, item)) out = item;
      else store<u8>(out++, 0x2c);
    }
    if (i == count) break;
    slot = SLOTS + load<u32>(slots + ((<usize>i) << 2));
  }
  if (out == first) {
    out = before;
    return putOtherwise(op, detail);
  }
  store<u16>(out - 1, 0x2c5d);
  out++;
  return true;
}

/** Whether the text written last, at `item`, is one of those before it from `p` on, each with a comma. */
function isListed(p: usize, item: usize): bool {
  const size = out - item;
  while (p < item) {
    if (p + size < item && load<u8>(p + size) == 0x2c && sameBytes(p, item, size)) return true;
    for (p++; load<u8>(p) != 0x22; p++) if (load<u8>(p) == 0x5c) p++;
    p += 2;
  }
  return false;
}

/** The latest part of a list `nextPart` found. */
let partStart: usize = 0;
let partEnd: usize = 0;

/** The part at `p`: what follows up to a comma, without the blanks around it. The position behind the comma. */
function nextPart(p: usize, end: usize): usize {
  partStart = p;
  while (p < end && load<u8>(p) != 0x2c) p++;
  partEnd = p;
  while (partStart < partEnd && load<u8>(partStart) == 0x20) partStart++;
  while (partEnd > partStart && load<u8>(partEnd - 1) == 0x20) partEnd--;
  return p + 1;
}

/** Whether the latest part is an address as OCSF takes them: no zone, and no more than 40 characters. */
function isAddressPart(): bool {
  if (partEnd - partStart > 40) return false;
  for (let p = partStart; p < partEnd; p++) if (load<u8>(p) == 0x25) return false;
  return parseAddress(partStart, partEnd);
}

/** Whether every part of the list is an address. */
function areAddresses(slot: usize): bool {
  if (load<u32>(slot) != SlotKind.text) return false;
  const end = <usize>load<u32>(slot, 8);
  for (let p = <usize>load<u32>(slot, 4); p < end; ) {
    p = nextPart(p, end);
    if (partEnd > partStart && !isAddressPart()) return false;
  }
  return true;
}

/** `["a","b"]` of `a, b`: cut at commas, blanks around the parts dropped, empty parts too, and perhaps those that are no address. */
function putSplitList(op: usize, slot: usize, detail: usize): bool {
  if (load<u32>(slot) != SlotKind.text) return putOtherwise(op, detail);
  const addresses = load<u32>(detail, TmplDetail.as) == TmplCode.address_list;
  let p = <usize>load<u32>(slot, 4);
  const end = <usize>load<u32>(slot, 8);
  // A part of one byte and its comma become four bytes.
  if (!room((end - p) * 3)) return false;
  const before = out;
  putKey(op);
  store<u8>(out++, 0x5b);
  const first = out;
  while (p < end) {
    p = nextPart(p, end);
    if (partEnd > partStart && (!addresses || isAddressPart())) {
      store<u8>(out++, 0x22);
      memory.copy(out, partStart, partEnd - partStart);
      out += partEnd - partStart;
      store<u16>(out, 0x2c22);
      out += 2;
    }
  }
  if (out == first) {
    out = before;
    return putOtherwise(op, detail);
  }
  store<u16>(out - 1, 0x2c5d);
  out++;
  return true;
}

function putLabels(op: usize, object: bool): bool {
  const count = load<u32>(IMAGE_BASE, Header.label_count);
  const names = <usize>load<u32>(IMAGE_BASE, Header.labels);
  const before = out;
  putKey(op);
  store<u8>(out++, object ? 0x7b : 0x5b);
  const first = out;
  for (let i: u32 = 0; i < count; i++) {
    const slot = SLOTS + ((<usize>(LABEL_BASE + i)) << 4);
    if (load<u32>(slot) != SlotKind.text) continue;
    const name = names + ((<usize>i) << 3);
    const nameLength = <usize>load<u32>(name, 4);
    const from = load<u32>(slot, 4);
    const size = <usize>load<u32>(slot, 8) - from;
    if (!room(nameLength + size + 8)) return false;
    store<u8>(out++, 0x22);
    memory.copy(out, load<u32>(name), nameLength);
    out += nameLength;
    if (object) {
      // The name's colon becomes the object's.
      store<u8>(out - 1, 0x22);
      store<u16>(out, 0x223a);
      out += 2;
    }
    memory.copy(out, from, size);
    out += size;
    store<u16>(out, 0x2c22);
    out += 2;
  }
  if (out == first) {
    out = before;
    return true;
  }
  store<u16>(out - 1, object ? 0x2c7d : 0x2c5d);
  out++;
  return true;
}

/** Host keys and unlisted JSON keys, then the format's captures without a field. */
function putUnmapped(op: usize, format: usize): bool {
  const before = out;
  putKey(op);
  store<u8>(out++, 0x7b);
  const first = out;
  for (let entry = firstUnmapped; entry != 0; entry = load<u32>(entry)) {
    const kind = load<u32>(entry, 4);
    if (kind == UnmappedKind.removed) continue;
    const path = <usize>load<u32>(entry, 8);
    const pathLength = <usize>load<u32>(entry, 12) - path;
    const key = <usize>load<u32>(entry, 16);
    const keyLength = <usize>load<u32>(entry, 20) - key;
    const from = <usize>load<u32>(entry, 24);
    const size = <usize>load<u32>(entry, 28) - from;
    if (!room(pathLength + keyLength + size + 8)) return false;
    store<u8>(out++, 0x22);
    memory.copy(out, path, pathLength);
    out += pathLength;
    memory.copy(out, key, keyLength);
    out += keyLength;
    store<u16>(out, 0x3a22);
    out += 2;
    if (kind == UnmappedKind.text) store<u8>(out++, 0x22);
    memory.copy(out, from, size);
    out += size;
    if (kind == UnmappedKind.text) store<u8>(out++, 0x22);
    store<u8>(out++, 0x2c);
  }
  if (format != 0 && !putExtras(format)) return false;
  if (out == first) {
    out = before;
    return true;
  }
  store<u16>(out - 1, 0x2c7d);
  out++;
  return true;
}

function putExtras(format: usize): bool {
  const count = load<u32>(format, Format.extra_count);
  let name = <usize>load<u32>(format, Format.extras);
  let slot = SLOTS + (EXTRA_BASE << 4);
  const end = slot + ((<usize>count) << 4);
  for (; slot < end; slot += 16, name += 8) {
    if (load<u32>(slot) == SlotKind.none) continue;
    const length = <usize>load<u32>(name, 4);
    if (!room(length + 32)) return false;
    memory.copy(out, load<u32>(name), length);
    out += length;
    if (!putValue(slot)) return false;
  }
  return true;
}
