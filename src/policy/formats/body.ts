import { Text } from '../document/text.ts';
import type { Escape, FormatPlan, JsonBody, LineShape, ScanOp, WithinPlan } from '../plan.ts';
import { pastedApache, readApache, readTomcat } from './apache.ts';
import { readEnvoy } from './envoy.ts';
import { compileFieldList } from './field_list.ts';
import { type FormatSpec, type LineSpec, type LinesSpec, NOTATION_NAMES, type NotationName } from './format_shape.ts';
import { readHaproxy } from './haproxy.ts';
import type { Item } from './items.ts';
import { compileJsonPaths } from './json_paths.ts';
import { compileJsonTemplate, readJsonTemplate } from './json_template.ts';
import { compileAssigns, compileWhen } from './maps.ts';
import { readNginx } from './nginx.ts';
import type { Notation } from './notation.ts';
import { compilePairs } from './pairs.ts';
import { nginxEscape, pastedHaproxy, pastedNginx, pastedTomcat } from './pasted.ts';
import { compilePieces, compileScan, withRest } from './scan.ts';
import type { FormatSlots } from './slots.ts';
import { readTemplate } from './template.ts';
import { compileW3c } from './w3c.ts';

export type Notations = Readonly<Record<NotationName, Notation>>;

const LINE_BODIES = [...NOTATION_NAMES, 'fields', 'pairs', 'text'] as const;

/** The notation a line is written in, if it is one with names of its own. */
export function notationName(spec: LineSpec | LinesSpec | FormatSpec): NotationName | undefined {
  const own = NOTATION_NAMES.find((name) => spec[name] !== undefined);
  if (own !== undefined || !('lines' in spec)) return own;
  return spec.lines?.map(notationName).find((name) => name !== undefined);
}

/** Escapes a pasted directive asks for. */
export const pastedEscape = (spec: FormatSpec): Escape | undefined => spec.nginx && nginxEscape(spec.nginx);

/** Compiles what a format says about its lines. `escapes`: in force for text between quotes. */
export function compileBody(
  spec: FormatSpec,
  at: Text,
  notations: Notations,
  escapes: Escape,
  slots: FormatSlots,
): FormatPlan['body'] {
  checkBody(spec, at, [...LINE_BODIES, 'json', 'lines']);
  if (spec.json !== undefined) {
    const json = { paths: spec.json, wrappers: spec.wrappers ?? [], closed: spec.closed ?? [] };
    return compileJsonPaths(json, slots);
  }
  const context = { notations, escapes, slots };
  if (spec.lines !== undefined) return { kind: 'shapes', shapes: compileShapes(spec.lines, at, context) };
  const body = compileLine(spec, at, context);
  return 'kind' in body ? body : { kind: 'text', ops: body };
}

/** Compiles the shapes of texts the line holds. */
export const compileWithin = (spec: FormatSpec, at: Text, context: LineContext): WithinPlan[] =>
  (spec.within ?? []).flatMap(({ key, value }) => {
    const ref = context.slots.resolve(key);
    return ref === undefined ? [] : [{ slot: ref.slot, shapes: compileShapes(value, at, context) }];
  });

function compileShapes(specs: readonly LinesSpec[], at: Text, context: LineContext): LineShape[] {
  const { slots } = context;
  const shape = (each: LineSpec): LineShape[] => {
    checkBody(each, new Text('', at.file, each.at), LINE_BODIES);
    const ops = slots.apart(() => compileLine(each, at, context));
    if ('kind' in ops) {
      at.file.report(each.at, 'json_shape', 'a JSON format cannot be one of several shapes');
      return [];
    }
    return [{ when: compileWhen(each.when ?? [], slots), ops, set: compileAssigns(each.set ?? [], slots) }];
  };
  return specs.flatMap((each) => compileLines(each, at, shape, slots));
}

/** A shape, or several that share their conditions and constants. */
function compileLines(
  spec: LinesSpec,
  at: Text,
  shape: (spec: LineSpec) => LineShape[],
  slots: FormatSlots,
): LineShape[] {
  if (spec.lines === undefined) return shape(spec);
  checkBody(spec, new Text('', at.file, spec.at), [...LINE_BODIES, 'lines']);
  const when = compileWhen(spec.when ?? [], slots);
  const set = compileAssigns(spec.set ?? [], slots);
  return spec.lines.flatMap(shape).map((each) => ({
    ...each,
    when: each.when.length === 0 ? when : [...when, ...each.when],
    set: [...set, ...each.set],
  }));
}

/** A line has exactly one notation; fields and pairs may go on behind a template. */
function checkBody(spec: LineSpec | LinesSpec | FormatSpec, at: Text, known: readonly string[]): void {
  const has = (name: string): boolean => (spec as Readonly<Record<string, unknown>>)[name] !== undefined;
  const found = known.filter((name) => has(name) && !(has('text') && (name === 'fields' || name === 'pairs')));
  const quoted = (names: readonly string[], joint: string): string => names.map((name) => `\`${name}\``).join(joint);
  if (found.length === 0) {
    at.report('notation_missing', 'the format says nothing about its lines', `add one of ${quoted(known, ', ')}`);
  }
  if (found.length > 1) at.report('notation_twice', `the format has ${quoted(found, ' and ')}`, 'keep one of them');
}

interface LineContext {
  readonly notations: Notations;
  readonly escapes: Escape;
  readonly slots: FormatSlots;
}

function compileLine(
  spec: LineSpec | FormatSpec,
  at: Text,
  { notations, escapes, slots }: LineContext,
): JsonBody | readonly ScanOp[] {
  const name = notationName(spec);
  if (name !== undefined && spec[name] !== undefined) {
    const notation = notations[name];
    if (name === 'w3c') return withRest(compileW3c(spec[name], notation, slots, spec.required), at, slots);
    const items = readItems(name, spec[name]);
    const template = readJsonTemplate(items);
    if (template !== undefined) return compileJsonTemplate(template, items, notation, slots);
    return compileScan(notation.pieces(items), spec[name], escapes, slots);
  }
  const pieces = spec.text === undefined ? [] : compilePieces(readTemplate(spec.text), escapes, slots);
  return withRest([...pieces, ...compileBehind(spec, slots)], at, slots);
}

function compileBehind(spec: LineSpec | FormatSpec, slots: FormatSlots): ScanOp[] {
  if (spec.pairs !== undefined) return [compilePairs(spec.pairs, slots)];
  if (spec.fields === undefined) return [];
  const required = spec.required ?? spec.fields.length;
  return compileFieldList(spec.fields, { required, separator: spec.separator?.value }, slots);
}

function readItems(name: Exclude<NotationName, 'w3c'>, format: Text): Item[] {
  switch (name) {
    case 'nginx':
      return readNginx(pastedNginx(format));
    case 'haproxy':
      return readHaproxy(pastedHaproxy(format));
    case 'apache':
      return readApache(pastedApache(format));
    case 'tomcat':
      return readTomcat(pastedTomcat(format));
    case 'envoy':
      return readEnvoy(format);
  }
}
