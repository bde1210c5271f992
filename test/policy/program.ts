import { Convert } from '../../assembly/shared/convert.ts';
import { EXTRA_BASE, Field } from '../../assembly/shared/fields.ts';
import type { Capture, FormatPlan, JsonNode, ScanOp } from '../../src/policy/plan.ts';

export const slotName = (format: FormatPlan, slot: number): string =>
  slot >= EXTRA_BASE ? `unmapped.${format.extras[slot - EXTRA_BASE]}` : Field[slot]!;

function showCapture(format: FormatPlan, { convert, name, slots, all = -1 }: Capture): string {
  const names = [...slots, all].filter((slot) => slot >= 0).map((slot) => slotName(format, slot));
  return `${Convert[convert]} ${name} -> ${names.join(', ')}`;
}

function showOp(format: FormatPlan, op: ScanOp): string {
  if (op.op === 'literal' && op.ahead) return `ahead ${JSON.stringify(op.text)}`;
  if (op.op === 'literal' || op.op === 'optional') return `${op.op} ${JSON.stringify(op.text)}`;
  if (op.op === 'rest') return `rest -> ${slotName(format, op.slot)}`;
  if (op.op === 'pairs') return `pairs ${JSON.stringify(op.separator)} | ${showNode(format, op.node, '').join('; ')}`;
  if (op.op !== 'until') return `${op.op} | ${showCapture(format, op.capture)}`;
  const flags = (['list', 'quoted', 'lenient', 'last'] as const).filter((flag) => op[flag]);
  return [`until ${JSON.stringify(op.until ?? null)}`, showCapture(format, op.capture), ...flags].join(' | ');
}

function showNode(format: FormatPlan, node: JsonNode, path: string): string[] {
  return node.keys.flatMap((key) => [
    ...(key.ignore ? [`${path}${key.key} | ignored`] : []),
    ...(key.capture === undefined ? [] : [`${path}${key.key} | ${showCapture(format, key.capture)}`]),
    ...(key.node === undefined ? [] : showNode(format, key.node, `${path}${key.key} / `)),
  ]);
}

/** What a format does, a line for each operation or key. */
export const program = (format: FormatPlan): string[] =>
  format.body.kind === 'json'
    ? showNode(format, format.body.root, '')
    : (format.body.kind === 'text' ? [format.body] : format.body.shapes).flatMap(({ ops }) =>
        ops.map((op) => showOp(format, op)),
      );
