import type { FilterInstance } from '../host/index.ts';
import { type Input, type Progress, readLines } from './input.ts';
import type { Sink } from './sinks.ts';
import { Summary } from './summary.ts';
import { VerdictReader } from './verdict.ts';

export interface RunnerOptions {
  /** Lines are whole JSON records; otherwise each becomes `{"log": line}` as a collector's file input makes it. */
  readonly records: boolean;
  /** Time of every record by the host. */
  readonly time: Date;
}

/** Puts inputs through one instance of a filter and hands its answers to a sink. */
export class Runner {
  readonly summary = new Summary();
  readonly #filter: FilterInstance;
  readonly #sink: Sink;
  readonly #options: RunnerOptions;
  readonly #verdicts = new VerdictReader();

  constructor(filter: FilterInstance, sink: Sink, options: RunnerOptions) {
    this.#filter = filter;
    this.#sink = sink;
    this.#options = options;
  }

  /** Throws `InputError` if the input cannot be read to its end; what came before counts. */
  async run(input: Input, progress: Progress): Promise<void> {
    const tag = Buffer.from(input.tag);
    for await (const lines of readLines(input, progress)) for (const line of lines) this.#record(tag, line);
  }

  #record(tag: Uint8Array, line: Buffer): void {
    if (line.length === 0) return;
    const milliseconds = this.#options.time.getTime();
    const seconds = Math.floor(milliseconds / 1000);
    const record = this.#options.records ? line : lineRecord(line);
    const answer = this.#filter.call(tag, seconds, (milliseconds - seconds * 1000) * 1e6, record);
    if (answer.kind === 'dropped') this.summary.dropped++;
    else if (answer.kind === 'lost') this.summary.lost++;
    else {
      const output = answer.output;
      const verdict = this.#verdicts.read(Buffer.from(output.buffer, output.byteOffset, output.length).toString());
      this.summary.add(verdict, line.length, output.length);
      this.#sink.write(output, verdict);
    }
  }
}

/** `{"log": line}`; bytes that are no UTF-8 become U+FFFD, as the collector makes them. */
function lineRecord(line: Buffer): Buffer {
  return Buffer.from(`{"log":${JSON.stringify(line.toString())}}`);
}
