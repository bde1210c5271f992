import { TmplCode } from './shared/image_layout';

/** The part found last; empty where there is none. */
export let partStart: usize = 0;
export let partEnd: usize = 0;

/**
 * The part of a text a member shows: of `TLSv1.3` the version `1.3` (any other text as a whole) and the protocol `TLSv` without its `v`,
 * all of an e-mail address, all of a URL with a scheme.
 */
export function findPart(as: u32, start: usize, end: usize): void {
  partStart = start;
  partEnd = end;
  if (as == TmplCode.version) partStart = versionAt(start, end);
  else if (as == TmplCode.protocol) findProtocol();
  else if (as == TmplCode.email ? !isEmail() : !isAbsolute()) partEnd = start;
}

/** Where the version of `TLSv1.3`, `TLS 1.3` or `TLS1_3` begins; the start of any other text. */
function versionAt(start: usize, end: usize): usize {
  let p = lettersEnd(start, end);
  if (p == start || p == end) return start;
  const c = <u32>load<u8>(p);
  if (c == 0x20 || c == 0x2d || c == 0x2f || c == 0x5f) p++;
  return p < end && <u32>load<u8>(p) - 0x30 < 10 ? p : start;
}

function findProtocol(): void {
  if (versionAt(partStart, partEnd) == partStart) partEnd = partStart;
  else partEnd = lettersEnd(partStart, partEnd);
  if (partEnd > partStart + 1 && (<u32>load<u8>(partEnd - 1) | 0x20) == 0x76) partEnd--;
}

function lettersEnd(p: usize, end: usize): usize {
  while (p < end && (<u32>load<u8>(p) | 0x20) - 0x61 < 26) p++;
  return p;
}

/** One `@` with something on both sides and a dot in what follows, and none of `"` `,` `/` `:` `<` `>` `\\`, blanks and control characters. */
function isEmail(): bool {
  let at: usize = 0;
  let dot: usize = 0;
  for (let p = partStart; p < partEnd; p++) {
    const c = <u32>load<u8>(p);
    if (c <= 0x22 || c == 0x2c || c == 0x2f || c == 0x3a || c == 0x3c || c == 0x3e || c == 0x5c || c == 0x7f)
      return false;
    if (c == 0x2e) dot = p;
    if (c != 0x40) continue;
    if (at != 0) return false;
    at = p;
  }
  return at > partStart && dot > at + 1 && dot + 1 < partEnd;
}

/** Letters, digits and `+-.`, a letter first, and `://`. */
function isAbsolute(): bool {
  let p = lettersEnd(partStart, partEnd);
  if (p == partStart) return false;
  for (; p < partEnd; p++) {
    const c = <u32>load<u8>(p);
    if (c == 0x3a) return p + 2 < partEnd && load<u16>(p + 1) == 0x2f2f;
    if ((c | 0x20) - 0x61 >= 26 && c - 0x30 >= 10 && c != 0x2b && c != 0x2d && c != 0x2e) return false;
  }
  return false;
}
