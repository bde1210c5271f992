import type { FieldType } from '../fields.ts';

/** A field a condition reads. */
export interface FieldRef {
  readonly path: string;
  readonly slot: number;
  readonly type: FieldType;
  /** Members of an `enum` field by number. */
  readonly values?: Readonly<Record<number, string>>;
  /** Not the field itself, a time, but what the clocks of a zone show then. */
  readonly local?: { readonly zone: string; readonly unit: LocalUnit };
}

/** Minutes since Monday 00:00, or days since 1970-01-01. */
export type LocalUnit = 'minute' | 'day';

/** Whether fields are the same thing to look at. */
export const fieldKey = ({ slot, local }: FieldRef): string =>
  local === undefined ? `${slot}` : `${slot} ${local.unit} ${local.zone}`;

/** What the clocks of a zone have to show: one of these minutes of the day (end not included), days from Monday on, or dates. */
export type ClockTest = { readonly zone: string } & (
  | { readonly hours: readonly (readonly [from: number, to: number])[]; readonly days?: never; readonly dates?: never }
  | { readonly days: readonly number[]; readonly hours?: never; readonly dates?: never }
  | { readonly dates: readonly string[]; readonly list: string; readonly hours?: never; readonly days?: never }
);

export type Operator =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'startsWith'
  | 'endsWith'
  | 'contains'
  | 'matches'
  | 'has'
  | 'isTrue'
  | 'containsIP'
  | 'clock';

/** Text; an integer (also times in ms, durations in us, enum members by number); a block of addresses, 128 bits, IPv4 as ::ffff:0:0/96. */
export type Operand = string | bigint | AddressBlock;

/** The first and the last address, 128 bits each, IPv4 as ::ffff:a.b.c.d. */
export interface AddressBlock {
  readonly low: bigint;
  readonly high: bigint;
}

/** One comparison of a field with constants. Over a missing field it is false, whatever the operator. */
export interface Test {
  readonly kind: 'test';
  readonly field: FieldRef;
  readonly operator: Operator;
  readonly operands: readonly Operand[];
  /** ASCII letters of the field's text are lowered before it is compared. */
  readonly lower: boolean;
  /** Of the operator `clock`. */
  readonly clock?: ClockTest;
  readonly at: Extent;
}

/** Part of an expression's text: offsets in UTF-16 code units. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A condition whose names and types are checked. */
export type Node =
  | Test
  | { readonly kind: 'constant'; readonly value: boolean; readonly at: Extent }
  | { readonly kind: 'not'; readonly node: Node; readonly at: Extent }
  /** A condition that is written elsewhere. `where`: `condition is_admin`. */
  | { readonly kind: 'elsewhere'; readonly where?: string; readonly condition: CheckedCondition; readonly at: Extent }
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[]; readonly at: Extent };

export interface CheckedCondition {
  /** The expression as written. */
  readonly text: string;
  readonly node: Node;
}
