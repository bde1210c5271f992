import { sameBytes } from './bytes/ascii';
import { Key, Node } from './shared/image_layout';

/** Entry of the node for a key; 0 none. The key is padded. */
export function findKey(node: usize, start: usize, length: usize): usize {
  let head = load<u64>(start);
  if (length < 8) head = length == 0 ? 0 : head & (<u64>-1 >> ((<u64>(8 - length)) << 3));
  const tail = length > 8 ? load<u64>(start + length - 8) : 0;
  const mask = load<u32>(node, Node.mask);
  const keys = <usize>load<u32>(node, Node.keys);
  let at = keyHash(head, tail, <u32>length) & mask;
  for (let i: u32 = 0; i <= mask; i++) {
    const entry = keys + <usize>at * Key.size;
    const size = load<u32>(entry, Key.text + 4);
    if (size == 0xffffffff) return 0;
    if (<usize>size == length && load<u64>(entry, Key.head) == head) {
      if (length <= 8 || sameBytes(load<u32>(entry, Key.text), start, length)) return entry;
    }
    at = (at + 1) & mask;
  }
  return 0;
}

/** Of the first eight bytes, the last eight of a longer key, and the length. The image writer places keys by the same function. */
function keyHash(head: u64, tail: u64, length: u32): u32 {
  const h = (head ^ (tail << 1) ^ (<u64>length * 0x9e3779b97f4a7c15)) * 0xd6e8feb86659fd93;
  return <u32>(h >> 32);
}
