import { Field } from '../../../assembly/shared/fields.ts';
import {
  Assign as AssignAt,
  Format as FormatAt,
  Glob as GlobAt,
  GlobList as GlobListAt,
  MapCase as MapCaseAt,
  MapTable as MapTableAt,
  Op as OpAt,
  OpCode,
  OpFlag,
  Variant as VariantAt,
  Within as WithinAt,
} from '../../../assembly/shared/image_layout.ts';
import { SlotKind } from '../../../assembly/shared/slot_kind.ts';
import type { Pattern } from '../automaton.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { Assign, Capture, FormatPlan, JsonNode, LineShape, MapPlan, ScanOp, WithinPlan } from '../plan.ts';
import { placeGlobs } from './automaton_table.ts';
import { escapeText, type ImageBuilder } from './builder.ts';
import { placeCapture } from './capture_table.ts';
import { placeNode, placeTexts } from './json_tables.ts';

const NONE = 0xffffffff;

/** Places a format and everything it points to; its address. `templates`: address of its templates by class. */
export function placeFormat(image: ImageBuilder, format: FormatPlan, templates: number): number {
  const body = placeBody(image, format.body);
  const defaults = placeAssigns(image, format.defaults);
  const within = placeWithin(image, format.within);
  const maps = placeMaps(image, format.maps);
  const extras = image.spans(format.extras.map((name) => image.json(`"${escapeText(name)}":`)));
  const missing = format.missing.map((word) => image.text(word));
  const missingSpans = image.spans(missing);
  const name = image.text(format.name);
  const at = image.reserve(FormatAt.size);
  image.span(at + FormatAt.name, name);
  image.u32(at + FormatAt.kind, BODY_KINDS[format.body.kind]);
  image.u32(at + FormatAt.body, body.address);
  image.u32(at + FormatAt.op_count, body.count);
  image.u32(at + FormatAt.defaults, defaults);
  image.u32(at + FormatAt.default_count, format.defaults.length);
  image.u32(at + FormatAt.maps, maps);
  image.u32(at + FormatAt.map_count, format.maps.length);
  image.u32(at + FormatAt.extras, extras);
  image.u32(at + FormatAt.extra_count, format.extras.length);
  image.u32(at + FormatAt.escape, ['none', 'backslash', 'hex', 'hash', 'cef'].indexOf(format.escape));
  image.u32(at + FormatAt.templates, templates);
  image.u32(at + FormatAt.missing, missingSpans);
  image.u32(at + FormatAt.missing_count, missing.length);
  image.u32(
    at + FormatAt.missing_lengths,
    missing.reduce((bits, { length }) => (bits | (1 << Math.min(length, 31))) >>> 0, 0),
  );
  image.u32(at + FormatAt.within, within);
  image.u32(at + FormatAt.within_count, format.within.length);
  return at;
}

const BODY_KINDS = { text: 1, json: 2, shapes: 3 } as const;

function placeBody(image: ImageBuilder, body: FormatPlan['body']): { address: number; count: number } {
  if (body.kind === 'json') return { address: placeNode(image, body.root, ''), count: 0 };
  if (body.kind === 'text') return { address: placeOps(image, body.ops), count: body.ops.length };
  return { address: placeShapes(image, body.shapes), count: body.shapes.length };
}

function placeWithin(image: ImageBuilder, within: readonly WithinPlan[]): number {
  const rows = within.map(({ slot, shapes }) => ({ slot, count: shapes.length, address: placeShapes(image, shapes) }));
  const at = image.reserve(Math.max(1, rows.length) * WithinAt.size);
  rows.forEach(({ slot, count, address }, i) => {
    const entry = at + i * WithinAt.size;
    image.u32(entry + WithinAt.slot, slot);
    image.u32(entry + WithinAt.shapes, address);
    image.u32(entry + WithinAt.shape_count, count);
  });
  return at;
}

function placeShapes(image: ImageBuilder, shapes: readonly LineShape[]): number {
  const conditions = new Map<readonly MapPlan[], number>();
  for (const { when } of shapes) if (!conditions.has(when)) conditions.set(when, placeMaps(image, when));
  const rows = shapes.map((shape) => ({
    shape,
    when: conditions.get(shape.when)!,
    ops: placeOps(image, shape.ops),
    set: placeAssigns(image, shape.set),
  }));
  const address = image.reserve(rows.length * VariantAt.size);
  rows.forEach(({ shape, ops, set, when }, i) => {
    const at = address + i * VariantAt.size;
    image.u32(at + VariantAt.ops, ops);
    image.u32(at + VariantAt.op_count, shape.ops.length);
    image.u32(at + VariantAt.set, set);
    image.u32(at + VariantAt.set_count, shape.set.length);
    image.u32(at + VariantAt.when, when);
    image.u32(at + VariantAt.when_count, shape.when.length);
  });
  return address;
}

