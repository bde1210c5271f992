import type { YAMLMap } from 'yaml';
import type { Delivery } from '../../policy/delivery.ts';
import { type Generated, generatedBy, LOOPBACK, type Places, PORTS } from '../generated.ts';
import { about, list, map, yamlText } from '../yaml_text.ts';
import { inputs, parsers } from './inputs.ts';
import { nodeFiles, outputs } from './outputs.ts';
import { service } from './service.ts';

export const FLUENT_BIT_FILE = 'fluent-bit.yaml';

/** A complete configuration of Fluent Bit 5.1 for a policy, with `more` inputs whose records the filter has seen elsewhere. What Fluent Bit cannot do is reported at its name. */
export function fluentBit(delivery: Delivery, places: Places, more: readonly YAMLMap[] = []): Generated {
  const lines = parsers(delivery);
  const root = map(['service', service(places)], lines.length > 0 && ['parsers', list(lines)], [
    'pipeline',
    map(
      ['inputs', list([...inputs(delivery, places), ...more])],
      ['filters', list(counters(delivery))],
      ['outputs', list([...outputs(delivery, places), metrics(places)])],
    ),
  ]);
  const head = `${generatedBy(delivery.policy)}\nFluent Bit 5.1 (the filter needs 4.1.2 or newer, whose WebAssembly instances live as long as the collector).`;
  return new Map([[FLUENT_BIT_FILE, yamlText(head, root)], ...nodeFiles(delivery)]);
}

const LABELS = ["source $auditlb['source']", "format $auditlb['format']"];

function counter(name: string, description: string, labels: readonly string[], only: readonly string[] = []): YAMLMap {
  return map(
    ['name', 'log_to_metrics'],
    ['match_regex', '^audit\\.'],
    ['tag', 'auditlb.metrics'],
    ['metric_mode', 'counter'],
    ['metric_namespace', 'auditlb'],
    ['metric_subsystem', 'filter'],
    ['metric_name', name],
    ['metric_description', description],
    ['add_label', list(labels)],
    only.length > 0 && ['regex', list(only)],
    ['flush_interval_sec', 10],
  );
}

/** Counters of events; they change none. The tag has route and shard in it. */
function counters({ raw }: Delivery): YAMLMap[] {
  const events = counter('events_total', 'Events by source, format, parse status, outcome and tag', [
    ...LABELS,
    "status $auditlb['status']",
    'outcome $status_id',
    "tag $auditlb['tag']",
  ]);
  const drift = counter('drift_total', 'Events that fit their format and hold more than it knows', LABELS, [
    "$auditlb['status'] ^ok$",
    '$raw_data .',
  ]);
  const all = [about('Counts events and changes none: no filter may touch a record behind the processors.', events)];
  if (raw === 'incomplete') all.push(about('An event that is fine and still carries its line has drifted.', drift));
  return all;
}

const metrics = ({ listen }: Places) =>
  map(
    ['name', 'prometheus_exporter'],
    ['alias', 'auditlb_events'],
    ['match', 'auditlb.metrics'],
    ['host', listen ?? LOOPBACK],
    ['port', PORTS.events],
  );
