import { Field, Meta } from '../../assembly/shared/fields.ts';
import { FIELDS, type FieldName } from '../../src/policy/fields.ts';
import { type Guard, hasGuard, type Member, type TemplatePlan } from '../../src/policy/plan.ts';
import { templatesOf } from './events.ts';

interface Row {
  readonly path: string;
  readonly text: string;
}

const REST = 'auditlb.fields';
/** Larger tables are told by their rule. */
const TABLE_MAX = 14;

/** The page about one schema: what every class has, then what each has besides. */
export function mappingPage(schema: string, title: string): string {
  const classes = templatesOf(schema).map(([name, template]) => ({
    name,
    template,
    rows: rowsOf(template.members, '', ''),
  }));
  const shared = classes[0]!.rows.filter((row) => classes.every(({ rows }) => rows.some((each) => isSame(each, row))));
  const own = classes.map(({ name, template, rows }) => {
    const table = tableOf(rows.filter((row) => !shared.some((each) => isSame(each, row))));
    return `### ${name}\n\n${table}\n\n${restOf(template)}`;
  });
  return `## ${title}\n\n### Every class\n\n${tableOf(shared)}\n\n${own.join('\n\n')}\n`;
}

const isSame = (a: Row, b: Row): boolean => a.path === b.path && a.text === b.text;

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ path, text }) => `| \`${path}\` | ${text.replaceAll('|', '\\|')} |`);
  return ['| output | from |', '| --- | --- |', ...cells].join('\n');
}

/** The fields the class has no other place for. */
function restOf({ members }: TemplatePlan): string {
  const rest = rowsAt(members, REST.split('.')).map(({ path, text }) => {
    const guard = text.replace(/^`[^`]*`( by name)?/, '');
    return `\`${path.slice(REST.length + 1)}\`${guard === '' ? '' : ` (${guard.slice(2)})`}`;
  });
  return `In \`${REST}\`: ${rest.join('; ')}.`;
}

function rowsAt(members: readonly Member[], steps: readonly string[]): Row[] {
  const [step, ...further] = steps;
  if (step === undefined) return rowsOf(members, `${REST}.`, '');
  return members.flatMap((member) =>
    member.key === step && 'members' in member ? rowsAt(member.members, further) : [],
  );
}

const rowsOf = (members: readonly Member[], prefix: string, outer: string): Row[] =>
  members.flatMap((member) => rowsOfMember(member, prefix, outer));

/** `outer`: when the object around it stands, which is all that says when its constants do. */
function rowsOfMember(member: Member, prefix: string, outer: string): Row[] {
  const path = prefix + member.key;
  if (path === REST) return [];
  if (!hasGuard(member))
    return [{ path, text: member.kind === 'unmapped' ? 'what has no field' : 'labels of the source, and of tables' }];
  const guard = guardText(member);
  switch (member.kind) {
    case 'object':
    case 'list': {
      const inner = member.kind === 'list' ? `${path}[0]` : path;
      const rows = rowsOf(member.members, `${inner}.`, guard === '' ? outer : guard);
      return guard === '' ? rows : [{ path: `${inner}.*`, text: guard.slice(2) }, ...rows];
    }
    case 'constant':
      return [{ path, text: `${constant(member.value, path)}${guard === '' ? outer : guard}` }];
    case 'slot':
      return [{ path, text: `${slotText(member)}${guard}` }];
  }
}

/** The policy's hash is another in each policy. */
const constant = (value: unknown, path: string): string =>
  path === 'auditlb.policy' ? 'hash of the policy' : `always \`${JSON.stringify(value)}\``;

function slotText({ slots, as, table, otherwise }: Extract<Member, { kind: 'slot' }>): string {
  const from = slots
    .map((slot) => `\`${nameOf(slot)}\``)
    .join(as === 'text_list' ? ', ' : as === 'other' ? ' beside ' : ', else ');
  const how = as === 'enum' ? tableText(table ?? {}, slots[0]!) : HOW[as];
  const instead = otherwise === undefined ? '' : `, else always \`${JSON.stringify(otherwise)}\``;
  return `${from}${how === '' ? '' : ` ${how}`}${instead}`;
}

const HOW: Readonly<Record<Exclude<Extract<Member, { kind: 'slot' }>['as'], 'enum'>, string>> = {
  value: '',
  text: 'as text',
  lower: 'in lower case',
  version: 'without the protocol before it',
  protocol: 'without the version behind it, in lower case',
  email: 'if it is an e-mail address',
  absolute: 'if it has a scheme',
  other: 'if they differ',
  text_list: 'as a list',
  split_list: 'cut at commas',
  address_list: 'cut at commas, those parts that are addresses',
  not_addresses: 'if a part of it is no address',
  milliseconds: 'in milliseconds',
  nanoseconds: 'in nanoseconds',
  epoch_nanoseconds: 'in nanoseconds since 1970',
  iso_time: 'as RFC 3339 text',
};

function tableText(table: Readonly<Record<number, unknown>>, slot: number): string {
  const names = FIELDS[Field[slot] as FieldName]?.values ?? {};
  if (Field[slot] === 'log_priority') return 'taken apart';
  const entries = Object.entries(table).map(([number, value]) => [names[Number(number)], value] as const);
  const known = entries.length > TABLE_MAX ? entries.filter(([, value]) => Number(value) % 100 !== 99) : entries;
  if (known.every(([name, value]) => name === undefined || name === value)) {
    const all = Object.values(names).filter((name) => name !== 'none' && name !== 'unknown');
    if (known.length >= all.length) return 'by name';
    if (known.length > TABLE_MAX) return 'by name, if the class has no number for it';
  }
  if (known.length > TABLE_MAX) return 'by number';
  return `(${known.map(([name, value]) => `${name}: \`${JSON.stringify(value)}\``).join(', ')})`;
}

function guardText({ if: needed = [], unless = [] }: Guard): string {
  const names = (slots: readonly number[], word: string) =>
    slots.map((slot) => `\`${nameOf(slot)}\``).join(` ${word} `);
  return [
    ...(needed.length === 0 ? [] : [`, with ${names(needed, 'or')}`]),
    ...(unless.length === 0 ? [] : [`, without ${names(unless, 'and')}`]),
  ].join('');
}

function nameOf(slot: number): string {
  return FIELDS[Field[slot] as FieldName]?.path ?? `meta.${Meta[slot]}`;
}
