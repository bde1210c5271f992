import { Lookup as LookupAt, Table as TableAt, TableMatch } from '../../../assembly/shared/image_layout.ts';
import { addressBlock } from '../condition/address.ts';
import type { EnrichPlan, TablePlan } from '../plan.ts';
import type { ImageBuilder } from './builder.ts';
import { placeNames } from './format_tables.ts';
import { placeTexts } from './json_tables.ts';

const NONE = 0xffffffff;
const CELL = 8;

/** Places the policy's tables and lookups (`Header.enrich`); 0 without any. */
export function placeEnrich(image: ImageBuilder, plan: EnrichPlan | undefined): number {
  if (plan === undefined) return 0;
  const tables = plan.tables.map((table, i) => {
    const used = plan.lookups.filter((each) => each.table === i).flatMap(({ set }) => set.map(([, column]) => column));
    const columns = [...new Set(used)];
    return { columns, address: columns.length === 0 ? 0 : placeTable(image, table, columns) };
  });
  const rows = plan.lookups.map((lookup) => {
    const { columns, address } = tables[lookup.table]!;
    const set = lookup.set.flatMap(([slot, column]) => [slot, columns.indexOf(column) * CELL]);
    const names = [lookup.from, lookup.and ?? lookup.from].map((slot) => placeNames(image, slot));
    return { lookup, address, set: image.words(set), names };
  });
  const at = image.reserve(4 + rows.length * LookupAt.size);
  image.u32(at, rows.length);
  rows.forEach(({ lookup, address, set, names }, i) => {
    const entry = at + 4 + i * LookupAt.size;
    image.u32(entry + LookupAt.from, lookup.from);
    image.u32(entry + LookupAt.from_names, names[0]!);
    image.u32(entry + LookupAt.and, lookup.and ?? NONE);
    image.u32(entry + LookupAt.and_names, names[1]!);
    image.u32(entry + LookupAt.table, address);
    image.u32(entry + LookupAt.set, set);
    image.u32(entry + LookupAt.set_count, lookup.set.length);
  });
  return at;
}

function placeTable(image: ImageBuilder, table: TablePlan, columns: readonly number[]): number {
  const keys = table.match === 'cidr' ? placeBlocks(image, table) : placeKeys(image, table);
  const cells = table.rows.flatMap(({ values }) => columns.map((column) => image.text(values[column]!)));
  const rows = image.spans(cells);
  const at = image.reserve(TableAt.size);
  image.u32(at + TableAt.match, TableMatch[table.match]);
  image.u32(at + TableAt.keys, keys.address);
  image.u32(at + TableAt.limit, keys.limit);
  image.u32(at + TableAt.intervals, keys.intervals);
  image.u32(at + TableAt.rows, rows);
  image.u32(at + TableAt.row_size, columns.length * CELL);
  return at;
}

interface Keys {
  readonly address: number;
  readonly limit: number;
  readonly intervals: number;
}

function placeKeys(image: ImageBuilder, { rows }: TablePlan): Keys {
  const address = placeTexts(image, new Map(rows.map(({ key }, i) => [key, i + 1])));
  const limit = Math.max(0, ...rows.map(({ key }) => image.text(key).length));
  return { address, limit, intervals: 0 };
}

/** Nested blocks become intervals beside each other, each with the row of the smallest block around it. */
function placeBlocks(image: ImageBuilder, table: TablePlan): Keys {
  const steps = blockSteps(table);
  const intervals = image.words([0, ...steps.map(({ row }) => row)]);
  const address = image.reserve(Math.max(1, steps.length) * 16);
  steps.forEach(({ from }, i) => {
    image.u64(address + i * 16, from >> 64n);
    image.u64(address + i * 16 + 8, from);
  });
  return { address, limit: steps.length, intervals };
}

const END = 1n << 128n;

/** Where the row changes: row number + 1 from this address on, 0 none. */
function blockSteps({ rows }: TablePlan): { readonly from: bigint; readonly row: number }[] {
  const blocks = rows.map(({ key }, i) => ({ ...addressBlock(key)!, row: i + 1 }));
  blocks.sort((a, b) => Number(a.low - b.low) || Number(b.high - a.high));
  const steps = new Map<bigint, number>();
  const open: typeof blocks = [];
  const close = (before: bigint): void => {
    while (open.length > 0 && open.at(-1)!.high < before) {
      const { high } = open.pop()!;
      steps.set(high + 1n, open.at(-1)?.row ?? 0);
    }
  };
  for (const block of blocks) {
    close(block.low);
    steps.set(block.low, block.row);
    open.push(block);
  }
  close(END);
  steps.delete(END);
  return [...steps].map(([from, row]) => ({ from, row }));
}
