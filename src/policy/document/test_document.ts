/**
 * Tests of a policy, under its `tests:` or in files beside it (`<policy>.test.yaml`, `<policy>.<anything>.test.yaml`):
 *
 *   tests:
 *     - name: a failed login goes to the SIEM
 *       tag: nginx.access           or `source: edge`; neither where the policy has one source
 *       time: 2026-02-03T04:05:06Z  time by the host; a fixed one if left out
 *       line: '…'                   or `record: {log: '…', pod: web-1}`
 *       expect: {status: ok, error: code, format: …, routes: […], shard: 2, tag: audit.s2.siem,
 *                fields: {path: value}, output: {dotted.path: value}}
 *
 * A value of `null` expects that the field is not there. Objects in `output` are compared by the keys they name.
 */
import { ParseStatus } from '../../../assembly/shared/enums.ts';
import { ErrorCode } from '../../../assembly/shared/errors.ts';
import { enumNames } from '../fields.ts';
import {
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
  status: optional(word(...STATUS)),
  error: optional(word(...ERRORS)),
  format: optional(text()),
  routes: optional(list(text())),
  shard: optional(integer(0, 1023)),
  tag: optional(text()),
  fields: optional(mapOf(data)),
  output: optional(mapOf(data)),
});

const testCase = object({
  name: required(text()),
  tag: optional(text()),
  source: optional(text()),
  time: optional(TIME),
  line: optional(text()),
  record: optional(data),
  expect: optional(expectation),
});

/** `tests:` of a policy. */
export const testList = list(testCase);
/** A test file. */
export const testFile = object({ tests: expected(testList) });

export type TestDocument = Read<typeof testCase>;
export type Expectation = NonNullable<TestDocument['expect']>;
