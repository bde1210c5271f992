/** Kinds of characters secrets are made of. */
export const DIGIT: u32 = 1;
export const UPPER: u32 = 2;
export const LOWER: u32 = 4;
/** `+` `/` */
export const PLUS: u32 = 8;
export const EQUALS: u32 = 16;
/** `-` `_` */
export const DASH: u32 = 32;
/** `.` `~` */
export const DOT: u32 = 64;
export const PERCENT: u32 = 128;

export const LETTER: u32 = 6;
export const ALNUM: u32 = 7;
export const WORD: u32 = 39;
export const BASE64: u32 = 15;

const kinds: usize = memory.data(256, 8);
let ready: bool = false;

function put(c: u32, kind: u32): void {
  store<u8>(kinds + c, <u8>kind);
}

/** Fills the table, once. */
export function prepareKinds(): void {
  if (ready) return;
  for (let i: u32 = 0; i < 10; i++) put(0x30 + i, DIGIT);
  for (let i: u32 = 0; i < 26; i++) {
    put(0x41 + i, UPPER);
    put(0x61 + i, LOWER);
  }
  put(0x2b, PLUS);
  put(0x2f, PLUS);
  put(0x3d, EQUALS);
  put(0x2d, DASH);
  put(0x5f, DASH);
  put(0x2e, DOT);
  put(0x7e, DOT);
  put(0x25, PERCENT);
  ready = true;
}

export function kindOf(c: u32): u32 {
  return load<u8>(kinds + c);
}

/** Whether the byte at `p` is of one of these kinds; false at the end. */
export function isKind(p: usize, end: usize, wanted: u32): bool {
  return p < end && (<u32>load<u8>(kinds + load<u8>(p)) & wanted) != 0;
}

/** Whether the byte before `p` is of one of these kinds; false at the start. */
export function follows(p: usize, start: usize, wanted: u32): bool {
  return p > start && (<u32>load<u8>(kinds + load<u8>(p - 1)) & wanted) != 0;
}

/** Position behind the bytes of these kinds. */
export function skipKind(p: usize, end: usize, wanted: u32): usize {
  while (p < end && (<u32>load<u8>(kinds + load<u8>(p)) & wanted) != 0) p++;
  return p;
}
