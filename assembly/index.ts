import { call } from './host/boundary';
import { hostAllocate, hostFree } from './host/memory';
import { hasPolicy } from './image';
import { forgetOccurrences } from './policy/identity';
import { Header } from './shared/image_layout';
import { IMAGE_BASE } from './shared/limits';

export function malloc(size: usize): usize {
  return hostAllocate(size);
}

export function free(address: usize): void {
  hostFree(address);
}

export function filter(
  tag: usize,
  tagLength: usize,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  length: usize,
): usize {
  return call(tag, tagLength, seconds, nanoseconds, record, length);
}

/** Called between batches by a host that may hand the same batch over again: equal records then get equal ids. */
export function startBatch(): void {
  forgetOccurrences();
}

/** NUL-terminated JSON about engine and policy; 0 without a policy. */
export function describe(): usize {
  return hasPolicy() ? <usize>load<u32>(IMAGE_BASE, Header.describe) : 0;
}
