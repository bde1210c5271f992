import { SNIFF_BIT_MAX, SniffRow } from '../../../assembly/shared/image_layout.ts';
import type { FormatPlan, JsonMark } from '../plan.ts';
import { type ImageBuilder, ImageTooLarge } from './builder.ts';
import { type BitNode, placeBitNode } from './json_tables.ts';

/** What tells the JSON formats of a source: one bit per distinct path, or text at a path, and rows of bits that are wanted together. */
export function placeJsonSniffers(
  image: ImageBuilder,
  formats: readonly FormatPlan[],
): { node: number; rows: number } | undefined {
  const bits = new SniffBits();
  const found = formats.flatMap(({ sniff }, format) =>
    sniff.kind === 'json' ? sniff.any.flatMap((marks) => bits.rows(marks)).map((wanted) => ({ wanted, format })) : [],
  );
  if (found.length === 0) return undefined;
  const uses = new Map<number, number>();
  for (const bit of found.flatMap(({ wanted }) => wanted)) uses.set(bit, (uses.get(bit) ?? 0) + 1);
  const rows = found.map(({ wanted, format }) => {
    // What few formats want tells soonest that it is not this one.
    const sorted = [...wanted].sort((a, b) => uses.get(a)! - uses.get(b)!);
    return { format, bits: image.words(sorted), count: sorted.length };
  });
  const at = image.reserve(4 + rows.length * SniffRow.size);
  image.u32(at, rows.length);
  rows.forEach((row, i) => {
    const entry = at + 4 + i * SniffRow.size;
    image.u32(entry + SniffRow.format, row.format);
    image.u32(entry + SniffRow.bits, row.bits);
    image.u32(entry + SniffRow.bit_count, row.count);
  });
  return { node: placeBitNode(image, bits.root), rows: at };
}

class SniffBits {
  readonly root: BitNode = { keys: new Map() };
  #count = 0;

  /** A mark with several texts is as many alternatives. */
  rows(marks: readonly JsonMark[]): number[][] {
    return marks.reduce<number[][]>(
      (rows, { keys, is }) => {
        const bits = is === undefined ? [this.#key(keys)] : is.map((text) => this.#text(keys, text));
        return rows.flatMap((row) => bits.map((bit) => [...row, bit]));
      },
      [[]],
    );
  }

  #key(keys: readonly string[]): number {
    const entry = this.#entry(keys);
    entry.bit ||= this.#next();
    return entry.bit;
  }

  #text(keys: readonly string[], text: string): number {
    const entry = this.#entry(keys);
    entry.texts ??= new Map();
    const bit = entry.texts.get(text) ?? this.#next();
    entry.texts.set(text, bit);
    return bit;
  }

  #entry(keys: readonly string[]) {
    let node = this.root;
    for (const key of keys.slice(0, -1)) {
      const entry = node.keys.get(key) ?? { bit: 0 };
      node.keys.set(key, entry);
      entry.node ??= { keys: new Map() };
      node = entry.node;
    }
    const last = keys.at(-1)!;
    const entry = node.keys.get(last) ?? { bit: 0 };
    node.keys.set(last, entry);
    return entry;
  }

  #next(): number {
    if (this.#count === SNIFF_BIT_MAX)
      throw new ImageTooLarge(`the JSON formats of a source are told by more than ${SNIFF_BIT_MAX} keys and texts`);
    return ++this.#count;
  }
}
