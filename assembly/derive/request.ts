import { isDigit, isLetter } from '../bytes/ascii';
import { value } from '../bytes/number';
import { clearSlot, setInt, setText, slotEnd, slotKind, slotStart } from '../event';
import { portColon } from '../parse/convert';
import { Field } from '../shared/fields';
import { SlotKind } from '../shared/slot_kind';

/** Splits `METHOD target HTTP/x`. A line that is no request keeps its slot, and so ends up among the unmapped. */
export function splitRequestLine(): void {
  if (slotKind(Field.http_line) != SlotKind.text) return;
  const start = slotStart(Field.http_line);
  const end = slotEnd(Field.http_line);
  if (!isLetter(load<u8>(start))) return;
  let p = start + 1;
  const limit = min<usize>(end, start + 32);
  while (p < limit && (<u32>load<u8>(p) - 0x41 < 26 || isMethodByte(load<u8>(p)))) p++;
  if (p >= end || load<u8>(p) != 0x20) return;
  const method = p;
  const target = p + 1;
  let last = end;
  while (last > target && load<u8>(last - 1) != 0x20) last--;
  let targetEnd = end;
  // The blank before the version may be the one behind the method: then there is no target.
  if (isVersion(last, end)) {
    targetEnd = last - 1;
    if (slotKind(Field.http_version) == SlotKind.none) setText(Field.http_version, last + 5, end);
  }
  if (slotKind(Field.http_method) == SlotKind.none) setText(Field.http_method, start, method);
  if (targetEnd > target && slotKind(Field.http_target) == SlotKind.none) setText(Field.http_target, target, targetEnd);
  clearSlot(Field.http_line);
}

function isMethodByte(c: u32): bool {
  return isLetter(c) || isDigit(c) || c == 0x2d || c == 0x5f || c == 0x2e;
}

/** `HTTP/` digit, or `HTTP/` digit `.` digit. */
function isVersion(p: usize, end: usize): bool {
  if (load<u32>(p) != 0x50545448 || load<u8>(p, 4) != 0x2f) return false;
  if (end - p == 6) return isDigit(load<u8>(p, 5));
  return end - p == 8 && isDigit(load<u8>(p, 5)) && load<u8>(p, 6) == 0x2e && isDigit(load<u8>(p, 7));
}

/** Cuts the request target, or `url.full`, into its parts. */
export function splitUrl(): void {
  if (slotKind(Field.http_target) == SlotKind.text && slotKind(Field.url_full) == SlotKind.none) {
    setText(Field.url_full, slotStart(Field.http_target), slotEnd(Field.http_target));
  }
  if (slotKind(Field.url_full) == SlotKind.text) {
    cutUrl(slotStart(Field.url_full), slotEnd(Field.url_full));
  }
  if (slotKind(Field.url_host) == SlotKind.none && slotKind(Field.http_host) == SlotKind.text) {
    putAuthority(slotStart(Field.http_host), slotEnd(Field.http_host));
  }
}

function cutUrl(start: usize, end: usize): void {
  if (isConnect()) return putAuthority(start, end);
  let p = start;
  const colon = schemeEnd(start, end);
  if (colon != 0) {
    putMissing(Field.url_scheme, start, colon);
    const authority = colon + 3;
    p = authority;
    while (p < end) {
      const c = <u32>load<u8>(p);
      if (c == 0x2f || c == 0x3f || c == 0x23) break;
      p++;
    }
    putAuthority(authority, p);
  }
  let query = p;
  while (query < end && load<u8>(query) != 0x3f) query++;
  putMissing(Field.url_path, p, query);
  if (query < end) putMissing(Field.url_query, query + 1, end);
}

function isConnect(): bool {
  const start = slotStart(Field.http_method);
  return (
    slotKind(Field.http_method) == SlotKind.text &&
    slotEnd(Field.http_method) - start == 7 &&
    load<u32>(start) == 0x4e4e4f43 &&
    (load<u32>(start, 4) & 0xffffff) == 0x544345
  );
}

/** Position of the `:` of `scheme://`; 0 if the text has none. */
function schemeEnd(start: usize, end: usize): usize {
  if (start >= end || !isLetter(load<u8>(start))) return 0;
  let p = start + 1;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (!isLetter(c) && !isDigit(c) && c != 0x2b && c != 0x2d && c != 0x2e) break;
    p++;
  }
  return p + 3 <= end && load<u16>(p) == 0x2f3a && load<u8>(p, 2) == 0x2f ? p : 0;
}

function putMissing(slot: u32, start: usize, end: usize): void {
  if (end > start && slotKind(slot) == SlotKind.none) setText(slot, start, end);
}

/** Host and port of an authority; user information in front of the last `@` is not looked at. */
function putAuthority(start: usize, end: usize): void {
  let from = end;
  while (from > start && load<u8>(from - 1) != 0x40) from--;
  const colon = portColon(from, end);
  let to = end;
  if (colon != 0) {
    to = colon;
    if (slotKind(Field.url_port) == SlotKind.none) setInt(Field.url_port, value);
  }
  if (to - from > 2 && load<u8>(from) == 0x5b && load<u8>(to - 1) == 0x5d) {
    from++;
    to--;
  }
  putMissing(Field.url_host, from, to);
}
