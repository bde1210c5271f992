import {
  Activity,
  ActorType,
  AttributedBy,
  Category,
  Direction,
  Disposition,
  EventClass,
  IpVersion,
  Outcome,
  Severity,
} from '../../assembly/shared/enums.ts';
import type { Field } from '../../assembly/shared/fields.ts';

/** A member of the engine's field table. */
export type FieldName = Exclude<keyof typeof Field, 'COUNT'>;

/**
 * Type of a field as conditions see it.
 * `text` UTF-8, `int` 64-bit, `time` epoch milliseconds, `duration` microseconds, `bytes` and `port` integers,
 * `address` an IP address, `bool`, `enum` one of a closed list, `json` a raw value conditions cannot read.
 */
export type FieldType = 'text' | 'int' | 'time' | 'duration' | 'bytes' | 'port' | 'address' | 'bool' | 'enum' | 'json';

export interface FieldInfo {
  /** Dotted name in policies, formats, explanations. `undefined`: the engine's own, not for policies. */
  readonly path?: string;
  readonly type: FieldType;
  /** Members of an `enum` by number. */
  readonly values?: Readonly<Record<number, string>>;
  readonly doc: string;
}

/** Members of a TypeScript enum, by number. */
export function enumNames(source: Readonly<Record<string, string | number>>): Record<number, string> {
  const names: Record<number, string> = {};
  for (const [key, value] of Object.entries(source)) if (typeof value === 'number') names[value] = key;
  return names;
}

const text = (path: string, doc: string): FieldInfo => ({ path, type: 'text', doc });
const int = (path: string, doc: string): FieldInfo => ({ path, type: 'int', doc });
const duration = (path: string, doc: string): FieldInfo => ({ path, type: 'duration', doc });
const enumeration = (path: string, source: Readonly<Record<string, string | number>>, doc: string): FieldInfo => ({
  path,
  type: 'enum',
  values: enumNames(source),
  doc,
});

