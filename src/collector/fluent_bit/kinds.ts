import { posix } from 'node:path';
import type { DeliveryDestination, Target, TargetOf } from '../../policy/delivery.ts';
import type { Places } from '../generated.ts';
import type { Entry } from '../yaml_text.ts';
import { splitUrl, type Tls, tlsEntries, tlsFiles } from './network.ts';
import { nodesFileName } from './nodes.ts';

type Kind = Exclude<Target['kind'], 'none'>;
type SettingsOf<K extends Kind> = TargetOf<K>['settings'];

interface Part<S> {
  readonly settings: S;
  readonly node: string | undefined;
  readonly alias: string;
  readonly destination: DeliveryDestination;
  readonly places: Places;
}

export interface OutputKind<S = unknown> {
  readonly plugin: string;
  /** `file`: over the nodes of a file; `client`: by itself; `nodes`: an output for each node; `shards`: for each shard. */
  readonly balance: 'file' | 'client' | 'nodes' | 'shards';
  readonly network?: true;
  /** Retries before the dead letters, for outputs that retry what can never work; else without limit. */
  readonly retries?: number;
  /** For evidence, where `no_limits` does not mean it. */
  readonly evidenceRetries?: number;
  readonly why?: string;
  /** Where retention is enforced. */
  readonly retention?: string;
  /** Why Fluent Bit cannot do it. */
  readonly refusal?: (shards: number) => { readonly message: string; readonly help: string } | undefined;
  entries(part: Part<S>): readonly Entry[];
}

/** Enough for a working day at one retry a minute. */
const WORKING_DAY = 500;

function server(node: string | undefined, tls: Tls): Entry[] {
  const { host, port, secure } = splitUrl(node ?? '');
  return [['host', host], ['port', port], ...tlsEntries(tls, secure)];
}

const login = ({ user, password }: { user?: string | undefined; password?: string | undefined }): Entry[] => [
  ['http_user', user],
  ['http_passwd', password],
];

const headersOf = (headers: readonly { key: string; value: string }[] | undefined): Entry[] =>
  headers === undefined || headers.length === 0 ? [] : [['header', headers.map(({ key, value }) => `${key} ${value}`)]];

const SEARCH: readonly Entry[] = [
  ['suppress_type_name', 'on'],
  ['write_operation', 'create'],
  ['generate_id', 'on', 'the same chunk sent again makes the same documents, not new ones'],
  ['time_key_nanos', 'on', 'part of the id: equal lines of one second stay two events'],
  ['buffer_size', 'false', 'answers of any length: a cut one reads as a failure'],
  ['trace_error', 'on', 'says which document was refused and why'],
];

