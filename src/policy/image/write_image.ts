import { EventClass, Priority } from '../../../assembly/shared/enums.ts';
import { ErrorCode } from '../../../assembly/shared/errors.ts';
import {
  Block as BlockAt,
  Header,
  IMAGE_MAGIC,
  Route as RouteAt,
  Shards,
  Source as SourceAt,
  StatusReason,
} from '../../../assembly/shared/image_layout.ts';
import { ABI_VERSION, IMAGE_BASE } from '../../../assembly/shared/limits.ts';
import { buildAutomaton, groupAutomata } from '../automaton.ts';
import { classesOf } from '../classes.ts';
import { addressBlock } from '../condition/address.ts';
import { type MatchPlan, writeMatch } from '../condition/index.ts';
import { enumNames, FIELD_BY_PATH } from '../fields.ts';
import {
  FILE_KEY,
  type FormatPlan,
  LINE_KEYS,
  OFFSET_KEY,
  type Plan,
  type RoutePlan,
  type ShardPlan,
  type SourcePlan,
  type TemplatePlan,
} from '../plan.ts';
import { type RecordList, recordLists } from '../record_lists.ts';
import { keyId } from '../redact/pseudonym.ts';
import { STATUS_REASONS } from '../status_reasons.ts';
import { placeAutomaton, placeGlobs } from './automaton_table.ts';
import { escapeText, ImageBuilder } from './builder.ts';
import { placeEnrich } from './enrich_tables.ts';
import { placeAssigns, placeFormat } from './format_tables.ts';
import { type BitNode, placeBitNode } from './json_tables.ts';
import { knownOf, pruneMembers, UNREADABLE } from './reachable.ts';
import { placeExtraRules, placeRedact, watchFormat } from './redact_tables.ts';
import { placeSample } from './sample_tables.ts';
import { placeJsonSniffers } from './sniff_tables.ts';
import { placeTemplate } from './template_tables.ts';

/** What `describe` tells of the engine the image is for. */
export interface EngineInfo {
  readonly version: string;
  /** SHA-256 of the module without a policy: 64 hexadecimal digits. */
  readonly hash: string;
}

/** The policy image: see `assembly/shared/image_layout.ts`. The same plan gives the same bytes. */
export function writeImage(plan: Plan, conditions: MatchPlan, engine: EngineInfo, key?: Uint8Array): Uint8Array {
  const image = new ImageBuilder();
  const header = (field: Header, value: number): void => image.u32(IMAGE_BASE + field, value);
  header(Header.magic, IMAGE_MAGIC);
  header(Header.abi, ABI_VERSION);
  header(
    Header.describe,
    image.terminated(JSON.stringify({ ...description(plan, engine, keyOf(plan, key)), ...zoneData(conditions) })),
  );
  header(Header.raw, ['incomplete', 'always', 'never'].indexOf(plan.raw));
  header(Header.record_missing, image.terminated(lossMarker(plan, 'record_missing')));
  header(Header.too_large, image.terminated(lossMarker(plan, 'too_large')));
  header(Header.record_node, placeBitNode(image, recordNode()));
  const base = placeBaseTemplate(image, plan.templates);
  header(Header.base_template, base);
  const formats = plan.formats.map((format) => {
    const at = placeFormat(image, watchFormat(format, plan), placeTemplates(image, plan, format, base));
    placeExtraRules(image, at, format, plan);
    return at;
  });
  header(Header.sources, placeSources(image, plan, formats));
  header(Header.source_automaton, placeTags(image, plan.sources));
  header(Header.routes, placeRoutes(image, plan.routes));
  header(Header.route_count, plan.routes.length);
  header(Header.shards, placeShards(image, plan.shards));
  header(Header.labels, image.spans(plan.labels.map((name) => image.json(`${escapeText(name)}:`))));
  header(Header.label_count, plan.labels.length);
  header(Header.enrich, placeEnrich(image, plan.enrich));
  header(Header.status_reasons, placeStatusReasons(image));
  header(Header.redact, placeRedact(image, plan, keyOf(plan, key)));
  header(Header.sample, placeSample(image, plan));
  header(Header.match, image.place(writeMatch(conditions, plan.routes, image.next())));
  return image.finish();
}

/** Release of the time zone data conditions were expanded by, if any asks for local time. */
const zoneData = ({ fields }: MatchPlan): { readonly timezones?: string } =>
  fields.some(({ field }) => field.local !== undefined) ? { timezones: process.versions.tz! } : {};

/** The key, if the policy gives pseudonyms. */
const keyOf = (plan: Plan, key: Uint8Array | undefined): Uint8Array | undefined =>
  plan.pseudonym === undefined ? undefined : key;

