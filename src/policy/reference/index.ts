import { ParseStatus, Priority } from '../../../assembly/shared/enums.ts';
import { ErrorCode } from '../../../assembly/shared/errors.ts';
import { EXTRA_BASE, Field, LABEL_BASE, META_BASE, Meta } from '../../../assembly/shared/fields.ts';
import { isChoice } from '../compile_routes.ts';
import { FIELD_BY_PATH } from '../fields.ts';
import { escapeText } from '../image/builder.ts';
import type { FormatPlan, Plan, RoutePlan, SourcePlan } from '../plan.ts';
import { askedFor } from './asked.ts';
import { deriveClient } from './client.ts';
import { deriveMeaning } from './derive.ts';
import { Draft } from './draft.ts';
import { encodeEvent } from './encode.ts';
import { enrichEvent } from './enrich.ts';
import { peelEnvelopes } from './envelope.ts';
import { escaped, identityOf, Occurrences } from './identity.ts';
import { readPaths } from './json_paths.ts';
import { applyMaps } from './maps.ts';
import { decodeUtf8, type RecordText, readRecord } from './record.ts';
import { redactEvent } from './redact.ts';
import { splitRequest } from './request.ts';
import { takingRule } from './sample.ts';
import { scanLine, scanWithin } from './scan.ts';
import { chooseShard } from './shard.ts';
import { chooseFormat } from './sniff.ts';
import { MarkedText } from './stretch.ts';
import type { Conditions, Evaluation, HostRecord, ReadPath, SlotValue } from './types.ts';
import { sourceOf } from './wildcard.ts';

export { Occurrences } from './identity.ts';
export type * from './types.ts';

/** Fields that survive a line that could not be read: the client, the time, and where the line came from. */
const SALVAGED: ReadonlySet<number> = new Set([
  Field.src_ip,
  Field.src_port,
  Field.src_host,
  Field.time,
  Field.log_host,
  Field.log_app,
  Field.log_pid,
  Field.log_priority,
  Field.log_name,
  Field.log_message_id,
  Field.log_stream,
  Meta.product_name,
  Meta.product_vendor,
]);

/** Without conditions only routes for every record are taken. */
const unconditional =
  (plan: Plan): Conditions =>
  (rule) =>
    [...plan.routes, ...(plan.redact ?? []), ...(plan.sample ?? [])][rule]!.when === 'true';

/**
 * What a filter of this plan makes of one record, and why: `docs/normalization.md` in the plainest way. Never throws for any
 * record. A record too large for the filter is evaluated like any other. `occurrences`: of the records before.
 */
