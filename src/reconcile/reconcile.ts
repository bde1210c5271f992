import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FilterInstance } from '../host/index.ts';
import { FILE_KEY, OFFSET_KEY } from '../policy/plan.ts';
import { type Input, readLines } from '../run/input.ts';
import { ListSplitters } from '../run/list_splitter.ts';
import { hostTime } from '../run/record.ts';
import { Buckets } from './buckets.ts';
import { CONTENT_AT, ENTRY_SIZE, type Entry, EntryKind, ID_AT, writeEntry } from './entry.ts';
import { ContentHasher, type Event, findEvent, idOf, timeOf } from './event.ts';
import { ELSEWHERE, type MissingLine, matchContents, matchIds, Tally } from './match.ts';
import type { Statement } from './statement.ts';

export interface Output extends Input {
  /** Route its events were delivered for; `undefined`: not known. */
  readonly route?: string;
}

export interface ReconcileOptions {
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  /** Lines of inputs are whole JSON records. */
  readonly records: boolean;
  /** Key of a line in its record. */
  readonly lineKey: string;
  /** Near the time the collector read the inputs: years of times without one are guessed by it. */
  readonly time: Date;
  /** Folder for temporary files. */
  readonly folder?: string;
}

/** Told of bytes read since the last time, and of all lines and events so far. */
export type Progress = (bytes: number, records: number) => void;

const CUT = 200;
const PLACE_KEYS = [FILE_KEY, OFFSET_KEY];

