import type { JsonSchema } from './json_schema.ts';

/** Markdown tables of the keys of a schema, a section for each mapping with keys of its own. `level`: of the headings. */
export function keyReference(schema: JsonSchema, name: string, level: number): string {
  return mappingsOf(schema, name)
    .map(({ path, mapping }) => `${'#'.repeat(level)} \`${path}\`\n\n${keyTable(mapping)}`)
    .join('\n\n');
}

interface Mapping {
  readonly path: string;
  readonly mapping: JsonSchema;
}

/** A mapping and those inside it, each once. */
function mappingsOf(schema: JsonSchema, path: string): Mapping[] {
  if (schema.anyOf !== undefined) return unique(schema.anyOf.flatMap((each) => mappingsOf(each, path)));
  if (schema.items !== undefined) return mappingsOf(schema.items, path);
  if (typeof schema.additionalProperties === 'object') return mappingsOf(schema.additionalProperties, `${path}.*`);
  if (schema.properties === undefined) return [];
  const inside = Object.entries(schema.properties).flatMap(([key, each]) => mappingsOf(each, `${path}.${key}`));
  const own = schema.title === undefined ? path : `${path} (${schema.title})`;
  return [{ path: own, mapping: schema }, ...unique(inside)];
}

const unique = (mappings: readonly Mapping[]): Mapping[] =>
  [...new Map(mappings.toReversed().map((each) => [each.path, each])).values()].reverse();

function keyTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([key, schema]) => [
    `\`${key}\``,
    required.includes(key) ? 'yes' : '',
    typeText(schema),
    schema.description ?? '',
  ]);
  return markdownTable(['key', 'needed', 'value', 'meaning'], rows);
}

/** Columns wider than this are not aligned. */
const ALIGNED_MAX = 70;

/** A Markdown table with aligned columns. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) =>
    Math.max(...cells.map(({ [i]: cell = '' }) => (cell.length > ALIGNED_MAX ? 3 : cell.length))),
  );
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

function typeText(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(', or ');
  if (schema.$ref !== undefined) return 'mapping';
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(', ');
  if (schema.type === 'array') return `list of: ${typeText(schema.items ?? {})}`;
  if (schema.type === 'object') return 'mapping';
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'string') return schema.pattern === undefined ? 'text' : `text like \`${schema.pattern}\``;
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(', ').replace('string', 'text');
}
