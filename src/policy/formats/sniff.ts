import type { Text } from '../document/text.ts';
import type { FormatPlan, JsonMark, Sniff } from '../plan.ts';
import type { FormatSpec, SniffSpec } from './format_shape.ts';
import { splitPath } from './json_paths.ts';

/** How `auto` knows a format, wrapped or not. A sniffer of the other kind is reported. */
export function compileSniff(spec: FormatSpec, body: FormatPlan['body'], at: Text): Sniff {
  const { sniff } = spec;
  if (sniff === undefined) return { kind: 'none' };
  const isText = sniff.text !== undefined;
  const isJson = sniff.json !== undefined || sniff.where !== undefined;
  const kind = body.kind === 'json' ? 'json' : 'text';
  if (isText === isJson || isText !== (kind === 'text')) {
    const help = `a ${kind} format is told by \`sniff: {${kind}: …}\``;
    at.file.report(sniff.at, 'sniff_mismatch', 'the sniffer does not fit the format', help);
    return { kind: 'none' };
  }
  if (sniff.text !== undefined) return { kind: 'text', pattern: sniff.text.value };
  const wrapped = (spec.wrappers ?? []).map(({ at: place, sniff: own }) =>
    own === undefined ? marksOf(sniff, splitPath(place)) : marksOf(own),
  );
  return { kind: 'json', any: [marksOf(sniff), ...wrapped] };
}

function marksOf({ json = [], where = [] }: SniffSpec, prefix: readonly string[] = []): JsonMark[] {
  const keysOf = (path: Text): readonly string[] => [...prefix, ...(splitPath(path) ?? [])];
  return [
    ...json.map((path) => ({ keys: keysOf(path) })),
    ...where.map(({ key, value }) => ({ keys: keysOf(key), is: value.map((text) => text.value) })),
  ];
}
