import type { YAMLMap } from 'yaml';
import type { Delivery, DeliverySource, Input } from '../../policy/delivery.ts';
import { type Entry, inline, list, map } from '../yaml_text.ts';
import { listenerTls, sourceId } from './names.ts';

export const BRIDGE = { listen: '127.0.0.1:9701', forward: '127.0.0.1:9702' } as const;

/** Keys of an event that the filter is given; the rest is Vector's own. */
const LINE = ['message', 'file', 'file_offset', 'timestamp'];
const POD = [
  ...LINE,
  'stream',
  'kubernetes.pod_name',
  'kubernetes.pod_namespace',
  'kubernetes.container_name',
  'kubernetes.pod_node_name',
];

interface Source {
  readonly entries: readonly Entry[];
  /** Whether what was not acknowledged is read again. */
  readonly replays: boolean;
  /** Keys of an event that the filter is given; `undefined`: all but those Vector puts there itself. */
  readonly keys?: readonly string[];
}

/** What Vector puts beside the keys of a record. */
const OWN_KEYS = ['tag', 'host', 'source_type'];

const LINES: Entry = ['framing', inline(['method', 'newline_delimited'])];

type Kind = Exclude<Input['kind'], 'none'>;
type SettingsOf<K extends Kind> = Extract<Input, { kind: K }>['settings'];

/** The source of each kind of input. */
const KINDS: { readonly [K in Kind]: (settings: SettingsOf<K>) => Source } = {
  files: ({ paths, exclude }) => ({
    entries: [
      ['type', 'file'],
      ['include', list(paths)],
      ['exclude', exclude],
      ['read_from', 'beginning', 'a file that appears between two scans is read from its start'],
      ['max_line_bytes', 8388608, 'longer lines are discarded; the default is 100 KiB'],
      ['file_key', 'file', 'with the offset: the same line read again keeps its id'],
      ['offset_key', 'file_offset'],
      ['rotate_wait_secs', 3600],
    ],
    replays: true,
    keys: LINE,
  }),
  kubernetes: ({ namespace, container }) => ({
    entries: [
      ['type', 'kubernetes_logs'],
      ['extra_field_selector', namespace && `metadata.namespace=${namespace}`],
      ['include_paths_glob_patterns', container === undefined ? undefined : list([`**/${container}/*`])],
      ['max_line_bytes', 8388608],
      ['rotate_wait_secs', 3600],
    ],
    replays: false,
    keys: POD,
  }),
  syslog: ({ listen, mode = 'tcp', framing = 'newline', tls }) => {
    const method = framing === 'newline' ? 'newline_delimited' : framing;
    const entries: Entry[] = [
      ['type', 'socket', 'not `syslog`: the filter wants the line as it came, and takes the header off itself'],
      ['mode', mode],
      ['address', listen],
      mode === 'udp' && ['max_length', 65507],
      mode === 'tcp' && ['framing', map(['method', method], [method, inline(['max_length', 1048576])])],
      listenerTls(tls),
    ];
    return { entries, replays: false, keys: LINE };
  },
  http: ({ listen, tls }) => ({
    entries: [['type', 'http_server'], ['address', listen], ['path', '/'], LINES, listenerTls(tls)],
    replays: true,
    keys: LINE,
  }),
  forward: ({ listen, tls }) => ({
    entries: [
      ['type', 'fluent'],
      ['mode', 'tcp', 'a Unix socket is never acknowledged'],
      ['address', listen],
      listenerTls(tls),
    ],
    replays: true,
  }),
  aws_s3: ({ queue_url, region }) => ({
    entries: [
      ['type', 'aws_s3'],
      ['region', region],
      ['compression', 'auto'],
      [
        'sqs',
        map(['queue_url', queue_url], ['delete_failed_message', false, 'what was not delivered is announced again']),
      ],
      LINES,
    ],
    replays: true,
    keys: LINE,
  }),
};

function sourceOf({ name, input }: DeliverySource): Source | undefined {
  if (input.kind === 'none') {
    name.report('input_missing', `source \`${name.value}\` has no input`, 'add `input: {files: /var/log/…}` to it');
    return undefined;
  }
  if (input.kind === 'forward' && input.settings.shared_key !== undefined) {
    const help = 'use client certificates: `tls: {ca_file: …, crt_file: …, key_file: …}`';
    name.report('input_unsupported', 'Vector’s `fluent` source knows no shared key', help);
    return undefined;
  }
  const { kind, settings } = input;
  return (KINDS[kind] as (of: typeof settings) => Source)(settings);
}

const encodingOf = ({ keys }: Source): YAMLMap =>
  inline(['codec', 'json'], keys === undefined ? ['except_fields', list(OWN_KEYS)] : ['only_fields', list(keys)]);

/** The sources of a policy, and what leads their records to the filter. */
export interface FrontSources {
  readonly sources: readonly Entry[];
  /** Transforms that put each record through the filter. */
  readonly transforms: readonly Entry[];
  /** Sinks that hand them to the bridge. */
  readonly sinks: readonly Entry[];
  /** Components whose outputs are the filter’s events, and those that give what could not be filtered. */
  readonly events: readonly string[];
  readonly unfiltered: readonly string[];
}

