/**
 * The language of `schemas/*.yaml`: how fields become the output of each class.
 *
 *   schema: ocsf
 *   version: 1.8.0
 *   blocks: {name: members}       members used by several classes
 *   classes:
 *     http_activity: {uid: 4002, category: 4, activities: {get: 3}, members: {…}}   the numbers for OCSF only
 *
 * Members are a mapping of output keys, at any depth:
 *
 *   key: field.path               the field's value; a list of paths: the first that is present
 *   key: 7                        a constant (text: `{$const: text}`)
 *   key: {…}                      an object, left out when all in it is absent; `$if` and `$unless` as below
 *   key: {$list: {…}}             a list of at most one such object, with `$if` and `$unless` inside
 *   key: {$from: path(s), $as: …, $otherwise: …, $table: {member: value}, $if: path(s), $unless: path(s)}
 *   key: {$const: value, $if: path(s), $unless: path(s)}
 *   key: [{…}, {…}]               several of these, of which the conditions leave one
 *   key: {$rest: path(s)}         under their own paths the fields no member of the class shows, and when a member does not stand those it
 *                                 would show; but not these
 *   key: $builtin                 $class_uid $category_uid $activity_id $activity_name $type_uid $version $policy $unmapped $labels $label_object
 *   $use: block(s)                the members of these blocks; of equal keys the mapping's own counts, then the first
 *
 * `$as: name` is the name of an enum's member, but for its zero: `none`, `unknown`.
 * `$as: syslog_facility`, `syslog_facility_name`, `syslog_severity` and `syslog_severity_name` take a syslog priority apart.
 * `meta.NAME` is what the filter says about the record itself (`Meta` in `assembly/shared/fields.ts`).
 * `$activity_name` names an activity the class has no id for.
 */
import { isMap, isSeq } from 'yaml';
import { EventClass } from '../../../assembly/shared/enums.ts';
import {
  type Entry,
  integer,
  list,
  mapOf,
  object,
  optional,
  type Read,
  required,
  type Shape,
  spanOf,
  text,
  type Value,
  value,
} from '../document/shape.ts';
import type { Span } from '../document/source_file.ts';

/** A value of any depth, with its place. */
export type Tree =
  | { readonly kind: 'value'; readonly value: Value; readonly at: Span }
  | { readonly kind: 'list'; readonly items: readonly Tree[]; readonly at: Span }
  | { readonly kind: 'map'; readonly entries: readonly Entry<Tree>[]; readonly at: Span };
export type TreeMap = Extract<Tree, { kind: 'map' }>;

const tree: Shape<Tree> = {
  what: 'a value',
  read(node, reading) {
    const at = spanOf(node);
    if (isMap(node)) {
      const entries = mapOf(tree).read(node, reading);
      return entries && { kind: 'map', entries, at };
    }
    if (isSeq(node)) {
      const items = list(tree).read(node, reading);
      return items && { kind: 'list', items, at };
    }
    const found = value.read(node, reading);
    return found && { kind: 'value', value: found, at };
  },
};

const members: Shape<TreeMap> = {
  what: 'a mapping',
  read(node, reading) {
    const found = tree.read(node, reading);
    if (found === undefined || found.kind === 'map') return found;
    reading.file.report(found.at, 'wrong_type', 'expected a mapping');
    return undefined;
  },
};

const schemaClass = object({
  uid: optional(integer(0, 999999)),
  category: optional(integer(0, 99)),
  activities: optional(mapOf(integer(0, 99))),
  members: required(members),
});

/** A file of `schemas/`. */
export const schemaFile = object({
  schema: required(text()),
  version: required(text()),
  blocks: optional(mapOf(members)),
  classes: required(mapOf(schemaClass)),
});

export type SchemaFile = Read<typeof schemaFile>;
export type SchemaClass = Read<typeof schemaClass>;

/** Number of a class by its name. */
export const classNumber = (name: string): number | undefined =>
  Object.hasOwn(EventClass, name) ? EventClass[name as keyof typeof EventClass] : undefined;
