import { sameBytes } from '../bytes/ascii';

/**
 * First occurrence of the text in JSON-escaped text, stepping character by character; with `escaped`, the line's own backslash
 * escapes the next. 0 if none.
 */
export function findText(p: usize, end: usize, text: usize, length: usize, escaped: bool): usize {
  while (p + length <= end) {
    if (sameBytes(p, text, length)) return p;
    if (escaped && p + 2 <= end && load<u16>(p) == 0x5c5c) {
      p += 2;
      if (p >= end) return 0;
    }
    if (load<u8>(p) != 0x5c) p++;
    else p += load<u8>(p, 1) == 0x75 ? 6 : 2;
  }
  return 0;
}

/** Last occurrence of the text; 0 if none. */
export function findLastText(p: usize, end: usize, text: usize, length: usize): usize {
  let last: usize = 0;
  for (;;) {
    const found = findText(p, end, text, length, false);
    if (found == 0) return last;
    last = found;
    p = found + (load<u8>(found) != 0x5c ? 1 : load<u8>(found, 1) == 0x75 ? 6 : 2);
  }
  return last;
}
