/**
 * Kinds of destinations. Those with `nodes` are spread over them: by the collector's output where it can, else by shard.
 * In short: `{forward: [a:24224, b:24224]}`, `{file: /path}`.
 */
import { absolutePath, addresses, headers, plainText, secret, tls, url, urls } from './delivery_shape.ts';
import { kind, shorthand } from './kind_shape.ts';
import { boolean, expected, mapOf, object, optional, type Read } from './shape.ts';

const credentials = { user: optional(plainText), password: optional(secret) };

const forward = object({
  nodes: expected(addresses),
  tls: optional(tls),
  shared_key: optional(secret),
});
const elasticsearch = object({
  nodes: expected(urls),
  index: expected(plainText),
  api_key: optional(secret),
  tls: optional(tls),
  ...credentials,
});
const opensearch = object({
  nodes: expected(urls),
  index: expected(plainText),
  aws_region: optional(plainText),
  tls: optional(tls),
  ...credentials,
});
const s3 = object({
  bucket: expected(plainText),
  region: expected(plainText),
  prefix: optional(plainText),
  object_lock: optional(boolean),
  storage_class: optional(plainText),
  role_arn: optional(plainText),
  endpoint: optional(url),
});
const kafka = object({
  brokers: expected(addresses),
  topic: expected(plainText),
  tls: optional(tls),
  ...credentials,
});
const splunkHec = object({
  nodes: expected(urls),
  token: expected(secret),
  index: optional(plainText),
  tls: optional(tls),
});
const loki = object({
  nodes: expected(urls),
  tenant: optional(plainText),
  labels: optional(mapOf(plainText)),
  tls: optional(tls),
  ...credentials,
});
const otlpHttp = object({ nodes: expected(urls), headers: optional(headers), tls: optional(tls) });
const datadog = object({ api_key: expected(secret), site: optional(plainText) });
const http = object({ nodes: expected(urls), headers: optional(headers), tls: optional(tls) });
const pagerduty = object({ routing_key: expected(secret) });
const slack = object({ webhook: expected(secret) });
const file = object({ path: expected(absolutePath) });

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
