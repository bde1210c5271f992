import type { Delivery, DeliveryDestination, Priority } from '../../policy/delivery.ts';
import { generatedBy } from '../generated.ts';
import { type Entry, inline, list, map, yamlText } from '../yaml_text.ts';

interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  readonly for: string;
  readonly summary: string;
  /** What tells rules of one name apart. */
  readonly about?: readonly [label: 'source' | 'destination', value: string];
}

export const EVENTS = 'auditlb_filter_events_total';
/** There only where events carry their line when they are incomplete. */
export const DRIFT = 'auditlb_filter_drift_total';
/** Where each alert is explained: a heading of that name. */
export const RUNBOOK = 'docs/operations.md';

/** How long a destination may fail before someone is called. */
const PATIENCE: Readonly<Record<Priority, string>> = { high: '5m', normal: '15m', low: '1h' };

/** Outputs of a destination: itself, and one for each node or shard. */
export const outputsOf = ({ name }: DeliveryDestination): string => `${name.value}(_s?[0-9]+)?`;

/** Sinks of a destination in Vector. */
export const sinksOf = ({ name }: DeliveryDestination): string => `out_${name.value}(_[0-9]+)?`;

/** What Prometheus watches: general first, then each source and destination of the policy. */
export function alertRules(delivery: Delivery): string {
  const groups = [
    group('auditlb', GENERAL),
    group(
      'auditlb-sources',
      delivery.sources.map(({ name }) => silence(name.value)),
    ),
    group('auditlb-destinations', delivery.destinations.filter(({ routes }) => routes.length > 0).map(failing)),
    group('auditlb-vector', VECTOR),
    group('auditlb-bridge', BRIDGE),
  ];
  const head = `${generatedBy(delivery.policy)}\nPrometheus rules. What to do about each is in ${RUNBOOK}. The last groups are silent where no Vector and no bridge runs.`;
  return yamlText(head, map(['groups', list(groups)]));
}

const group = (name: string, alerts: readonly Alert[]) => map(['name', name], ['rules', list(alerts.map(ruleOf))]);

function ruleOf(alert: Alert) {
  const entries: Entry[] = [
    ['alert', alert.name],
    ['expr', alert.expr],
    ['for', alert.for],
    ['labels', inline(['severity', alert.severity], alert.about ?? false)],
    ['annotations', map(['summary', alert.summary], ['runbook', `${RUNBOOK}#${alert.name.toLowerCase()}`])],
  ];
  return map(...entries);
}

const GENERAL: readonly Alert[] = [
  {
    name: 'AuditlbLoss',
    severity: 'critical',
    expr: 'increase(fluentbit_input_ring_buffer_retry_failures_total[10m]) > 0 or increase(fluentbit_processor_items_drop_total{processor="wasm"}[10m]) > 0',
    for: '0m',
    summary: 'Records of {{ $labels.name }}{{ $labels.owner }} were lost before they had a tag',
  },
  {
    name: 'AuditlbDeadLetters',
    severity: 'critical',
    expr: 'increase(fluentbit_output_dropped_records_total[10m]) > 0 or increase(fluentbit_output_retries_failed_total[10m]) > 0',
    for: '0m',
    summary: '{{ $labels.name }} refused records for good; they are among the dead letters',
  },
  {
    name: 'AuditlbUnrouted',
    severity: 'warning',
    expr: 'increase(fluentbit_output_proc_records_total{name="auditlb_dead"}[10m]) > 0 or increase(vector_component_sent_events_total{component_id="auditlb_dead"}[10m]) > 0',
    for: '0m',
    summary: 'Records that no route takes are kept among the dead letters',
  },
  {
    name: 'AuditlbLag',
    severity: 'warning',
    expr: '1 - sum by (output) (rate(fluentbit_output_latency_seconds_bucket{le="30.0"}[10m])) / sum by (output) (rate(fluentbit_output_latency_seconds_count[10m])) > 0.05',
    for: '10m',
    summary: 'More than 5 % of the chunks to {{ $labels.output }} take over 30 seconds',
  },
  {
    name: 'AuditlbBacklog',
    severity: 'warning',
    expr: 'fluentbit_storage_fs_chunks > 500 and deriv(fluentbit_storage_fs_chunks[30m]) > 0',
    for: '30m',
    summary: 'The buffer on disk of {{ $labels.instance }} has grown for half an hour',
  },
  {
    name: 'AuditlbPaused',
    severity: 'critical',
    expr: 'fluentbit_input_ingestion_paused > 0',
    for: '5m',
    summary: 'Input {{ $labels.name }} is held back; senders without a buffer of their own lose records',
  },
  {
    name: 'AuditlbParseErrors',
    severity: 'warning',
    expr: `sum by (source, format) (rate(${EVENTS}{status!="ok"}[15m])) / sum by (source, format) (rate(${EVENTS}[15m])) > 0.01`,
    for: '15m',
    summary: 'More than 1 % of the records of {{ $labels.source }} do not fit their format',
  },
  {
    name: 'AuditlbDrift',
    severity: 'warning',
    expr: `sum by (source, format) (increase(${DRIFT}[1h])) > 0`,
    for: '0m',
    summary: 'Records of {{ $labels.source }} hold more than format {{ $labels.format }} knows',
  },
  {
    name: 'AuditlbRestarts',
    severity: 'warning',
    expr: 'resets(fluentbit_uptime[30m]) > 2',
    for: '0m',
    summary: 'The collector on {{ $labels.instance }} restarts again and again',
  },
];

