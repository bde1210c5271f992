/** Counters of the bridge: name without prefix, and what it counts. */
const COUNTERS = {
  requests_total: 'Requests with records, by status of the answer.',
  records_in_total: 'Records taken, sent again or not.',
  records_delivered_total: 'Records the downstream has answered for.',
  records_dropped_total: 'Records the policy dropped.',
  records_lost_by_filter_total: 'Records the filter failed on, passed on unchanged.',
  records_dead_total: 'Records and bodies kept in the dead-letter file.',
  bytes_in_total: 'Bytes of bodies, decompressed.',
  downstream_attempts_total: 'Requests to the downstream, by status; 0 without an answer.',
  refused_total: 'Requests refused, by reason.',
} as const;

const GAUGES = {
  requests_in_flight: 'Requests not answered yet.',
  memory_bytes: 'Bytes held for requests.',
  ready: '1 if the bridge takes requests and the downstream did not fail just now.',
} as const;

export type CounterName = keyof typeof COUNTERS;
export type Gauges = Readonly<Record<keyof typeof GAUGES, number>>;

/** Prometheus text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export class Metrics {
  readonly #counts = new Map<string, number>();

  /** `label`: value of the counter's one label. */
  add(name: CounterName, by = 1, label?: string): void {
    const key = label === undefined ? name : `${name}{${LABELS[name]}="${label}"}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  render(gauges: Gauges): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(COUNTERS)) {
      lines.push(`# HELP auditlb_bridge_${name} ${help}`, `# TYPE auditlb_bridge_${name} counter`);
      const own = [...this.#counts].filter(([key]) => key === name || key.startsWith(`${name}{`));
      for (const [key, value] of own.sort()) lines.push(`auditlb_bridge_${key} ${value}`);
      if (own.length === 0 && LABELS[name as CounterName] === undefined) lines.push(`auditlb_bridge_${name} 0`);
    }
    for (const [name, help] of Object.entries(GAUGES)) {
      lines.push(`# HELP auditlb_bridge_${name} ${help}`, `# TYPE auditlb_bridge_${name} gauge`);
      lines.push(`auditlb_bridge_${name} ${gauges[name as keyof Gauges]}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

const LABELS: Partial<Record<CounterName, string>> = {
  requests_total: 'status',
  downstream_attempts_total: 'status',
  refused_total: 'reason',
};