function description(plan: Plan, engine: EngineInfo, key: Uint8Array | undefined): object {
  return {
    engine,
    abi: ABI_VERSION,
    policy: { name: plan.name, hash: plan.hash },
    schema: plan.schema,
    sources: plan.sources.map((source) => ({
      name: source.name,
      tag: source.tag,
      formats: source.formats.map((i) => plan.formats[i]?.name),
      line: source.lineKey,
      file_key: source.fileKey,
      offset_key: source.offsetKey,
      lists: listsOf(plan, source),
    })),
    formats: plan.formats.map(({ name }) => name),
    routes: plan.routes.map(({ name, destinations }) => ({ name, destinations })),
    ...(key === undefined ? {} : { pseudonym_key: keyId(key) }),
    tables: (plan.enrich?.tables ?? []).map(({ name, match, rows }) => ({ name, match, rows: rows.length })),
    redact: (plan.redact ?? []).map(({ name, with: method }) => ({ name, with: method })),
    sample: (plan.sample ?? []).map(({ name, keep }) => ({ name, keep })),
    shards: plan.shards.weights.length,
    fields: [...FIELD_BY_PATH.keys()],
    errors: Object.values(enumNames(ErrorCode)).filter((code) => code !== 'none'),
  };
}

function listsOf(plan: Plan, source: SourcePlan): RecordList[] | undefined {
  const lists = recordLists(plan, source);
  return lists.length === 0 ? undefined : lists;
}

/** The answer where there is nothing to normalize: it still has a tag, so it is delivered and seen. */
function lossMarker(plan: Plan, code: keyof typeof ErrorCode): string {
  const tag = 'audit.s0.unrouted';
  const auditlb = { error: { code }, policy: plan.hash.slice(0, 16), shard: 0, status: 'failed', tag };
  return JSON.stringify({ auditlb, message: 'the record could not be read by the audit filter' });
}

/** Keys line and place are looked for under. One that is the line's is not the place's. */
function recordNode({ lineKey, fileKey = FILE_KEY, offsetKey = OFFSET_KEY }: Partial<SourcePlan> = {}): BitNode {
  const keys = new Map([
    [offsetKey, { bit: 4 }],
    [fileKey, { bit: 3 }],
  ]);
  const lineKeys = lineKey === undefined ? LINE_KEYS : [lineKey];
  for (const [i, key] of lineKeys.entries()) keys.set(key, { bit: i + 1 });
  return { keys };
}

function placeStatusReasons(image: ImageBuilder): number {
  const rows = Object.entries(STATUS_REASONS).map(([status, text]) => ({
    status: Number(status),
    text: image.text(text),
  }));
  const at = image.reserve(rows.length * StatusReason.size + 4);
  rows.forEach(({ status, text }, i) => {
    image.u32(at + i * StatusReason.size, status);
    image.span(at + i * StatusReason.size + StatusReason.text, text);
  });
  return at;
}

function placeTags(image: ImageBuilder, sources: readonly SourcePlan[]): number {
  const patterns = sources.map(({ tag }, id) => ({ kind: 'glob' as const, text: tag, id }));
  return placeAutomaton(image, buildAutomaton(patterns, { mode: 'first', raw: true }));
}

function placeSources(image: ImageBuilder, plan: Plan, formats: readonly number[]): number {
  const sniffers = sharedSniffers(image, plan);
  const rows = plan.sources.map((source) => ({
    source,
    name: image.text(source.name),
    key: source.lineKey === undefined ? undefined : image.text(source.lineKey),
    labels: placeAssigns(
      image,
      source.labels.map(([slot, value]) => ({ slot, value })),
    ),
    formats: image.words(source.formats.map((i) => formats[i]!)),
    ...sniffers(source.formats),
    record: placeBitNode(image, recordNode(source)),
    trusted: placeBlocks(image, source.trusted ?? []),
  }));
  const at = image.reserve(Math.max(1, rows.length) * SourceAt.size);
  rows.forEach((row, i) => {
    const entry = at + i * SourceAt.size;
    image.span(entry + SourceAt.name, row.name);
    if (row.key) image.span(entry + SourceAt.line_key, row.key);
    image.i32(entry + SourceAt.zone, row.source.zoneMinutes);
    image.u32(entry + SourceAt.labels, row.labels);
    image.u32(entry + SourceAt.label_count, row.source.labels.length);
    image.u32(entry + SourceAt.formats, row.formats);
    image.u32(entry + SourceAt.format_count, row.source.formats.length);
    image.u32(entry + SourceAt.sniff_text, row.text);
    image.u32(entry + SourceAt.sniff_app, row.app);
    image.u32(entry + SourceAt.sniff_json, row.json?.node ?? 0);
    image.u32(entry + SourceAt.sniff_rows, row.json?.rows ?? 0);
    image.u32(entry + SourceAt.record_node, row.record);
    image.u32(entry + SourceAt.trusted, row.trusted);
    image.u32(entry + SourceAt.trusted_count, row.source.trusted?.length ?? 0);
  });
  return at;
}

