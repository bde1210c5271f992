import { sameBytes } from '../bytes/ascii';
import { findText } from '../parse/find';
import { Glob, GlobList } from '../shared/image_layout';

/** Number of the first pattern that matches the whole text, if it is below `limit`; 0 none. */
export function findGlob(globs: usize, start: usize, end: usize, limit: u32): u32 {
  const first = start < end ? <u32>load<u8>(start) : 0;
  if (((load<u32>(globs + ((<usize>(first >> 5)) << 2), GlobList.first) >> (first & 31)) & 1) == 0) return 0;
  const last = globs + GlobList.size + <usize>load<u32>(globs, GlobList.count) * Glob.size;
  for (let glob = globs + GlobList.size; glob < last; glob += Glob.size) {
    const id = load<u32>(glob, Glob.id);
    if (id >= limit) return 0;
    const prefix = <usize>load<u32>(glob, Glob.prefix + 4);
    const suffix = <usize>load<u32>(glob, Glob.suffix + 4);
    if (start + prefix + suffix > end || !sameBytes(start, load<u32>(glob, Glob.prefix), prefix)) continue;
    const tail = end - suffix;
    if (suffix != 0 && (!sameBytes(tail, load<u32>(glob, Glob.suffix), suffix) || !isWhole(start, tail))) continue;
    if (holdsAll(glob, start + prefix, tail)) return id;
  }
  return 0;
}

/** Whether the parts between a glob's first and last star stand in the text one behind the other. */
function holdsAll(glob: usize, p: usize, end: usize): bool {
  let part = <usize>load<u32>(glob, Glob.middles);
  const last = part + ((<usize>load<u32>(glob, Glob.middle_count)) << 3);
  for (; part < last; part += 8) {
    const length = <usize>load<u32>(part, 4);
    p = findText(p, end, load<u32>(part), length, false);
    if (p == 0) return false;
    p += length;
  }
  return true;
}

/** Whether a character of JSON-escaped text begins at `p`: it is not inside an escape. */
function isWhole(start: usize, p: usize): bool {
  for (let q = p - 1; q >= start && q + 6 > p; q--) {
    if (load<u8>(q) != 0x5c) continue;
    let run = q;
    while (run > start && load<u8>(run - 1) == 0x5c) run--;
    // Of an even number of backslashes the last one is escaped itself.
    return ((q - run) & 1) == 1 || q + (load<u8>(q, 1) == 0x75 ? 6 : 2) <= p;
  }
  return true;
}