/** Type of a slot's field; captures without a field are text. */
function slotType(slot: number): string {
  const name = Field[slot] as FieldName | undefined;
  return (name !== undefined && FIELDS[name]?.type) || 'text';
}

export function placeAssigns(image: ImageBuilder, assigns: readonly Assign[]): number {
  if (assigns.length === 0) return 0;
  const texts = assigns.map(({ value }) => (typeof value === 'string' ? image.text(value) : undefined));
  const at = image.reserve(assigns.length * AssignAt.size);
  assigns.forEach(({ slot, value }, i) => {
    const entry = at + i * AssignAt.size;
    const span = texts[i];
    const kind = span ? SlotKind.text : slotType(slot) === 'bool' ? SlotKind.bool : SlotKind.int;
    image.u16(entry + AssignAt.slot, slot);
    image.u16(entry + AssignAt.kind, kind);
    if (span) {
      image.u32(entry + AssignAt.start, span.address);
      image.u32(entry + AssignAt.value, span.address + span.length);
    } else {
      image.u64(entry + AssignAt.value, BigInt(value));
    }
  });
  return at;
}

/** Characters that may be the second or later of a JSON escape: a search that stops at them must know where it is. */
const INSIDE_ESCAPES = /^[nrtbfu0-9a-fA-F]/;

function placeOps(image: ImageBuilder, ops: readonly ScanOp[]): number {
  const rows = ops.map((op) => {
    const row = opRow(op);
    const target = row.node ? placeNode(image, row.node, '') : row.slot;
    const capture = row.capture ? placeCapture(image, row.capture) : target;
    const joined = row.joined ? placeCapture(image, row.joined) : 0;
    return { ...row, span: image.text(row.text), capture, joined };
  });
  const at = image.reserve(Math.max(1, rows.length) * OpAt.size);
  rows.forEach((row, i) => {
    const entry = at + i * OpAt.size;
    image.u32(entry + OpAt.code, row.code);
    image.u32(entry + OpAt.flags, row.flags);
    image.span(entry + OpAt.text, row.span);
    image.u32(entry + OpAt.capture, row.capture);
    const first = escapeText(row.text).charCodeAt(0);
    const byte = Number.isNaN(first) ? 0 : new TextEncoder().encode(escapeText(row.text))[0]!;
    if (row.code === OpCode.pairs) image.u32(entry + OpAt.pattern, row.joined);
    else image.u64(entry + OpAt.pattern, BigInt(byte) * 0x0101010101010101n);
  });
  return at;
}

interface OpRow {
  readonly code: OpCode;
  readonly flags: number;
  readonly text: string;
  readonly capture?: Capture;
  readonly node?: JsonNode;
  readonly joined?: Capture;
  readonly slot: number;
}

function opRow(op: ScanOp): OpRow {
  switch (op.op) {
    case 'literal':
      return { code: OpCode.literal, flags: op.ahead ? OpFlag.ahead : 0, text: op.text, slot: 0 };
    case 'optional':
      return { code: OpCode.optional, flags: 0, text: op.text, slot: 0 };
    case 'field':
      return { code: OpCode.field, flags: op.required ? OpFlag.required : 0, text: '', capture: op.capture, slot: 0 };
    case 'separated': {
      const flags = op.required ? OpFlag.required : 0;
      return { code: OpCode.separated, flags, text: op.separator, capture: op.capture, slot: 0 };
    }
    case 'pairs':
      return {
        code: OpCode.pairs,
        flags: (op.free ? OpFlag.free : 0) | (op.colon ? OpFlag.colon : 0),
        text: op.separator,
        node: op.node,
        ...(op.joined === undefined ? {} : { joined: op.joined }),
        slot: 0,
      };
    case 'braces':
      return { code: OpCode.braces, flags: 0, text: '}', capture: op.capture, slot: 0 };
    case 'rest':
      return { code: OpCode.rest, flags: 0, text: '', slot: op.slot };
    case 'until': {
      if (op.until === undefined) return { code: OpCode.tail, flags: 0, text: '', capture: op.capture, slot: 0 };
      const flags =
        (op.list ? OpFlag.list : 0) |
        (op.quoted ? OpFlag.quoted : 0) |
        (op.lenient ? OpFlag.lenient : 0) |
        (op.last ? OpFlag.last : 0) |
        (INSIDE_ESCAPES.test(op.until) ? OpFlag.careful : 0);
      return { code: OpCode.until, flags, text: op.until, capture: op.capture, slot: 0 };
    }
  }
}

