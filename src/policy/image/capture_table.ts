import { Capture as CaptureAt } from '../../../assembly/shared/image_layout.ts';
import type { Capture } from '../plan.ts';
import type { ImageBuilder } from './builder.ts';

const NOWHERE = 0xffff;

export function placeCapture(image: ImageBuilder, capture: Capture): number {
  const name = image.text(capture.name);
  const at = image.reserve(CaptureAt.size);
  image.u32(at + CaptureAt.convert, capture.convert);
  capture.slots.forEach((slot, i) => {
    image.u16(at + CaptureAt.slots + i * 2, slot < 0 ? NOWHERE : slot);
  });
  image.u16(at + CaptureAt.all, capture.all ?? NOWHERE);
  image.span(at + CaptureAt.name, name);
  image.u32(at + CaptureAt.rank, capture.rank ?? 0);
  return at;
}
