import { EventClass } from '../../../assembly/shared/enums.ts';
import { Field, Meta } from '../../../assembly/shared/fields.ts';
import type { SourceFile } from '../document/source_file.ts';
import { Text } from '../document/text.ts';
import type { Assign, Escape, FormatPlan, JsonBody, MapPlan, Sniff, TextBody } from '../plan.ts';
import { compileFieldList } from './field_list.ts';
import { CLASS_NAMES, type CommonFile, type FormatSpec } from './format_shape.ts';
import { readHaproxy } from './haproxy.ts';
import { compileJsonPaths } from './json_paths.ts';
import { compileJsonTemplate, readJsonTemplate } from './json_template.ts';
import { compileAssigns, compileMap, compileSharedMap } from './maps.ts';
import { readNginx } from './nginx.ts';
import type { Notation } from './notation.ts';
import { pastedHaproxy, pastedNginx } from './pasted.ts';
import { compileScan } from './scan.ts';
import { FormatSlots } from './slots.ts';

export type NotationName = 'nginx' | 'haproxy';

/** What formats share: the notations, and lookups by class. */
export interface SharedFormats {
  readonly notations: Readonly<Record<NotationName, Notation>>;
  readonly common: readonly CommonFile[];
}

/** A format as written, and the file it stands in. */
export interface FormatSource {
  readonly name: string;
  readonly spec: FormatSpec;
  readonly file: SourceFile;
}

const BODIES = ['nginx', 'haproxy', 'fields', 'json'] as const;

/** What a format's body is compiled from. */
interface BodySource {
  readonly spec: FormatSpec;
  readonly at: Text;
  readonly notation: Notation | undefined;
  /** Strings of an nginx format. */
  readonly strings: readonly Text[];
  readonly escapes: Escape;
}

/** Compiles a format into its plan. Faults are reported in its file; the plan is of use only if there are none. */
export function compileFormat(source: FormatSource, shared: SharedFormats): FormatPlan {
  const { name, spec, file } = source;
  const slots = new FormatSlots();
  const at = new Text(name, file, spec.at);
  checkBody(spec, at);
  const notation = notationOf(spec, shared);
  const className = classOf(spec, notation, at);
  const pasted = spec.nginx && pastedNginx(spec.nginx);
  const escapes = spec.escape ?? pasted?.escape ?? notation?.file.escape ?? 'none';
  const product = spec.product ?? notation?.file.product;
  const defaults = [
    ...headAssigns(className, product?.name.value, product?.vendor?.value),
    ...compileAssigns(spec.defaults ?? [], slots),
  ];
  const body = compileBody({ spec, at, notation, strings: pasted?.strings ?? [], escapes }, slots);
  const maps = compileMaps(spec, className, notation, shared, slots);
  return {
    name,
    defaults,
    body,
    extras: slots.extras,
    maps,
    product: { name: product?.name.value ?? '', vendor: product?.vendor?.value ?? '' },
    sniff: compileSniff(spec, body, at),
    escape: body.kind === 'json' ? (spec.escape ?? 'none') : escapes,
  };
}

/** Only a notation brings a class of its own. */
function classOf(spec: FormatSpec, notation: Notation | undefined, at: Text): keyof typeof EventClass {
  const className = spec.class ?? notation?.file.class;
  if (className !== undefined) return className;
  at.report('missing_key', 'key `class` is missing', `one of ${CLASS_NAMES.map((each) => `\`${each}\``).join(', ')}`);
  return 'base_event';
}

/** A format has exactly one notation. */
function checkBody(spec: FormatSpec, at: Text): void {
  const bodies = BODIES.filter((each) => spec[each] !== undefined);
  const known = BODIES.map((each) => `\`${each}\``).join(', ');
  if (bodies.length === 0)
    at.report('notation_missing', 'the format says nothing about its lines', `add one of ${known}`);
  if (bodies.length > 1) {
    at.report(
      'notation_twice',
      `the format has ${bodies.map((each) => `\`${each}\``).join(' and ')}`,
      'keep one of them',
    );
  }
}

function notationOf(spec: FormatSpec, shared: SharedFormats): Notation | undefined {
  if (spec.nginx !== undefined) return shared.notations.nginx;
  return spec.haproxy === undefined ? undefined : shared.notations.haproxy;
}

function headAssigns(className: keyof typeof EventClass, product?: string, vendor?: string): Assign[] {
  const value = EventClass[className];
  return [
    { slot: Field.schema_class, value },
    { slot: Field.event_class, value },
    ...(product === undefined ? [] : [{ slot: Meta.product_name, value: product }]),
    ...(vendor === undefined ? [] : [{ slot: Meta.product_vendor, value: vendor }]),
  ];
}

function compileBody(source: BodySource, slots: FormatSlots): TextBody | JsonBody {
  const { spec, at, notation, strings, escapes } = source;
  if (spec.json !== undefined) return compileJsonPaths(spec.json, slots);
  if (spec.fields !== undefined) return compileFieldList(spec.fields, spec.required ?? spec.fields.length, at, slots);
  const format = spec.nginx ?? spec.haproxy;
  if (format === undefined || notation === undefined) return { kind: 'text', ops: [] };
  const items = spec.nginx === undefined ? readHaproxy(pastedHaproxy(format)) : readNginx(strings);
  const template = readJsonTemplate(items);
  if (template !== undefined) return compileJsonTemplate(template, items, notation, slots);
  return compileScan(notation.pieces(items), format, escapes, slots);
}

/** The format's own lookups, then those of its notation and of its class that look at a field it fills. */
function compileMaps(
  spec: FormatSpec,
  className: string,
  notation: Notation | undefined,
  shared: SharedFormats,
  slots: FormatSlots,
): MapPlan[] {
  const own = (spec.maps ?? []).map((map) => compileMap(map, slots));
  const ofClass = shared.common.filter((each) => each.class === className).flatMap((each) => each.maps);
  const common = [...(notation?.file.maps ?? []), ...ofClass].map((map) => compileSharedMap(map, slots));
  return [...own, ...common].filter((map) => map !== undefined);
}

function compileSniff(spec: FormatSpec, body: TextBody | JsonBody, at: Text): Sniff {
  const { sniff } = spec;
  if (sniff === undefined) return { kind: 'none' };
  const kind = sniff.text === undefined ? 'json' : 'text';
  if ((sniff.text === undefined) === (sniff.json === undefined) || kind !== body.kind) {
    const help = `a ${body.kind} format is told by \`sniff: {${body.kind}: …}\``;
    at.file.report(sniff.at, 'sniff_mismatch', 'the sniffer does not fit the format', help);
    return { kind: 'none' };
  }
  if (sniff.json !== undefined) return { kind: 'json', keys: sniff.json.map((key) => key.value) };
  return { kind: 'text', pattern: sniff.text!.value };
}
