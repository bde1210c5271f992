import { Field, Meta, SLOT_COUNT } from '../../../assembly/shared/fields.ts';
import {
  DERIVED,
  Format as FormatAt,
  RedactMethod as MethodCode,
  Redact as RedactAt,
  RedactRule as RuleAt,
  UNMAPPED_PLACE,
} from '../../../assembly/shared/image_layout.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { Capture, FormatPlan, JsonNode, LineShape, Plan, RedactPlan, ScanOp } from '../plan.ts';
import { type Fed, fedBy, REQUEST_PARTS } from '../redact/feeds.ts';
import { wholeExtras, wholeRules } from '../redact/keys.ts';
import { keyBlock } from '../redact/pseudonym.ts';
import type { ImageBuilder, Span } from './builder.ts';
import { bitsOf, placeFinders } from './finder_tables.ts';

/** Places the rules of redaction (`Redact` in `assembly/shared/image_layout.ts`); 0 without any. */
export function placeRedact(image: ImageBuilder, plan: Plan, key: Uint8Array | undefined): number {
  const rules = plan.redact;
  if (rules === undefined) return 0;
  const unreadable = wholeRules(plan);
  const whole = rules.flatMap(({ fields }, rule) => fields.flatMap((slot) => [slot, rule]));
  const paths = image.spans(Array.from({ length: SLOT_COUNT }, (_, slot) => placePath(image, slot)));
  const keyAt = key === undefined ? 0 : image.place(keyBlock(key));
  const wholeAt = image.words(whole);
  const rulesAt = placeRules(image, rules);
  const at = image.reserve(RedactAt.size);
  image.u32(at + RedactAt.rules, rulesAt);
  image.u32(at + RedactAt.rule_count, rules.length);
  image.u32(at + RedactAt.first_bit, plan.routes.length);
  image.u32(at + RedactAt.whole, wholeAt);
  image.u32(at + RedactAt.whole_count, whole.length / 2);
  image.u32(at + RedactAt.paths, paths);
  image.u64(
    at + RedactAt.request_rules,
    bitsOf(rules, ({ fields }) => fields.some((slot) => REQUEST_PARTS.includes(slot))),
  );
  image.u64(
    at + RedactAt.whole_rules,
    bitsOf(rules, (_, rule) => unreadable.includes(rule)),
  );
  image.u32(at + RedactAt.key, keyAt);
  placeFinders(image, rules, at);
  return at;
}

/** How the record's own report calls a place. */
export function placeName(slot: number): string | undefined {
  if (slot === UNMAPPED_PLACE) return 'unmapped';
  return slot === Meta.raw_data ? 'raw_data' : FIELDS[Field[slot] as FieldName]?.path;
}

function placePath(image: ImageBuilder, slot: number): Span | undefined {
  const name = placeName(slot);
  return name === undefined ? undefined : image.text(name);
}

function placeRules(image: ImageBuilder, rules: readonly RedactPlan[]): number {
  const names = rules.map(({ name }) => image.text(name));
  const at = image.reserve(rules.length * RuleAt.size);
  rules.forEach((rule, i) => {
    image.span(at + i * RuleAt.size + RuleAt.name, names[i]!);
    image.u32(at + i * RuleAt.size + RuleAt.method, MethodCode[rule.with]);
  });
  return at;
}

/** Writes the rows of the captures that are redacted as a whole into the format placed at `at`. */
export function placeExtraRules(image: ImageBuilder, at: number, format: FormatPlan, plan: Plan): void {
  const rows = wholeExtras(format, plan.redact ?? []);
  image.u32(at + FormatAt.redact, image.words(rows.flatMap(({ slot, rule }) => [slot, rule])));
  image.u32(at + FormatAt.redact_count, rows.length);
}

/** A capture that gives redacted slots their value: the engine notes its text. */
export interface WatchedCapture extends Capture {
  readonly feeds?: readonly Fed[];
}

/** The format with its captures watched as the policy's rules want it. */
export function watchFormat(format: FormatPlan, plan: Plan): FormatPlan {
  const rules = plan.redact ?? [];
  const slots = new Set([
    ...rules.flatMap(({ fields }) => fields),
    ...wholeExtras(format, rules).map(({ slot }) => slot),
  ]);
  if (slots.size === 0) return format;
  const watch = (capture: Capture): WatchedCapture => {
    const feeds = fedBy(format, capture).filter(({ slot }) => slots.has(slot));
    return feeds.length === 0 ? capture : { ...capture, feeds };
  };
  const within = format.within.map((each) => ({ ...each, shapes: watchShapes(each.shapes, watch) }));
  return { ...format, body: watchBody(format.body, watch), within };
}

type Watch = (capture: Capture) => WatchedCapture;

function watchBody(body: FormatPlan['body'], watch: Watch): FormatPlan['body'] {
  if (body.kind === 'json') return { ...body, root: watchNode(body.root, watch) };
  if (body.kind === 'text') return { ...body, ops: body.ops.map((op) => watchOp(op, watch)) };
  return { ...body, shapes: watchShapes(body.shapes, watch) };
}

const watchShapes = (shapes: readonly LineShape[], watch: Watch): LineShape[] =>
  shapes.map((shape) => ({ ...shape, ops: shape.ops.map((op) => watchOp(op, watch)) }));

function watchOp(op: ScanOp, watch: Watch): ScanOp {
  if (op.op === 'pairs') {
    const joined = op.joined === undefined ? {} : { joined: watch(op.joined) };
    return { ...op, node: watchNode(op.node, watch), ...joined };
  }
  return 'capture' in op ? { ...op, capture: watch(op.capture) } : op;
}

function watchNode(node: JsonNode, watch: Watch): JsonNode {
  return {
    ...node,
    keys: node.keys.map((key) => ({
      ...key,
      ...(key.capture === undefined ? {} : { capture: watch(key.capture) }),
      ...(key.node === undefined ? {} : { node: watchNode(key.node, watch) }),
    })),
  };
}

export const feedWord = ({ slot, derived }: Fed): number => slot + (derived ? DERIVED : 0);
