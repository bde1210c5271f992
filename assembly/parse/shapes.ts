import { SLOTS } from '../event';
import { clearFailure, drift, errorAt, errorCode, fail, status } from '../fail';
import { allowsAll, applyAssigns } from '../policy/maps';
import { lastNote, rewindNotes } from '../policy/redact/notes';
import { ParseStatus } from '../shared/enums';
import { ErrorCode } from '../shared/errors';
import { SLOT_COUNT } from '../shared/fields';
import { Op, OpCode, Variant } from '../shared/image_layout';
import { markUnmapped, rewindUnmapped } from '../unmapped';
import { scan } from './scan';

/** The event as it was before the first shape was tried. */
const before: usize = memory.data(SLOT_COUNT << 4, 16);

/**
 * Of the shapes whose conditions hold, reads the line by the first that takes it without error and drift; failing that by the first without error; failing that
 * by the one whose first error is furthest behind.
 */
export function scanShapes(shapes: usize, count: u32, start: usize, end: usize): void {
  memory.copy(before, SLOTS, SLOT_COUNT << 4);
  const mark = markUnmapped();
  const note = lastNote;
  let best: usize = 0;
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
    if (errorCode == ErrorCode.none && !drift) return applySet(shape);
    const at: usize = errorCode == ErrorCode.none ? end + 1 : errorAt;
    if (best == 0 || at > bestAt) {
      best = shape;
      bestAt = at;
    }
    // Where a literal fails at the line's start nothing was filled.
    const untouched =
      at == start &&
      errorCode == ErrorCode.literal_expected &&
      load<u32>(load<u32>(shape, Variant.ops), Op.code) == OpCode.literal;
    if (!untouched) {
      memory.copy(SLOTS, before, SLOT_COUNT << 4);
      rewindUnmapped(mark);
      rewindNotes(note);
    }
    clearFailure();
  }
  if (best == 0) return fail(ErrorCode.literal_expected, start, 0, 0);
  scan(load<u32>(best, Variant.ops), load<u32>(best, Variant.op_count), start, end);
  applySet(best);
}

function applySet(shape: usize): void {
  if (status != ParseStatus.failed) applyAssigns(load<u32>(shape, Variant.set), load<u32>(shape, Variant.set_count));
}
