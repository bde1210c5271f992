/**
 * The language of policies:
 *
 *   auditlb: 1                    version of the language
 *   name: edge                    else the file's name
 *   schema: ocsf                  what events look like: ocsf, ecs, otel
 *   raw: incomplete               when the line itself is carried along: incomplete, always, never
 *   sources:                      the first whose tag matches is the record's
 *     - {name: …, tag: nginx.*, format: …, line: key, timezone: '+01:00', labels: {service: shop}}
 *                                 file_key: file, offset_key: file_offset: where the collector says the line was read
 *                                 format: a shipped format, `auto`, a format of one's own, or a list of them
 *                                 input: where its records come from, for `auditlb config` (`input_shape.ts`)
 *   shards: {count: 4, by: [field], weights: [1, 1, 1, 2]}
 *   routes:                       every one whose condition holds
 *     - {name: …, when: CEL, to: destination(s), evidence: true, priority: high, retention: 400d}
 *   destinations: {name: {kind: settings}}     for `auditlb config` (`destination_shape.ts`)
 *   tests:                        see `test_document.ts`
 */
import { inlineFormat } from '../formats/format_shape.ts';
import { retention } from './delivery_shape.ts';
import { destination } from './destination_shape.ts';
import { input } from './input_shape.ts';
import {
  boolean,
  expected,
  filled,
  integer,
  list,
  mapOf,
  mappingOr,
  object,
  oneOrMore,
  optional,
  type Read,
  required,
  text,
  textLike,
  value,
  word,
} from './shape.ts';
import { testList } from './test_document.ts';

/** Routes become parts of tags. */
const ROUTE_NAME = textLike(/^[a-z0-9_]{1,40}$/, 'invalid_name', 'a route’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`');
const SOURCE_NAME = textLike(
  /^[\w.-]{1,64}$/,
  'invalid_name',
  'a source’s name is 1 to 64 letters, digits, `_`, `-`, `.`',
);
const ZONE = textLike(
  /^(Z|[+-](0\d|1[0-4]):[0-5]\d)$/,
  'invalid_timezone',
  'write `Z` or an offset from UTC such as `+01:00`',
);

const source = object({
  name: required(SOURCE_NAME),
  tag: expected(text()),
  format: expected(filled(oneOrMore(mappingOr(inlineFormat, text())))),
  line: optional(text()),
  file_key: optional(text()),
  offset_key: optional(text()),
  timezone: optional(ZONE),
  labels: optional(mapOf(value)),
  input: optional(input),
});

const route = object({
  name: expected(ROUTE_NAME),
  when: optional(text()),
  to: optional(oneOrMore(text())),
  evidence: optional(boolean),
  priority: optional(word('high', 'normal', 'low')),
  retention: optional(retention),
});

const shards = object({
  count: optional(integer(1, 1024)),
  by: optional(oneOrMore(text())),
  weights: optional(list(integer(1, 65535))),
});

/** A policy as written. */
export const policyShape = object({
  auditlb: expected(integer(1, 1)),
  name: optional(text()),
  schema: optional(word('ocsf', 'ecs', 'otel')),
  raw: optional(word('incomplete', 'always', 'never')),
  sources: expected(filled(list(source))),
  shards: optional(shards),
  routes: optional(list(route)),
  destinations: optional(mapOf(destination)),
  tests: optional(testList),
});

export type PolicyDocument = Read<typeof policyShape>;
export type SourceDocument = NonNullable<PolicyDocument['sources']>[number];
export type RouteDocument = NonNullable<PolicyDocument['routes']>[number];
export type ShardsDocument = NonNullable<PolicyDocument['shards']>;
