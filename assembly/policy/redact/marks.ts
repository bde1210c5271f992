import { allocate, workTop } from '../../host/memory';

/**
 * What is to be redacted, as marks on the record's bytes: one byte of shadow for each byte of working memory from the record on.
 * Texts that are the same stretch of the record share its marks, whatever slot they are in.
 *
 *   0 nothing, else the lowest rule that wants it + 1, and `WHOLE` for a JSON value marked with its quotes or brackets
 */
export const WHOLE: u32 = 0x80;
const RULE: u32 = 0x7f;

let low: usize = 0;
let high: usize = 0;
/** Distance from a byte to its mark. */
let distance: usize = 0;
export let anyMarks: bool = false;

/** Forgets all marks. What can be marked lies between `from` and the present end of working memory. False if memory is short. */
export function startMarks(from: usize): bool {
  low = from;
  high = workTop();
  anyMarks = false;
  const shadow = allocate(high - low);
  if (shadow == 0) return false;
  memory.fill(shadow, 0, high - low);
  distance = shadow - low;
  return true;
}

/** Whether a text is the record's, and not a constant of the policy. */
export function isMarkable(start: usize, end: usize): bool {
  return start >= low && end <= high;
}

/** Marks a stretch for a rule. */
export function mark(start: usize, end: usize, rule: u32, whole: u32): void {
  if (start >= end || !isMarkable(start, end)) return;
  anyMarks = true;
  const last = end + distance;
  for (let p = start + distance; p < last; p++) {
    const old = <u32>load<u8>(p);
    const other = old & RULE;
    const lowest = other != 0 && other <= rule ? other : rule + 1;
    store<u8>(p, <u8>(lowest | (old & WHOLE) | whole));
  }
}

export function hasMarks(start: usize, end: usize): bool {
  if (!anyMarks || !isMarkable(start, end)) return false;
  const last = end + distance;
  for (let p = start + distance; p < last; p++) if (load<u8>(p) != 0) return true;
  return false;
}

/** End of the run of marks, or of unmarked bytes, at `p`. Of marks also sets `runRule` and `runWhole`. */
export let runRule: u32 = 0;
export let runWhole: bool = false;
export function runEnd(p: usize, end: usize): usize {
  let at = p + distance;
  const last = end + distance;
  const first = <u32>load<u8>(at);
  if (first == 0) {
    while (at < last && load<u8>(at) == 0) at++;
    return at - distance;
  }
  let lowest = RULE;
  for (; at < last; at++) {
    const m = <u32>load<u8>(at);
    if (m == 0) break;
    if ((m & RULE) < lowest) lowest = m & RULE;
  }
  runRule = lowest - 1;
  runWhole = (first & WHOLE) != 0;
  return at - distance;
}

export function isMarked(p: usize): bool {
  return load<u8>(p + distance) != 0;
}
