import { isIP } from 'node:net';
import { LABEL_BASE } from '../../../assembly/shared/fields.ts';
import type { Guard, Member, TemplatePlan } from '../plan.ts';
import type { SlotValue } from './types.ts';

export interface EncodeContext {
  readonly event: ReadonlyMap<number, SlotValue>;
  readonly unmapped: Readonly<Record<string, unknown>>;
  /** Names of the labels: label `i` is slot `LABEL_BASE + i`. */
  readonly labels: readonly string[];
}

/** The event as its class's template shapes it. */
export function encodeEvent(template: TemplatePlan | undefined, context: EncodeContext): Record<string, unknown> {
  return encodeObject(template?.members ?? [], context);
}

/** Absent members are left out. */
function encodeObject(members: readonly Member[], context: EncodeContext): Record<string, unknown> {
  const entries = members.map((member) => [member.key, encodeMember(member, context)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The member's value; `undefined` if it is absent. */
function encodeMember(member: Member, context: EncodeContext): unknown {
  switch (member.kind) {
    case 'object':
      return isWanted(member, context) ? orAbsent(encodeObject(member.members, context)) : undefined;
    case 'list': {
      if (!isWanted(member, context)) return undefined;
      const element = orAbsent(encodeObject(member.members, context));
      return element === undefined ? undefined : [element];
    }
    case 'constant':
      return isWanted(member, context) ? member.value : undefined;
    case 'slot':
      return isWanted(member, context) ? encodeSlot(member, context) : undefined;
    case 'unmapped':
      return orAbsent(context.unmapped);
    case 'labels':
      return orAbsent(labelsOf(context).map(([name, value]) => `${name}:${value}`));
    case 'label_object':
      return orAbsent(Object.fromEntries(labelsOf(context)));
  }
}

/** Whether one of the slots of `if`, and none of `unless`, is there. */
function isWanted({ if: needed = [], unless = [] }: Guard, { event }: EncodeContext): boolean {
  return (needed.length === 0 || needed.some((slot) => event.has(slot))) && !unless.some((slot) => event.has(slot));
}

function encodeSlot(member: Extract<Member, { kind: 'slot' }>, { event }: EncodeContext): unknown {
  const values = member.slots.map((slot) => event.get(slot)).filter((value) => value !== undefined);
  if (member.as === 'other') {
    const [one, other] = member.slots.map((slot) => event.get(slot));
    return one === undefined || (typeof one === 'string' && one === other) ? undefined : text(one);
  }
  if (member.as === 'text_list') return orAbsent([...new Set(values.map(text))]) ?? member.otherwise;
  const value = member.as === 'enum' ? values.find((each) => isInTable(member, each)) : values[0];
  return (value === undefined ? undefined : encodeValue(member, value)) ?? member.otherwise;
}

/** A number or a boolean the table lacks is as good as missing. */
const isInTable = ({ table }: Extract<Member, { kind: 'slot' }>, value: SlotValue): boolean =>
  (typeof value === 'bigint' || typeof value === 'boolean') && table?.[Number(value)] !== undefined;

function encodeValue(
  { as, table }: Exclude<Extract<Member, { kind: 'slot' }>, { as: 'text_list' }>,
  value: SlotValue,
): unknown {
  switch (as) {
    case 'value':
      return plain(value);
    case 'text':
      return text(value);
    case 'lower':
      return text(value).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    case 'version':
      return typeof value === 'string' ? version(value) : undefined;
    case 'protocol':
      return typeof value === 'string' ? value.match(PROTOCOL)?.[1]?.toLowerCase() : undefined;
    case 'email':
      return typeof value === 'string' && EMAIL.test(value) ? value : undefined;
    case 'absolute':
      return typeof value === 'string' && ABSOLUTE.test(value) ? value : undefined;
    case 'split_list':
      return typeof value === 'string' ? orAbsent(splitList(value)) : undefined;
    case 'address_list':
      return typeof value === 'string' ? orAbsent(splitList(value).filter(isAddress)) : undefined;
    case 'not_addresses':
      return typeof value === 'string' && splitList(value).every(isAddress) ? undefined : text(value);
    case 'enum':
      return table?.[Number(value)];
    case 'milliseconds':
      return typeof value === 'bigint' ? Number(value / 1000n) : undefined;
    case 'nanoseconds':
      return typeof value === 'bigint' ? Number(value * 1000n) : undefined;
    case 'epoch_nanoseconds':
      return typeof value === 'bigint' ? Number(value * 1_000_000n) : undefined;
    case 'iso_time':
      return isoTime(Number(value));
  }
}

function plain(value: SlotValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? value.json : value;
}

function text(value: SlotValue): string {
  if (typeof value !== 'object') return String(value);
  return typeof value.json === 'string' ? value.json : value.source;
}

/** See `assembly/text_part.ts`. */
const PROTOCOL = /^([A-Za-z]+?)[vV]?[ \-/_]?(?=[0-9])/;
const EMAIL = /^[^\u0000-\u0022,/:<>@\\\u007f]+@[^\u0000-\u0022,/:<>@\\\u007f]+\.[^\u0000-\u0022,./:<>@\\\u007f]+$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

const version = (value: string): string =>
  PROTOCOL.test(value) ? value.replace(PROTOCOL, '').replaceAll('_', '.') : value;

const END_MS = Date.UTC(10000, 0);

const isoTime = (ms: number): string | number => (ms >= 0 && ms < END_MS ? new Date(ms).toISOString() : ms);

/** As OCSF takes them: no zone, and no more than 40 characters. */
const isAddress = (part: string): boolean => isIP(part) !== 0 && !part.includes('%') && part.length <= 40;

const splitList = (list: string): string[] =>
  list
    .split(',')
    .map((part) => part.replace(/^ +| +$/g, ''))
    .filter((part) => part !== '');

function labelsOf({ labels, event }: EncodeContext): [name: string, value: unknown][] {
  return labels.flatMap((name, i) => {
    const value = event.get(LABEL_BASE + i);
    return value === undefined ? [] : [[name, plain(value)]];
  });
}

function orAbsent<Value extends object>(value: Value): Value | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
