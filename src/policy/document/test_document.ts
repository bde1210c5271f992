/**
 * Tests of a policy, under its `tests:` or in files beside it (`<policy>.test.yaml`, `<policy>.<anything>.test.yaml`):
 *
 *   tests:
 *     - name: a failed login goes to the SIEM
 *       tag: nginx.access           or `source: edge`; neither where the policy has one source
 *       time: 2026-02-03T04:05:06Z  time by the host; a fixed one if left out
 *       line: '…'                   or `record: {log: '…', pod: web-1}`
 *       expect: {status: ok, error: code, format: …, routes: […], shard: 2, tag: audit.s2.siem, dropped: rule,
 *                priority: high, retention: {days: 400, legal_hold: true},
 *                fields: {path: value}, output: {dotted.path: value}}
 *
 * A value of `null` expects that the field is not there. Objects in `output` are compared by the keys they name.
 */
import { ParseStatus } from '../../../assembly/shared/enums.ts';
import { ErrorCode } from '../../../assembly/shared/errors.ts';
import { enumNames } from '../fields.ts';
import { RETENTION_DAYS_MAX } from './delivery_shape.ts';
import {
  boolean,
  expected,
  integer,
  list,
  mapOf,
  object,
  optional,
  type Read,
  required,
  type Shape,
  text,
  textLike,
  word,
} from './shape.ts';

/** Any value, as JSON has it. */
const data: Shape<{ readonly json: unknown }> = {
  what: 'a value',
  read: (node, reading) => ({ json: node.toJS(reading.document) as unknown }),
};

const TIME = textLike(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  'invalid_time',
  'write it like `2026-02-03T04:05:06Z`',
);
const STATUS = Object.values(enumNames(ParseStatus)) as (keyof typeof ParseStatus)[];
const ERRORS = Object.values(enumNames(ErrorCode)).filter((code) => code !== 'none') as (keyof typeof ErrorCode)[];

const expectation = object({
  status: optional(word(...STATUS), 'how far the record was read'),
  error: optional(word(...ERRORS), 'code of the first error'),
  format: optional(text(), 'format the line was read by'),
  routes: optional(list(text()), 'exactly these routes, in policy order'),
  shard: optional(integer(0, 1023), 'number of the shard'),
  tag: optional(text(), 'the tag outputs select by'),
  dropped: optional(text(), 'sampling rule that drops the record'),
  priority: optional(word('high', 'normal', 'low'), 'the most urgent of its routes'),
  retention: optional(
    object({
      days: optional(integer(1, RETENTION_DAYS_MAX), 'the longest of its routes'),
      legal_hold: optional(boolean, 'whether one of its routes holds it'),
    }),
    'how long it is kept, by its routes',
  ),
  fields: optional(mapOf(data), 'fields by path, also `labels.NAME` and `unmapped.NAME`; `null`: not there'),
  output: optional(mapOf(data), 'members of the event by dotted path; of an object only the members named'),
});

const testCase = object({
  name: required(text(), 'what is tested, as a sentence'),
  tag: optional(text(), 'tag the collector gives the record'),
  source: optional(text(), 'a tag of this source, instead of `tag`; neither where the policy has one source'),
  time: optional(TIME, 'time of the record by the host, RFC 3339; else 2026-01-01T00:00:00Z'),
  line: optional(text(), 'a line, as a collector reads it from a file'),
  record: optional(data, 'a record as a collector hands it over, instead of `line`; text is taken as it is'),
  expect: optional(expectation, 'without it `auditlb test --update` writes what is seen'),
});

/** `tests:` of a policy. */
export const testList = list(testCase);
/** A test file. */
export const testFile = object({ tests: expected(testList) });

export type TestDocument = Read<typeof testCase>;
export type Expectation = NonNullable<TestDocument['expect']>;
