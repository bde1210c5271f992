import { Activity, EventClass } from '../../../assembly/shared/enums.ts';
import { EXTRA_BASE, Field, LABEL_BASE, META_BASE, Meta, SLOT_COUNT } from '../../../assembly/shared/fields.ts';
import {
  type Assign,
  type Capture,
  type FormatPlan,
  hasGuard,
  type JsonNode,
  type Member,
  type Plan,
  type ScanOp,
} from '../plan.ts';

/** Slots envelopes and derivation may fill for every format. */
const ALWAYS = [
  Field.time,
  Field.log_host,
  Field.log_app,
  Field.log_pid,
  Field.log_priority,
  Field.log_message_id,
  Field.log_stream,
  Field.log_level,
  Field.event_class,
  Field.schema_class,
  Field.event_category,
  Field.event_activity,
  Field.event_outcome,
  Field.event_severity,
  Field.event_action,
  Field.actor_type,
  Field.actor_attributed_by,
];

const URL_PARTS = [Field.url_full, Field.url_scheme, Field.url_host, Field.url_port, Field.url_path, Field.url_query];

/** What derivation makes of what. */
const DERIVED: readonly (readonly [from: Field, to: readonly Field[]])[] = [
  [Field.http_line, [Field.http_method, Field.http_target, Field.http_version]],
  [Field.http_target, URL_PARTS],
  [Field.url_full, URL_PARTS],
  [Field.http_host, [Field.url_host, Field.url_port]],
  [Field.http_status, [Field.event_reason]],
  [Field.tls_client_subject, [Field.actor_name]],
  [Field.http_forwarded_for, [Field.src_ip]],
  [Field.src_peer_ip, [Field.src_ip]],
  [Field.src_peer_port, [Field.src_port]],
];

/** Where there are trusted proxies, the client the log names may be the last of them. */
const MOVED: readonly (readonly [from: Field, to: Field])[] = [
  [Field.src_ip, Field.src_peer_ip],
  [Field.src_port, Field.src_peer_port],
];

/** Slots the format itself fills. */
function filledSlots(format: FormatPlan): Set<number> {
  const slots = new Set<number>();
  const capture = ({ slots: targets, all }: Capture): void => {
    for (const slot of [...targets, all ?? -1]) if (slot >= 0) slots.add(slot);
  };
  const assign = ({ slot }: Assign): void => {
    slots.add(slot);
  };
  format.defaults.forEach(assign);
  const { body } = format;
  if (body.kind === 'json') nodeSlots(body.root, capture);
  else {
    for (const { ops, set } of body.kind === 'text' ? [{ ops: body.ops, set: [] }] : body.shapes) {
      for (const op of ops) opSlots(op, capture, slots);
      set.forEach(assign);
    }
  }
  for (const { ops, set } of format.within.flatMap((each) => each.shapes)) {
    for (const op of ops) opSlots(op, capture, slots);
    set.forEach(assign);
  }
  for (const { cases } of format.maps) {
    for (const { set, copy } of cases) {
      set.forEach(assign);
      for (const [to] of copy) if (to >= 0) slots.add(to);
    }
  }
  return slots;
}

/** Every slot an event of this format can have: the others' members need not be in its templates. */
function reachableSlots(plan: Plan, format: FormatPlan, filled: ReadonlySet<number>): Set<number> {
  const slots = new Set<number>([...ALWAYS, ...filled]);
  for (const [from, to] of DERIVED) if (slots.has(from)) for (const slot of to) slots.add(slot);
  if (slots.has(Field.http_forwarded_for) && plan.sources.some(({ trusted }) => trusted !== undefined))
    for (const [from, to] of MOVED) if (slots.has(from)) slots.add(to);
  for (const i of format.extras.keys()) slots.add(EXTRA_BASE + i);
  for (const i of plan.labels.keys()) slots.add(LABEL_BASE + i);
  for (let slot = META_BASE; slot < SLOT_COUNT; slot++) slots.add(slot);
  if (plan.redact === undefined) slots.delete(Meta.redacted);
  if (plan.sample === undefined) for (const slot of [Meta.sampled, Meta.dropped]) slots.delete(slot);
  const { routes } = plan;
  if (!routes.some((route) => route.priority !== undefined)) slots.delete(Meta.priority);
  if (!routes.some((route) => route.retentionDays !== undefined)) slots.delete(Meta.retention_days);
  if (!routes.some((route) => route.legalHold)) slots.delete(Meta.legal_hold);
  return slots;
}

