/**
 * The language of policies:
 *
 *   auditlb: 1                    version of the language
 *   name: edge                    else the file's name
 *   schema: ocsf                  what events look like: ocsf, ecs, otel
 *   raw: incomplete               when the line itself is carried along: incomplete, always, never
 *   include: [other.yaml, baseline]    what other files, or shipped policies, have stands behind what this one has
 *   output:                       what is left out, moved and added (`output_shape.ts`)
 *   sources:                      the first whose tag matches is the record's
 *     - {name: …, tag: nginx.*, format: …, line: key, timezone: '+01:00', labels: {service: shop}}
 *                                 trusted_proxies: [10.0.0.0/8]: whose `X-Forwarded-For` is believed
 *                                 file_key: file, offset_key: file_offset: where the collector says the line was read
 *                                 format: a shipped format, `auto`, a format of one's own, or a list of them
 *                                 input: where its records come from, for `auditlb config` (`input_shape.ts`)
 *   conditions: {is_admin: CEL}    names for conditions, for every `when` and for each other
 *   holidays: {bavaria: [2026-01-06]}    lists of dates, for `time.onHoliday` in conditions
 *   shards: {count: 4, by: [field], weights: [1, 1, 1, 2]}
 *   routes:                       every one whose condition holds
 *     - {name: …, when: CEL, to: destination(s), evidence: true, priority: high, retention: 400d}   and groups: `route_shape.ts`
 *   tables, enrich:               labels from tables of one's own (`enrich_shape.ts`)
 *   redact:                       what must not leave, and what stands there instead
 *     - {name: …, fields: [field], keys: [name], patterns: [name], when: CEL, with: mask | remove | truncate | pseudonym}
 *   sample:                       what need not be kept, unless it is evidence
 *     - {name: …, when: CEL, keep: 1/100, by: field}
 *     - {name: …, when: CEL, drop: true}
 *   destinations: {name: {kind: settings}}     for `auditlb config` (`destination_shape.ts`)
 *   tests:                        see `test_document.ts`
 */
import { inlineFormat } from '../formats/format_shape.ts';
import { destination } from './destination_shape.ts';
import { enrichment, table } from './enrich_shape.ts';
import { input } from './input_shape.ts';
import { output } from './output_shape.ts';
import { type RouteDocument, routes } from './route_shape.ts';
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

const DATE = text((found) => {
  const time = /^\d{4}-\d\d-\d\d$/.test(found.value) ? Date.parse(found.value) : Number.NaN;
  // `Date` takes the 31st of a shorter month for the next month's first.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(found.value)) return true;
  found.report('invalid_date', `\`${found.value}\` is no date`, 'write it like `2026-12-25`');
  return false;
});

const source = object({
  name: required(SOURCE_NAME, 'name of the source, in the output as `auditlb.source`'),
  tag: expected(text(), 'tags of its records, `*` for any text; the first source that matches is the record’s'),
  format: expected(
    filled(oneOrMore(mappingOr(inlineFormat, text()))),
    'a shipped format, `auto`, a format of your own, or a list: then the first whose sniffer accepts the line',
  ),
  line: optional(text(), 'key of the record that holds the line; else `log`, else `message`, else the record itself'),
  file_key: optional(text(), 'key under which the collector names the file the line was read from; `file` by default'),
  offset_key: optional(text(), 'key of the line’s offset in it; `file_offset` by default'),
  timezone: optional(ZONE, 'zone of times without one: `Z` or an offset such as `+01:00`'),
  trusted_proxies: optional(
    filled(list(text())),
    'addresses and blocks of proxies whose `X-Forwarded-For` is believed: the client is then the first behind them',
  ),
  labels: optional(mapOf(value), 'what the source is part of; in conditions `labels.NAME`'),
  input: optional(input, 'where its records come from: for `auditlb config`'),
});

const shards = object({
  count: optional(integer(1, 1024), 'number of shards; else as many as there are weights, else 1'),
  by: optional(oneOrMore(text()), 'fields tried in order: the first that is there is the key'),
  weights: optional(list(integer(1, 65535)), 'share of each shard; else even'),
});

const RULE_NAME = textLike(/^[a-z0-9_]{1,40}$/, 'invalid_name', 'a rule’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`');

const KEY = textLike(
  /^[\w.$~\-[\]*]{1,64}$/,
  'invalid_key',
  'a key is 1 to 64 letters, digits, `_`, `-`, `.`, `$`, `~`, brackets, and `*` for any text',
);

const redact = object({
  name: optional(RULE_NAME, 'what the record calls the rule; else `redact_1`, `redact_2`, …'),
  fields: optional(
    filled(oneOrMore(text())),
    'fields redacted as a whole; with `keys` or `patterns`: where those are looked for, else everywhere',
  ),
  keys: optional(filled(oneOrMore(KEY)), 'names whose values are secret, `*` for any text, in any case'),
  patterns: optional(filled(oneOrMore(text())), 'kinds of secrets known by their shape: `jwt`, `payment_card`, …'),
  when: optional(text(), 'condition in CEL; without it the rule holds for every record'),
  with: expected(word('mask', 'remove', 'truncate', 'pseudonym'), 'what stands there instead'),
});

const sample = object({
  name: expected(RULE_NAME, 'what records call the rule'),
  when: expected(text(), 'condition in CEL'),
  keep: optional(
    textLike(/^1\/[1-9]\d{0,6}$/, 'invalid_share', 'write a share such as `1/100`'),
    'share of the values of `by` whose records are kept',
  ),
  by: optional(text(), 'field: all records with the same value are kept, or none'),
  drop: optional(boolean, 'none is kept'),
});

/** A policy as written. */
export const policyShape = object({
  auditlb: expected(integer(1, 1), 'version of the language'),
  name: optional(text(), 'name of the policy; else the file’s'),
  schema: optional(word('ocsf', 'ecs', 'otel'), 'schema of the events'),
  raw: optional(
    word('incomplete', 'always', 'never'),
    'when the line is carried along in `raw_data`; `incomplete`, the default: when it was not read in full',
  ),
  output: optional(output, 'what is left out of the events, moved in them and added to them'),
  include: optional(
    oneOrMore(text()),
    'policies whose parts stand behind this one’s: paths relative to this file, names of shipped ones',
  ),
  sources: optional(filled(list(source)), 'where records come from; needed unless an included policy has some'),
  conditions: optional(mapOf(text()), 'conditions in CEL by name: any `when`, and each other, may refer to them'),
  holidays: optional(mapOf(list(DATE)), 'lists of dates by name, for `time.onHoliday(NAME, ZONE)`'),
  shards: optional(shards, 'how records are spread'),
  tables: optional(mapOf(table), 'tables of your own: what `enrich` looks records up in'),
  enrich: optional(list(enrichment), 'labels from tables, in this order: what no row has stays as it is'),
  redact: optional(list(redact), 'what must not leave, and what stands there instead'),
  sample: optional(list(sample), 'what need not be kept, unless it is evidence: the first that holds decides'),
  routes: optional(routes, 'where records go: every route whose condition holds'),
  destinations: optional(mapOf(destination), 'what routes name: for `auditlb config`'),
  tests: optional(testList, 'lines or records, and what is expected of them: `auditlb test`'),
});

export type PolicyDocument = Read<typeof policyShape>;
export type SourceDocument = NonNullable<PolicyDocument['sources']>[number];
export type { RouteDocument };
export type RedactDocument = NonNullable<PolicyDocument['redact']>[number];
export type SampleDocument = NonNullable<PolicyDocument['sample']>[number];
export type ShardsDocument = NonNullable<PolicyDocument['shards']>;
