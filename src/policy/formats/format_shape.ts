/**
 * The language of formats. A file of `formats/` and an inline `format:` of a policy are the same thing:
 *
 *   format: my_proxy              name (files only), with `title` and `docs`, the vendor's page
 *   class: http_activity          OCSF class of its events
 *   product: {name: …, vendor: …} who wrote the log
 *   escape: hex                   escapes inside text: none, backslash (\" \xhh), hex (\xHH), hash (#HH), cef (\= \|)
 *   missing: ['?', '(null)']      words for a value that is not there, besides `-`
 *   sniff: {text: '^…'}           how a list of formats tells it: a regular expression at the start of the line,
 *   sniff: {json: [key, a.b]}     or keys that must all be there,
 *   sniff: {where: {key: [text]}} and have one of these texts; several such mappings: any of them will do
 *   defaults: {path: value}       fields set before the line is read
 *   nginx: '…'                    one notation: an nginx log_format,
 *   haproxy: '…'                  an HAProxy log-format,
 *   apache: '…'                   an Apache LogFormat (varnishncsa, lighttpd), `tomcat:` an AccessLogValve pattern,
 *   envoy: '…'                    an Envoy format string or JSON format,
 *   w3c: '#Fields: …'             fields of a W3C extended log,
 *   fields: [{name, to, as}, …]   fields in order, of which `required: n` must be there, parted by blanks or by `separator:`,
 *   pairs: {keys: {key: target}}  key=value, parted by blanks or by `separator:`; `free: true`: values hold blanks,
 *   text: 'for {user.name} from'  a template: `{path}`, `{path path: conversion}`, `{path...}` up to the last occurrence of
 *                                 what follows, `{-}` left out, `{?text}` there or not; `fields` or `pairs` may go on behind it,
 *   json: {key.path: target}      or key paths; `[0]` first element, `[]` every other, `["a.b"]` a key with dots,
 *                                 `[key=text]` elements with this text under that key;
 *                                 of several paths for one field the first listed that is there counts, the others are unmapped
 *   lines: [{text: …, set: {…}}]  or several shapes: the first that fits the line is taken, and `set` applied
 *   like: envoy                   JSON of a notation's values under other names: its class, product and lookups are the format's
 *   wrappers: [{at: key.path}]    other places the whole object may be at, with `sniff` and `json` for what is around it
 *   closed: [key.path, ""]        objects of which every key is listed: another one raises `drift`; "" is the line itself
 *   maps:                         lookups, in order; the first case that matches is applied
 *     - {from: path, and: path, cases: [{is: pattern, set: {path: value}, copy: {path: path}, move: {path: path}}]}
 *
 * A target is a field path, or `{to, as, all}`: `as` names the conversion (`Convert`), `to` may list several paths
 * (address, port, host), `all` is the field that gets a list of several elements as logged. `ignore` drops a known key,
 * `keep` leaves it among the unmapped. A path may lead through text that holds JSON, and `[0]` through a lone object.
 * `unmapped.NAME` is a capture without a field; a variable or list field without a target becomes one under its own name.
 * `http.request.line` and `http.request.target` are parts of a request that are split later.
 */

import { isMap } from 'yaml';
import { Convert } from '../../../assembly/shared/convert.ts';
import { EventClass } from '../../../assembly/shared/enums.ts';
import {
  boolean,
  integer,
  list,
  mapOf,
  mappingOr,
  object,
  oneOrMore,
  optional,
  type Read,
  required,
  type Shape,
  text,
  value,
  word,
} from '../document/shape.ts';
import type { Text } from '../document/text.ts';
import { enumNames } from '../fields.ts';

/** Notations that name what load balancers write by names of their own. */
export const NOTATION_NAMES = ['nginx', 'haproxy', 'apache', 'tomcat', 'envoy', 'w3c'] as const;
export type NotationName = (typeof NOTATION_NAMES)[number];

export type ConvertName = keyof typeof Convert;

/** Names a format's class may have: the OCSF classes. */
export const CLASS_NAMES = Object.values(enumNames(EventClass)).filter(
  (name): name is keyof typeof EventClass => name !== 'unknown' && name !== 'health_check',
);

const CONVERT_NAMES = Object.values(enumNames(Convert)) as ConvertName[];
export const isConvertName = (name: string): name is ConvertName => (CONVERT_NAMES as string[]).includes(name);

const convert = word(...CONVERT_NAMES);

/** Where a captured text goes. No `to`: nowhere but among the unmapped, as `name` or under its own name. */
export interface TargetSpec {
  readonly to: readonly Text[];
  readonly as: ConvertName | undefined;
  readonly all: Text | undefined;
  readonly name: Text | undefined;
  readonly ignore: boolean;
  /** Known, and left among the unmapped under its path. */
  readonly keep: boolean;
  /** Notations only. The captured text may hold `, ` where a blank ends it. */
  readonly list: boolean;
  /** Notations only. `{a|b}`, there or not. */
  readonly braces: boolean;
  /** Notations only. Its writer cuts long lines short inside it. */
  readonly cut: boolean;
  /** Templates only. The last occurrence of the text behind it ends it. */
  readonly last: boolean;
}