function opSlots(op: ScanOp, capture: (capture: Capture) => void, slots: Set<number>): void {
  if (op.op === 'rest') slots.add(op.slot);
  else if (op.op === 'pairs') {
    nodeSlots(op.node, capture);
    if (op.joined) capture(op.joined);
  } else if ('capture' in op) capture(op.capture);
}

function nodeSlots(node: JsonNode, capture: (capture: Capture) => void): void {
  for (const key of node.keys) {
    if (key.capture) capture(key.capture);
    if (key.node) nodeSlots(key.node, capture);
  }
}

/** What is known of a format's events before there is one. */
export interface Known {
  readonly reachable: ReadonlySet<number>;
  /** Slots that always have the same value. */
  readonly constants: ReadonlyMap<number, string | number>;
  /** Slots that are never missing. */
  readonly certain: ReadonlySet<number>;
  /** Parts of the URL come of the whole only: none is there without it. */
  readonly urlSplit: boolean;
}

/** What is known of records that could not be read: the client and the envelope are left of them. */
export const UNREADABLE: Known = {
  reachable: new Set([
    ...ALWAYS,
    Field.src_ip,
    Field.src_port,
    Field.src_host,
    Field.log_name,
    ...Array.from({ length: SLOT_COUNT - LABEL_BASE }, (_, i) => LABEL_BASE + i),
  ]),
  constants: new Map(),
  certain: new Set(),
  urlSplit: true,
};

/** Slots only the format's defaults, or facts of the policy, give a value. */
export function knownOf(plan: Plan, format: FormatPlan): Known {
  const filled = filledSlots(format);
  const reachable = reachableSlots(plan, format, filled);
  const constants = new Map<number, string | number>([[Meta.format, format.name]]);
  for (const { slot, value } of format.defaults) if (slot >= META_BASE) constants.set(slot, value);
  for (const slot of filledSlots({ ...format, defaults: [] })) constants.delete(slot);
  const users = plan.sources.filter(({ formats }) => formats.some((index) => plan.formats[index] === format));
  if (users.length === 1) constants.set(Meta.source, users[0]!.name);
  if (plan.shards.weights.length < 2) constants.set(Meta.shard, 0);
  const certain = new Set<number>([Field.event_outcome, Field.event_severity, Field.time]);
  if (format.defaults.some(({ slot, value }) => slot === Field.event_class && value === EventClass.http_activity))
    certain.add(Field.event_activity);
  const urlSplit = ![Field.http_host, ...URL_PARTS].some((slot) => slot !== Field.url_full && filled.has(slot));
  return { reachable, constants, certain, urlSplit };
}

/** The members that can be there, simplified to what is left of them. */
export function pruneMembers(members: readonly Member[], known: Known): Member[] {
  return members.flatMap((member) => pruneMember(member, known));
}

function pruneMember(member: Member, known: Known): Member[] {
  const reachable = (list: readonly number[]): number[] => list.filter((slot) => known.reachable.has(slot));
  if (!hasGuard(member)) return [member];
  const wanted = reachable(member.if ?? []);
  if ((member.if?.length ?? 0) > 0 && wanted.length === 0) return [];
  const unless = reachable(member.unless ?? []);
  if (member.kind === 'object' || member.kind === 'list') {
    const members = pruneMembers(member.members, known);
    return members.length === 0 ? [] : [{ ...member, members, if: wanted, unless }];
  }
  if (member.kind === 'constant') return [{ ...member, if: wanted, unless }];
  if (known.urlSplit && unless.includes(Field.url_full) && member.slots.every((slot) => URL_PARTS.includes(slot)))
    return [];
  const [first, ...further] = reachable(member.slots);
  const constant =
    first === undefined ? member.otherwise : member.as === 'value' ? known.constants.get(first) : undefined;
  if (constant !== undefined) return [{ kind: 'constant', key: member.key, value: constant, if: wanted, unless }];
  if (first === undefined) return [];
  if (member.as === 'other' && further.length === 0)
    return first === member.slots[0] ? [{ ...member, as: 'text', slots: [first], if: wanted, unless }] : [];
  const { otherwise, ...rest } = member;
  const needed = otherwise !== undefined && !(known.certain.has(first) && tableKnowsAll(member));
  return [{ ...rest, slots: [first, ...further], if: wanted, unless, ...(needed ? { otherwise } : {}) }];
}

/** Whether an enum member has a value for every activity, or needs no table. */
function tableKnowsAll(member: Member & { kind: 'slot' }): boolean {
  return (
    member.table === undefined ||
    Object.values(Activity).every((number) => typeof number !== 'number' || number in member.table!)
  );
}
