import type { Verdict } from './verdict.ts';

/** `first`: its line as the event carries it, what the policy redacts redacted; missing where events carry no lines. */
export interface Drift {
  records: number;
  readonly first: string | undefined;
}

/** What came of a run, counted. */
export class Summary {
  records = 0;
  bytesIn = 0;
  bytesOut = 0;
  dropped = 0;
  lost = 0;
  readonly formats = new Map<string, { ok: number; partial: number; failed: number }>();
  /** Records with more in them than their format knows, and the first of them. */
  readonly drift = new Map<string, Drift>();
  readonly routes = new Map<string, number>();
  readonly shards = new Map<number, number>();
  readonly errors = new Map<string, number>();
  /** By sampling rule, as far as records that were kept told of them. */
  readonly droppedBy = new Map<string, number>();
  readonly #started = process.hrtime.bigint();

  add(verdict: Verdict, output: string, bytesIn: number, bytesOut: number): void {
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
    this.records++;
    const name = verdict.format ?? '(unknown)';
    const format = this.formats.get(name) ?? { ok: 0, partial: 0, failed: 0 };
    this.formats.set(name, format);
    format[verdict.status ?? 'failed']++;
    for (const route of verdict.routes ?? ['(unrouted)']) increase(this.routes, route);
    increase(this.shards, verdict.shard ?? 0);
    if (verdict.error) increase(this.errors, verdict.error.code);
    if (verdict.drift) this.#addDrift(name, output);
    for (const [rule, count] of Object.entries(verdict.dropped ?? {}))
      this.droppedBy.set(rule, (this.droppedBy.get(rule) ?? 0) + count);
  }

  #addDrift(format: string, output: string): void {
    const drift = this.drift.get(format) ?? { records: 0, first: originalOf(output) };
    drift.records++;
    this.drift.set(format, drift);
  }

  get drifted(): number {
    return [...this.drift.values()].reduce((sum, { records }) => sum + records, 0);
  }

  get seconds(): number {
    return Number(process.hrtime.bigint() - this.#started) / 1e9;
  }

  toJSON(): object {
    const sorted = <K extends string | number, V>(map: Map<K, V>): object =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      records: this.records,
      bytes_in: this.bytesIn,
      bytes_out: this.bytesOut,
      seconds: Math.round(this.seconds * 1000) / 1000,
      dropped: this.dropped,
      dropped_by: sorted(this.droppedBy),
      lost: this.lost,
      drifted: this.drifted,
      drift: sorted(this.drift),
      formats: sorted(this.formats),
      routes: sorted(this.routes),
      shards: sorted(this.shards),
      errors: sorted(this.errors),
    };
  }
}

function increase<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** The line an event carries along, in any of the schemas. */
function originalOf(output: string): string | undefined {
  const { raw_data, event, Attributes } = JSON.parse(output) as {
    raw_data?: string;
    event?: { original?: string };
    Attributes?: { 'log.record.original'?: string };
  };
  return raw_data ?? event?.original ?? Attributes?.['log.record.original'];
}
