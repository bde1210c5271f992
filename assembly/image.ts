import { sameBytes } from './bytes/ascii';
import { runAutomaton } from './policy/automaton';
import { Header, IMAGE_MAGIC, Source } from './shared/image_layout';
import { ABI_VERSION, IMAGE_BASE } from './shared/limits';

/** Tag of the latest record, and its source: collectors hand over runs of one tag. */
const TAG_MAX: usize = 256;
const cachedTag: usize = memory.data(272, 8);
let cachedLength: usize = 0;
let cachedSource: usize = 0;
let cached: bool = false;

/** Whether a policy of this engine's version is stamped in. */
export function hasPolicy(): bool {
  return load<u32>(IMAGE_BASE, Header.magic) == IMAGE_MAGIC && load<u32>(IMAGE_BASE, Header.abi) == ABI_VERSION;
}

/** Address of the source the tag belongs to; 0 none. */
export function findSource(tag: usize, length: usize): usize {
  if (cached && length == cachedLength && sameBytes(tag, cachedTag, length)) return cachedSource;
  const found = runAutomaton(load<u32>(IMAGE_BASE, Header.source_automaton), tag, tag + length);
  let source: usize = 0;
  if (found != 0) source = load<u32>(IMAGE_BASE, Header.sources) + (found - 1) * Source.size;
  if (length <= TAG_MAX) {
    memory.copy(cachedTag, tag, length);
    cachedLength = length;
    cachedSource = source;
    cached = true;
  }
  return source;
}