const silence = (source: string): Alert => ({
  name: 'AuditlbSilence',
  severity: 'critical',
  expr: `sum(increase(${EVENTS}{source="${source}"}[15m])) == 0 or absent(${EVENTS}{source="${source}"})`,
  for: '15m',
  summary: `Source ${source} has been silent for half an hour`,
  about: ['source', source],
});

function failing(destination: DeliveryDestination): Alert {
  const outputs = `{name=~"${outputsOf(destination)}"}[5m]`;
  const sinks = `{component_id=~"${sinksOf(destination)}"}[5m]`;
  const fluentBit = `sum by (name) (increase(fluentbit_output_retries_total${outputs})) > 0 and sum by (name) (increase(fluentbit_output_proc_records_total${outputs})) == 0`;
  const vector = `sum by (component_id) (increase(vector_component_errors_total${sinks})) > 0 unless sum by (component_id) (increase(vector_component_sent_events_total${sinks})) > 0`;
  return {
    name: 'AuditlbDestinationFailing',
    severity: destination.evidence || destination.priority === 'high' ? 'critical' : 'warning',
    expr: `(${fluentBit}) or (${vector})`,
    for: destination.evidence ? PATIENCE.high : PATIENCE[destination.priority],
    summary: `Destination ${destination.name.value} takes nothing; records wait on disk`,
    about: ['destination', destination.name.value],
  };
}

const VECTOR: readonly Alert[] = [
  {
    name: 'AuditlbVectorDiscards',
    severity: 'critical',
    expr: 'sum by (component_id) (increase(vector_component_discarded_events_total{intentional="false"}[10m])) > 0',
    for: '0m',
    summary: 'Vector’s {{ $labels.component_id }} discarded events; Vector keeps no dead letters',
  },
  {
    name: 'AuditlbVectorErrors',
    severity: 'warning',
    expr: 'sum by (component_id) (rate(vector_component_errors_total[10m])) > 0',
    for: '10m',
    summary: 'Vector’s {{ $labels.component_id }} fails again and again',
  },
  {
    name: 'AuditlbVectorStuck',
    severity: 'critical',
    expr: 'vector_buffer_size_events{buffer_type="disk"} > 0 unless increase(vector_buffer_sent_events_total[10m]) > 0',
    for: '5m',
    summary:
      'Events wait on disk before Vector’s {{ $labels.component_id }}, and none has left for a quarter of an hour',
  },
];

const BRIDGE: readonly Alert[] = [
  {
    name: 'AuditlbBridgeDown',
    severity: 'critical',
    expr: 'auditlb_bridge_ready == 0',
    for: '5m',
    summary: 'The bridge on {{ $labels.instance }} delivers nothing; its senders wait',
  },
  {
    name: 'AuditlbBridgeDeadLetters',
    severity: 'critical',
    expr: 'increase(auditlb_bridge_records_dead_total[10m]) > 0',
    for: '0m',
    summary: 'What the bridge on {{ $labels.instance }} forwards to refused records; they are in its dead-letter file',
  },
  {
    name: 'AuditlbBridgeLoss',
    severity: 'critical',
    expr: 'increase(auditlb_bridge_records_lost_by_filter_total[10m]) > 0',
    for: '0m',
    summary: 'The filter in the bridge on {{ $labels.instance }} failed on records; they were passed on as they came',
  },
];