function placeBlocks(image: ImageBuilder, texts: readonly string[]): number {
  const blocks = texts.map((text) => addressBlock(text)!);
  const at = image.reserve(blocks.length * BlockAt.size);
  blocks.forEach(({ low, high }, i) => {
    const entry = at + i * BlockAt.size;
    for (const [place, bits] of [
      [BlockAt.low, low],
      [BlockAt.high, high],
    ] as const) {
      image.u64(entry + place, bits >> 64n);
      image.u64(entry + place + 8, BigInt.asUintN(64, bits));
    }
  });
  return at;
}

interface Sniffers {
  readonly text: number;
  readonly app: number;
  readonly json: ReturnType<typeof placeJsonSniffers>;
}

/** States of an automaton of text sniffers: a line is read by each automaton up to where that tells. */
const SNIFF_STATES = 6000;

function sharedSniffers(image: ImageBuilder, plan: Plan): (formats: readonly number[]) => Sniffers {
  const placed = new Map<string, Sniffers>();
  return (formats) => {
    if (formats.length < 2) return { text: 0, app: 0, json: undefined };
    const key = formats.join();
    const own = formats.map((i) => plan.formats[i]!);
    const sniffers = placed.get(key) ?? {
      text: placeTextSniffers(image, own),
      app: placeAppSniffers(image, own),
      json: placeJsonSniffers(image, own),
    };
    placed.set(key, sniffers);
    return sniffers;
  };
}

function placeTextSniffers(image: ImageBuilder, formats: readonly FormatPlan[]): number {
  const patterns = formats.flatMap(({ sniff }, id) =>
    sniff.kind === 'text' && sniff.pattern !== undefined
      ? [{ kind: 'regex' as const, text: `^(?:${sniff.pattern})`, id }]
      : [],
  );
  const groups = groupAutomata(patterns, SNIFF_STATES).map((automaton) => placeAutomaton(image, automaton));
  return image.words([...groups, 0]);
}

function placeAppSniffers(image: ImageBuilder, formats: readonly FormatPlan[]): number {
  const patterns = formats.flatMap(({ sniff }, id) =>
    sniff.kind === 'text' ? sniff.apps.map((text) => ({ kind: 'glob' as const, text, id })) : [],
  );
  return patterns.length === 0 ? 0 : placeGlobs(image, patterns);
}

function placeRoutes(image: ImageBuilder, routes: readonly RoutePlan[]): number {
  const rows = routes.map(({ name, priority, retentionDays = 0, legalHold }) => ({
    tag: image.json(`.${name}`),
    json: image.json(`${JSON.stringify(name)},`),
    kept: Priority[priority ?? 'none'] + (legalHold ? 4 : 0) + retentionDays * 8,
  }));
  const at = image.reserve(Math.max(1, rows.length) * RouteAt.size);
  rows.forEach(({ tag, json, kept }, i) => {
    image.span(at + i * RouteAt.size + RouteAt.tag, tag);
    image.span(at + i * RouteAt.size + RouteAt.json, json);
    image.u32(at + i * RouteAt.size + RouteAt.kept, kept);
  });
  return at;
}

function placeShards(image: ImageBuilder, shards: ShardPlan): number {
  const keys = image.words(shards.by);
  const weights = image.reserve(Math.max(1, shards.weights.length) * 8);
  shards.weights.forEach((weight, i) => {
    image.f64(weights + i * 8, weight);
  });
  const at = image.reserve(Shards.size);
  image.u32(at + Shards.count, shards.weights.length);
  image.u32(at + Shards.weighted, new Set(shards.weights).size > 1 ? 1 : 0);
  image.u32(at + Shards.key_count, shards.by.length);
  image.u32(at + Shards.keys, keys);
  image.u32(at + Shards.weights, weights);
  return at;
}

/** Template of records that could not be read. */
function placeBaseTemplate(image: ImageBuilder, templates: readonly TemplatePlan[]): number {
  const base = templates.find((template) => template.schema_class === EventClass.base_event);
  if (base === undefined) throw new Error('the schema has no template for the Base Event');
  return placeTemplate(image, pruneMembers(base.members, UNREADABLE));
}

/** Templates of a format's own events, cut down to what the format can fill. A class without a template is written as a Base Event. */
function placeTemplates(image: ImageBuilder, plan: Plan, format: FormatPlan, base: number): number {
  const known = knownOf(plan, format);
  const classes = classesOf(format);
  const placed = new Map(
    plan.templates
      .filter((template) => classes.has(template.schema_class))
      .map((template) => [template.schema_class, placeTemplate(image, pruneMembers(template.members, known))]),
  );
  return image.words(
    Object.keys(enumNames(EventClass)).map(
      (number) => placed.get(Number(number)) ?? placed.get(EventClass.base_event) ?? base,
    ),
  );
}
