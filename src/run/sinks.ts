import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './verdict.ts';

/** Where outputs of a run go. Bytes given to `write` may be reused after it returns. */
export interface Sink {
  write(output: Uint8Array, verdict: Verdict): void;
  close(): void;
}

const FLUSH_BYTES = 1 << 18;

/** NDJSON to a file descriptor, in large pieces. */
class LineWriter {
  readonly #fd: number;
  #pending: Uint8Array[] = [];
  #bytes = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: Uint8Array): void {
    this.#pending.push(Buffer.from(line), NEWLINE);
    this.#bytes += line.length + 1;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    const all = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    for (let at = 0; at < all.length; ) at += writeRetrying(this.#fd, all.subarray(at));
  }
}

const NEWLINE = Buffer.from('\n');

/** A pipe set to non-blocking by its other end asks to try again. */
function writeRetrying(fd: number, bytes: Uint8Array): number {
  for (;;) {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(IDLE, 0, 0, 5);
    }
  }
}

const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** Everything to standard output. */
export class StdoutSink implements Sink {
  readonly #writer = new LineWriter(1);

  write(output: Uint8Array): void {
    this.#writer.write(output);
  }

  close(): void {
    this.#writer.flush();
  }
}

/** A folder per route and a file per shard in it: `<route>/s<shard>.ndjson`; records of no route under `unrouted`. */
export class FolderSink implements Sink {
  readonly #folder: string;
  readonly #files = new Map<string, { fd: number; writer: LineWriter }>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  write(output: Uint8Array, verdict: Verdict): void {
    const shard = `s${verdict.shard ?? 0}`;
    for (const route of verdict.routes ?? ['unrouted']) this.#file(route, shard).write(output);
  }

  close(): void {
    for (const { fd, writer } of this.#files.values()) {
      writer.flush();
      closeSync(fd);
    }
  }

  #file(route: string, shard: string): LineWriter {
    const key = `${route}/${shard}`;
    let file = this.#files.get(key);
    if (file === undefined) {
      mkdirSync(join(this.#folder, route), { recursive: true });
      const fd = openSync(join(this.#folder, route, `${shard}.ndjson`), 'w');
      file = { fd, writer: new LineWriter(fd) };
      this.#files.set(key, file);
    }
    return file.writer;
  }
}
