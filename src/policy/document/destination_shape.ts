/**
 * Kinds of destinations. Those with `nodes` are spread over them: by the collector's output where it can, else by shard.
 * In short: `{forward: [a:24224, b:24224]}`, `{file: /path}`.
 */
import { absolutePath, addresses, headers, plainText, secret, secretUrl, tls, url, urls } from './delivery_shape.ts';
import { kind, shorthand } from './kind_shape.ts';
import { boolean, mapOf, object, optional, type Read, required } from './shape.ts';

const credentials = { user: optional(plainText), password: optional(secret) };

const forward = object({
  nodes: required(addresses),
  tls: optional(tls),
  shared_key: optional(secret),
});
const elasticsearch = object({
  nodes: required(urls),
  index: required(plainText),
  api_key: optional(secret),
  tls: optional(tls),
  ...credentials,
});
const opensearch = object({
  nodes: required(urls),
  index: required(plainText),
  aws_region: optional(plainText),
  tls: optional(tls),
  ...credentials,
});
const s3 = object({
  bucket: required(plainText),
  region: required(plainText),
  prefix: optional(plainText),
  object_lock: optional(boolean),
  storage_class: optional(plainText),
  role_arn: optional(plainText),
  endpoint: optional(url),
});
const kafka = object({
  brokers: required(addresses),
  topic: required(plainText),
  tls: optional(tls),
  ...credentials,
});
const splunkHec = object({
  nodes: required(urls),
  token: required(secret),
  index: optional(plainText),
  tls: optional(tls),
});
const loki = object({
  nodes: required(urls),
  tenant: optional(plainText),
  labels: optional(mapOf(plainText)),
  tls: optional(tls),
  ...credentials,
});
const otlpHttp = object({ nodes: required(urls), headers: optional(headers), tls: optional(tls) });
const datadog = object({ api_key: required(secret), site: optional(plainText) });
const http = object({ nodes: required(urls), headers: optional(headers), tls: optional(tls) });
const pagerduty = object({ routing_key: required(secret) });
const slack = object({ webhook: required(secretUrl) });
const file = object({ path: required(absolutePath) });

export const destination = kind('destination', {
  forward: shorthand(forward, addresses, (nodes, at) => ({ nodes, tls: undefined, shared_key: undefined, at })),
  elasticsearch,
  opensearch,
  s3,
  kafka,
  splunk_hec: splunkHec,
  loki,
  otlp_http: otlpHttp,
  datadog,
  http,
  pagerduty,
  slack,
  file: shorthand(file, absolutePath, (path, at) => ({ path, at })),
  stdout: shorthand(object({}), boolean, (_, at) => ({ at })),
});

export type DestinationDocument = Read<typeof destination>;