/** How Fluent Bit delivers to each kind of destination. */
export const KINDS: { readonly [K in Kind]: OutputKind<SettingsOf<K>> } = {
  forward: {
    plugin: 'forward',
    balance: 'file',
    network: true,
    entries: ({ destination, places }) => [
      ['upstream', posix.join(places.config, nodesFileName(destination.name.value))],
      ['workers', 2],
    ],
  },
  elasticsearch: {
    plugin: 'es',
    balance: 'file',
    network: true,
    retries: WORKING_DAY,
    why: 'balanced over its nodes since Fluent Bit 5.1.0. It retries even what can never be indexed.',
    retention: 'in the index lifecycle policy',
    entries: ({ settings, destination, places }) => [
      ['upstream', posix.join(places.config, nodesFileName(destination.name.value))],
      ['index', settings.index],
      ...login(settings),
      ['http_api_key', settings.api_key],
      ...SEARCH,
      ['compress', 'gzip'],
    ],
  },
  opensearch: {
    plugin: 'opensearch',
    balance: 'nodes',
    network: true,
    retries: WORKING_DAY,
    why: 'it retries even what can never be indexed.',
    retention: 'in the index state management policy',
    entries: ({ settings, node }) => [
      ...server(node, settings.tls),
      splitUrl(node ?? '').path !== '/' && ['path', splitUrl(node ?? '').path],
      ['index', settings.index],
      ...login(settings),
      settings.aws_region !== undefined && ['aws_auth', 'on'],
      ['aws_region', settings.aws_region],
      ...SEARCH,
      ['compress', 'gzip'],
    ],
  },
  s3: {
    plugin: 's3',
    balance: 'client',
    retries: 100,
    evidenceRetries: WORKING_DAY,
    why: 'files are gathered in `store_dir`, which is on the same disk as the buffers.',
    retention: 'in the bucket: object lock in compliance mode by default, or a lifecycle rule',
    entries: ({ settings, alias, places }) => [
      ['bucket', settings.bucket],
      ['region', settings.region],
      ['endpoint', settings.endpoint],
      ['role_arn', settings.role_arn],
      ['storage_class', settings.storage_class],
      ['store_dir', posix.join(places.state, 's3', alias)],
      ['use_put_object', 'on', 'whole files: a multipart upload left behind by a crash is invisible and is paid for'],
      settings.object_lock === true && ['send_content_md5', 'on', 'a bucket with object lock refuses files without it'],
      ['json_date_key', 'false', 'the event has its own time'],
      ['compression', 'gzip'],
      ['total_file_size', '50M'],
      ['upload_timeout', '5m'],
      [
        's3_key_format',
        `/${prefixOf(settings.prefix)}%Y/%m/%d/%H/$UUID.ndjson.gz`,
        'no two collectors write the same name',
      ],
      ['retry_exhausted_action', 'quarantine'],
    ],
  },
  kafka: {
    plugin: 'kafka',
    balance: 'shards',
    why: 'the key is the shard, so a principal’s events stay in order in one partition.\nA record counts as delivered once it is queued in memory: for evidence send to an aggregator by `forward` and from there to Kafka.',
    retention: 'in the topic',
    entries: ({ settings, alias }) => [
      ['brokers', settings.brokers.join(',')],
      ['topics', settings.topic],
      ['message_key', /_s(\d+)$/.exec(alias)?.[0].slice(1)],
      ['format', 'json'],
      ['queue_full_retries', 0, 'for ever'],
      ['rdkafka.acks', 'all'],
      ['rdkafka.enable.idempotence', 'true'],
      ['rdkafka.message.timeout.ms', 0, 'a message that times out would be gone'],
      ['rdkafka.queue.buffering.max.messages', 10000, 'what a crash can cost'],
      ...kafkaSecurity(settings),
    ],
  },
  splunk_hec: {
    plugin: 'splunk',
    balance: 'nodes',
    network: true,
    retention: 'in the index',
    entries: ({ settings, node }) => [
      ...server(node, settings.tls),
      ['splunk_token', settings.token],
      ['event_index', settings.index],
      ['event_sourcetype', '_json'],
      ['compress', 'gzip'],
    ],
  },
  loki: {
    plugin: 'loki',
    balance: 'nodes',
    network: true,
    retention: 'in Loki’s compactor',
    entries: ({ settings, node }) => [
      ...server(node, settings.tls),
      splitUrl(node ?? '').path !== '/' && ['uri', splitUrl(node ?? '').path],
      ['tenant_id', settings.tenant],
      [
        'labels',
        (settings.labels ?? [{ key: 'job', value: 'auditlb' }]).map(({ key, value }) => `${key}=${value}`).join(', '),
        'few and constant: every value is a stream of its own',
      ],
      ...login(settings),
      ['line_format', 'json'],
      ['compress', 'gzip'],
    ],
  },
  otlp_http: {
    plugin: 'opentelemetry',
    balance: 'nodes',
    network: true,
    entries: ({ settings, node }) => {
      const { path } = splitUrl(node ?? '');
      return [
        ...server(node, settings.tls),
        ['logs_uri', path === '/' ? '/v1/logs' : path],
        ...headersOf(settings.headers),
        ['compress', 'gzip'],
      ];
    },
  },
  datadog: {
    plugin: 'datadog',
    balance: 'client',
    network: true,
    retention: 'in the log index',
    entries: ({ settings }) => [
      ['host', `http-intake.logs.${settings.site ?? 'datadoghq.com'}`],
      ...tlsEntries(true, true),
      ['apikey', settings.api_key],
      ['dd_source', 'auditlb'],
      ['compress', 'gzip'],
    ],
  },
  http: {
    plugin: 'http',
    balance: 'nodes',
    network: true,
    why: 'an answer of 400 to 499 but 408 and 429 sends the chunk to the dead letters.',
    entries: ({ settings, node }) => [
      ...server(node, settings.tls),
      ['uri', splitUrl(node ?? '').path],
      ['format', 'json_lines'],
      ['json_date_key', 'false', 'the event has its own time'],
      ...headersOf(settings.headers),
      ['compress', 'gzip'],
    ],
  },
  pagerduty: {
    plugin: 'http',
    balance: 'client',
    refusal: () => ({
      message: 'Fluent Bit cannot page: it posts many records as one body',
      help: 'send the route on to Vector by `forward`, and give Vector this destination',
    }),
    entries: () => [],
  },
  slack: {
    plugin: 'slack',
    balance: 'client',
    retries: 20,
    why: 'the whole chunk becomes one message; send it few records.',
    entries: ({ settings }) => [['webhook', settings.webhook]],
  },
  file: {
    plugin: 'file',
    balance: 'client',
    entries: ({ settings }) => [
      ['path', posix.dirname(settings.path)],
      ['file', posix.basename(settings.path)],
      ['format', 'plain'],
      ['mkdir', 'on'],
    ],
  },
  stdout: { plugin: 'stdout', balance: 'client', entries: () => [['format', 'json_lines']] },
};

const prefixOf = (prefix: string | undefined): string =>
  prefix === undefined ? 'audit/' : `${prefix.replace(/^\/+|\/+$/g, '')}/`;

function kafkaSecurity({ user, password, tls }: SettingsOf<'kafka'>): Entry[] {
  const files = tlsFiles(tls);
  const secure = tls !== undefined && tls !== false;
  const protocol = user === undefined ? (secure ? 'ssl' : undefined) : secure ? 'sasl_ssl' : 'sasl_plaintext';
  return [
    ['rdkafka.security.protocol', protocol],
    user !== undefined && ['rdkafka.sasl.mechanism', 'SCRAM-SHA-512'],
    ['rdkafka.sasl.username', user],
    ['rdkafka.sasl.password', password],
    ['rdkafka.ssl.ca.location', files.ca_file],
    ['rdkafka.ssl.certificate.location', files.crt_file],
    ['rdkafka.ssl.key.location', files.key_file],
  ];
}
