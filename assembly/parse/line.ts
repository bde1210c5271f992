/** The text being parsed, JSON-escaped; envelopes narrow it. */
export let lineStart: usize = 0;
export let lineEnd: usize = 0;
/** Whether a backslash may be in it: only then can it hold the load balancer's own escapes. */
export let lineHasBackslash: bool = false;

export function setLine(start: usize, end: usize, hasBackslash: bool): void {
  lineStart = start;
  lineEnd = end;
  lineHasBackslash = hasBackslash;
}

/** Cuts one line feed, and a carriage return before it, off the end. */
export function trimLineEnd(): void {
  if (endsWith(0x6e)) {
    lineEnd -= 2;
    if (endsWith(0x72)) lineEnd -= 2;
  }
}

/** Whether the line ends in the escape of this letter: an odd number of backslashes and the letter. */
function endsWith(letter: u32): bool {
  if (lineEnd - lineStart < 2 || load<u8>(lineEnd - 1) != letter) return false;
  let p = lineEnd - 1;
  while (p > lineStart && load<u8>(p - 1) == 0x5c) p--;
  return ((lineEnd - 1 - p) & 1) == 1;
}
