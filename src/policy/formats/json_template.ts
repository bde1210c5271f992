import type { Text } from '../document/text.ts';
import type { JsonBody, JsonKey, JsonNode } from '../plan.ts';
import { captureOnce } from './capture.ts';
import { type Item, pushLiteral } from './items.ts';
import type { Notation } from './notation.ts';
import type { FormatSlots } from './slots.ts';

/** Marks variables inside the template while it is read as JSON: U+E000, the item's index, U+E001. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const MARKED = /\uE000(\d+)\uE001/g;

/** The object a format string spells, variables standing for values: `{"status":$status,"uri":"$request_uri"}`. */
export function readJsonTemplate(items: readonly Item[]): Record<string, unknown> | undefined {
  if (items[0]?.kind !== 'literal' || !items[0].text.trimStart().startsWith('{')) return undefined;
  let json = '';
  let inString = false;
  for (const [index, item] of items.entries()) {
    if (item.kind === 'variable') json += inString ? `${OPEN}${index}${CLOSE}` : `"${OPEN}${index}${CLOSE}"`;
    else {
      json += item.text;
      inString = endsInString(item.text, inString);
    }
  }
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function endsInString(text: string, before: boolean): boolean {
  const quotes = text.replace(/\\./g, '').split('"').length - 1;
  return before !== (quotes % 2 === 1);
}

/** Keys whose value is one variable with a field are captured; everything else stays as it is among the unmapped. */
export function compileJsonTemplate(
  template: Record<string, unknown>,
  items: readonly Item[],
  notation: Notation,
  slots: FormatSlots,
): JsonBody {
  const node = (from: Record<string, unknown>): JsonNode => ({
    keys: Object.entries(from).flatMap(([key, value]): JsonKey[] => {
      if (isObject(value)) return [{ key, node: node(value), ignore: false }];
      const part = typeof value === 'string' ? wholePart(value, items, notation) : undefined;
      if (part === undefined || part.spec.to.length === 0) return [];
      return [{ key, capture: captureOnce(part.spec, part.name, slots), ignore: false }];
    }),
  });
  return { kind: 'json', root: node(template) };
}

/** The variable, or known composite of variables, that is the whole of a value. */
function wholePart(value: string, items: readonly Item[], notation: Notation) {
  const run: Item[] = [];
  let end = 0;
  const anchor: Text | undefined = items[0]?.at;
  if (anchor === undefined) return undefined;
  for (const match of value.matchAll(MARKED)) {
    if (match.index > end) pushLiteral(run, value.slice(end, match.index), anchor);
    run.push(items[Number(match[1])]!);
    end = match.index + match[0].length;
  }
  const pieces = notation.pieces(run);
  const [only] = pieces;
  if (pieces.length !== 1 || only?.kind !== 'variable') return undefined;
  // A zone its writer puts behind the time
  const isZoned = value.slice(end) === 'Z' && only.spec.as === 'iso_time';
  return end === value.length || isZoned ? only : undefined;
}
