import { type Entry, inline, list, map } from '../yaml_text.ts';
import { EVENTS } from './names.ts';

/** Transforms whose outputs are metrics. */
export const COUNTERS = ['auditlb_counts', 'auditlb_drift'] as const;

const KINDS = { source: 'auditlb.source', format: 'auditlb.format' } as const;

function counter(input: string, name: string, tags: Readonly<Record<string, string>>) {
  const values = Object.entries(tags).map(([tag, field]): Entry => [tag, `{{ ${field} }}`]);
  const metric = map(
    ['type', 'counter'],
    ['field', 'auditlb.tag'],
    ['namespace', 'auditlb'],
    ['name', name],
    ['tags', map(...values)],
  );
  return map(['type', 'log_to_metric'], ['inputs', list([input])], ['metrics', list([metric])]);
}

/** The counts of events Fluent Bit makes too, under the same names: alerts and dashboard hold for both. */
export function counters(): Entry[] {
  const tags = { ...KINDS, status: 'auditlb.status', outcome: 'status_id', tag: 'auditlb.tag' };
  const drifted = map(
    ['type', 'filter'],
    ['inputs', list([EVENTS])],
    ['condition', inline(['type', 'vrl'], ['source', '.auditlb.status == "ok" && exists(.raw_data)'])],
  );
  return [
    [
      COUNTERS[0],
      counter(EVENTS, 'filter_events_total', tags),
      'Events by source, format, parse status, outcome and tag',
    ],
    ['auditlb_drifted', drifted, 'An event that is fine and still carries its line has drifted.'],
    [COUNTERS[1], counter('auditlb_drifted', 'filter_drift_total', KINDS)],
  ];
}
