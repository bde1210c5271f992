import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Description } from '../host/index.ts';
import { type Batch, BatchFilter, type Filtered } from './batch.ts';

/** Runs batches through the filter. Batches of one source always meet the same instance, one after the other. */
export interface FilterPool {
  /** Sources of the filter's policy. */
  readonly sources: Description['sources'];
  run(source: string, batch: Batch): Promise<Filtered>;
  close(): Promise<void>;
}

/** Throws `FilterError`. One thread: the filter runs beside the server. More: a worker each, sources spread over them by hash. */
export function openPool(wasm: Uint8Array, threads: number): FilterPool {
  const filter = new BatchFilter(wasm);
  if (threads > 1) return new WorkerPool(wasm, threads, filter.sources);
  return { sources: filter.sources, run: async (_source, batch) => filter.run(batch), close: async () => {} };
}

class WorkerPool implements FilterPool {
  readonly sources: Description['sources'];
  readonly #threads: FilterThread[];

  constructor(wasm: Uint8Array, threads: number, sources: Description['sources']) {
    this.sources = sources;
    this.#threads = Array.from({ length: threads }, () => new FilterThread(wasm));
  }

  run(source: string, batch: Batch): Promise<Filtered> {
    const place = createHash('sha1').update(source).digest().readUInt32LE(0) % this.#threads.length;
    return this.#threads[place]!.run(batch);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  resolve(filtered: Filtered): void;
  reject(error: Error): void;
}

/** A worker, started again when it dies: what it had in hand is refused, so that it is sent again. */
class FilterThread {
  readonly #wasm: Uint8Array;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #next = 0;
  #closed = false;

  constructor(wasm: Uint8Array) {
    this.#wasm = wasm;
    this.#worker = this.#start();
  }

  run(batch: Batch): Promise<Filtered> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, batch });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: this.#wasm });
    worker.on('message', ({ id, filtered }: { id: number; filtered: Filtered }) => {
      this.#waiting.get(id)?.resolve(filtered);
      this.#waiting.delete(id);
    });
    worker.once('error', () => {});
    worker.once('exit', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the filter’s thread ended'));
      this.#waiting.clear();
      if (!this.#closed) this.#worker = this.#start();
    });
    return worker;
  }
}