/** What the filter makes of the inputs, held against what is in the outputs. Throws `InputError`. */
export async function reconcile(
  filter: FilterInstance,
  options: ReconcileOptions,
  progress: Progress,
): Promise<Statement> {
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'auditlb-reconcile-'));
  try {
    return await new Reconciliation(filter, options, folder, progress).run();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Reconciliation {
  readonly #filter: FilterInstance;
  readonly #splitters: ListSplitters;
  readonly #options: ReconcileOptions;
  readonly #folder: string;
  readonly #read: (bytes: number) => void;
  readonly #entries: Buckets;
  readonly #hasher = new ContentHasher();
  readonly #scratch = Buffer.alloc(ENTRY_SIZE);
  readonly #destinations: readonly string[];
  readonly #routeSets: string[][] = [];
  readonly #routeSetIndex = new Map<string, number>();
  #records = 0;
  #dropped = 0;
  #lost = 0;
  #events = 0;
  #unreadable = 0;

  constructor(filter: FilterInstance, options: ReconcileOptions, folder: string, progress: Progress) {
    this.#filter = filter;
    this.#splitters = new ListSplitters(filter.describe().sources);
    this.#options = options;
    this.#folder = folder;
    this.#read = (bytes) => progress(bytes, this.#records + this.#events);
    this.#entries = new Buckets(folder, 'id', ID_AT);
    const routes = options.outputs.flatMap(({ route }) => route ?? []);
    this.#destinations = ['elsewhere', ...new Set(routes)];
  }

  async run(): Promise<Statement> {
    for (const [file, input] of this.#options.inputs.entries()) await this.#readInput(input, file);
    for (const output of this.#options.outputs) await this.#readOutput(output);
    const tally = this.#match();
    return {
      records: this.#records + tally.optional,
      delivered: tally.delivered,
      unparsed: tally.unparsed,
      dropped: this.#dropped,
      missing: tally.missing,
      lost_by_filter: this.#lost,
      events: this.#events,
      unreadable: this.#unreadable,
      routes: this.#destinations
        .map((route, i) => ({ route, ...tally.routes.get(i)! }))
        .filter(({ route: _, ...counts }) => Object.values(counts).some((count) => count > 0)),
      missing_lines: await this.#texts(tally.missingLines),
    };
  }

  #match(): Tally {
    const tally = new Tally(this.#destinations, this.#routeSets);
    const rest = new Buckets(this.#folder, 'content', CONTENT_AT);
    for (const group of this.#entries.groups()) matchIds(group, tally, (entry) => rest.add(entry.bytes));
    for (const group of rest.groups()) matchContents(group, tally);
    return tally;
  }

  async #readInput(input: Input, file: number): Promise<void> {
    const tag = Buffer.from(input.tag);
    const splitter = this.#splitters.of(input.tag);
    const path = resolve(input.path);
    let number = 0;
    let offset = 0;
    for await (const lines of readLines(input, this.#read)) {
      for (const line of lines) {
        const at = { file, line: ++number, optional: line.length === 0 };
        const records = splitter.split(this.#options.records ? line : this.#recordOf(line, path, offset));
        for (const record of records) this.#expect(tag, record, at);
        offset += line.length + 1;
      }
    }
  }

  #recordOf(line: Buffer, path: string, offset: number): Buffer {
    const record = { [this.#options.lineKey]: line.toString(), [FILE_KEY]: path, [OFFSET_KEY]: offset };
    return Buffer.from(JSON.stringify(record));
  }

  #expect(tag: Uint8Array, record: Uint8Array, at: { file: number; line: number; optional: boolean }): void {
    const { seconds, nanoseconds } = hostTime(this.#options.time);
    const answer = this.#filter.call(tag, seconds, nanoseconds, record);
    if (!at.optional) this.#records++;
    if (answer.kind === 'dropped') {
      if (!at.optional) this.#dropped++;
      return;
    }
    const event = 'output' in answer ? findEvent(Buffer.from(answer.output).toString()) : undefined;
    if (event === undefined) {
      this.#lost++;
      return;
    }
    this.#add({
      id: idOf(event),
      content: this.#hasher.expected(event, PLACE_KEYS),
      time: timeOf(event) === this.#options.time.getTime() ? Number.NaN : timeOf(event),
      line: at.line,
      file: at.file,
      place: this.#routeSet(event),
      kind: at.optional ? EntryKind.optional : EntryKind.input,
      unparsed: event.auditlb.status === 'failed',
    });
  }

  async #readOutput(output: Output): Promise<void> {
    const place = output.route === undefined ? ELSEWHERE : this.#destinations.indexOf(output.route);
    for await (const lines of readLines(output, this.#read)) {
      for (const line of lines) {
        if (line.length === 0) continue;
        const event = findEvent(line.toString());
        if (event === undefined) {
          this.#unreadable++;
          continue;
        }
        this.#events++;
        const content = this.#hasher.found(event);
        const own = { line: 0, file: 0, kind: EntryKind.output, unparsed: false };
        this.#add({ ...own, id: idOf(event), content, time: timeOf(event), place });
      }
    }
  }

  #add(entry: Entry): void {
    writeEntry(entry, this.#scratch);
    this.#entries.add(this.#scratch);
  }

  #routeSet(event: Event): number {
    const routes = [...(event.auditlb.routes ?? ['unrouted'])];
    const key = routes.join('.');
    const known = this.#routeSetIndex.get(key) ?? this.#routeSets.push(routes) - 1;
    this.#routeSetIndex.set(key, known);
    return known;
  }

  /** Reads the files of the missing lines once more, for their texts. */
  async #texts(missing: readonly MissingLine[]): Promise<Statement['missing_lines']> {
    const named: { path: string; line: number; from: readonly string[]; text: string }[] = [];
    for (const [file, input] of this.#options.inputs.entries()) {
      const wanted = new Map(missing.filter((each) => each.file === file).map((each) => [each.line, each]));
      if (wanted.size === 0) continue;
      let number = 0;
      for await (const lines of readLines(input, () => {})) {
        for (const line of lines) {
          const found = wanted.get(++number);
          if (found === undefined) continue;
          const text = line.toString();
          named.push({
            path: input.path,
            line: number,
            from: found.from,
            text: text.length > CUT ? `${text.slice(0, CUT)}…` : text,
          });
        }
      }
    }
    return named;
  }
}
