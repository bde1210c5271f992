import type { Delivery } from '../../policy/delivery.ts';
import { DRIFT, EVENTS, outputsOf } from './alerts.ts';

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
  const perDestination = (metric: string) =>
    destinations
      .filter((destination) => destination.routes.length > 0)
      .map((destination) => ({
        expr: `sum(rate(${metric}{name=~"${outputsOf(destination)}"}[5m]))`,
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
    { title: 'Delivered', unit: 'cps', queries: perDestination('fluentbit_output_proc_records_total') },
    { title: 'Retries', unit: 'cps', queries: perDestination('fluentbit_output_retries_total') },
    {
      title: 'Dead letters',
      unit: 'cps',
      queries: [
        ...perDestination('fluentbit_output_dropped_records_total'),
        { expr: 'rate(fluentbit_output_proc_records_total{name="auditlb_dead"}[5m])', legend: 'unrouted' },
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
      title: 'Chunks on disk',
      unit: 'short',
      queries: [{ expr: 'fluentbit_storage_fs_chunks', legend: '{{instance}}' }],
    },
  ];
}
