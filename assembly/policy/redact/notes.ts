import { allocate } from '../../host/memory';
import { Capture, WATCHED, Watch } from '../../shared/image_layout';

/**
 * Texts captured for fields that may be redacted: a chain of 20-byte entries.
 *
 *   0  u32 earlier entry   4  u32 feeds, see `Watch`   8  u32 start   12  u32 end, as the text stands in the line
 *  16  u32 0, or the unmapped entry of a value whose field another one filled; then start and end are 0
 */
export let lastNote: usize = 0;
/** A note was lost: memory is short. */
export let noteLost: bool = false;

export function clearNotes(): void {
  lastNote = 0;
  noteLost = false;
}

/** Forgets what was noted since `lastNote` was this. */
export function rewindNotes(mark: usize): void {
  lastNote = mark;
}

/** Notes the text of a capture if it is watched. */
export function noteCapture(capture: usize, start: usize, end: usize): void {
  if (load<u32>(capture, Capture.convert) == WATCHED) addNote(capture, start, end, 0);
}

/** Notes a value that stands among the unmapped, for another one has the capture's field. */
export function noteRival(capture: usize, entry: usize): void {
  if (load<u32>(capture, Capture.convert) == WATCHED) addNote(capture, 0, 0, entry);
}

function addNote(watch: usize, start: usize, end: usize, entry: usize): void {
  const note = allocate(20);
  if (note == 0) {
    noteLost = true;
    return;
  }
  store<u32>(note, <u32>lastNote);
  store<u32>(note, load<u32>(watch, Watch.feeds), 4);
  store<u32>(note, <u32>start, 8);
  store<u32>(note, <u32>end, 12);
  store<u32>(note, <u32>entry, 16);
  lastNote = note;
}
