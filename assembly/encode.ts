import { putInteger } from './bytes/number';
import { SLOTS } from './event';
import { reach, workTop } from './host/memory';
import { putByte } from './json/text';
import { EXTRA_BASE, LABEL_BASE } from './shared/fields';
import { Format, Header, Tmpl, TmplCode } from './shared/image_layout';
import { IMAGE_BASE } from './shared/limits';
import { SlotKind } from './shared/slot_kind';
import { firstUnmapped, UnmappedKind } from './unmapped';

const LEVELS: usize = 64;
/** Per open object: u32 position behind its opening text, u32 position before it, u32 1 for a list. */
const open: usize = memory.data(768, 8);

/** Next byte of the output, and the first that may not be written without `room`. */
let out: usize = 0;
let limit: usize = 0;

/** Makes `size` more bytes writable. */
function room(size: usize): bool {
  const wanted = out + size + 64;
  if (wanted <= limit) return true;
  if (wanted < out || !reach(wanted)) return false;
  limit = wanted;
  return true;
}

/**
 * Writes the event by its template: one NUL-terminated JSON object at the end of working memory. Every member ends in a comma, which the
 * end of its object turns into the brace. The address of the object, 0 if memory is short.
 */
export function encode(template: usize, format: usize): usize {
  const start = workTop();
  out = start;
  limit = start;
  if (!room(4096)) return 0;
  limit = out + 4096;
  store<u8>(out++, 0x7b);
  let level = open;
  for (let op = template; ; op += Tmpl.size) {
    const code = load<i32>(op);
    const text = <usize>load<u32>(op, Tmpl.text);
    const length = <usize>load<u32>(op, Tmpl.text + 4);
    const guard = <usize>load<u32>(op, Tmpl.guard);
    if (guard != 0 && !allowed(guard)) continue;
    if (out + length + 64 > limit && !room(length)) return 0;
    let slot = SLOTS + ((<usize>load<u32>(op, Tmpl.slot)) << 4);
    if (code >= TmplCode.value && code <= TmplCode.milliseconds) {
      if (load<u32>(slot) == SlotKind.none || code == TmplCode.enumeration) {
        slot = firstPresent(op, slot);
        if (slot == 0) {
          if (!putOtherwise(op, text, length)) return 0;
          continue;
        }
      }
    }
    switch (code) {
      case TmplCode.end: {
        if (load<u8>(out - 1) == 0x2c) out--;
        store<u16>(out, 0x7d);
        return start;
      }
      case TmplCode.open: {
        if (level >= open + LEVELS * 12) return 0;
        store<u32>(level, <u32>out, 4);
        memory.copy(out, text, length);
        out += length;
        store<u32>(level, <u32>out);
        store<u32>(level, load<u32>(op, Tmpl.slot), 8);
        level += 12;
        continue;
      }
      case TmplCode.close: {
        level -= 12;
        if (<u32>out == load<u32>(level)) {
          out = load<u32>(level, 4);
          continue;
        }
        store<u8>(out - 1, 0x7d);
        if (load<u32>(level, 8)) store<u8>(out++, 0x5d);
        store<u8>(out++, 0x2c);
        continue;
      }
      case TmplCode.constant: {
        memory.copy(out, text, length);
        out += length;
        continue;
      }
      case TmplCode.value: {
        const kind = load<u32>(slot);
        memory.copy(out, text, length);
        out += length;
        if (kind == SlotKind.text) {
          const from = load<u32>(slot, 4);
          const size = <usize>load<u32>(slot, 8) - from;
          if (out + size + 64 > limit && !room(size)) return 0;
          store<u8>(out, 0x22);
          memory.copy(out + 1, from, size);
          out += size;
          store<u16>(out, 0x2c22, 1);
          out += 3;
          continue;
        }
        if (kind == SlotKind.int) {
          out = putInteger(out, load<i64>(slot, 8));
        } else if (kind == SlotKind.bool) {
          out = putBool(out, load<i64>(slot, 8) != 0);
        } else {
          const from = load<u32>(slot, 4);
          const size = <usize>load<u32>(slot, 8) - from;
          if (!room(size)) return 0;
          memory.copy(out, from, size);
          out += size;
        }
        store<u8>(out++, 0x2c);
        continue;
      }
      case TmplCode.milliseconds: {
        memory.copy(out, text, length);
        out = putInteger(out + length, load<i64>(slot, 8) / 1000);
        store<u8>(out++, 0x2c);
        continue;
      }
      case TmplCode.text:
      case TmplCode.text_list: {
        memory.copy(out, text, length);
        out += length;
        if (code == TmplCode.text_list) store<u8>(out++, 0x5b);
        if (!putText(slot)) return 0;
        if (code == TmplCode.text_list) store<u8>(out++, 0x5d);
        store<u8>(out++, 0x2c);
        continue;
      }
      case TmplCode.split_list: {
        if (!putSplitList(text, length, slot)) return 0;
        continue;
      }
      case TmplCode.enumeration: {
        const span = <usize>load<u32>(op, Tmpl.table) + ((<usize>load<i64>(slot, 8)) << 3);
        const size = <usize>load<u32>(span, 4);
        memory.copy(out, text, length);
        out += length;
        if (!room(size)) return 0;
        memory.copy(out, load<u32>(span), size);
        out += size;
        store<u8>(out++, 0x2c);
        continue;
      }
      case TmplCode.unmapped: {
        if (!putUnmapped(text, length, format)) return 0;
        continue;
      }
      case TmplCode.labels: {
        if (!putLabels(text, length)) return 0;
        continue;
      }
      default:
        return 0;
    }
  }
}