const PLAIN: TargetSpec = {
  to: [],
  as: undefined,
  all: undefined,
  name: undefined,
  ignore: false,
  keep: false,
  list: false,
  braces: false,
  cut: false,
  last: false,
};
export const EXTRA_TARGET = PLAIN;
export const IGNORED_TARGET: TargetSpec = { ...PLAIN, ignore: true };

const targetProperties = {
  to: optional(oneOrMore(text())),
  as: optional(convert),
  all: optional(text()),
};

const targetObject = object({
  ...targetProperties,
  name: optional(text()),
  list: optional(boolean),
  braces: optional(boolean),
  cut: optional(boolean),
});

const shortTarget: Shape<readonly Text[]> = oneOrMore(text());

/** A field path, a list of them, `ignore`, `keep`, or a mapping. */
export const target: Shape<TargetSpec> = {
  what: 'a field path or a mapping',
  read(node, reading) {
    if (isMap(node)) return targetOf(targetObject.read(node, reading));
    const to = shortTarget.read(node, reading);
    if (to === undefined) return undefined;
    const [only] = to;
    if (to.length === 1 && only!.value === 'ignore') return IGNORED_TARGET;
    return to.length === 1 && only!.value === 'keep' ? { ...PLAIN, keep: true } : { ...PLAIN, to };
  },
};

const targetOf = (found: Read<typeof targetObject> | undefined): TargetSpec | undefined =>
  found && {
    to: found.to ?? [],
    as: found.as,
    all: found.all,
    name: found.name,
    ignore: false,
    keep: false,
    list: found.list === true,
    braces: found.braces === true,
    cut: found.cut === true,
    last: false,
  };

const fieldItem = mappingOr(object({ name: required(text()), ...targetProperties }), text());

const mapCase = object({
  is: required(oneOrMore(text())),
  set: optional(mapOf(value)),
  copy: optional(mapOf(text())),
  move: optional(mapOf(text())),
});
const mapShape = object({ from: required(text()), and: optional(text()), cases: required(list(mapCase)) });

const sniff = object({
  text: optional(text()),
  json: optional(list(text())),
  where: optional(mapOf(oneOrMore(text()))),
});
const wrapper = object({ at: required(text()), sniff: optional(sniff), json: optional(mapOf(target)) });

const pairs = object({ separator: optional(text()), free: optional(boolean), keys: optional(mapOf(target)) });

/** How one shape of line is written. */
const lineProperties = {
  nginx: optional(text()),
  haproxy: optional(text()),
  apache: optional(text()),
  tomcat: optional(text()),
  envoy: optional(text()),
  w3c: optional(text()),
  text: optional(text()),
  fields: optional(list(fieldItem)),
  separator: optional(text()),
  required: optional(integer(0, 200)),
  pairs: optional(pairs),
};
const lineShape = object({ ...lineProperties, set: optional(mapOf(value)) });

const escapes = word('none', 'backslash', 'hex', 'hash', 'cef');

const bodyProperties = {
  class: optional(word(...CLASS_NAMES)),
  product: optional(object({ name: required(text()), vendor: optional(text()) })),
  escape: optional(escapes),
  missing: optional(oneOrMore(text())),
  sniff: optional(oneOrMore(sniff)),
  defaults: optional(mapOf(value)),
  ...lineProperties,
  lines: optional(list(lineShape)),
  json: optional(mapOf(target)),
  like: optional(word(...NOTATION_NAMES)),
  wrappers: optional(list(wrapper)),
  closed: optional(list(text())),
  maps: optional(list(mapShape)),
};

/** A format inside a policy. */
export const inlineFormat = object(bodyProperties);
/** A file of `formats/`. */
export const formatFile = object({
  format: required(text()),
  title: required(text()),
  docs: optional(text()),
  ...bodyProperties,
});
/** A file of `formats/notations/`: what the variables of a notation mean, and lookups for formats that use them. */
export const notationFile = object({
  notation: required(word(...NOTATION_NAMES)),
  docs: optional(text()),
  class: required(word(...CLASS_NAMES)),
  product: required(object({ name: required(text()), vendor: optional(text()) })),
  escape: required(escapes),
  variables: required(mapOf(target)),
  maps: optional(list(mapShape)),
});
/** A file of `formats/common/`: lookups for every format of a class. */
export const commonFile = object({ class: required(word(...CLASS_NAMES)), maps: required(list(mapShape)) });

export type FormatSpec = Read<typeof inlineFormat>;
export type LineSpec = Read<typeof lineShape>;
export type PairsSpec = Read<typeof pairs>;
export type FormatFile = Read<typeof formatFile>;
export type NotationFile = Read<typeof notationFile>;
export type CommonFile = Read<typeof commonFile>;
export type MapSpec = Read<typeof mapShape>;
export type MapCaseSpec = MapSpec['cases'][number];
export type SniffSpec = Read<typeof sniff>;
export type WrapperSpec = Read<typeof wrapper>;
export type FieldItem = Read<typeof fieldItem>;