/** Sources of the policy, each with the sink that hands its records to the bridge. */
export function bridgedSources(delivery: Delivery): FrontSources {
  const made = sourcesOf(delivery);
  const sinks = made.map(({ id, of, source }): Entry => {
    return [`${id}_to_filter`, toFilter(id, of, source), `Source \`${of.name.value}\` to the filter`];
  });
  const sources = [...made.map(sourceEntry), processedEntry('bridge')];
  return { sources, transforms: [], sinks, events: [PROCESSED], unfiltered: [] };
}

/** Sources of the policy, each with a transform that asks the bridge for every record. */
export function askingSources(delivery: Delivery): FrontSources {
  const made = sourcesOf(delivery);
  const transforms = made.map(({ id, of, source }): Entry => {
    return [`${id}_filtered`, askFilter(id, of, source), `Source \`${of.name.value}\` through the filter`];
  });
  const events = made.map(({ id }) => `${id}_filtered`);
  const unfiltered = events.map((id) => `${id}.dropped`);
  return { sources: made.map(sourceEntry), transforms, sinks: [], events, unfiltered };
}

/** Events as Fluent Bit forwards them. */
export const forwardedEvents = (): FrontSources => ({
  sources: [processedEntry('fluent-bit')],
  transforms: [],
  sinks: [],
  events: [PROCESSED],
  unfiltered: [],
});

const PROCESSED = 'auditlb_processed';
const processedEntry = (front: 'bridge' | 'fluent-bit'): Entry => [
  PROCESSED,
  processedSource(front),
  'Events from the filter',
];

interface MadeSource {
  readonly id: string;
  readonly of: DeliverySource;
  readonly source: Source;
}

function sourcesOf(delivery: Delivery): MadeSource[] {
  return delivery.sources.flatMap((of) => {
    const source = sourceOf(of);
    return source === undefined ? [] : [{ id: sourceId(of.name.value), of, source }];
  });
}

const sourceEntry = ({ id, of, source }: MadeSource): Entry => [
  id,
  map(...source.entries),
  `Source \`${of.name.value}\`${source.replays ? '' : ': this source acknowledges nothing; what is in memory when Vector crashes is lost'}`,
];

/** VRL that makes `record` of some keys of the event; objects in it must be there before their members. */
function copyOf(keys: readonly string[]): string[] {
  const parents = new Set(keys.filter((key) => key.includes('.')).map((key) => key.slice(0, key.lastIndexOf('.'))));
  return [
    'record = {}',
    ...[...parents].map((parent) => `record.${parent} = {}`),
    ...keys.map((key) => `if exists(.${key}) { record.${key} = .${key} }`),
  ];
}

/** One request for each record. What is not answered with an event goes on as it came, by the output `dropped`. */
function askFilter(id: string, { tag, name }: DeliverySource, { keys }: Source): YAMLMap {
  const record = keys === undefined ? ['record = .', ...OWN_KEYS.map((key) => `del(record.${key})`)] : copyOf(keys);
  const source = `${record.join('\n')}
headers = {"X-Auditlb-Source": "${name.value}"}
answer = http_request!("http://${BRIDGE.listen}/v1/filter/${tag}", method: "post", headers: headers, body: encode_json(record))
if answer == "\\n" {
  # Dropped by the policy.
  . = []
} else {
  # A list of records has as many events.
  . = map_values(split(strip_whitespace(answer), "\\n")) -> |line| {
    event = object!(parse_json!(line))
    assert!(exists(event.auditlb), "the filter gave no event")
    event
  }
}
`;
  return map(
    ['type', 'remap'],
    ['inputs', list([id])],
    ['drop_on_error', true, 'to the output `dropped`, which the dead letters take'],
    ['reroute_dropped', true],
    ['source', source],
  );
}

function toFilter(id: string, { tag, name }: DeliverySource, source: Source): YAMLMap {
  return map(
    ['type', 'http'],
    ['inputs', list([id])],
    ['uri', `http://${BRIDGE.listen}/v1/batch/${tag}`, 'the last part is the tag the filter sees'],
    LINES,
    ['encoding', encodingOf(source)],
    ['batch', inline(['max_events', 2000], ['max_bytes', 1048576], ['timeout_secs', 0.2])],
    [
      'request',
      map(
        ['concurrency', 1, 'one batch at a time keeps the order of a source'],
        ['timeout_secs', 120, 'longer than the slowest destination takes to acknowledge'],
        ['retry_max_duration_secs', 15],
        ['headers', inline(['X-Auditlb-Source', name.value])],
      ),
    ],
    ['retry_strategy', inline(['type', 'all']), 'never drop on a 4xx'],
    source.replays
      ? [
          'buffer',
          inline(['type', 'memory'], ['max_events', 10000], ['when_full', 'block']),
          'In memory: what is not acknowledged is read again from its source.',
        ]
      : [
          'buffer',
          inline(['type', 'disk'], ['max_size', 1073741824], ['when_full', 'block']),
          'On disk: nobody sends or reads these again.',
        ],
  );
}

/** Where the filter’s events come in. */
function processedSource(front: 'bridge' | 'fluent-bit'): YAMLMap {
  if (front === 'fluent-bit') {
    return map(
      ['type', 'fluent'],
      ['mode', 'tcp', 'a Unix socket is never acknowledged'],
      ['address', '127.0.0.1:24224'],
      ['keepalive', inline(['time_secs', 60])],
    );
  }
  return map(
    ['type', 'http_server', 'answers 200 only once every sink has the event, at least on disk'],
    ['address', BRIDGE.forward],
    ['path', '/ingest'],
    LINES,
    ['decoding', inline(['codec', 'json'])],
  );
}