/** Whether one of the guard's first slots is present, and none of its others. */
function allowed(guard: usize): bool {
  let p = guard + 8;
  const wanted = p + ((<usize>load<u32>(guard)) << 2);
  let any = wanted == p;
  for (; p < wanted; p += 4) if (load<u32>(SLOTS + ((<usize>load<u32>(p)) << 4)) != SlotKind.none) any = true;
  if (!any) return false;
  const last = p + ((<usize>load<u32>(guard, 4)) << 2);
  for (; p < last; p += 4) if (load<u32>(SLOTS + ((<usize>load<u32>(p)) << 4)) != SlotKind.none) return false;
  return true;
}

/** Address of the operation's first slot that is present, for an enumeration also in its table; 0 none. */
function firstPresent(op: usize, first: usize): usize {
  if (usable(op, first)) return first;
  const slots = <usize>load<u32>(op, Tmpl.slots);
  const count = load<u32>(op, Tmpl.slot_count);
  for (let i: u32 = 0; i < count; i++) {
    const slot = SLOTS + ((<usize>load<u32>(slots + ((<usize>i) << 2))) << 4);
    if (usable(op, slot)) return slot;
  }
  return 0;
}

function usable(op: usize, slot: usize): bool {
  const kind = load<u32>(slot);
  if (kind == SlotKind.none) return false;
  if (load<u32>(op) != TmplCode.enumeration) return true;
  if (kind != SlotKind.int && kind != SlotKind.bool) return false;
  const number = load<u64>(slot, 8);
  if (number >= load<u32>(op, Tmpl.table_count)) return false;
  return load<u32>(<usize>load<u32>(op, Tmpl.table) + ((<usize>number) << 3), 4) != 0;
}

function putOtherwise(op: usize, text: usize, length: usize): bool {
  const size = <usize>load<u32>(op, Tmpl.otherwise + 4);
  if (size == 0) return true;
  if (!room(length + size)) return false;
  memory.copy(out, text, length);
  out += length;
  memory.copy(out, load<u32>(op, Tmpl.otherwise), size);
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

/** `["a","b"]` of `a, b`: cut at commas, blanks around the parts dropped, empty parts too. */
function putSplitList(text: usize, length: usize, slot: usize): bool {
  if (load<u32>(slot) != SlotKind.text) return true;
  let p = <usize>load<u32>(slot, 4);
  const end = <usize>load<u32>(slot, 8);
  // A part of one byte and its comma become four bytes.
  if (!room(length + (end - p) * 3)) return false;
  const before = out;
  memory.copy(out, text, length);
  out += length;
  store<u8>(out++, 0x5b);
  const first = out;
  while (p < end) {
    let q = p;
    while (q < end && load<u8>(q) != 0x2c) q++;
    let from = p;
    let to = q;
    while (from < to && load<u8>(from) == 0x20) from++;
    while (to > from && load<u8>(to - 1) == 0x20) to--;
    if (to > from) {
      store<u8>(out++, 0x22);
      memory.copy(out, from, to - from);
      out += to - from;
      store<u16>(out, 0x2c22);
      out += 2;
    }
    p = q + 1;
  }
  if (out == first) {
    out = before;
    return true;
  }
  store<u16>(out - 1, 0x2c5d);
  out++;
  return true;
}

function putLabels(text: usize, length: usize): bool {
  const count = load<u32>(IMAGE_BASE, Header.label_count);
  const names = <usize>load<u32>(IMAGE_BASE, Header.labels);
  const before = out;
  memory.copy(out, text, length);
  out += length;
  store<u8>(out++, 0x5b);
  const first = out;
  for (let i: u32 = 0; i < count; i++) {
    const slot = SLOTS + ((<usize>(LABEL_BASE + i)) << 4);
    if (load<u32>(slot) != SlotKind.text) continue;
    const name = names + ((<usize>i) << 3);
    const nameLength = <usize>load<u32>(name, 4);
    const from = load<u32>(slot, 4);
    const size = <usize>load<u32>(slot, 8) - from;
    if (!room(nameLength + size)) return false;
    store<u8>(out++, 0x22);
    memory.copy(out, load<u32>(name), nameLength);
    out += nameLength;
    memory.copy(out, from, size);
    out += size;
    store<u16>(out, 0x2c22);
    out += 2;
  }
  if (out == first) {
    out = before;
    return true;
  }
  store<u16>(out - 1, 0x2c5d);
  out++;
  return true;
}

/** Host keys and unlisted JSON keys, then the format's captures without a field. */
function putUnmapped(text: usize, length: usize, format: usize): bool {
  const before = out;
  memory.copy(out, text, length);
  out += length;
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
    if (!room(pathLength + keyLength + size)) return false;
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
    const kind = load<u32>(slot);
    if (kind == SlotKind.none) continue;
    const length = <usize>load<u32>(name, 4);
    if (!room(length)) return false;
    memory.copy(out, load<u32>(name), length);
    out += length;
    if (kind == SlotKind.text) {
      if (!putText(slot)) return false;
    } else if (kind == SlotKind.json) {
      const from = load<u32>(slot, 4);
      const size = <usize>load<u32>(slot, 8) - from;
      if (!room(size)) return false;
      memory.copy(out, from, size);
      out += size;
    } else {
      out = kind == SlotKind.bool ? putBool(out, load<i64>(slot, 8) != 0) : putInteger(out, load<i64>(slot, 8));
    }
    store<u8>(out++, 0x2c);
  }
  return true;
}
