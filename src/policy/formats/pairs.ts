import type { Capture, ScanOp } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import { EXTRA_TARGET, type PairsSpec } from './format_shape.ts';
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
  const joined = spec.joined === undefined ? {} : { joined: compileJoined(spec.joined, slots) };
  return { op: 'pairs', separator, free: spec.free === true, colon: spec.colon === true, node: { keys }, ...joined };
}

function compileJoined({ key, to, as }: NonNullable<PairsSpec['joined']>, slots: FormatSlots): Capture {
  const capture = makeCapture({ ...EXTRA_TARGET, to: [to], as: as ?? 'text' }, key, slots);
  markCaptured(capture, slots);
  return capture;
}
