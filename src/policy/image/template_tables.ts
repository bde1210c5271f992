import { OUTLINE_SLOTS_MAX, Tmpl, TmplCode, TmplDetail, TmplOp } from '../../../assembly/shared/image_layout.ts';
import { type Guard, hasGuard, type Member } from '../plan.ts';
import { escapeText, type ImageBuilder, type Span } from './builder.ts';

type Table = Readonly<Record<number, unknown>>;

/** One operation before it is placed. */
interface Row {
  readonly code: TmplCode;
  readonly text: string;
  readonly slots?: readonly number[];
  readonly table?: Table;
  readonly detail?: Detail;
  /** Of an `open`: operations to its `close`. Its slots are all those inside, or none if they are too many to look at. */
  readonly skip?: number;
  /** Of a `skip`: when not to skip that many operations. */
  readonly guard?: Guard;
}

/** Members with a guard, several slots, or a value for want of a slot. */
interface Detail extends Guard {
  readonly as: TmplCode;
  readonly otherwise?: unknown;
}

const VALUE_CODES = {
  value: TmplCode.value,
  text: TmplCode.text,
  lower: TmplCode.lower,
  version: TmplCode.version,
  protocol: TmplCode.protocol,
  email: TmplCode.email,
  absolute: TmplCode.absolute,
  other: TmplCode.other,
  text_list: TmplCode.text_list,
  split_list: TmplCode.split_list,
  address_list: TmplCode.address_list,
  not_addresses: TmplCode.not_addresses,
  enum: TmplCode.enumeration,
  milliseconds: TmplCode.milliseconds,
  nanoseconds: TmplCode.nanoseconds,
  epoch_nanoseconds: TmplCode.epoch_nanoseconds,
  iso_time: TmplCode.iso_time,
} as const;

/** Bytes an operation may write besides its text and the slot's: a number, quotes, brackets, a comma. */
const SLACK = 40;

/** Objects of this many slots and fewer are skipped at once if none is present. */
const SKIPPABLE = 6;

/** Places a template as one flat program; its address. */
export function placeTemplate(image: ImageBuilder, members: readonly Member[]): number {
  const rows = [...joinConstants(flatten(members)), { code: TmplCode.end, text: '' }];
  const placed = rows.map((row) => ({ row, ...placeParts(image, row) }));
  const slots = slotsOf(rows);
  const slotsAt = image.words(slots.map((slot) => slot * 16));
  const at = image.reserve(Tmpl.ops + placed.length * TmplOp.size);
  image.u32(at + Tmpl.slots, slotsAt);
  image.u32(at + Tmpl.slot_count, slots.length);
  image.u32(
    at + Tmpl.fixed,
    placed.reduce((sum, { bytes }) => sum + bytes + SLACK, 0),
  );
  placed.forEach(({ row, text, detail, count }, i) => {
    const op = at + Tmpl.ops + i * TmplOp.size;
    image.u32(op + TmplOp.code, row.code);
    image.u32(op + TmplOp.slot, row.skip === undefined ? (row.slots?.[0] ?? 0) * 16 : 0);
    image.span(op + TmplOp.text, text);
    image.u32(op + TmplOp.detail, detail);
    image.u32(op + TmplOp.count, count);
  });
  return at;
}

/** Slots the operations look at, the last one repeated until they are a multiple of 16; none where they are too many. */
function slotsOf(rows: readonly Row[]): number[] {
  const guards = rows.flatMap(({ detail = {}, guard = {} }): Guard[] => [detail, guard]);
  const slots = [
    ...new Set(
      [...rows, ...guards].flatMap((each) =>
        'code' in each ? (each.slots ?? []) : [...(each.if ?? []), ...(each.unless ?? [])],
      ),
    ),
  ];
  const padded = Math.ceil(slots.length / 16) * 16;
  if (padded > OUTLINE_SLOTS_MAX) return [];
  return Array.from({ length: padded }, (_, i) => slots[Math.min(i, slots.length - 1)]!);
}