/** Every field of the event: the one place for its name, type and meaning. */
export const FIELDS: Readonly<Record<FieldName, FieldInfo>> = {
  time: {
    path: 'time',
    type: 'time',
    doc: 'when it happened, by the log itself; the collector’s time where the log has none',
  },
  time_start: { path: 'time.start', type: 'time', doc: 'when the request or connection began' },
  duration_us: duration('duration', 'total time'),
  event_class: enumeration('event.class', EventClass, 'kind of activity: an OCSF class, or `health_check`'),
  event_category: enumeration('event.category', Category, 'OCSF category of the class'),
  event_activity: enumeration('event.activity', Activity, 'what was done'),
  event_outcome: enumeration('event.outcome', Outcome, 'whether it worked'),
  event_severity: enumeration('event.severity', Severity, 'how serious it is; ordered'),
  event_reason: text('event.reason', 'why it failed, as a stable code'),
  event_message: text('event.message', 'why it failed, or what happened, as a sentence'),
  event_action: text('event.action', 'the action in the source’s own words: verb, event name, method name'),
  event_id: text('event.id', 'the source’s id of this event'),
  event_status_code: text('event.status_code', 'status or error code in the source’s own words'),
  event_stage: text('event.stage', 'stage of a longer action'),
  schema_class: { type: 'enum', values: enumNames(EventClass), doc: 'OCSF class that shapes the output' },
  health_check: { path: 'event.health_check', type: 'bool', doc: 'a prober’s request, not a user’s' },
  src_ip: { path: 'src.ip', type: 'address', doc: 'client address' },
  src_port: { path: 'src.port', type: 'port', doc: 'client port' },
  src_host: text('src.host', 'client name, where the log has no address'),
  src_peer_ip: {
    path: 'src.peer.ip',
    type: 'address',
    doc: 'address of the connection, where a proxy named another client',
  },
  src_peer_port: { path: 'src.peer.port', type: 'port', doc: 'port of that connection' },
  dst_ip: { path: 'dst.ip', type: 'address', doc: 'address of the target that served the request' },
  dst_port: { path: 'dst.port', type: 'port', doc: 'port of the target' },
  dst_host: text('dst.host', 'name of the target'),
  bytes_in: { path: 'bytes.in', type: 'bytes', doc: 'bytes received from the client' },
  bytes_out: { path: 'bytes.out', type: 'bytes', doc: 'bytes sent to the client' },
  request_us: duration('timing.request', 'time to take in the request'),
  queue_us: duration('timing.queue', 'time spent waiting for a target'),
  connect_us: duration('timing.connect', 'time to connect to the target'),
  target_us: duration('timing.target', 'time the target took'),
  response_us: duration('timing.response', 'time to send the response'),
  http_line: { type: 'text', doc: 'request line, before it is split' },
  http_method: text('http.request.method', 'request method'),
  http_target: { type: 'text', doc: 'request target, before it is split' },
  http_version: text('http.version', 'protocol version, without `HTTP/`'),
  http_host: text('http.request.host', 'host the client asked for'),
  http_user_agent: text('http.request.user_agent', 'user agent'),
  http_referrer: text('http.request.referrer', 'referring page'),
  http_forwarded_for: text('http.request.forwarded_for', '`X-Forwarded-For` as received'),
  http_content_type: text('http.response.content_type', 'content type of the response'),
  http_status: int('http.response.status', 'status sent to the client'),
  url_full: text('url.full', 'URL or request target as requested'),
  url_scheme: text('url.scheme', 'URL scheme'),
  url_host: text('url.host', 'URL host'),
  url_port: { path: 'url.port', type: 'port', doc: 'URL port' },
  url_path: text('url.path', 'URL path'),
  url_query: text('url.query', 'URL query, without `?`'),
  lb_name: text('lb.name', 'the balancer'),
  lb_listener: text('lb.listener', 'listener or frontend'),
  lb_group: text('lb.group', 'target group, backend or upstream'),
  lb_server: text('lb.server', 'server of that group'),
  lb_rule: text('lb.rule', 'rule that matched'),
  lb_action: text('lb.action', 'what the balancer did with the request'),
  lb_state: text('lb.state', 'termination state or response flags'),
  lb_retries: int('lb.retries', 'further tries'),
  lb_ip: { path: 'lb.ip', type: 'address', doc: 'address of the balancer' },
  lb_target_status: int('lb.target_status', 'status the target sent'),
  lb_targets: text('lb.targets', 'all targets tried, as logged'),
  lb_target_statuses: text('lb.target_statuses', 'the status of each, as logged'),
  lb_classification: text('lb.classification', 'how the balancer classed the request'),
  lb_classification_reason: text('lb.classification_reason', 'why'),
  tls_version: text('tls.version', 'TLS version'),
  tls_cipher: text('tls.cipher', 'TLS cipher suite'),
  tls_sni: text('tls.sni', 'server name the client asked for'),
  tls_alpn: text('tls.alpn', 'application protocol agreed'),
  tls_certificate: text('tls.certificate', 'certificate shown to the client'),
  tls_client_subject: text('tls.client.subject', 'subject of the client’s certificate'),
  tls_client_issuer: text('tls.client.issuer', 'its issuer'),
  tls_client_serial: text('tls.client.serial', 'its serial number'),
  tls_client_verify: text('tls.client.verify', 'result of its verification'),
  actor_name: text('actor.name', 'who acted'),
  actor_id: text('actor.id', 'their id: ARN, UID, subject'),
  actor_type: enumeration('actor.type', ActorType, 'what kind of principal'),
  actor_groups: { path: 'actor.groups', type: 'json', doc: 'their groups' },
  actor_session: text('actor.session', 'session they acted in'),
  actor_credential: text('actor.credential', 'id of the credential used, never the credential'),
  actor_account: text('actor.account', 'account or organization they belong to'),
  actor_mfa: { path: 'actor.mfa', type: 'bool', doc: 'whether a second factor was used' },
  actor_invoked_by: text('actor.invoked_by', 'service that acted for them'),
  actor_issuer: text('actor.issuer', 'name of the role or identity they assumed'),
  actor_issuer_id: text('actor.issuer_id', 'its id'),
  actor_attributed_by: enumeration('actor.attributed_by', AttributedBy, 'what the principal was derived from'),
  actor_impersonator: text('actor.impersonator', 'who acted under this name'),
  user_name: text('user.name', 'account acted upon, or logging on'),
  user_id: text('user.id', 'its id'),
  api_service: text('api.service', 'service called'),
  api_operation: text('api.operation', 'operation called'),
  api_version: text('api.version', 'version of the API'),
  api_group: text('api.group', 'API group'),
  api_request_id: text('api.request_id', 'id of the call'),
  api_status: int('api.status', 'status code of the call'),
  api_error: text('api.error', 'error code of the call'),
  api_message: text('api.message', 'error message of the call'),
  api_decision: text('api.decision', 'decision of the authorizer'),
  api_decision_reason: text('api.decision_reason', 'why it decided so'),
  resource_type: text('resource.type', 'type of what was acted upon'),
  resource_name: text('resource.name', 'its name'),
  resource_namespace: text('resource.namespace', 'its namespace'),
  resource_id: text('resource.id', 'its id'),
  resource_subtype: text('resource.subtype', 'the part of it acted upon'),
  cloud_provider: text('cloud.provider', 'cloud provider'),
  cloud_region: text('cloud.region', 'region'),
  cloud_account: text('cloud.account', 'account, subscription or project'),
  trace_id: text('trace.id', 'trace id'),
  trace_span_id: text('trace.span_id', 'span id'),
  trace_correlation_id: text('trace.correlation_id', 'request id shared by several logs'),
  auth_protocol: text('auth.protocol', 'authentication protocol'),
  auth_method: text('auth.method', 'authentication method'),
  auth_session_kind: text('auth.session_kind', 'kind of logon'),
  log_host: text('log.host', 'host that wrote the line'),
  log_app: text('log.app', 'program that wrote the line'),
  log_pid: int('log.pid', 'its process id'),
  log_priority: int('log.priority', 'syslog priority: facility * 8 + severity'),
  log_name: text('log.name', 'log or stream the line came from'),
  log_message_id: text('log.message_id', 'syslog message id'),
  tls_used: { path: 'tls.used', type: 'bool', doc: 'whether the client connection was encrypted' },
  time_date: { type: 'time', doc: 'midnight of a date that stands apart from its time of day' },
  time_clock: { type: 'time', doc: 'time of day that stands apart from its date' },
  log_stream: text('log.stream', 'stream of a container: stdout or stderr'),
  event_type: text('event.type', 'type in the source’s own words'),
  group_name: text('group.name', 'group acted upon'),
  group_id: text('group.id', 'its id'),
  privileges: text('privileges', 'privileges, roles or policies given or taken, separated by commas'),
  process_name: text('process.name', 'process acted upon'),
  process_pid: int('process.pid', 'its id'),
  process_command_line: text('process.command_line', 'its command line'),
  process_path: text('process.path', 'path of its program'),
  process_parent_pid: int('process.parent_pid', 'id of the process that started it'),
  db_name: text('db.name', 'database'),
  db_query: text('db.query', 'statement or query'),
  log_level: text('log.level', 'level of the line in its writer’s own words'),
  process_working_directory: text('process.working_directory', 'directory the process, or who acted, was in'),
  actor_terminal: text('actor.terminal', 'terminal of the session'),
  src_country: text('src.country', 'country of the client as the log has it: two letters of ISO 3166'),
  src_city: text('src.city', 'its city'),
  db_type: text('db.type', 'kind of database: the product or its protocol'),
  event_disposition: enumeration('event.disposition', Disposition, 'what a security control did with the traffic'),
  network_transport: text('network.transport', 'transport protocol by its IANA name, in lower case'),
  network_protocol_number: int('network.protocol_number', 'its IANA number'),
  network_type: enumeration('network.type', IpVersion, 'version of the Internet Protocol'),
  network_direction: enumeration('network.direction', Direction, 'which way the traffic went'),
  network_tcp_flags: int('network.tcp_flags', 'TCP flags of all its packets'),
  network_bytes: { path: 'network.bytes', type: 'bytes', doc: 'bytes in all' },
  network_packets: int('network.packets', 'packets in all'),
  src_service: text('src.service', 'service the client’s address belongs to'),
  src_packet_ip: {
    path: 'src.packet.ip',
    type: 'address',
    doc: 'source address of the packets, behind what stands between',
  },
  dst_service: text('dst.service', 'service the target’s address belongs to'),
  dst_packet_ip: { path: 'dst.packet.ip', type: 'address', doc: 'destination address of the packets' },
  cloud_zone: text('cloud.zone', 'availability zone'),
  cloud_network: text('cloud.network', 'virtual network of the interface that logged it'),
  cloud_subnet: text('cloud.subnet', 'its subnet'),
  cloud_instance: text('cloud.instance', 'its instance'),
  cloud_interface: text('cloud.interface', 'the interface'),
};

/** Fields by the path policies and formats use. */
export const FIELD_BY_PATH: ReadonlyMap<string, FieldName> = new Map(
  (Object.keys(FIELDS) as FieldName[]).flatMap((name) => {
    const path = FIELDS[name].path;
    return path === undefined ? [] : [[path, name] as const];
  }),
);
