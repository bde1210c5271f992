import { Header } from '../shared/image_layout';
import { IMAGE_BASE, PADDING } from '../shared/limits';

/**
 * One arena behind the policy image. The host's own buffers (tag, record) lie at its start, what a record needs on its
 * way comes behind them and is given up at the next record. Memory grows to what the largest record needed, then stays.
 */
let top: usize = 0;
let live: i32 = 0;
/** First free byte of the record's working memory. */
let work: usize = 0;

function base(): usize {
  const length = max<u32>(load<u32>(IMAGE_BASE, Header.length), Header.size);
  return (<usize>IMAGE_BASE + length + 15) & ~15;
}

/** Makes bytes up to `end`, and the padding behind, readable and writable. False at the limit of memory. */
export function reach(end: usize): bool {
  const have = (<usize>memory.size()) << 16;
  const need = end + PADDING;
  if (need <= have) return true;
  if (need < end) return false;
  const pages = <i32>((need - have + 0xffff) >> 16);
  return memory.grow(pages) >= 0;
}

/** Memory for the host to copy tag and record into; 0 if there is none. */
export function hostAllocate(size: usize): usize {
  if (live == 0) top = base();
  const at = top;
  if (size > 0x40000000 || !reach(at + size)) return 0;
  top = (at + size + PADDING + 15) & ~15;
  live++;
  return at;
}

export function hostFree(address: usize): void {
  if (address != 0 && live > 0) live--;
}

/** Starts a record: everything behind the host's buffers is free. */
export function startWork(): void {
  work = top == 0 ? base() : top;
}

export function workTop(): usize {
  return work;
}

/** Memory of this record's, 8-aligned, padded; 0 at the limit. */
export function allocate(size: usize): usize {
  const at = work;
  if (!reach(at + size)) return 0;
  work = (at + size + PADDING + 7) & ~7;
  return at;
}

/** Gives back everything allocated since `workTop` was `mark`. */
export function release(mark: usize): void {
  work = mark;
}

/** Gives back the unused end of the latest allocation. */
export function trim(end: usize): void {
  work = (end + PADDING + 7) & ~7;
}