function placeParts(image: ImageBuilder, row: Row): { text: Span; detail: number; count: number; bytes: number } {
  const text = image.json(row.text);
  if (row.skip !== undefined && row.guard !== undefined)
    return { text, detail: placeGuard(image, row.guard), count: row.skip * TmplOp.size, bytes: 0 };
  if (row.skip !== undefined) {
    const inside = row.slots ?? [];
    const detail = inside.length === 0 ? 0 : image.words([...inside.map((slot) => slot * 16), 0]);
    return { text, detail, count: row.skip * TmplOp.size, bytes: text.length };
  }
  const table = placeTable(image, row.table);
  const bytes = text.length + table.longest;
  if (row.detail === undefined) return { text, detail: table.address, count: table.length, bytes };
  const { as, otherwise } = row.detail;
  const further = (row.slots ?? []).slice(1);
  const slots = image.words(further.map((slot) => slot * 16));
  const guard = placeGuard(image, row.detail);
  const instead = otherwise === undefined ? undefined : image.json(JSON.stringify(otherwise));
  const at = image.reserve(TmplDetail.size, 4);
  image.u32(at + TmplDetail.slots, slots);
  image.u32(at + TmplDetail.slot_count, further.length);
  image.u32(at + TmplDetail.table, table.address);
  image.u32(at + TmplDetail.table_count, table.length);
  image.u32(at + TmplDetail.guard, guard);
  if (instead) image.span(at + TmplDetail.otherwise, instead);
  image.u32(at + TmplDetail.as, as);
  return { text, detail: at, count: 0, bytes: bytes + (instead?.length ?? 0) };
}

function* flatten(members: readonly Member[]): Generator<Row> {
  for (const run of runs(members)) {
    const [first] = run;
    if (!isGuarded(first!) || (run.length === 1 && !('members' in first!))) yield* unguarded(run);
    else {
      const inside = joinConstants(unguarded(run.map((member) => ({ ...member, if: [], unless: [] }))));
      yield { code: TmplCode.skip, text: '', guard: guardOf(first!), skip: inside.length };
      yield* inside;
    }
  }
}

/** Neighbours with the same guard. */
function runs(members: readonly Member[]): Member[][] {
  const found: Member[][] = [];
  for (const member of members) {
    const last = found.at(-1);
    if (last !== undefined && guardKey(last[0]!) === guardKey(member)) last.push(member);
    else found.push([member]);
  }
  return found;
}

const guardOf = (member: Member): Guard => (hasGuard(member) ? member : {});

function guardKey(member: Member): string {
  const { if: needed = [], unless = [] } = guardOf(member);
  return JSON.stringify([needed, unless]);
}

const isGuarded = (member: Member): boolean => guardKey(member) !== '[[],[]]';

/** Members of a run whose guard is seen to already, or of none. */
function* unguarded(members: readonly Member[]): Generator<Row> {
  for (const member of members) {
    const key = `"${escapeText(member.key)}":`;
    switch (member.kind) {
      case 'object':
      case 'list':
        yield* container(member, key);
        break;
      case 'constant':
        yield constantRow(member, key);
        break;
      case 'slot':
        yield slotRow(member, key);
        break;
      case 'unmapped':
        yield { code: TmplCode.unmapped, text: key };
        break;
      case 'labels':
      case 'label_object':
        yield { code: TmplCode[member.kind], text: key };
    }
  }
}

/** An object that always holds a constant is opened by one, and needs no look whether anything got into it. */
function* container(member: Member & { kind: 'object' | 'list' }, key: string): Generator<Row> {
  const list = member.kind === 'list';
  const text = `${key}${list ? '[{' : '{'}`;
  const full = member.members.some(isCertain);
  const inside = joinConstants(flatten(member.members));
  if (full) yield { code: TmplCode.constant, text };
  else yield { code: TmplCode.open, text, skip: inside.length + 1, slots: slotsInside(member.members) };
  yield* inside;
  if (full) yield { code: list ? TmplCode.close_full_list : TmplCode.close_full, text: '' };
  else yield { code: list ? TmplCode.close_list : TmplCode.close, text: '' };
}

