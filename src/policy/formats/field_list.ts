import { Text } from '../document/text.ts';
import type { ScanOp } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import { EXTRA_TARGET, type FieldItem, IGNORED_TARGET, type TargetSpec } from './format_shape.ts';
import type { FormatSlots } from './slots.ts';

/** Fields of a line in order: parted by blanks, or by the one character `separator`. The first `required` of them must be there. */
export function compileFieldList(
  items: readonly FieldItem[],
  { required, separator }: { readonly required: number; readonly separator: string | undefined },
  slots: FormatSlots,
): ScanOp[] {
  return items.map((item, i): ScanOp => {
    const { name, spec } = readItem(item);
    const capture = makeCapture(spec, name, slots);
    markCaptured(capture, slots);
    const needed = i < required;
    if (separator === undefined) return { op: 'field', capture, required: needed };
    return { op: 'separated', separator, capture, required: needed };
  });
}

function readItem(item: FieldItem): { name: Text; spec: TargetSpec } {
  if (item instanceof Text) return { name: item, spec: item.value === 'ignore' ? IGNORED_TARGET : EXTRA_TARGET };
  return { name: item.name, spec: { ...EXTRA_TARGET, to: item.to ?? [], as: item.as, all: item.all } };
}