export function evaluate(
  plan: Plan,
  input: HostRecord,
  conditions: Conditions = unconditional(plan),
  occurrences: Occurrences = new Occurrences(),
): Evaluation {
  const draft = new Draft();
  const hostMs = input.timeSec * 1000 + Math.floor(input.timeNsec / 1_000_000);
  draft.damaged = !Buffer.from(decodeUtf8(input.record)).equals(input.record);
  draft.base = new MarkedText(decodeUtf8(input.record), true);
  const source = sourceOf(plan.sources, input.tag);
  const whole = readRecord(input.record, source, draft);
  const content = whole?.line === undefined ? input.record : escaped(whole.line);
  const uid = identityOf({ ...input, content, place: whole?.place }, occurrences);
  const record = whole?.line === undefined ? whole : peel(whole, whole.line, hostMs, source, draft);
  draft.stage = 'label';
  setLabels(source, draft);
  const format = record === undefined ? undefined : parse(plan, source, record, draft);
  draft.stage = 'derived';
  if (draft.status === 'failed') {
    deriveClient(draft, source?.trusted);
    salvage(draft);
  }
  const date = draft.int(Field.time_date);
  if (date !== undefined) draft.set(Field.time, date + (draft.int(Field.time_clock) ?? 0n));
  draft.setMissing(Field.time, draft.int(Field.time_start));
  draft.stage = 'host';
  draft.setMissing(Field.time, BigInt(hostMs));
  if (draft.status !== 'failed') {
    draft.stage = 'map';
    applyMaps(format?.maps ?? [], draft);
    draft.stage = 'derived';
    deriveClient(draft, source?.trusted);
    splitRequest(draft);
  }
  draft.stage = 'derived';
  deriveMeaning(draft);
  draft.stage = 'table';
  enrichEvent(plan.enrich, draft);
  const line = record === undefined ? undefined : (record.line ?? record.text);
  describe(plan, source, format, line ?? decodeUtf8(input.record), draft);
  draft.set(Meta.uid, uid);
  const logged = new Map(draft.event);
  const read = reader(plan, logged);
  const holding = plan.routes.filter((_, i) => conditions(i, read));
  const matched = holding.some(isChoice) ? holding.filter((route) => route.otherwise !== true) : holding;
  const taking = takingRule(plan, draft.event, (rule) =>
    conditions(plan.routes.length + (plan.redact?.length ?? 0) + rule, read),
  );
  const left = taking === undefined ? matched : matched.filter((route) => route.evidence);
  const dropped = taking !== undefined && left.length === 0;
  if (taking !== undefined) draft.set(Meta.sampled, taking.name);
  if (dropped) occurrences.dropped.set(taking.name, (occurrences.dropped.get(taking.name) ?? 0) + 1);
  else tellDropped(draft, occurrences.dropped);
  const redacted = redactEvent(plan, format, draft, (rule) => conditions(plan.routes.length + rule, read));
  if (redacted.length > 0) draft.set(Meta.redacted, { json: redacted, source: JSON.stringify(redacted) });
  return {
    ...finish(plan, { draft, source, format, line }, left),
    logged,
    redacted,
    ...(taking === undefined ? {} : { sampled: taking.name }),
    ...(dropped ? { dropped: taking.name } : {}),
  };
}

/** The record tells what was dropped since the last one that was kept. */
function tellDropped(draft: Draft, dropped: Map<string, number>): void {
  if (dropped.size === 0) return;
  const json = Object.fromEntries([...dropped].sort(([a], [b]) => (a < b ? -1 : 1)));
  draft.set(Meta.dropped, { json, source: JSON.stringify(json) });
  dropped.clear();
}

function peel(
  record: RecordText,
  line: string,
  hostMs: number,
  source: SourcePlan | undefined,
  draft: Draft,
): RecordText {
  return { text: record.text, line: peelEnvelopes(line, { hostMs, zoneMinutes: source?.zoneMinutes ?? 0 }, draft) };
}

function setLabels(source: SourcePlan | undefined, draft: Draft): void {
  for (const [slot, value] of source?.labels ?? []) draft.set(slot, value);
}

/** Finds the line's format and reads the line by it. */
function parse(plan: Plan, source: SourcePlan | undefined, record: RecordText, draft: Draft): FormatPlan | undefined {
  if (record.line !== undefined) draft.base = new MarkedText(escapeText(record.line), false);
  const format = source === undefined ? undefined : chooseFormat(plan, source, record, draft);
  if (source === undefined || format === undefined) {
    draft.fail('format_unknown');
    return undefined;
  }
  if (record.line !== undefined && format.body.kind === 'json') draft.base = new MarkedText(record.line, true);
  draft.stage = 'default';
  draft.assign(format.defaults);
  draft.stage = 'capture';
  if (format.body.kind === 'json') {
    // Where the record itself is the line, its keys are the format's.
    if (record.line === undefined) draft.unmapped = [];
    const { zoneMinutes } = source;
    readPaths(format.body, record.line ?? record.text, { zoneMinutes, missing: format.missing }, draft);
  } else if (record.line === undefined) draft.fail('line_missing');
  else scanLine(format.body, format, record.line, source.zoneMinutes, draft);
  if (draft.error === undefined) scanWithin(format, source.zoneMinutes, draft);
  return format;
}

/** Drops what a line that could not be read seemed to say. */
function salvage(draft: Draft): void {
  for (const slot of [...draft.event.keys()]) {
    const isLabel = slot >= LABEL_BASE && slot < META_BASE;
    if (!isLabel && !SALVAGED.has(slot)) draft.clear(slot);
  }
}

