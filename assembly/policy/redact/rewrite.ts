import { allocate, trim } from '../../host/memory';
import { isMarked, runEnd, runRule, runWhole } from './marks';
import { countRedaction } from './report';

/** `[redacted]` */
export const MASK: usize = memory.data<u8>(
  [0x5b, 0x72, 0x65, 0x64, 0x61, 0x63, 0x74, 0x65, 0x64, 0x5d, 0, 0, 0, 0, 0, 0],
  8,
);
export const MASK_LENGTH: usize = 10;

/** Bounds of the text `rewriteMarked` made. */
export let rewrittenStart: usize = 0;
export let rewrittenEnd: usize = 0;

/** The text with every run of marks replaced and counted. False if memory is short. */
export function rewriteMarked(start: usize, end: usize): bool {
  let runs: usize = 0;
  for (let p = start; p < end; p = runEnd(p, end)) runs++;
  const text = allocate(end - start + runs * (MASK_LENGTH + 2));
  if (text == 0) return false;
  let out = text;
  for (let p = start; p < end; ) {
    const next = runEnd(p, end);
    if (isMarked(p)) {
      out = putReplacement(out);
      countRedaction(runRule);
    } else {
      memory.copy(out, p, next - p);
      out += next - p;
    }
    p = next;
  }
  rewrittenStart = text;
  rewrittenEnd = out;
  trim(out);
  return true;
}

/** What stands for the run just read: in quotes where it was a whole JSON value. */
function putReplacement(out: usize): usize {
  if (runWhole) store<u8>(out++, 0x22);
  memory.copy(out, MASK, MASK_LENGTH);
  out += MASK_LENGTH;
  if (runWhole) store<u8>(out++, 0x22);
  return out;
}
