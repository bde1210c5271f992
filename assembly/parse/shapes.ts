import { restoreEvent, saveEvent, slotEnd, slotKind, slotStart } from '../event';
import { clearFailure, drift, errorAt, errorCode, fail, raiseDrift, status } from '../fail';
import { allowsAll, applyAssigns } from '../policy/maps';
import { lastNote, rewindNotes } from '../policy/redact/notes';
import { ParseStatus } from '../shared/enums';
import { ErrorCode } from '../shared/errors';
import { Op, OpCode, Variant, Within } from '../shared/image_layout';
import { SlotKind } from '../shared/slot_kind';
import { markUnmapped, rewindUnmapped } from '../unmapped';
import { scan } from './scan';

/** Values were read from a text that does not stand in the line as it is. */
export let hidden: bool = false;

export function clearHidden(): void {
  hidden = false;
}

/** Ranks a shape above all that failed: memory ends below it. */
const TO_THE_END: usize = 0x80000000;

/** Of the shapes tried last, the one to fall back to; 0 if no condition held. */
let best: usize = 0;

/**
 * Of the shapes whose conditions hold, reads the line by the first that takes it without error and drift; failing that by the first without error; failing that
 * by one that took the line to its end; of those, and of the others, by the one whose first error is furthest behind.
 */
export function scanShapes(shapes: usize, count: u32, start: usize, end: usize): void {
  if (scanCleanly(shapes, count, start, end)) return;
  if (best == 0) return fail(ErrorCode.literal_expected, start, 0, 0);
  scan(load<u32>(best, Variant.ops), load<u32>(best, Variant.op_count), start, end);
  applySet(best);
}

/** Reads the text by the first shape that takes it without error and drift. Without one (false) the event stays as it is. */
function scanCleanly(shapes: usize, count: u32, start: usize, end: usize): bool {
  saveEvent();
  const mark = markUnmapped();
  const note = lastNote;
  best = 0;
  let bestAt: usize = 0;
  const last = shapes + <usize>count * Variant.size;
  let asked: usize = 0;
  let allowed = true;
  for (let shape = shapes; shape < last; shape += Variant.size) {
    const when = <usize>load<u32>(shape, Variant.when);
    if (when != asked) {
      asked = when;
      allowed = allowsAll(when, load<u32>(shape, Variant.when_count));
    }
    if (!allowed) continue;
    scan(load<u32>(shape, Variant.ops), load<u32>(shape, Variant.op_count), start, end);
    if (errorCode == ErrorCode.none && !drift) {
      applySet(shape);
      return true;
    }
    const at: usize =
      errorCode == ErrorCode.none ? usize.MAX_VALUE : errorAt + (status == ParseStatus.failed ? 0 : TO_THE_END);
    if (best == 0 || at > bestAt) {
      best = shape;
      bestAt = at;
    }
    if (!isUntouched(shape, start)) {
      restoreEvent();
      rewindUnmapped(mark);
      rewindNotes(note);
    }
    clearFailure();
  }
  return false;
}

/**
 * Reads the text of a slot by the first shape that takes all of it without error and drift. Without one the event stays as it is.
 * The line was read without error.
 */
export function scanWithin(within: usize, count: u32, lineStart: usize, lineEnd: usize): void {
  const last = within + <usize>count * Within.size;
  const drifted = drift;
  for (; within < last; within += Within.size) {
    const slot = load<u32>(within, Within.slot);
    if (slotKind(slot) != SlotKind.text) continue;
    const start = slotStart(slot);
    clearFailure();
    const read = scanCleanly(
      load<u32>(within, Within.shapes),
      load<u32>(within, Within.shape_count),
      start,
      slotEnd(slot),
    );
    if (read && (start < lineStart || start > lineEnd)) hidden = true;
    clearFailure();
  }
  if (drifted) raiseDrift();
}

/** Where a literal fails at the text's start nothing was filled. */
function isUntouched(shape: usize, start: usize): bool {
  return (
    errorAt == start &&
    errorCode == ErrorCode.literal_expected &&
    load<u32>(load<u32>(shape, Variant.ops), Op.code) == OpCode.literal
  );
}

function applySet(shape: usize): void {
  if (status != ParseStatus.failed) applyAssigns(load<u32>(shape, Variant.set), load<u32>(shape, Variant.set_count));
}