/** Slots below an object, if there are few and slot 0, the time, is none of them. */
function slotsInside(members: readonly Member[]): number[] {
  const slots = new Set<number>();
  for (const member of members) {
    if (member.kind === 'object' || member.kind === 'list')
      for (const slot of slotsInside(member.members)) slots.add(slot);
    else if (member.kind === 'slot') for (const slot of member.slots) slots.add(slot);
    else if (member.kind === 'constant') for (const slot of member.if ?? []) slots.add(slot);
    else return [];
    if (member.kind === 'slot' && member.otherwise !== undefined) return [];
    if (member.kind === 'constant' && (member.if ?? []).length === 0) return [];
    if ((member.kind === 'object' || member.kind === 'list') && slotsInside(member.members).length === 0) return [];
  }
  return slots.size > SKIPPABLE || slots.has(0) ? [] : [...slots];
}

function isCertain(member: Member): boolean {
  if (isGuarded(member)) return false;
  return member.kind === 'constant' || ('members' in member && member.members.some(isCertain));
}

function constantRow(member: Member & { kind: 'constant' }, key: string): Row {
  const text = `${key}${JSON.stringify(member.value)},`;
  if (!isGuarded(member)) return { code: TmplCode.constant, text };
  const { if: needed = [], unless = [] } = member;
  return { code: TmplCode.detailed, text, detail: { as: TmplCode.constant, if: needed, unless } };
}

function slotRow(member: Member & { kind: 'slot' }, key: string): Row {
  const as = VALUE_CODES[member.as];
  const { if: needed = [], unless = [] } = member;
  const row = { text: key, slots: member.slots, ...(member.table === undefined ? {} : { table: member.table }) };
  const plain = member.slots.length === 1 && !isGuarded(member) && member.otherwise === undefined;
  if (plain && (as === TmplCode.value || as === TmplCode.enumeration)) return { ...row, code: as };
  const otherwise = member.otherwise === undefined ? {} : { otherwise: member.otherwise };
  return { ...row, code: TmplCode.detailed, detail: { as, if: needed, unless, ...otherwise } };
}

/** Constants that follow each other are one, unless only the first may be skipped. */
function joinConstants(rows: Iterable<Row>): Row[] {
  const joined: Row[] = [];
  const ends = new Set<number>();
  for (const row of rows) {
    const last = joined.at(-1);
    if (row.code === TmplCode.skip) ends.add(joined.length + row.skip!);
    if (row.code === TmplCode.constant && last?.code === TmplCode.constant && !ends.has(joined.length - 1))
      joined[joined.length - 1] = { ...last, text: last.text + row.text };
    else joined.push(row);
  }
  return joined;
}

function placeGuard(image: ImageBuilder, { if: wanted = [], unless = [] }: Guard): number {
  if (wanted.length + unless.length === 0) return 0;
  return image.words([
    wanted.length,
    unless.length,
    ...wanted.map((slot) => slot * 16),
    ...unless.map((slot) => slot * 16),
  ]);
}

/** Spans of JSON values by number. */
function placeTable(image: ImageBuilder, table: Table | undefined): Span & { readonly longest: number } {
  if (table === undefined) return { address: 0, length: 0, longest: 0 };
  const length = Math.max(-1, ...Object.keys(table).map(Number)) + 1;
  const values = Array.from({ length }, (_, i) => {
    const value = table[i];
    return value === undefined ? undefined : image.json(JSON.stringify(value));
  });
  return { address: image.spans(values), length, longest: Math.max(0, ...values.map((value) => value?.length ?? 0)) };
}