function placeMaps(image: ImageBuilder, maps: readonly MapPlan[]): number {
  if (maps.length === 0) return 0;
  const rows = maps.map((map) => ({ map, patterns: placePatterns(image, map), cases: placeCases(image, map) }));
  const names = new Map(
    rows.flatMap(({ map }) => [map.from, map.and ?? map.from]).map((slot) => [slot, placeNames(image, slot)]),
  );
  const at = image.reserve(maps.length * MapTableAt.size);
  rows.forEach(({ map, patterns, cases }, i) => {
    const entry = at + i * MapTableAt.size;
    image.u32(entry + MapTableAt.from, map.from);
    image.u32(entry + MapTableAt.and, map.and ?? NONE);
    image.u32(entry + MapTableAt.automaton, patterns.automaton);
    image.u32(entry + MapTableAt.exact, patterns.exact);
    image.u32(entry + MapTableAt.globs, patterns.globs);
    image.u32(entry + MapTableAt.cases, cases);
    image.u32(entry + MapTableAt.from_names, names.get(map.from) ?? 0);
    image.u32(entry + MapTableAt.and_names, map.and === undefined ? 0 : (names.get(map.and) ?? 0));
  });
  return at;
}

/** Patterns with several stars, from here on, are an automaton: cheaper to run than one search each, and larger. */
const SEARCHES_MAX = 12;

/** Texts are looked up as a whole, patterns with a `*` one by one, or by an automaton. */
function placePatterns(image: ImageBuilder, map: MapPlan): { exact: number; globs: number; automaton: number } {
  const exact = new Map<string, number>();
  const single: Pattern[] = [];
  const several: Pattern[] = [];
  for (const [id, { is }] of map.cases.entries()) {
    for (const text of is) {
      const stars = text.split('*').length - 1;
      if (stars > 0) (stars > 1 ? several : single).push({ kind: 'glob', text, id });
      else if (!exact.has(text)) exact.set(text, id + 1);
    }
  }
  const many = several.length > SEARCHES_MAX;
  const globs = many ? single : [...single, ...several].sort((a, b) => a.id - b.id);
  return {
    exact: exact.size === 0 ? 0 : placeTexts(image, exact),
    globs: globs.length === 0 ? 0 : placeGlobList(image, globs),
    automaton: many ? placeGlobs(image, several) : 0,
  };
}

function placeGlobList(image: ImageBuilder, globs: readonly Pattern[]): number {
  const rows = globs.map(({ text, id }) => {
    const parts = text.split('*');
    const middles = parts.slice(1, -1).filter((part) => part !== '');
    return {
      id,
      prefix: image.text(parts[0]!),
      suffix: image.text(parts.at(-1)!),
      middles: image.spans(middles.map((part) => image.text(part))),
      count: middles.length,
    };
  });
  const at = image.reserve(GlobListAt.size + rows.length * GlobAt.size);
  image.u32(at + GlobListAt.count, rows.length);
  const firsts = globs.map(({ text }) => (text.startsWith('*') ? undefined : Buffer.from(escapeText(text))[0]!));
  for (let word = 0; word < 8; word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++)
      if (firsts.some((first) => first === undefined || first === word * 32 + bit)) bits |= 1 << bit;
    image.u32(at + GlobListAt.first + word * 4, bits >>> 0);
  }
  rows.forEach(({ id, prefix, suffix, middles, count }, i) => {
    const entry = at + GlobListAt.size + i * GlobAt.size;
    image.u32(entry + GlobAt.id, id + 1);
    image.span(entry + GlobAt.prefix, prefix);
    image.span(entry + GlobAt.suffix, suffix);
    image.u32(entry + GlobAt.middles, middles);
    image.u32(entry + GlobAt.middle_count, count);
  });
  return at;
}

function placeCases(image: ImageBuilder, map: MapPlan): number {
  const rows = map.cases.map((row) => ({
    row,
    set: placeAssigns(image, row.set),
    copy: image.words(row.copy.map(([to, from]) => (to & 0xffff) | (from << 16))),
  }));
  const at = image.reserve(rows.length * MapCaseAt.size);
  rows.forEach(({ row, set, copy }, i) => {
    const entry = at + i * MapCaseAt.size;
    image.u32(entry + MapCaseAt.set, set);
    image.u32(entry + MapCaseAt.set_count, row.set.length);
    image.u32(entry + MapCaseAt.copy, copy);
    image.u32(entry + MapCaseAt.copy_count, row.copy.length);
  });
  return at;
}

/** Names of the members of an enum field by number; 0 for other fields. */
export function placeNames(image: ImageBuilder, slot: number): number {
  const values = FIELDS[Field[slot] as FieldName]?.values;
  if (!values) return 0;
  const names = Object.entries(values);
  return image.spans(Array.from({ length: names.length }, (_, i) => image.text(values[i] ?? '')));
}
