import { Capture as CaptureAt, WATCHED, Watch } from '../../../assembly/shared/image_layout.ts';
import type { ImageBuilder, Span } from './builder.ts';
import { feedWord, type WatchedCapture } from './redact_tables.ts';

const NOWHERE = 0xffff;

export function placeCapture(image: ImageBuilder, capture: WatchedCapture): number {
  const name = image.text(capture.name);
  const at = image.reserve(CaptureAt.size);
  writeCapture(image, at, capture, name);
  if (capture.feeds === undefined) return at;
  const feeds = image.words([capture.feeds.length, ...capture.feeds.map(feedWord)]);
  const watch = image.reserve(Watch.size);
  writeCapture(image, watch, capture, name);
  image.u32(watch + CaptureAt.convert, WATCHED);
  image.u32(watch + Watch.inner, at);
  image.u32(watch + Watch.feeds, feeds);
  return watch;
}

function writeCapture(image: ImageBuilder, at: number, capture: WatchedCapture, name: Span): void {
  image.u32(at + CaptureAt.convert, capture.convert);
  capture.slots.forEach((slot, i) => {
    image.u16(at + CaptureAt.slots + i * 2, slot < 0 ? NOWHERE : slot);
  });
  image.u16(at + CaptureAt.all, capture.all ?? NOWHERE);
  image.span(at + CaptureAt.name, name);
  image.u32(at + CaptureAt.rank, capture.rank ?? 0);
}
