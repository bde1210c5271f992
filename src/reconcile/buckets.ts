import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_SIZE, EntryView, KEY_SIZE } from './entry.ts';

const BUCKETS = 256;
const BUFFER = ENTRY_SIZE * 256;

/**
 * Entries spread over buckets by one of their keys, so that equal keys meet: 4 MiB in memory, the rest in files. Groups are made one bucket
 * at a time, so memory holds a 256th of all entries, or all entries of one key.
 */
export class Buckets {
  readonly #folder: string;
  readonly #name: string;
  readonly #keyAt: number;
  readonly #buffers = Array.from({ length: BUCKETS }, () => ({ bytes: Buffer.alloc(BUFFER), used: 0 }));

  /** `folder`: for files of this name. `keyAt`: place of the key in an entry. */
  constructor(folder: string, name: string, keyAt: number) {
    this.#folder = folder;
    this.#name = name;
    this.#keyAt = keyAt;
  }

  /** `entry` may be reused after. */
  add(entry: Buffer): void {
    const index = entry[this.#keyAt]!;
    const buffer = this.#buffers[index]!;
    if (buffer.used === BUFFER) {
      appendFileSync(this.#path(index), buffer.bytes);
      buffer.used = 0;
    }
    buffer.used += entry.copy(buffer.bytes, buffer.used);
  }

  /** Every group of entries with one key, in the order they were added. The buckets are empty after. */
  *groups(): Generator<EntryView[]> {
    for (let index = 0; index < BUCKETS; index++) {
      const groups = new Map<string, EntryView[]>();
      const all = this.#take(index);
      for (let at = 0; at < all.length; at += ENTRY_SIZE) {
        const entry = new EntryView(all.subarray(at, at + ENTRY_SIZE));
        const key = all.toString('latin1', at + this.#keyAt, at + this.#keyAt + KEY_SIZE);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [entry]);
        else group.push(entry);
      }
      yield* groups.values();
    }
  }

  #take(index: number): Buffer {
    const buffer = this.#buffers[index]!;
    const rest = buffer.bytes.subarray(0, buffer.used);
    buffer.used = 0;
    const path = this.#path(index);
    if (!existsSync(path)) return rest;
    const all = Buffer.concat([readFileSync(path), rest]);
    rmSync(path);
    return all;
  }

  #path(index: number): string {
    return join(this.#folder, `${this.#name}-${index}`);
  }
}