/** What the filter itself says about the record. */
function describe(
  plan: Plan,
  source: SourcePlan | undefined,
  format: FormatPlan | undefined,
  line: string,
  draft: Draft,
): void {
  const { error, status, drift } = draft;
  draft.setMissing(Meta.source, source?.name);
  draft.setMissing(Meta.format, format?.name);
  draft.set(Meta.status, BigInt(ParseStatus[status]));
  if (drift) draft.set(Meta.drift, true);
  if (error !== undefined) draft.set(Meta.error_code, BigInt(ErrorCode[error.code]));
  draft.setMissing(Meta.error_offset, error?.offset === undefined ? undefined : BigInt(error.offset));
  draft.setMissing(Meta.error_expected, error?.expected);
  const incomplete = status !== 'ok' || drift || draft.noRequest;
  if (plan.raw === 'always' || (plan.raw === 'incomplete' && incomplete)) draft.set(Meta.raw_data, line);
}

interface Parsed {
  readonly draft: Draft;
  readonly source: SourcePlan | undefined;
  readonly format: FormatPlan | undefined;
  readonly line: string | undefined;
}

/** Shards and encodes the event. */
function finish(
  plan: Plan,
  { draft, source, format, line }: Parsed,
  taken: readonly RoutePlan[],
): Omit<Evaluation, 'logged' | 'redacted'> {
  const event = draft.event;
  const routes = taken.map(({ name }) => name);
  const asked = askedFor(taken);
  const shard = chooseShard(plan.shards, event);
  const tag = `audit.s${shard}.${routes.length > 0 ? routes.join('.') : 'unrouted'}`;
  draft.set(Meta.tag, tag);
  draft.set(Meta.shard, BigInt(shard));
  if (asked.priority !== undefined) draft.set(Meta.priority, BigInt(Priority[asked.priority]));
  if (asked.retention?.days !== undefined) draft.set(Meta.retention_days, BigInt(asked.retention.days));
  if (asked.retention?.legal_hold) draft.set(Meta.legal_hold, true);
  if (routes.length > 0) draft.set(Meta.routes, { json: routes, source: JSON.stringify(routes) });
  const unmapped = unmappedOf(format, draft);
  const template = plan.templates.find((each) => BigInt(each.schema_class) === draft.int(Field.schema_class));
  return {
    output: encodeEvent(template, { event, unmapped, labels: plan.labels }),
    event,
    spans: draft.spans,
    origins: draft.origins,
    unmapped,
    status: draft.status,
    drift: draft.drift,
    ...(draft.error === undefined ? {} : { error: draft.error }),
    ...(source === undefined ? {} : { source: source.name }),
    ...(format === undefined ? {} : { format: format.name }),
    ...(line === undefined ? {} : { line }),
    envelopes: draft.envelopes,
    sniffed: draft.sniffed,
    maps: draft.maps,
    lookups: draft.lookups,
    routes,
    ...asked,
    shard,
    tag,
  };
}

/** Reads the event as it was logged. */
function reader(plan: Plan, event: ReadonlyMap<number, SlotValue>): ReadPath {
  return (path) => {
    const label = plan.labels.findIndex((name) => path === `labels.${name}`);
    const field = FIELD_BY_PATH.get(path);
    if (label >= 0) return event.get(LABEL_BASE + label);
    return field === undefined ? undefined : event.get(Field[field]);
  };
}

/** Host keys, unlisted keys, then the format's captures without a field. */
function unmappedOf(format: FormatPlan | undefined, { unmapped, event }: Draft): Record<string, unknown> {
  const extras = (format?.extras ?? []).flatMap((name, i) => {
    const value = event.get(EXTRA_BASE + i);
    if (value === undefined) return [];
    if (typeof value === 'bigint') return [[name, Number(value)] as const];
    return [[name, typeof value === 'object' ? value.json : value] as const];
  });
  return Object.fromEntries([...unmapped.map(([key, value]) => [key, value] as const), ...extras]);
}
