import type { Text } from '../document/text.ts';
import type { FormatPlan, JsonMark, Sniff } from '../plan.ts';
import type { FormatSpec, SniffSpec } from './format_shape.ts';
import { splitPath } from './json_paths.ts';

/** How `auto` knows a format, wrapped or not. A sniffer of the other kind is reported. */
export function compileSniff(spec: FormatSpec, body: FormatPlan['body'], at: Text): Sniff {
  const sniffs = spec.sniff ?? [];
  const fitting = body.kind === 'json' ? 'json' : 'text';
  const ofWrappers = (spec.wrappers ?? []).flatMap(({ sniff }) => sniff ?? []);
  const wrong = [...sniffs, ...ofWrappers].find((each) => !fits(each, fitting));
  if (wrong !== undefined) {
    const help = `a ${fitting} format is told by \`sniff: {${fitting}: …}\``;
    at.file.report(wrong.at, 'sniff_mismatch', 'the sniffer does not fit the format', help);
  }
  if (wrong !== undefined || sniffs.length === 0) return { kind: 'none' };
  if (fitting === 'text') {
    const texts = sniffs.flatMap(({ text }) => text?.value ?? []);
    const apps = sniffs.flatMap(({ app = [] }) => app.map((name) => name.value));
    return { kind: 'text', ...(texts.length === 0 ? {} : { pattern: texts.join('|') }), apps };
  }
  const wrapped = (spec.wrappers ?? []).flatMap(({ at: place, sniff: own }) =>
    own === undefined ? sniffs.map((each) => marksOf(each, splitPath(place))) : [marksOf(own)],
  );
  return { kind: 'json', any: [...sniffs.map((each) => marksOf(each)), ...wrapped] };
}

function fits({ text, app, json, where }: SniffSpec, kind: 'json' | 'text'): boolean {
  const isJson = json !== undefined || where !== undefined;
  return isJson !== (text !== undefined || app !== undefined) && isJson === (kind === 'json');
}

function marksOf({ json = [], where = [] }: SniffSpec, prefix: readonly string[] = []): JsonMark[] {
  const keysOf = (path: Text): readonly string[] => [...prefix, ...(splitPath(path) ?? [])];
  return [
    ...json.map((path) => ({ keys: keysOf(path) })),
    ...where.map(({ key, value }) => ({ keys: keysOf(key), is: value.map((text) => text.value) })),
  ];
}
