import { ParseStatus, Priority } from '../../../assembly/shared/enums.ts';
import { ErrorCode } from '../../../assembly/shared/errors.ts';
import { Field, Meta } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { Entry } from '../document/shape.ts';
import { enumNames, FIELDS, type FieldName } from '../fields.ts';
import { findSlot } from '../formats/slots.ts';
import type { Guard, Member } from '../plan.ts';
import type { Tree } from './schema_file.ts';

type As = Extract<Member, { kind: 'slot' }>['as'];
const AS: readonly As[] = [
  'value',
  'text',
  'lower',
  'version',
  'protocol',
  'email',
  'absolute',
  'other',
  'text_list',
  'split_list',
  'address_list',
  'not_addresses',
  'enum',
  'milliseconds',
  'nanoseconds',
  'epoch_nanoseconds',
  'iso_time',
];
const NAME = 'name';
/** By code: RFC 5424, tables 1 and 2, by the names of syslog.conf(5). */
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'security', 'console', 'solaris-cron', 'local0', 'local1', 'local2', 'local3'],
  ...['local4', 'local5', 'local6', 'local7'],
];
const SYSLOG_PARTS = {
  syslog_facility: (priority: number) => priority >> 3,
  syslog_facility_name: (priority: number) => FACILITIES[priority >> 3],
  syslog_severity: (priority: number) => priority & 7,
  syslog_severity_name: (priority: number) => SEVERITIES[priority & 7],
};
const META = 'meta.';

/** Slots of one path or a list of them. Unknown paths are reported. */
export function slotsOf(tree: Tree): number[] {
  if (tree.kind === 'list') return tree.items.flatMap(slotsOf);
  if (tree.kind === 'map') return [];
  const { text } = tree.value;
  if (text.value.startsWith(META)) {
    const name = text.value.slice(META.length);
    if (Object.hasOwn(Meta, name)) return [Meta[name as keyof typeof Meta]];
  }
  const found = findSlot(text.value);
  if (found !== undefined) return [found.slot];
  const near = suggest(
    text.value,
    Object.values(FIELDS).flatMap((field) => field.path ?? []),
  );
  text.report('unknown_field', `unknown field \`${text.value}\``, near && `did you mean \`${near}\`?`);
  return [];
}

const option = (entries: readonly Entry<Tree>[], key: string): Tree | undefined =>
  entries.find((entry) => entry.key.value === key)?.value;

const plain = (tree: Tree | undefined): string | number | boolean | undefined =>
  tree?.kind === 'value' ? tree.value.value : undefined;

const plainOrList = (tree: Tree | undefined): unknown => (tree?.kind === 'list' ? tree.items.map(plain) : plain(tree));

/** When a member stands in the output: with one of some slots present, with none of others. */
export function guardOf(entries: readonly Entry<Tree>[]): Guard {
  const needs = option(entries, '$if');
  const unless = option(entries, '$unless');
  return {
    ...(needs === undefined ? {} : { if: slotsOf(needs) }),
    ...(unless === undefined ? {} : { unless: slotsOf(unless) }),
  };
}

/** A constant, perhaps tied to the presence or absence of fields. Its value may be a list. */
export function constantMember(key: string, entries: readonly Entry<Tree>[]): Member[] {
  rejectUnknown(entries, ['$const', '$if', '$unless']);
  return [{ kind: 'constant', key, value: plainOrList(option(entries, '$const')), ...guardOf(entries) }];
}

/** The first present of some slots. `options`: the directives beside `$from`. */
export function slotMember(key: string, from: Tree, options: readonly Entry<Tree>[]): Member[] {
  rejectUnknown(options, ['$from', '$as', '$otherwise', '$table', '$if', '$unless']);
  const slots = slotsOf(from);
  const first = slots[0];
  if (first === undefined) return [];
  const asTree = option(options, '$as');
  const written = plain(asTree);
  const table =
    written === NAME ? memberNames(first) : (syslogTable(written) ?? tableOf(first, option(options, '$table')));
  const as = AS.find((each) => each === (table === undefined ? (written ?? 'value') : 'enum'));
  if (as === undefined && asTree?.kind === 'value') {
    const help = `one of ${[...AS, NAME].join(', ')}`;
    asTree.value.text.report('invalid_value', `\`${String(written)}\` is not valid here`, help);
  }
  const otherwise = plainOrList(option(options, '$otherwise'));
  return [
    {
      kind: 'slot',
      key,
      slots,
      as: as ?? 'value',
      ...(table === undefined ? {} : { table }),
      ...(otherwise === undefined ? {} : { otherwise }),
      ...guardOf(options),
    },
  ];
}

/** What of a syslog priority a member shows, by priority. */
function syslogTable(written: unknown): Record<number, unknown> | undefined {
  if (typeof written !== 'string' || !Object.hasOwn(SYSLOG_PARTS, written)) return undefined;
  const part = SYSLOG_PARTS[written as keyof typeof SYSLOG_PARTS];
  return Object.fromEntries(Array.from({ length: FACILITIES.length * 8 }, (_, priority) => [priority, part(priority)]));
}

/** Members of the enum a slot holds, by number. */
function enumOf(slot: number): Readonly<Record<number, string>> {
  if (slot === Meta.status) return enumNames(ParseStatus);
  if (slot === Meta.error_code) return enumNames(ErrorCode);
  if (slot === Meta.priority) return enumNames(Priority);
  return FIELDS[Field[slot] as FieldName]?.values ?? {};
}

/** Every member under its own name, without the zero that says there is nothing to say. */
export function memberNames(slot: number): Record<number, string> {
  const entries = Object.entries(enumOf(slot)).filter(([, name]) => name !== 'none' && name !== 'unknown');
  return Object.fromEntries(entries.map(([number, name]) => [Number(number), name]));
}

/** What the members of an enum become. Unknown members are reported. */
function tableOf(slot: number, tree: Tree | undefined): Record<number, unknown> | undefined {
  if (tree?.kind !== 'map') return undefined;
  const names = enumOf(slot);
  const table: Record<number, unknown> = {};
  for (const { key, value } of tree.entries) {
    const number = Object.entries(names).find(([, name]) => name === key.value)?.[0];
    const to = plainOrList(value);
    if (number === undefined) key.report('invalid_value', `\`${key.value}\` is no member of this field`);
    else if (to !== undefined) table[Number(number)] = to;
  }
  return table;
}

function rejectUnknown(entries: readonly Entry<Tree>[], known: readonly string[]): void {
  for (const { key } of entries) {
    if (!known.includes(key.value)) key.report('unknown_directive', `\`${key.value}\` cannot stand here`);
  }
}
