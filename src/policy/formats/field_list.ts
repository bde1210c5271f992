import { Text } from '../document/text.ts';
import type { ScanOp, TextBody } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import { EXTRA_TARGET, type FieldItem, type TargetSpec } from './format_shape.ts';
import type { FormatSlots } from './slots.ts';

/** Turns an ordered list of blank-separated fields into a scan program. The first `required` of them must be there. */
export function compileFieldList(
  items: readonly FieldItem[],
  required: number,
  at: Text,
  slots: FormatSlots,
): TextBody {
  const ops = items.map((item, i): ScanOp => {
    const { name, spec } = readItem(item);
    const capture = makeCapture(spec, name, slots);
    markCaptured(capture, slots);
    return { op: 'field', capture, required: i < required };
  });
  const slot = slots.extra('extra', at);
  return { kind: 'text', ops: slot === undefined ? ops : [...ops, { op: 'rest', slot }] };
}

function readItem(item: FieldItem): { name: Text; spec: TargetSpec } {
  if (item instanceof Text) return { name: item, spec: EXTRA_TARGET };
  return { name: item.name, spec: { ...EXTRA_TARGET, to: item.to ?? [], as: item.as, all: item.all } };
}
