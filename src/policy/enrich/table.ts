import { readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { suggest } from '../../diagnostic.ts';
import { addressBlock } from '../condition/address.ts';
import { type TableDocument, tableRows } from '../document/enrich_shape.ts';
import { loadYaml } from '../document/load.ts';
import type { Read } from '../document/shape.ts';
import { SourceFile } from '../document/source_file.ts';
import type { Text } from '../document/text.ts';
import type { TablePlan } from '../plan.ts';
import { readCsv } from './csv.ts';

/** A table as its file has it: empty cells are empty texts. */
interface Written {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: Text; readonly values: readonly string[] }[];
}

const NOTHING: Written = { columns: [], rows: [] };

export interface CompiledTable {
  readonly plan: TablePlan;
  readonly keys: readonly Text[];
}

/** Reads a table. Faults stand where they are written, in the policy or in the table's own file. */
export function compileTable(name: Text, document: TableDocument): CompiledTable {
  const match = document.match ?? 'exact';
  const { columns, rows } = readTable(name, document);
  const known = new Map<string, string>();
  const plans = rows.flatMap(({ key, values }) => {
    const meaning = keyMeaning(key, match);
    if (meaning === undefined) return [];
    const twin = known.get(meaning);
    if (twin !== undefined) {
      const message = twin === key.value ? `key \`${key.value}\` is there twice` : `\`${key.value}\` is \`${twin}\``;
      key.report('duplicate_key', message, 'keep one of the rows');
      return [];
    }
    known.set(meaning, key.value);
    return [{ key: match === 'path' ? meaning : key.value, values }];
  });
  return { plan: { name: name.value, match, columns, rows: plans }, keys: rows.map(({ key }) => key) };
}

/** What a key stands for: equal for keys that are found by the same texts. */
function keyMeaning(key: Text, match: TablePlan['match']): string | undefined {
  if (match === 'exact') return key.value;
  if (match === 'path') return key.value.replace(/\/$/, '');
  const block = addressBlock(key.value);
  if (block !== undefined) return `${block.low}-${block.high}`;
  key.report(
    'invalid_key',
    `\`${key.value}\` is no block of addresses`,
    'write one such as `10.0.0.0/8`, or an address',
  );
  return undefined;
}

function readTable(name: Text, { file, rows, key }: TableDocument): Written {
  if ((file === undefined) === (rows === undefined)) {
    name.report(
      'invalid_table',
      `table \`${name.value}\` has neither a file nor rows, or both`,
      'give it `file` or `rows`',
    );
    return NOTHING;
  }
  if (rows !== undefined) return fromRows(rows);
  const type = extname(file!.value).toLowerCase();
  if (!['.csv', '.yaml', '.yml'].includes(type)) {
    file!.report('unknown_file_type', `cannot read \`${file!.value}\``, 'a table is a `.csv`, `.yaml` or `.yml` file');
    return NOTHING;
  }
  const beside = readBeside(file!);
  if (beside === undefined) return NOTHING;
  if (type === '.csv') return fromCsv(beside, key);
  const loaded = loadYaml(beside);
  const read = loaded && tableRows.read(loaded.root, { file: beside, document: loaded.document });
  return read === undefined ? NOTHING : fromRows(read);
}

const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'it is a folder' };

/** A file named in a policy, from the policy's folder on. */
function readBeside(path: Text): SourceFile | undefined {
  const place = isAbsolute(path.value) ? path.value : join(dirname(path.file.name), path.value);
  try {
    return new SourceFile(place, readFileSync(place, 'utf8'), path.file.diagnostics);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    path.report('file_unreadable', `cannot read \`${place}\`: ${UNREADABLE[code] ?? message}`);
    return undefined;
  }
}

function fromRows(rows: Read<typeof tableRows>): Written {
  // A key that is there twice is reported as one of any mapping.
  const once = [...new Map(rows.map((row) => [row.key.value, row])).values()];
  const columns = [...new Set(rows.flatMap((row) => row.value.map((cell) => cell.key.value)))];
  return {
    columns,
    rows: once.map(({ key, value: cells }) => {
      const texts = new Map(cells.map((cell) => [cell.key.value, cell.value.text.value]));
      return { key, values: columns.map((column) => texts.get(column) ?? '') };
    }),
  };
}

function fromCsv(file: SourceFile, keyColumn: Text | undefined): Written {
  const [head, ...rows] = readCsv(file);
  if (head === undefined) {
    file.report({ start: 0, end: 0 }, 'csv_empty', 'the file is empty', 'its first line names the columns');
    return NOTHING;
  }
  const names = head.map((cell) => cell.value);
  head.forEach((cell, i) => {
    if (cell.value === '') cell.report('csv_header', 'a column has no name');
    else if (names.indexOf(cell.value) < i) cell.report('csv_header', `column \`${cell.value}\` is there twice`);
  });
  const key = keyColumn === undefined ? 0 : columnOf(keyColumn, names);
  if (key === undefined) return NOTHING;
  const whole = rows.filter((row) => {
    if (row.length === names.length) return true;
    row[0]!.report(
      'csv_cells',
      `${row.length} cells, the header has ${names.length}`,
      'cells with a comma need quotes',
    );
    return false;
  });
  const others = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => i !== key);
  return {
    columns: others(names),
    rows: whole.map((row) => ({ key: row[key]!, values: others(row.map((cell) => cell.value)) })),
  };
}

/** Index of a column; one that is not there is reported. */
export function columnOf(name: Text, columns: readonly string[]): number | undefined {
  const index = columns.indexOf(name.value);
  if (index >= 0) return index;
  const near = suggest(name.value, columns);
  const help = near === undefined ? `its columns: ${columns.join(', ')}` : `did you mean \`${near}\`?`;
  name.report('unknown_column', `the table has no column \`${name.value}\``, help);
  return undefined;
}
