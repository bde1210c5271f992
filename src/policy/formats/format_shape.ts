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
 *   sniff: {app: [sshd, su*]}     or programs, by the name in the syslog envelope,
 *   sniff: {where: {key: [text]}} and have one of these texts; several such mappings: any of them will do
 *   defaults: {path: value}       fields set before the line is read
 *   nginx: '…'                    one notation: an nginx log_format,
 *   haproxy: '…'                  an HAProxy log-format,
 *   apache: '…'                   an Apache LogFormat (varnishncsa, lighttpd), `tomcat:` an AccessLogValve pattern,
 *   envoy: '…'                    an Envoy format string or JSON format,
 *   w3c: '#Fields: …'             fields of a W3C extended log, of which `required: n` must be there,
 *   fields: [{name, to, as}, …]   fields in order, of which `required: n` must be there, parted by blanks or by `separator:`,
 *   pairs: {keys: {key: target}}  key=value, parted by blanks or by `separator:`; `free: true`: values hold blanks (with a
 *                                 `separator:`: lines that have none of it are read as if parted by blanks),
 *                                 `colon: true`: `key: value`, quoted or not, up to a comma and a listed key,
 *                                 `joined: {key: a, to: path}`: values of `a0`, `a1`, … as one text with blanks,
 *   text: 'for {user.name} from'  a template: `{path}`, `{path path: conversion}`, `{path...}` up to the last occurrence of
 *                                 what follows, `{-}` and `{-...}` left out, `{?text}` there or not, `{=text}` what follows begins so,
 *                                 `{?}` nothing: what is before it ends a value alone; `fields` or `pairs` may go on behind it,
 *   json: {key.path: target}      or key paths; `[0]` first element, `[]` every other, `["a.b"]` a key with dots,
 *                                 `[key=text]` elements with this text under that key;
 *                                 of several paths for one field the first listed that is there counts, the others are unmapped
 *   lines: [{text: …, set: {…}}]  or several shapes: the first that fits the line is taken, and `set` applied
 *   lines: [{when: {log.app: [sshd]}, lines: […]}]  shapes for some lines only: what the envelope says is one of these
 *                                 (`''`: nothing); with `set` for all of them
 *   within: {path: [{text: …, set: {…}}]}  a captured text that has shapes of its own; where none fits it stays as it is
 *   holds: {path: linux_auth}     a captured text that is a line of that shipped format, and read with its `lines`, `within`,
 *                                 `missing` and `maps`; where none fits it stays as it is
 *   like: envoy                   JSON of a notation's values under other names: its class, product and lookups are the format's
 *   like: postgresql              or of a shipped format's: its `within`, `missing` and `maps` are the format's
 *   wrappers: [{at: key.path}]    other places the whole object may be at, with `sniff` and `json` for what is around it
 *   closed: [key.path, ""]        objects of which every key is listed: another one raises `drift`; "" is the line itself
 *   maps:                         lookups, in order; the first case that matches is applied
 *     - {from: path, and: path, cases: [{is: pattern, set: {path: value}, copy: {path: path}, move: {path: path}}]}
 *
 * A target is a field path, or `{to, as, all}`: `as` names the conversion (`Convert`), `to` may list several paths
 * (address, port, host), `all` is the field that gets a list of several elements as logged. `ignore` drops a known key,
 * `keep` leaves it among the unmapped. A path may lead through text that holds JSON, and `[0]` through a lone object.
 * `unmapped.NAME` is a capture without a field; a variable or list field without a target becomes one under its own name.
 * `http.request.line` and `http.request.target` are parts of a request that are split later; `product.name` and `product.vendor`
 * say who wrote the line, where it names them itself.
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

export const isNotationName = (name: string): name is NotationName =>
  (NOTATION_NAMES as readonly string[]).includes(name);

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
  to: optional(oneOrMore(text()), 'field path, or several: address, port, host'),
  as: optional(convert, 'conversion'),
  all: optional(text(), 'field that gets a list of several elements as logged'),
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
  schema: { anyOf: [targetObject.schema ?? {}, ...(shortTarget.schema?.anyOf ?? [])] },
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
  is: required(oneOrMore(text()), 'patterns for the whole text, `*` for any'),
  set: optional(mapOf(value), 'fields and their values'),
  copy: optional(mapOf(text()), 'fields, and the fields they are copied from'),
  move: optional(mapOf(text()), 'the same, the other field being emptied'),
});
const mapShape = object({
  from: required(text(), 'field that is looked up'),
  and: optional(text(), 'second field, joined by a blank'),
  cases: required(list(mapCase), 'the first that matches is applied'),
});

