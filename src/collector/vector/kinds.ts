import type { DeliveryDestination, Target, TargetOf } from '../../policy/delivery.ts';
import { type Entry, inline, list, map } from '../yaml_text.ts';
import { secretOf, tlsOf } from './names.ts';

type Kind = Exclude<Target['kind'], 'none'>;
type SettingsOf<K extends Kind> = TargetOf<K>['settings'];

interface Part<S> {
  readonly settings: S;
  readonly node: string | undefined;
  readonly destination: DeliveryDestination;
}

export interface SinkKind<S = unknown> {
  readonly type: string;
  /** `client`: the sink balances by itself or has one address; `nodes`: one sink for each node. */
  readonly balance: 'client' | 'nodes';
  /** A body made of the event before it is sent, in VRL. */
  readonly body?: (settings: S) => string;
  /** Without a buffer on disk: it cannot fail, or must not be late. */
  readonly unbuffered?: true;
  readonly why?: string;
  readonly refusal?: { readonly message: string; readonly help: string };
  entries(part: Part<S>): readonly Entry[];
}

/** The event without Vector's own time: what the filter made, and nothing else. */
const EVENT: Entry = ['encoding', inline(['codec', 'json'], ['except_fields', list(['timestamp'])])];
const LINES: Entry = ['framing', inline(['method', 'newline_delimited'])];

function basic({ user, password }: { user?: string | undefined; password?: string | undefined }): Entry {
  if (user === undefined) return false;
  return ['auth', inline(['strategy', 'basic'], ['user', user], ['password', password && secretOf(password)])];
}

function headersOf(headers: readonly { key: string; value: string }[], more: readonly Entry[] = []): Entry {
  const entries = headers.map(({ key, value }): Entry => [key, secretOf(value)]);
  return entries.length + more.length === 0 ? false : ['request', map(['headers', map(...more, ...entries)])];
}

function search(nodes: readonly string[], index: string): Entry[] {
  return [
    ['endpoints', list(nodes)],
    [
      'distribution',
      inline(['retry_initial_backoff_secs', 1], ['retry_max_duration_secs', 30]),
      'A node that came back is used after 30 seconds; the default is an hour.',
    ],
    ['mode', 'bulk'],
    [
      'bulk',
      inline(['action', 'index'], ['index', index]),
      'Not `create`: the answer to a batch sent again would be read as refused.',
    ],
    ['id_key', 'document_id', 'the same event sent again is the same document; the sink takes the key out'],
    ['request_retry_partial', true, 'one refused document does not refuse the batch'],
    ['compression', 'gzip'],
  ];
}

const oneByOne = (rate: number): Entry[] => [
  LINES,
  ['encoding', inline(['codec', 'json'])],
  ['batch', inline(['max_events', 1]), 'One bare JSON object in each request.'],
  [
    'request',
    map(
      ['concurrency', 1],
      ['rate_limit_num', rate],
      ['rate_limit_duration_secs', 1],
      ['headers', inline(['Content-Type', 'application/json'])],
    ),
  ],
  ['healthcheck', inline(['enabled', false])],
];

