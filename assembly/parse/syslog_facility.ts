import { isDigit } from '../bytes/ascii';
import { takeDigits } from '../bytes/number';
import { setText } from '../event';
import { Field } from '../shared/fields';
import { addUnmapped, UnmappedKind } from '../unmapped';
import { lineEnd } from './line';

let facility: usize = 0;
let facilityEnd: usize = 0;
let levelEnd: usize = 0;
let messageId: usize = 0;
let messageIdEnd: usize = 0;

export function startFacility(): void {
  facility = 0;
  messageId = 0;
}

/**
 * `auth.info` or, of AIX, `auth|security:info` at `p`, and what ends it: a blank, `> ` (then it begins with `<`) or `] `.
 * The position behind it; `p` if there is none.
 */
export function takeFacility(p: usize, close: u32): usize {
  let q = p;
  if (close == 0x3e) {
    if (q >= lineEnd || load<u8>(q) != 0x3c) return p;
    q++;
  }
  const start = q;
  while (q < lineEnd && (isLower(load<u8>(q)) || (q > start && (isDigit(load<u8>(q)) || load<u8>(q) == 0x7c)))) q++;
  if (q == start || q >= lineEnd || (load<u8>(q) != 0x2e && load<u8>(q) != 0x3a)) return p;
  const level = q + 1;
  const end = q;
  q = level;
  while (q < lineEnd && isLower(load<u8>(q))) q++;
  if (!isLevel(level, q)) return p;
  const wordEnd = q;
  if (close != 0x20) {
    if (q >= lineEnd || load<u8>(q) != close) return p;
    q++;
  }
  if (q >= lineEnd || load<u8>(q) != 0x20) return p;
  facility = start;
  facilityEnd = end;
  levelEnd = wordEnd;
  return q + 1;
}

/** `[ID 800047 auth.info] ` as Solaris has it in front of a message: https://docs.oracle.com/cd/E36784_01/html/E36882/log-7d.html */
export function takeMessageId(p: usize): usize {
  if (p + 4 > lineEnd || load<u32>(p) != 0x2044495b) return p;
  const end = takeDigits(p + 4, lineEnd, 18);
  if (end == p + 4 || end >= lineEnd || load<u8>(end) != 0x20) return p;
  const behind = takeFacility(end + 1, 0x5d);
  if (behind == end + 1) return p;
  messageId = p + 4;
  messageIdEnd = end;
  return behind;
}

/** Puts what was taken into the event. */
export function putFacility(): void {
  if (facility == 0) return;
  setText(Field.log_level, facilityEnd + 1, levelEnd);
  addUnmapped(UnmappedKind.text, 0, 0, FACILITY_KEY, FACILITY_KEY + 8, facility, facilityEnd);
  if (messageId != 0) setText(Field.log_message_id, messageId, messageIdEnd);
}

/** `facility` */
const FACILITY_KEY: usize = memory.data<u8>([102, 97, 99, 105, 108, 105, 116, 121, 0, 0, 0, 0, 0, 0, 0, 0], 8);

function isLower(c: u32): bool {
  return c - 0x61 < 26;
}

/** emerg, panic, alert, crit, err, error, warn, warning, notice, info, debug */
function isLevel(p: usize, end: usize): bool {
  const size = <u32>(end - p);
  if (size < 3 || size > 7) return false;
  const head = load<u32>(p);
  if (size == 3) return (head & 0xffffff) == 0x727265;
  if (size == 4) return head == 0x6f666e69 || head == 0x74697263 || head == 0x6e726177;
  const last = load<u8>(end - 1);
  if (size == 5)
    return (
      (head == 0x72656d65 && last == 0x67) ||
      (head == 0x696e6170 && last == 0x63) ||
      (head == 0x72656c61 && last == 0x74) ||
      (head == 0x75626564 && last == 0x67) ||
      (head == 0x6f727265 && last == 0x72)
    );
  if (size == 6) return head == 0x69746f6e && load<u16>(p, 4) == 0x6563;
  return head == 0x6e726177 && load<u16>(p, 4) == 0x6e69 && last == 0x67;
}
