import { addressBits, addressBlock } from '../condition/address.ts';
import type { EnrichPlan, LookupPlan, TablePlan } from '../plan.ts';
import type { Draft } from './draft.ts';
import { slotText } from './maps.ts';

type Row = TablePlan['rows'][number];

/** Sets labels from the policy's tables. */
export function enrichEvent(plan: EnrichPlan | undefined, draft: Draft): void {
  for (const lookup of plan?.lookups ?? []) {
    const table = plan!.tables[lookup.table]!;
    const text = lookupText(lookup, draft);
    const row = text === undefined ? undefined : findRow(table, text);
    if (text === undefined || row === undefined) continue;
    const cells = lookup.set.map(([slot, column]) => [slot, row.values[column]!] as const).filter(([, cell]) => cell);
    for (const [slot, cell] of cells) draft.set(slot, cell);
    draft.lookups.push({ table: table.name, text, key: row.key, set: cells.map(([slot]) => slot) });
  }
}

function lookupText({ from, and }: LookupPlan, { event }: Draft): string | undefined {
  const first = event.get(from);
  const second = and === undefined ? undefined : event.get(and);
  if (first === undefined || typeof first === 'object' || typeof second === 'object') return undefined;
  return and === undefined ? slotText(from, first) : `${slotText(from, first)} ${slotText(and, second)}`;
}

function findRow({ match, rows }: TablePlan, text: string): Row | undefined {
  if (match === 'exact') return rows.find(({ key }) => key === text);
  if (match === 'path') return best(rows, ({ key }) => (text === key || text.startsWith(`${key}/`) ? key.length : -1));
  const bits = addressBits(text);
  if (bits === undefined) return undefined;
  return best(rows, ({ key }) => {
    const { low, high } = addressBlock(key)!;
    return bits >= low && bits <= high ? 128 - (high - low).toString(2).length : -1;
  });
}

/** The row of the highest score that is not negative. */
function best(rows: readonly Row[], score: (row: Row) => number): Row | undefined {
  let found: Row | undefined;
  let highest = -1;
  for (const row of rows) {
    const own = score(row);
    if (own <= highest) continue;
    found = row;
    highest = own;
  }
  return found;
}
