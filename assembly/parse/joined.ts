import { isDigit, sameBytes } from '../bytes/ascii';
import { setText, slotEnd, slotStart } from '../event';
import { allocate } from '../host/memory';
import { noteCapture } from '../policy/redact/notes';
import { Convert } from '../shared/convert';
import { Capture } from '../shared/image_layout';
import { conversionOf, hexText } from './convert';

/**
 * Values of numbered keys, in the order met: a chain of 16-byte entries.
 *
 *   0  u32 next entry   4  u32 1: it goes on where the one before ended   8  u32 start   12  u32 end
 */
let first: usize = 0;
let last: usize = 0;
/** The capture whose name the numbers follow; 0: nothing is joined. */
let capture: usize = 0;

export function startJoined(into: usize): void {
  capture = into;
  first = 0;
  last = 0;
}

/** Takes the value of a numbered key; false: it is another key. */
export function takeJoined(key: usize, keyEnd: usize, start: usize, end: usize, quoted: bool): bool {
  if (capture == 0) return false;
  const digits = key + load<u32>(capture, Capture.name + 4);
  if (digits >= keyEnd || !sameBytes(key, load<u32>(capture, Capture.name), digits - key)) return false;
  const bracket = afterDigits(digits, keyEnd);
  if (bracket == digits) return false;
  if (bracket != keyEnd) {
    const close = afterDigits(bracket + 1, keyEnd);
    if (load<u8>(bracket) != 0x5b || close == bracket + 1 || close + 1 != keyEnd || load<u8>(close) != 0x5d)
      return false;
  }
  const whole = bracket == keyEnd || (bracket + 3 == keyEnd && load<u8>(bracket, 1) == 0x30);
  noteCapture(capture, start, end);
  addPiece(!whole, start, end, !quoted && conversionOf(capture) == Convert.hex_text);
  return true;
}

function afterDigits(p: usize, end: usize): usize {
  while (p < end && isDigit(load<u8>(p))) p++;
  return p;
}

function addPiece(goesOn: bool, start: usize, end: usize, hex: bool): void {
  const slot = <u32>load<u16>(capture, Capture.slots);
  setText(slot, start, end);
  if (hex) hexText(slot, start, end);
  const entry = allocate(16);
  if (entry == 0) return;
  store<u32>(entry, 0);
  store<u32>(entry, goesOn ? 1 : 0, 4);
  store<u32>(entry, <u32>slotStart(slot), 8);
  store<u32>(entry, <u32>slotEnd(slot), 12);
  if (first == 0) first = entry;
  else store<u32>(last, <u32>entry);
  last = entry;
}

/** Sets the field: several values are copied together, one stays where it is. */
export function finishJoined(): void {
  if (first == last) return;
  let length: usize = 0;
  for (let entry = first; entry != 0; entry = load<u32>(entry))
    length += load<u32>(entry, 12) - load<u32>(entry, 8) + 1;
  const bytes = allocate(length);
  if (bytes == 0) return;
  let out = bytes;
  for (let entry = first; entry != 0; entry = load<u32>(entry)) {
    if (entry != first && load<u32>(entry, 4) == 0) store<u8>(out++, 0x20);
    const start = <usize>load<u32>(entry, 8);
    const size = <usize>load<u32>(entry, 12) - start;
    memory.copy(out, start, size);
    out += size;
  }
  setText(<u32>load<u16>(capture, Capture.slots), bytes, out);
}
