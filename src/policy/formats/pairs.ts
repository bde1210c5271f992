import type { ScanOp } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import type { PairsSpec } from './format_shape.ts';
import type { FormatSlots } from './slots.ts';

/** `key=value` to the end of the line. Keys are taken as they stand, dots and all. */
export function compilePairs(spec: PairsSpec, slots: FormatSlots): ScanOp {
  const separator = spec.separator?.value ?? ' ';
  if ([...separator].length !== 1) {
    spec.separator!.report('invalid_value', 'a separator is one character', 'leave it out for blanks');
  }
  const keys = (spec.keys ?? []).map(({ key, value }) => {
    if (value.ignore) return { key: key.value, ignore: true };
    const capture = makeCapture(value, key, slots);
    markCaptured(capture, slots);
    return { key: key.value, capture, ignore: false };
  });
  return { op: 'pairs', separator, free: spec.free === true, colon: spec.colon === true, node: { keys } };
}
