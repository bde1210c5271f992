import { hexDigit } from '../../bytes/ascii';
import { hmacSha256 } from '../../bytes/sha256';
import { setText, slotEnd, slotKind, slotStart } from '../../event';
import { allocate } from '../../host/memory';
import { textEnd, textStart, unescapeText } from '../../json/text';
import { SlotKind } from '../../shared/slot_kind';

const digest: usize = memory.data(32, 8);
/** Bytes of the digest that are shown. */
const SHOWN: usize = 16;

/** Bytes of a pseudonym. */
export const PSEUDONYM_LENGTH: usize = 2 + SHOWN * 2;

/** Writes `p_` and half of the HMAC of some bytes, in hexadecimal. */
export function writePseudonym(key: usize, start: usize, end: usize, out: usize): void {
  hmacSha256(key, start, end, digest);
  store<u16>(out, 0x5f70);
  for (let i: usize = 0; i < SHOWN; i++) {
    const c = <u32>load<u8>(digest + i);
    store<u8>(out + (i << 1), hexDigit(c >> 4), 2);
    store<u8>(out + (i << 1), hexDigit(c & 15), 3);
  }
}

/** Makes the slot's text its pseudonym. False if there is no text, or no memory. */
export function putPseudonym(key: usize, slot: u32): bool {
  if (key == 0 || slotKind(slot) != SlotKind.text || !unescapeText(slotStart(slot), slotEnd(slot))) return false;
  const text = allocate(PSEUDONYM_LENGTH);
  if (text == 0) return false;
  writePseudonym(key, textStart, textEnd, text);
  setText(slot, text, text + PSEUDONYM_LENGTH);
  return true;
}
