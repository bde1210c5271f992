import type { Verdict } from './verdict.ts';

/** What came of a run, counted. */
export class Summary {
  records = 0;
  bytesIn = 0;
  bytesOut = 0;
  dropped = 0;
  lost = 0;
  drifted = 0;
  readonly formats = new Map<string, { ok: number; partial: number; failed: number }>();
  readonly routes = new Map<string, number>();
  readonly shards = new Map<number, number>();
  readonly errors = new Map<string, number>();
  /** By sampling rule, as far as records that were kept told of them. */
  readonly droppedBy = new Map<string, number>();
  readonly #started = process.hrtime.bigint();

  add(verdict: Verdict, bytesIn: number, bytesOut: number): void {
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
    if (verdict.drift) this.drifted++;
    for (const [rule, count] of Object.entries(verdict.dropped ?? {}))
      this.droppedBy.set(rule, (this.droppedBy.get(rule) ?? 0) + count);
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
