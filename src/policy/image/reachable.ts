import { EXTRA_BASE, Field, LABEL_BASE, META_BASE, SLOT_COUNT } from '../../../assembly/shared/fields.ts';
import type { Assign, Capture, FormatPlan, JsonNode, Member, Plan, ScanOp } from '../plan.ts';

/** Slots envelopes and derivation may fill for every format. */
const ALWAYS = [
  Field.time,
  Field.log_host,
  Field.log_app,
  Field.log_pid,
  Field.log_priority,
  Field.log_message_id,
  Field.log_stream,
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
  [Field.tls_client_subject, [Field.actor_name]],
];

/** Every slot an event of this format can have: the others' members need not be in its templates. */
export function reachableSlots(plan: Plan, format: FormatPlan): Set<number> {
  const slots = new Set<number>(ALWAYS);
  const capture = ({ slots: targets, all }: Capture): void => {
    for (const slot of [...targets, all ?? -1]) if (slot >= 0) slots.add(slot);
  };
  const assign = ({ slot }: Assign): void => {
    slots.add(slot);
  };
  format.defaults.forEach(assign);
  if (format.body.kind === 'text') for (const op of format.body.ops) opSlots(op, capture, slots);
  else nodeSlots(format.body.root, capture);
  for (const { cases } of format.maps) {
    for (const { set, copy } of cases) {
      set.forEach(assign);
      for (const [to] of copy) slots.add(to);
    }
  }
  for (const [from, to] of DERIVED) if (slots.has(from)) for (const slot of to) slots.add(slot);
  for (const i of format.extras.keys()) slots.add(EXTRA_BASE + i);
  for (const i of plan.labels.keys()) slots.add(LABEL_BASE + i);
  for (let slot = META_BASE; slot < SLOT_COUNT; slot++) slots.add(slot);
  return slots;
}

function opSlots(op: ScanOp, capture: (capture: Capture) => void, slots: Set<number>): void {
  if (op.op === 'rest') slots.add(op.slot);
  else if ('capture' in op) capture(op.capture);
}

function nodeSlots(node: JsonNode, capture: (capture: Capture) => void): void {
  for (const key of node.keys) {
    if (key.capture) capture(key.capture);
    if (key.node) nodeSlots(key.node, capture);
  }
}

/** The members that can be there if only these slots can, simplified to what is left of them. */
export function pruneMembers(members: readonly Member[], slots: ReadonlySet<number>): Member[] {
  return members.flatMap((member) => pruneMember(member, slots));
}

function pruneMember(member: Member, slots: ReadonlySet<number>): Member[] {
  const reachable = (list: readonly number[]): number[] => list.filter((slot) => slots.has(slot));
  if (member.kind === 'object' || member.kind === 'list') {
    const members = pruneMembers(member.members, slots);
    return members.length === 0 ? [] : [{ ...member, members }];
  }
  if (member.kind === 'unmapped' || member.kind === 'labels') return [member];
  const wanted = reachable(member.if ?? []);
  if ((member.if?.length ?? 0) > 0 && wanted.length === 0) return [];
  const unless = reachable(member.unless ?? []);
  if (member.kind === 'constant') return [{ ...member, if: wanted, unless }];
  const left = reachable(member.slots);
  if (left.length > 0) return [{ ...member, slots: left, if: wanted, unless }];
  if (member.otherwise === undefined) return [];
  return [{ kind: 'constant', key: member.key, value: member.otherwise, if: wanted, unless }];
}
