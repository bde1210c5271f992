import { Key as KeyAt, Node as NodeAt, Select as SelectAt } from '../../../assembly/shared/image_layout.ts';
import type { JsonKey, JsonNode } from '../plan.ts';
import { escapeText, type ImageBuilder } from './builder.ts';
import { placeCapture } from './capture_table.ts';

/** A key of a node as the engine looks it up. */
interface Entry {
  readonly key: string;
  readonly node: number;
  readonly capture: number;
  /** As `Key.ignore`. */
  readonly ignore: number;
  readonly bit: number;
  readonly select?: JsonKey['select'];
  /** Not a key: `[]` in it means nothing. */
  readonly isText?: boolean;
}

/** An object to look for: which keys it has, and the bit each stands for; of texts, each of them. */
export interface BitNode {
  readonly keys: Map<string, { bit: number; node?: BitNode; texts?: Map<string, number> }>;
}

const EMPTY = 0xffffffff;
const MASK = (1n << 64n) - 1n;

/** Places an object's keys and what is below them. `prefix`: dotted path of the object and a dot. */
export function placeNode(image: ImageBuilder, node: JsonNode, prefix: string): number {
  const entries = node.keys.map(({ key, select, capture, node: child, ignore, others }) => ({
    key,
    select,
    node: child ? placeNode(image, child, child.top ? '' : childPrefix(prefix, key)) : 0,
    capture: capture ? placeCapture(image, capture) : 0,
    ignore: others ? 2 : ignore ? 1 : 0,
    bit: 0,
  }));
  return placeTable(image, entries, prefix, node.closed);
}

/** `user.` and `groups` give `user.groups.`; elements of `resources.` give `resources[0].`, all of them `resources[].`. */
function childPrefix(prefix: string, key: string): string {
  return key.startsWith('[') ? `${prefix.slice(0, -1)}${key}.` : `${prefix}${key}.`;
}

/** Places a node whose keys only raise bits: for sniffing, and for finding the line in the host's record. */
export function placeBitNode(image: ImageBuilder, node: BitNode): number {
  const entries = [...node.keys].map(([key, { bit, node: child, texts }]) => ({
    key,
    node: child ? placeBitNode(image, child) : 0,
    capture: texts ? placeTexts(image, texts) : 0,
    ignore: 0,
    bit,
  }));
  return placeTable(image, entries, '');
}

/** Places texts to be looked up as a whole, and the number of each. */
export function placeTexts(image: ImageBuilder, texts: ReadonlyMap<string, number>): number {
  const entries = [...texts].map(([key, bit]) => ({ key, node: 0, capture: 0, ignore: 0, bit, isText: true }));
  return placeTable(image, entries, '');
}

function placeTable(image: ImageBuilder, entries: readonly Entry[], prefix: string, closed = false): number {
  const path = image.text(prefix);
  const elements = entries.filter(
    ({ key, select, isText }) => select === undefined && isText !== true && (key === '[]' || key === '[0]'),
  );
  const selected = entries.filter(({ select }) => select !== undefined);
  const keys = entries.filter((entry) => !elements.includes(entry) && !selected.includes(entry));
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, keys.length * 2)));
  const texts = keys.map(({ key }) => image.text(key));
  const table = image.reserve(size * KeyAt.size);
  for (let i = 0; i < size; i++) image.u32(table + i * KeyAt.size + KeyAt.text + 4, EMPTY);
  const used = new Set<number>();
  keys.forEach((entry, i) => {
    const bytes = new TextEncoder().encode(escapeText(entry.key));
    let at = keyHash(bytes) & (size - 1);
    while (used.has(at)) at = (at + 1) & (size - 1);
    used.add(at);
    writeEntry(image, table + at * KeyAt.size, entry, bytes, texts[i]!.address);
  });
  const places = elements.map((entry) => {
    const place = image.reserve(KeyAt.size);
    writeEntry(image, place, entry, new Uint8Array(), 0);
    return place;
  });
  const select = placeSelected(image, selected);
  const at = image.reserve(NodeAt.size);
  image.u32(at + NodeAt.select, select);
  image.u32(at + NodeAt.mask, size - 1);
  image.u32(at + NodeAt.keys, table);
  image.span(at + NodeAt.prefix, path);
  image.u32(at + NodeAt.closed, closed ? 1 : 0);
  elements.forEach(({ key }, i) => {
    image.u32(at + (key === '[]' ? NodeAt.every : NodeAt.first), places[i]!);
  });
  return at;
}

function placeSelected(image: ImageBuilder, selected: readonly Entry[]): number {
  if (selected.length === 0) return 0;
  const places = selected.map((entry) => {
    const place = image.reserve(KeyAt.size);
    writeEntry(image, place, entry, new Uint8Array(), 0);
    return { place, key: image.text(entry.select!.key), is: image.text(entry.select!.is) };
  });
  const at = image.reserve(4 + places.length * SelectAt.size);
  image.u32(at, places.length);
  places.forEach(({ place, key, is }, i) => {
    const row = at + 4 + i * SelectAt.size;
    image.span(row + SelectAt.key, key);
    image.span(row + SelectAt.is, is);
    image.u32(row + SelectAt.entry, place);
  });
  return at;
}

function writeEntry(image: ImageBuilder, at: number, entry: Entry, key: Uint8Array, text: number): void {
  image.u64(at + KeyAt.head, headOf(key));
  image.u32(at + KeyAt.text, text);
  image.u32(at + KeyAt.text + 4, key.length);
  image.u32(at + KeyAt.node, entry.node);
  image.u32(at + KeyAt.capture, entry.capture);
  image.u32(at + KeyAt.ignore, entry.ignore);
  image.u32(at + KeyAt.bit, entry.bit);
}

/** The first eight bytes, little-endian, missing ones zero. */
function headOf(key: Uint8Array): bigint {
  let head = 0n;
  for (let i = Math.min(8, key.length) - 1; i >= 0; i--) head = (head << 8n) | BigInt(key[i]!);
  return head;
}

/** Same function as `keyHash` in `assembly/keys.ts`. */
function keyHash(key: Uint8Array): number {
  const tail = key.length > 8 ? headOf(key.subarray(key.length - 8)) : 0n;
  const mixed = headOf(key) ^ ((tail << 1n) & MASK) ^ ((BigInt(key.length) * 0x9e3779b97f4a7c15n) & MASK);
  return Number(((mixed * 0xd6e8feb86659fd93n) & MASK) >> 32n);
}
