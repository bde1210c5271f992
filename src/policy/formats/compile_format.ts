import { EventClass } from '../../../assembly/shared/enums.ts';
import { Field, Meta } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { SourceFile } from '../document/source_file.ts';
import { Text } from '../document/text.ts';
import type { Assign, FormatPlan, MapPlan } from '../plan.ts';
import { compileBody, compileWithin, type Notations, notationName, pastedEscape } from './body.ts';
import {
  CLASS_NAMES,
  type CommonFile,
  type FormatFile,
  type FormatSpec,
  isNotationName,
  NOTATION_NAMES,
} from './format_shape.ts';
import { isTcpFormat } from './haproxy.ts';
import { compileAssigns, compileMap, compileSharedMap } from './maps.ts';
import type { Notation } from './notation.ts';
import { FormatSlots } from './slots.ts';
import { compileSniff } from './sniff.ts';

/** What formats share: the notations, and lookups by class. */
export interface SharedFormats {
  readonly notations: Notations;
  readonly common: readonly CommonFile[];
  /** The shipped formats as written, by name. */
  readonly files: ReadonlyMap<string, FormatFile>;
}

/** A format as written, and the file it stands in. */
export interface FormatSource {
  readonly name: string;
  readonly spec: FormatSpec;
  readonly file: SourceFile;
}

/** Compiles a format into its plan. Faults are reported in its file; the plan is of use only if there are none. */
export function compileFormat(source: FormatSource, shared: SharedFormats): FormatPlan {
  const { name, file } = source;
  const spec = withHeld(source.spec, shared.files);
  const slots = new FormatSlots();
  const at = new Text(name, file, spec.at);
  const like = spec.like?.value;
  const used = notationName(spec) ?? (like !== undefined && isNotationName(like) ? like : undefined);
  const notation = used && shared.notations[used];
  const className = classOf(spec, notation, at);
  const escapes = spec.escape ?? pastedEscape(spec) ?? notation?.file.escape ?? 'none';
  const product = spec.product ?? notation?.file.product;
  const defaults = [
    ...headAssigns(className, product?.name.value, product?.vendor?.value),
    ...compileAssigns(spec.defaults ?? [], slots),
  ];
  const body = compileBody(spec, at, shared.notations, escapes, slots);
  const textEscape = body.kind === 'json' ? (spec.escape ?? 'none') : escapes;
  const within = compileWithin(spec, at, { notations: shared.notations, escapes: textEscape, slots });
  const maps = compileMaps(spec, className, notation, shared, slots);
  return {
    name,
    defaults,
    body,
    within,
    extras: slots.extras,
    maps,
    product: { name: product?.name.value ?? '', vendor: product?.vendor?.value ?? '' },
    sniff: compileSniff(spec, body, at),
    missing: (spec.missing ?? []).map((word) => word.value),
    escape: textEscape,
  };
}

/** With what the format it is like, and those of the lines it holds, say about them. */
function withHeld(spec: FormatSpec, files: SharedFormats['files']): FormatSpec {
  const within = [...(spec.within ?? [])];
  const missing = [...(spec.missing ?? [])];
  const maps = [...(spec.maps ?? [])];
  const add = (other: FormatFile): void => {
    within.push(...(other.within ?? []));
    missing.push(...(other.missing ?? []));
    maps.push(...(other.maps ?? []));
  };
  const unknown = (name: Text, message: string, known: Iterable<string>): void => {
    const near = suggest(name.value, known);
    name.report('unknown_format', message, near && `did you mean \`${near}\`?`);
  };
  for (const { key, value } of spec.holds ?? []) {
    const held = files.get(value.value);
    if (held?.lines === undefined) {
      unknown(value, `no shipped format \`${value.value}\` has \`lines\``, files.keys());
      continue;
    }
    within.push({ key, value: held.lines });
    add(held);
  }
  if (spec.like !== undefined && !isNotationName(spec.like.value)) {
    const like = files.get(spec.like.value);
    if (like !== undefined) add(like);
    else unknown(spec.like, `no notation or format \`${spec.like.value}\``, [...NOTATION_NAMES, ...files.keys()]);
  }
  return { ...spec, within, missing, maps };
}

/** Only a notation brings a class of its own. */
function classOf(spec: FormatSpec, notation: Notation | undefined, at: Text): keyof typeof EventClass {
  const ofTcp = spec.haproxy !== undefined && isTcpFormat(spec.haproxy) ? 'network_activity' : undefined;
  const className = spec.class ?? ofTcp ?? notation?.file.class;
  if (className !== undefined) return className;
  at.report('missing_key', 'key `class` is missing', `one of ${CLASS_NAMES.map((each) => `\`${each}\``).join(', ')}`);
  return 'base_event';
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