/** How Vector delivers to each kind of destination. */
export const KINDS: { readonly [K in Kind]: SinkKind<SettingsOf<K>> } = {
  forward: {
    type: '',
    balance: 'client',
    refusal: {
      message: 'Vector has no sink for the forward protocol',
      help: 'use `otlp_http` or `http`, or generate `auditlb config fluent-bit`',
    },
    entries: () => [],
  },
  elasticsearch: {
    type: 'elasticsearch',
    balance: 'client',
    body: () => DOCUMENT_ID,
    entries: ({ settings }) => [
      ['api_version', 'v8', 'said, not asked: asking fails while the cluster is away'],
      ...search(settings.nodes, settings.index),
      basic(settings),
      settings.api_key !== undefined && [
        'request',
        map(['headers', inline(['Authorization', `ApiKey ${secretOf(settings.api_key)}`])]),
      ],
      tlsOf(settings.tls),
    ],
  },
  opensearch: {
    type: 'elasticsearch',
    balance: 'client',
    body: () => DOCUMENT_ID,
    entries: ({ settings }) => [
      ['api_version', 'v7', 'said, not asked: asking fails while the cluster is away'],
      ...search(settings.nodes, settings.index),
      settings.aws_region === undefined ? basic(settings) : ['auth', inline(['strategy', 'aws'])],
      settings.aws_region !== undefined && ['aws', inline(['region', settings.aws_region])],
      tlsOf(settings.tls),
    ],
  },
  s3: {
    type: 'aws_s3',
    balance: 'client',
    why: 'every upload carries its MD5, as a bucket with object lock demands.',
    entries: ({ settings }) => [
      ['bucket', settings.bucket],
      ['region', settings.region],
      ['endpoint', settings.endpoint],
      settings.role_arn !== undefined && ['auth', inline(['assume_role', settings.role_arn])],
      ['storage_class', settings.storage_class],
      ['key_prefix', `${(settings.prefix ?? 'audit').replace(/^\/+|\/+$/g, '')}/%Y/%m/%d/%H/`],
      ['compression', 'gzip'],
      LINES,
      EVENT,
      [
        'batch',
        inline(['max_bytes', 50000000], ['timeout_secs', 60]),
        'The default of 300 seconds is how long a source would wait for its acknowledgement.',
      ],
    ],
  },
  kafka: {
    type: 'kafka',
    balance: 'client',
    entries: ({ settings }) => [
      ['bootstrap_servers', settings.brokers.join(',')],
      ['topic', settings.topic],
      ['key_field', '.auditlb.shard', 'a principal’s events stay in order in one partition'],
      EVENT,
      ['compression', 'zstd'],
      ['message_timeout_ms', 0, 'a message that times out would be gone'],
      ['librdkafka_options', inline(['acks', 'all'], ['enable.idempotence', 'true'])],
      settings.user !== undefined && [
        'sasl',
        inline(
          ['enabled', true],
          ['mechanism', 'SCRAM-SHA-512'],
          ['username', settings.user],
          ['password', settings.password && secretOf(settings.password)],
        ),
      ],
      tlsOf(settings.tls, settings.tls !== undefined && settings.tls !== false),
    ],
  },
  splunk_hec: {
    type: 'splunk_hec_logs',
    balance: 'nodes',
    why: 'turn indexer acknowledgement on for the token; without it a crash of the indexer loses what it had taken.',
    entries: ({ settings, node }) => [
      ['endpoint', node],
      ['default_token', secretOf(settings.token)],
      ['index', settings.index],
      ['sourcetype', '_json'],
      EVENT,
      ['compression', 'gzip'],
      tlsOf(settings.tls),
    ],
  },
  loki: {
    type: 'loki',
    balance: 'nodes',
    entries: ({ settings, node }) => [
      ['endpoint', node],
      ['tenant_id', settings.tenant],
      [
        'labels',
        map(...(settings.labels ?? [{ key: 'job', value: 'auditlb' }]).map(({ key, value }): Entry => [key, value])),
        'Few and constant: every value is a stream of its own.',
      ],
      ['encoding', inline(['codec', 'json'])],
      ['out_of_order_action', 'accept'],
      basic(settings),
      tlsOf(settings.tls),
    ],
  },
  otlp_http: {
    type: 'opentelemetry',
    balance: 'nodes',
    body: () => OTLP_BODY,
    entries: ({ settings, node }) => [
      [
        'protocol',
        map(
          ['type', 'http'],
          ['uri', /^https?:\/\/[^/]+\/?$/.test(node ?? '') ? `${(node ?? '').replace(/\/$/, '')}/v1/logs` : node],
          ['encoding', inline(['codec', 'otlp'])],
          ['framing', inline(['method', 'bytes'])],
          ['compression', 'gzip'],
          headersOf(settings.headers ?? [], [['content-type', 'application/x-protobuf']]),
          tlsOf(settings.tls),
        ),
      ],
    ],
  },
  datadog: {
    type: 'datadog_logs',
    balance: 'client',
    entries: ({ settings }) => [
      ['default_api_key', secretOf(settings.api_key)],
      ['site', settings.site],
      ['compression', 'gzip'],
    ],
  },
  http: {
    type: 'http',
    balance: 'nodes',
    why: 'an answer of 400 to 499 but 408 and 429 drops the batch, unless it is evidence.',
    entries: ({ settings, node, destination }) => [
      ['uri', node],
      LINES,
      EVENT,
      ['compression', 'gzip'],
      headersOf(settings.headers ?? []),
      destination.evidence && ['retry_strategy', inline(['type', 'all']), 'Evidence is not dropped on any answer.'],
      tlsOf(settings.tls),
    ],
  },
  pagerduty: {
    type: 'http',
    balance: 'client',
    body: (settings) => pagerdutyBody(secretOf(settings.routing_key)),
    entries: () => [['uri', 'https://events.pagerduty.com/v2/enqueue'], ...oneByOne(2)],
  },
  slack: {
    type: 'http',
    balance: 'client',
    body: () => SLACK_BODY,
    entries: ({ settings }) => [['uri', secretOf(settings.webhook)], ...oneByOne(1)],
  },
  file: {
    type: 'file',
    balance: 'client',
    entries: ({ settings }) => [['path', settings.path], LINES, EVENT],
  },
  stdout: { type: 'console', balance: 'client', unbuffered: true, entries: () => [LINES, EVENT] },
};

const DOCUMENT_ID = '.document_id = .metadata.uid\n';

const SUMMARY = `actor = string(.actor.user.name) ?? string(.src_endpoint.ip) ?? "an unknown principal"
source = string(.auditlb.source) ?? "an unknown source"
summary = "audit event of " + actor + " at " + source
`;

const pagerdutyBody = (key: string): string => `event = .
${SUMMARY}level = int(.severity_id) ?? 1
severity = if level >= 5 { "critical" } else if level == 4 { "error" } else if level == 3 { "warning" } else { "info" }
dedup = string(.metadata.uid) ?? sha2(encode_json(.))
. = {
  "routing_key": "${key}",
  "event_action": "trigger",
  "dedup_key": dedup,
  "payload": {"summary": summary, "source": source, "severity": severity, "custom_details": event}
}
`;

const SLACK_BODY = `${SUMMARY}. = {"text": truncate(summary + "\\n" + encode_json(.), 3000)}
`;

const OTLP_BODY = `body = encode_json(.)
nanoseconds = (int(.time) ?? 0) * 1000000
. = {
  "resourceLogs": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "auditlb"}}]},
    "scopeLogs": [{
      "scope": {"name": "auditlb"},
      "logRecords": [{"timeUnixNano": nanoseconds, "body": {"stringValue": body}}]
    }]
  }]
}
`;