const sniff = object({
  text: optional(text(), 'regular expression for the start of the line'),
  app: optional(oneOrMore(text()), 'programs, `*` for any text, as the syslog envelope names them'),
  json: optional(list(text()), 'dotted keys that must all be there'),
  where: optional(mapOf(oneOrMore(text())), 'keys that must have one of these texts'),
});
const wrapper = object({
  at: required(text(), 'key path of the whole object'),
  sniff: optional(sniff, 'how it is told; else as without the wrapper'),
  json: optional(mapOf(target), 'key paths around it'),
});

const pairs = object({
  separator: optional(text(), 'one character between pairs; else blanks, with quoted values'),
  free: optional(boolean, 'values hold blanks and end where the next key begins'),
  colon: optional(boolean, '`key: value`, quoted or not, up to a comma with one of `keys` behind it'),
  keys: optional(mapOf(target), 'keys, and where their values go'),
  joined: optional(
    object({
      key: required(text(), 'what stands before the number'),
      to: required(text(), 'field path'),
      as: optional(word('text', 'hex_text'), 'conversion of each value that stands in no quotes'),
    }),
    'one field of the values of `key0`, `key1`, …, a blank between them; of pieces, `key1[0]`, `key1[1]`, nothing',
  ),
});

/** How one shape of line is written. */
const lineProperties = {
  nginx: optional(text(), 'an nginx `log_format`'),
  haproxy: optional(text(), 'an HAProxy `log-format`'),
  apache: optional(text(), 'an Apache `LogFormat`, as varnishncsa and lighttpd have it too'),
  tomcat: optional(text(), 'a pattern of Tomcat’s `AccessLogValve`'),
  envoy: optional(text(), 'an Envoy format string or JSON format'),
  w3c: optional(text(), 'a `#Fields:` directive'),
  text: optional(text(), 'a template: `{path}`, `{path path: conversion}`, `{path...}`, `{-}`, `{?text}`, `{=text}`'),
  fields: optional(list(fieldItem), 'fields in order'),
  separator: optional(text(), 'one character between `fields`; else blanks'),
  required: optional(integer(0, 200), 'how many of `fields`, or of those of `w3c`, a line must have'),
  pairs: optional(pairs, '`key=value` to the end of the line'),
};
const shapeProperties = {
  ...lineProperties,
  when: optional(
    mapOf(oneOrMore(text())),
    "fields of the envelope, and patterns of which one must fit; `''` fits a missing one",
  ),
  set: optional(mapOf(value), 'fields set where a line has this shape'),
};
const plainShape = object(shapeProperties);
const lineShape = object({
  ...shapeProperties,
  lines: optional(list(plainShape), 'several shapes that share `when` and `set`'),
});

const escapes = word('none', 'backslash', 'hex', 'hash', 'cef');

const bodyProperties = {
  class: optional(word(...CLASS_NAMES), 'OCSF class of its events'),
  product: optional(object({ name: required(text()), vendor: optional(text()) }), 'who wrote the log'),
  escape: optional(
    escapes,
    'escapes inside text: `backslash` as Apache, `hex` as nginx, `hash` as HAProxy, `cef` as CEF has them',
  ),
  missing: optional(oneOrMore(text()), 'words for a value that is not there, besides `-`'),
  sniff: optional(oneOrMore(sniff), 'how it is told from other formats of the source'),
  defaults: optional(mapOf(value), 'fields set before the line is read'),
  ...lineProperties,
  lines: optional(list(lineShape), 'several shapes: the first that fits the line is taken'),
  within: optional(mapOf(list(lineShape)), 'fields whose text is read in turn, by the first shape that fits'),
  holds: optional(mapOf(text()), 'fields whose text is a line of a shipped format'),
  json: optional(mapOf(target), 'key paths of a JSON object, and where they go'),
  like: optional(text(), 'a notation or a shipped format whose lookups are used'),
  wrappers: optional(list(wrapper), 'other places the whole object may be at'),
  closed: optional(list(text()), 'objects of which every key is listed: another one raises `drift`'),
  maps: optional(list(mapShape), 'lookups, in order'),
};

/** A format inside a policy. */
export const inlineFormat = object(bodyProperties);
/** A file of `formats/`. */
export const formatFile = object({
  format: required(text(), 'name, that of the file'),
  title: required(text(), 'what it is, in a line'),
  docs: optional(text(), 'the vendor’s page about it'),
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
export type LineSpec = Read<typeof plainShape>;
export type LinesSpec = Read<typeof lineShape>;
export type PairsSpec = Read<typeof pairs>;
export type FormatFile = Read<typeof formatFile>;
export type NotationFile = Read<typeof notationFile>;
export type CommonFile = Read<typeof commonFile>;
export type MapSpec = Read<typeof mapShape>;
export type MapCaseSpec = MapSpec['cases'][number];
export type SniffSpec = Read<typeof sniff>;
export type WrapperSpec = Read<typeof wrapper>;
export type FieldItem = Read<typeof fieldItem>;
