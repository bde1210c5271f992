import type { YAMLMap } from 'yaml';
import type { Delivery } from '../../policy/delivery.ts';
import { fluentBit } from '../fluent_bit/index.ts';
import { FILTER_FILE, type Generated, generatedBy, type Places } from '../generated.ts';
import { type Entry, inline, list, map, yamlText } from '../yaml_text.ts';
import { COUNTERS, counters } from './counters.ts';
import { EVENTS, ROUTES } from './names.ts';
import { bodyId, conditionOf, deadLetters, type Sink, sinkEntry, sinksOf } from './sinks.ts';
import { askingSources, BRIDGE, bridgedSources, type FrontSources, forwardedEvents } from './sources.ts';
import { vectorTests } from './tests.ts';

/** What runs the filter: `auditlb bridge` between a sink and a source of Vector, Fluent Bit in front of it, or the bridge asked by a transform. */
export const FRONTS = ['bridge', 'fluent-bit', 'vrl'] as const;
export type Front = (typeof FRONTS)[number];

export const VECTOR_FILE = 'vector.yaml';
const SCRAPE: Entry = ['auditlb_metrics', map(['type', 'internal_metrics'], ['scrape_interval_secs', 15])];

/** A complete configuration of Vector 0.58 for a policy, and of what runs the filter for it. */
export function vector(delivery: Delivery, places: Places, front: Front): Generated {
  const before = SOURCES[front](delivery);
  // Fluent Bit counts the events it forwards itself.
  const counts = front === 'fluent-bit' ? [] : counters();
  const sinks = sinksOf(delivery);
  const secrets = /SECRET\[files\./;
  const body = map(
    ['sources', map(...before.sources, SCRAPE)],
    ['transforms', map(...before.transforms, ...transforms(sinks, before.events), ...counts)],
    ['sinks', map(...before.sinks, ...sinks.map(sinkEntry), ...ownSinks(places, before.unfiltered, counts.length > 0))],
  );
  const root = map(...globals(places, secrets.test(String(body))), ...pairs(body));
  return new Map([
    [VECTOR_FILE, yamlText(headOf(delivery, places, front), root)],
    ['vector-tests.yaml', vectorTests(delivery.policy, sinks)],
    ...(front === 'fluent-bit' ? fluentBit(forwarding(delivery), FLUENT_BIT) : []),
  ]);
}

const SOURCES: { readonly [F in Front]: (delivery: Delivery) => FrontSources } = {
  bridge: bridgedSources,
  'fluent-bit': forwardedEvents,
  vrl: askingSources,
};

const FLUENT_BIT: Places = { config: '/etc/fluent-bit', state: '/var/lib/fluent-bit' };

/** The same policy with Vector as its only destination. */
function forwarding(delivery: Delivery): Delivery {
  const routes = delivery.routes.map((route) => route.value);
  const settings = { nodes: ['127.0.0.1:24224'], tls: false, shared_key: undefined };
  const name = delivery.sources[0]!.name.renamed('vector');
  const destination = {
    name,
    target: { kind: 'forward' as const, settings },
    routes,
    evidence: true,
    priority: 'normal' as const,
  };
  return { ...delivery, destinations: [destination] };
}

const pairs = (of: YAMLMap): Entry[] => of.items.map(({ key, value }) => [String(key), value as YAMLMap]);

function globals(places: Places, secrets: boolean): Entry[] {
  return [
    ['data_dir', places.state],
    [
      'acknowledgements',
      inline(['enabled', true]),
      'From the last sink back to the first source: what is not delivered is read again.',
    ],
    [
      'healthchecks',
      inline(['enabled', true], ['require_healthy', false]),
      'A destination that is away must not stop the others.',
    ],
    secrets && [
      'secret',
      map([
        'files',
        map(['type', 'directory'], ['path', `${places.config}/secrets`], ['remove_trailing_whitespace', true]),
      ]),
      'One file for each secret: since 0.57 nothing is taken from the environment.',
    ],
  ];
}

function transforms(sinks: readonly Sink[], events: readonly string[]): Entry[] {
  const cleaned = map(
    ['type', 'remap'],
    ['inputs', list(events)],
    [
      'source',
      'del(.path)\ndel(.source_type)\ndel(.host)\ndel(.tag)\n.timestamp = from_unix_timestamp(int(.time) ?? 0, unit: "milliseconds") ?? now()\n',
    ],
  );
  const routes = map(
    ['type', 'route'],
    ['inputs', list([EVENTS])],
    ['route', map(...sinks.map((sink): Entry => [sink.alias, conditionOf(sink)]))],
  );
  const bodies = sinks.flatMap((sink): Entry[] => {
    const { target } = sink.destination;
    const source = target.kind === 'none' ? undefined : sink.kind.body?.(target.settings);
    if (source === undefined) return [];
    return [[bodyId(sink), map(['type', 'remap'], ['inputs', list([`${ROUTES}.${sink.alias}`])], ['source', source])]];
  });
  return [
    [EVENTS, cleaned, 'Takes off what the source put on, and gives the event its own time.'],
    [ROUTES, routes, 'One output for each sink; an event goes to all it matches, with one acknowledgement.'],
    ...bodies,
  ];
}

const ownSinks = (places: Places, unfiltered: readonly string[], counted: boolean): Entry[] => [
  [
    'auditlb_dead',
    deadLetters(places, unfiltered),
    'What no route took. Left unconsumed it would be acknowledged and gone.',
  ],
  [
    'auditlb_prometheus',
    map(
      ['type', 'prometheus_exporter'],
      ['inputs', list(['auditlb_metrics', ...(counted ? COUNTERS : [])])],
      ['address', '127.0.0.1:9598'],
      ['acknowledgements', inline(['enabled', false])],
    ),
  ],
];

function headOf(delivery: Delivery, places: Places, front: Front): string {
  const head = `${generatedBy(delivery.policy)}\nVector 0.58. Check it with \`vector validate --no-environment ${VECTOR_FILE}\` and \`vector test ${VECTOR_FILE} vector-tests.yaml\`.`;
  if (front === 'fluent-bit')
    return `${head}\nFluent Bit runs the filter (fluent-bit.yaml beside this file) and waits for Vector’s acknowledgement.`;
  const bridge = `auditlb bridge --filter ${places.config}/${FILTER_FILE} --listen ${BRIDGE.listen}`;
  if (front === 'vrl')
    return `${head}
The filter runs beside it, and is asked once for every record: for sites of some hundred records a second. While it is away, records go to the dead letters as they came: start it first and stop it last.
  ${bridge}`;
  return `${head}
The filter runs beside it, between the sinks *_to_filter and the source auditlb_processed. It answers only when Vector has answered:
  ${bridge} --forward http://${BRIDGE.forward}/ingest --dead-letter ${places.state}/dead/bridge.ndjson`;
}
