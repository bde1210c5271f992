import { allocate, trim } from '../../host/memory';
import { Redact, RedactMethod, RedactRule } from '../../shared/image_layout';
import { PSEUDONYMS_MAX } from '../../shared/limits';
import { isMarked, runEnd, runRule, runWhole } from './marks';
import { PSEUDONYM_LENGTH, writePseudonym } from './pseudonym';
import { countRedaction } from './report';

/** `[redacted]` */
export const MASK: usize = memory.data<u8>(
  [0x5b, 0x72, 0x65, 0x64, 0x61, 0x63, 0x74, 0x65, 0x64, 0x5d, 0, 0, 0, 0, 0, 0],
  8,
);
export const MASK_LENGTH: usize = 10;

let rules: usize = 0;
/** Key of pseudonyms; 0: there are none. */
let key: usize = 0;
/**
 * Pseudonyms of this record: of a text that several slots share there is one.
 *
 *   0 u32 start of the text   4 u32 its end   8 the pseudonym
 */
const MEMO_SIZE: usize = 48;
const memo: usize = memory.data(PSEUDONYMS_MAX * 48, 8);
let memoEnd: usize = memo;

export function startRewriting(section: usize): void {
  rules = load<u32>(section, Redact.rules);
  key = load<u32>(section, Redact.key);
  memoEnd = memo;
}

/** From here on everything is masked. */
export function maskOnly(): void {
  key = 0;
}

/** Bounds of the text `rewriteMarked` made. */
export let rewrittenStart: usize = 0;
export let rewrittenEnd: usize = 0;

/** The text with every run of marks replaced and counted. False if memory is short. */
export function rewriteMarked(start: usize, end: usize): bool {
  let runs: usize = 0;
  for (let p = start; p < end; p = runEnd(p, end)) runs++;
  const text = allocate(end - start + runs * (PSEUDONYM_LENGTH + 2));
  if (text == 0) return false;
  let out = text;
  for (let p = start; p < end; ) {
    const next = runEnd(p, end);
    if (isMarked(p)) {
      out = putReplacement(p, next, out);
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
function putReplacement(start: usize, end: usize, out: usize): usize {
  const method = load<u32>(rules + <usize>runRule * RedactRule.size, RedactRule.method);
  // Of a string the text alone, so that it has one pseudonym wherever it stands.
  const inset: usize = runWhole && end - start > 1 && load<u8>(start) == 0x22 && load<u8>(end - 1) == 0x22 ? 1 : 0;
  const known = method == RedactMethod.pseudonym && key != 0 ? pseudonymOf(start + inset, end - inset) : 0;
  if (runWhole) store<u8>(out++, 0x22);
  const length = known != 0 ? PSEUDONYM_LENGTH : MASK_LENGTH;
  memory.copy(out, known != 0 ? known : MASK, length);
  out += length;
  if (runWhole) store<u8>(out++, 0x22);
  return out;
}

/** Address of the pseudonym of a part of the record; 0 where it has too many already: each costs what many bytes of text do. */
function pseudonymOf(start: usize, end: usize): usize {
  for (let at = memo; at < memoEnd; at += MEMO_SIZE) {
    if (<usize>load<u32>(at) == start && <usize>load<u32>(at, 4) == end) return at + 8;
  }
  if (memoEnd == memo + <usize>PSEUDONYMS_MAX * MEMO_SIZE) return 0;
  const entry = memoEnd;
  store<u32>(entry, <u32>start);
  store<u32>(entry, <u32>end, 4);
  writePseudonym(key, start, end, entry + 8);
  memoEnd += MEMO_SIZE;
  return entry + 8;
}
