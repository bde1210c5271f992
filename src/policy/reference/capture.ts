import type { Capture } from '../plan.ts';
import { type ConvertContext, convertText, isList } from './convert.ts';
import { byteOffset, type Draft } from './draft.ts';

/** Captured text, and where it stands in the line. */
export interface Captured extends ConvertContext {
  readonly text: string;
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

/** Converts captured text into the capture's slots. What does not convert leaves them as they are. */
export function applyCapture(draft: Draft, capture: Capture, captured: Captured): void {
  const { text, line, start, end } = captured;
  const { values, error } = convertText(capture.convert, text, captured);
  // Text with escapes of its own is shorter than what stands in the line: then all of that is the value's place.
  const exact = end - start === text.length;
  for (const { target, value, from, to } of values) {
    draft.set(capture.slots[target], value, exact ? { start: start + from, end: start + to } : { start, end }, capture);
  }
  if (capture.all !== undefined && text !== '-' && isList(capture.convert, text))
    draft.set(capture.all, text, { start, end }, capture);
  const homeless = values.some((each) => each.target === 2) && capture.slots[2] < 0 && capture.slots[0] >= 0;
  const code = homeless ? 'address_expected' : error;
  if (code !== undefined) draft.failField(code, byteOffset(line, start), capture.name);
}
