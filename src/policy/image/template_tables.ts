import { Tmpl, TmplCode } from '../../../assembly/shared/image_layout.ts';
import type { Member, TemplatePlan } from '../plan.ts';
import { escapeText, type ImageBuilder, type Span } from './builder.ts';

interface Row {
  readonly code: TmplCode;
  readonly text: string;
  readonly slots?: readonly number[];
  readonly list?: boolean;
  readonly table?: Readonly<Record<number, string | number>>;
  readonly otherwise?: string | number;
  readonly if?: readonly number[];
  readonly unless?: readonly number[];
}

const VALUE_CODES = {
  value: TmplCode.value,
  text: TmplCode.text,
  text_list: TmplCode.text_list,
  split_list: TmplCode.split_list,
  enum: TmplCode.enumeration,
  milliseconds: TmplCode.milliseconds,
} as const;

/** Places a class's template as one flat program; its address. */
export function placeTemplate(image: ImageBuilder, template: TemplatePlan): number {
  const rows = [...flatten(template.members), { code: TmplCode.end, text: '' }];
  const placed = rows.map((row) => ({
    row,
    text: image.json(row.text),
    slots: image.words(row.slots?.slice(1) ?? []),
    table: placeTable(image, row.table),
    guard: placeGuard(image, row),
    otherwise: row.otherwise === undefined ? undefined : image.json(JSON.stringify(row.otherwise)),
  }));
  const at = image.reserve(placed.length * Tmpl.size);
  placed.forEach(({ row, text, slots, table, guard, otherwise }, i) => {
    const op = at + i * Tmpl.size;
    image.u32(op + Tmpl.code, row.code);
    image.u32(op + Tmpl.slot, row.code === TmplCode.open ? Number(row.list) : (row.slots?.[0] ?? 0));
    image.span(op + Tmpl.text, text);
    image.u32(op + Tmpl.slots, slots);
    image.u32(op + Tmpl.slot_count, Math.max(0, (row.slots?.length ?? 0) - 1));
    image.u32(op + Tmpl.table, table.address);
    image.u32(op + Tmpl.table_count, table.length);
    image.u32(op + Tmpl.guard, guard);
    if (otherwise) image.span(op + Tmpl.otherwise, otherwise);
  });
  return at;
}

function* flatten(members: readonly Member[]): Generator<Row> {
  for (const member of members) {
    const key = `"${escapeText(member.key)}":`;
    switch (member.kind) {
      case 'object':
      case 'list': {
        const list = member.kind === 'list';
        yield { code: TmplCode.open, text: `${key}${list ? '[{' : '{'}`, list };
        yield* flatten(member.members);
        yield { code: TmplCode.close, text: '' };
        break;
      }
      case 'constant':
        yield { code: TmplCode.constant, text: `${key}${JSON.stringify(member.value)},`, ...guardOf(member) };
        break;
      case 'slot':
        yield { code: VALUE_CODES[member.as], text: key, slots: member.slots, ...rest(member), ...guardOf(member) };
        break;
      case 'unmapped':
        yield { code: TmplCode.unmapped, text: key };
        break;
      case 'labels':
        yield { code: TmplCode.labels, text: key };
    }
  }
}

function rest(member: Member & { kind: 'slot' }): Pick<Row, 'table' | 'otherwise'> {
  return {
    ...(member.table === undefined ? {} : { table: member.table }),
    ...(member.otherwise === undefined ? {} : { otherwise: member.otherwise }),
  };
}

function guardOf(member: { if?: readonly number[]; unless?: readonly number[] }): Pick<Row, 'if' | 'unless'> {
  return {
    ...(member.if === undefined || member.if.length === 0 ? {} : { if: member.if }),
    ...(member.unless === undefined || member.unless.length === 0 ? {} : { unless: member.unless }),
  };
}

function placeGuard(image: ImageBuilder, row: Row): number {
  const wanted = row.if ?? [];
  const unwanted = row.unless ?? [];
  if (wanted.length + unwanted.length === 0) return 0;
  return image.words([wanted.length, unwanted.length, ...wanted, ...unwanted]);
}

/** Spans of JSON values by number. */
function placeTable(image: ImageBuilder, table: Row['table']): Span {
  if (table === undefined) return { address: 0, length: 0 };
  const numbers = Object.keys(table).map(Number);
  const length = Math.max(-1, ...numbers) + 1;
  const values = Array.from({ length }, (_, i) => {
    const value = table[i];
    return value === undefined ? undefined : image.json(JSON.stringify(value));
  });
  return { address: image.spans(values), length };
}
