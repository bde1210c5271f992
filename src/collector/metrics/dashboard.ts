import type { Delivery } from '../../policy/delivery.ts';
import { DRIFT, EVENTS, outputsOf, sinksOf } from './alerts.ts';

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };
const [WIDTH, HEIGHT] = [12, 8];

/** A Grafana dashboard of a policy: what comes in, how it reads, where it goes, what waits. */
export function dashboard(delivery: Delivery): string {
  const panels = panelsOf(delivery).map((panel, i) => ({
    id: i + 1,
    type: 'timeseries',
    title: panel.title,
    datasource: DATASOURCE,
    gridPos: { x: (i % 2) * WIDTH, y: Math.floor(i / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] } },
    targets: panel.queries.map(({ expr, legend }, target) => ({
      refId: String.fromCharCode(65 + (target % 26)) + (target < 26 ? '' : Math.floor(target / 26)),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
  }));
  const result = {
    uid: `auditlb-${delivery.policy}`.slice(0, 40),
    title: `auditlb: ${delivery.policy}`,
    tags: ['auditlb'],
    schemaVersion: 39,
    timezone: 'utc',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels,
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function panelsOf({ routes, destinations }: Delivery): Panel[] {
  const rate = (by: string, more = ''): string => `sum by (${by}) (rate(${EVENTS}${more}[5m]))`;
  const named = routes.map((route) => ({
    expr: `sum(rate(${EVENTS}{tag=~"audit[.]s[0-9]+[.](.*[.])?${route.value}([.].*)?"}[5m]))`,
    legend: route.value,
  }));
  // Of Fluent Bit, or of Vector where that delivers.
  const perDestination = (fluentBit: string, vector: string) =>
    destinations
      .filter((destination) => destination.routes.length > 0)
      .map((destination) => ({
        expr: `sum(rate(fluentbit_output_${fluentBit}{name=~"${outputsOf(destination)}"}[5m])) or sum(rate(vector_component_${vector}{component_id=~"${sinksOf(destination)}"}[5m]))`,
        legend: destination.name.value,
      }));
  return [
    { title: 'Events by source', unit: 'cps', queries: [{ expr: rate('source'), legend: '{{source}}' }] },
    { title: 'Events by route', unit: 'cps', queries: named },
    {
      title: 'Failures (outcome 2) by source',
      unit: 'cps',
      queries: [{ expr: rate('source', '{outcome="2"}'), legend: '{{source}}' }],
    },
    {
      title: 'Records that do not fit their format',
      unit: 'cps',
      queries: [{ expr: rate('source, format, status', '{status!="ok"}'), legend: '{{source}} {{format}} {{status}}' }],
    },
    {
      title: 'Drift',
      unit: 'cps',
      queries: [{ expr: `sum by (source, format) (rate(${DRIFT}[5m]))`, legend: '{{source}} {{format}}' }],
    },
    { title: 'Delivered', unit: 'cps', queries: perDestination('proc_records_total', 'sent_events_total') },
    { title: 'Retries', unit: 'cps', queries: perDestination('retries_total', 'errors_total') },
    {
      title: 'Dead letters',
      unit: 'cps',
      queries: [
        ...perDestination('dropped_records_total', 'discarded_events_total'),
        {
          expr: 'rate(fluentbit_output_proc_records_total{name="auditlb_dead"}[5m]) or rate(vector_component_sent_events_total{component_id="auditlb_dead"}[5m])',
          legend: 'unrouted',
        },
        { expr: 'rate(auditlb_bridge_records_dead_total[5m])', legend: 'bridge' },
      ],
    },
    {
      title: 'Delivery time, 95 %',
      unit: 's',
      queries: [
        {
          expr: 'histogram_quantile(0.95, sum by (output, le) (rate(fluentbit_output_latency_seconds_bucket[5m])))',
          legend: '{{output}}',
        },
      ],
    },
    {
      title: 'Waiting',
      unit: 'short',
      queries: [
        { expr: 'fluentbit_storage_fs_chunks', legend: '{{instance}} chunks' },
        {
          expr: 'sum by (component_id) (vector_buffer_size_events{component_id=~"out_.*"})',
          legend: '{{component_id}}',
        },
      ],
    },
    {
      title: 'Bridge',
      unit: 'cps',
      queries: ['in', 'delivered', 'dropped', 'lost_by_filter'].map((what) => ({
        expr: `sum(rate(auditlb_bridge_records_${what}_total[5m]))`,
        legend: what,
      })),
    },
  ];
}
