import type { FilterInstance } from '../host/index.ts';
import { type Input, type Progress, readLines } from './input.ts';
import { ListSplitters } from './list_splitter.ts';
import { hostTime, lineRecord } from './record.ts';
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
  readonly #timeSec: number;
  readonly #timeNsec: number;
  readonly #verdicts = new VerdictReader();
  readonly #splitters: ListSplitters;

  constructor(filter: FilterInstance, sink: Sink, options: RunnerOptions) {
    this.#filter = filter;
    this.#splitters = new ListSplitters(filter.describe().sources);
    this.#sink = sink;
    this.#options = options;
    ({ seconds: this.#timeSec, nanoseconds: this.#timeNsec } = hostTime(options.time));
  }

  /** Throws `InputError` if the input cannot be read to its end; what came before counts. */
  async run(input: Input, progress: Progress): Promise<void> {
    const tag = Buffer.from(input.tag);
    const splitter = this.#splitters.of(input.tag);
    for await (const lines of readLines(input, progress)) {
      for (const line of lines) {
        if (line.length === 0) continue;
        const records = splitter.split(this.#options.records ? line : lineRecord(line));
        for (const [i, record] of records.entries()) this.#record(tag, record, i === 0 ? line.length : 0);
      }
    }
  }

  /** `bytes`: of the line, counted with its first record. */
  #record(tag: Uint8Array, record: Uint8Array, bytes: number): void {
    const answer = this.#filter.call(tag, this.#timeSec, this.#timeNsec, record);
    if (answer.kind === 'dropped') this.summary.dropped++;
    else if (answer.kind === 'lost') this.summary.lost++;
    else {
      const output = answer.output;
      const text = Buffer.from(output.buffer, output.byteOffset, output.length).toString();
      const verdict = this.#verdicts.read(text);
      this.summary.add(verdict, text, bytes, output.length);
      this.#sink.write(output, verdict);
    }
  }
}
