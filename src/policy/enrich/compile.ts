import { Field } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import { reportTwice } from '../compile_sources.ts';
import type { EnrichDocument } from '../document/enrich_shape.ts';
import type { PolicyDocument } from '../document/policy_document.ts';
import type { Text } from '../document/text.ts';
import { FIELD_BY_PATH, FIELDS, type FieldType } from '../fields.ts';
import type { Labels } from '../labels.ts';
import type { EnrichPlan, LookupPlan, TablePlan } from '../plan.ts';
import { checkMembers } from './members.ts';
import { columnOf, compileTable } from './table.ts';

const LABEL = 'labels.';

/** Types of fields each kind of table can be looked up by. */
const TYPES: Readonly<Record<TablePlan['match'], readonly FieldType[]>> = {
  exact: ['text', 'enum', 'int', 'port', 'bytes'],
  cidr: ['address'],
  path: ['text'],
};

/** Resolves the tables of a policy and what is taken from them. `undefined`: nothing is. */
export function compileEnrich(document: PolicyDocument, labels: Labels): EnrichPlan | undefined {
  const written = document.tables ?? [];
  reportTwice(
    written.map(({ key }) => key),
    'table',
  );
  const compiled = written.map(({ key, value }) => compileTable(key, value));
  const tables = compiled.map(({ plan }) => plan);
  const lookups = (document.enrich ?? []).flatMap((each) => compileLookup(each, tables, labels) ?? []);
  for (const [table, { keys }] of compiled.entries())
    checkMembers(
      keys,
      lookups.filter((each) => each.table === table),
    );
  return lookups.length === 0 ? undefined : { tables, lookups };
}

function compileLookup(document: EnrichDocument, tables: readonly TablePlan[], labels: Labels): LookupPlan | undefined {
  const name = document.table;
  const table = tables.findIndex((each) => each.name === name.value);
  if (table < 0) {
    const near = suggest(
      name.value,
      tables.map((each) => each.name),
    );
    const help = near === undefined ? 'add it to `tables`' : `did you mean \`${near}\`?`;
    name.report('unknown_table', `unknown table \`${name.value}\``, help);
    return undefined;
  }
  const { match, columns } = tables[table]!;
  const [first, second, third] = document.by;
  const over = match === 'exact' ? third : second;
  const most = match === 'exact' ? 'two fields' : 'one field';
  over?.report('too_many_fields', `with \`match: ${match}\` a table is looked up by ${most}`);
  const from = first && keySlot(first, match, labels);
  const and = second && over === undefined ? keySlot(second, match, labels) : undefined;
  const set = document.set.flatMap(({ key, value }) => {
    const slot = labelSlot(key, labels);
    const column = columns.length === 0 ? undefined : columnOf(value, columns);
    return slot === undefined || column === undefined ? [] : [[slot, column] as const];
  });
  return from === undefined ? undefined : { table, from, ...(and === undefined ? {} : { and }), set };
}

/** Slot of a field, or of a label that is set before. */
function keySlot(path: Text, match: TablePlan['match'], labels: Labels): number | undefined {
  const label = path.value.startsWith(LABEL) ? labels.find(path.value.slice(LABEL.length)) : undefined;
  const name = FIELD_BY_PATH.get(path.value);
  if (label === undefined && name === undefined) {
    const near = suggest(path.value, [...FIELD_BY_PATH.keys(), ...labels.names.map((each) => LABEL + each)]);
    path.report('unknown_field', `unknown field \`${path.value}\``, near && `did you mean \`${near}\`?`);
    return undefined;
  }
  const type = name === undefined ? 'text' : FIELDS[name].type;
  if (TYPES[match].includes(type)) return label ?? Field[name!];
  const others = (Object.keys(TYPES) as TablePlan['match'][]).filter((each) => TYPES[each].includes(type));
  const help = others.length === 0 ? 'take another field' : `use \`match: ${others[0]}\``;
  path.report('invalid_field', `\`${path.value}\` is of type ${type}: no \`${match}\` table is looked up by it`, help);
  return undefined;
}

function labelSlot(path: Text, labels: Labels): number | undefined {
  const name = path.value.slice(LABEL.length);
  if (path.value.startsWith(LABEL) && name !== '') return labels.add(name, path);
  path.report(
    'invalid_target',
    `\`${path.value}\` cannot be set from a table`,
    `labels can: \`${LABEL}${path.value.split('.').at(-1)}\``,
  );
  return undefined;
}
