import { escapeText } from '../image/builder.ts';
import type { Capture } from '../plan.ts';
import { type ConvertContext, convertText, isList } from './convert.ts';
import { byteOffset, type Draft } from './draft.ts';
import { Piece } from './stretch.ts';

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
  draft.note(capture, { start, end });
  const piece = new Piece(text, draft.placed({ start, end }, escapeText(text)), { start, end });
  const { values, error } = convertText(capture.convert, text, captured);
  for (const { target, value, from, to } of values) {
    const part = piece.slice(from, to);
    if (part.text === value) draft.setPiece(capture.slots[target], part, capture);
    else draft.set(capture.slots[target], value, part.span, capture);
  }
  if (capture.all !== undefined && text !== '-' && isList(capture.convert, text))
    draft.setPiece(capture.all, piece, capture);
  const homeless = values.some((each) => each.target === 2) && capture.slots[2] < 0 && capture.slots[0] >= 0;
  const code = homeless ? 'address_expected' : error;
  if (code !== undefined) draft.failField(code, byteOffset(line, start), capture.name);
}
