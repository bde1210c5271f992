import { setInt, setText, slotEnd, slotInt, slotKind, slotStart } from '../event';
import { Activity, ActorType, AttributedBy, Category, EventClass, Outcome, Severity } from '../shared/enums';
import { Field } from '../shared/fields';
import { Header, StatusReason } from '../shared/image_layout';
import { IMAGE_BASE } from '../shared/limits';
import { SlotKind } from '../shared/slot_kind';

/** Fills class, activity, outcome, severity, actor and category where the format has not. */
export function deriveMeaning(): void {
  let kind = <i32>slotInt(Field.event_class);
  if (slotKind(Field.event_class) == SlotKind.none) {
    kind = EventClass.base_event;
    setInt(Field.event_class, kind);
  }
  if (slotKind(Field.schema_class) == SlotKind.none) setInt(Field.schema_class, kind);
  const http = kind == EventClass.http_activity;
  if (http) {
    deriveMethod();
    if (slotKind(Field.event_reason) == SlotKind.none) deriveReason();
  }
  if (slotKind(Field.event_outcome) == SlotKind.none) setInt(Field.event_outcome, http ? httpOutcome() : callOutcome());
  if (slotKind(Field.event_severity) == SlotKind.none) setInt(Field.event_severity, severity());
  deriveActor(http);
  if (slotKind(Field.event_category) == SlotKind.none)
    setInt(Field.event_category, categoryOf(<i32>slotInt(Field.schema_class)));
  if (slotKind(Field.health_check) == SlotKind.bool && slotInt(Field.health_check) != 0) {
    setInt(Field.event_class, EventClass.health_check);
  }
}

/** A method the class does not know is the action in the client's own words. */
function deriveMethod(): void {
  const activity = methodActivity();
  if (slotKind(Field.event_activity) == SlotKind.none) setInt(Field.event_activity, activity);
  if (activity == Activity.other && slotKind(Field.event_action) == SlotKind.none) {
    setText(Field.event_action, slotStart(Field.http_method), slotEnd(Field.http_method));
  }
}

/** The method's activity: the first eight bytes and the length tell the known ones apart. */
function methodActivity(): i32 {
  if (slotKind(Field.http_method) != SlotKind.text) return Activity.unknown;
  const p = slotStart(Field.http_method);
  const length = slotEnd(Field.http_method) - p;
  if (length > 7) return Activity.other;
  const word = load<u64>(p) & (<u64>-1 >> ((<u64>(8 - length)) << 3));
  if (word == 0x544547) return Activity.get;
  if (word == 0x54534f50) return Activity.post;
  if (word == 0x44414548) return Activity.head;
  if (word == 0x545550) return Activity.put;
  if (word == 0x4554454c4544) return Activity.delete;
  if (word == 0x534e4f4954504f) return Activity.options;
  if (word == 0x4843544150) return Activity.patch;
  if (word == 0x5443454e4e4f43) return Activity.connect;
  if (word == 0x4543415254) return Activity.trace;
  return Activity.other;
}

/** Why, where the status tells. */
function deriveReason(): void {
  if (slotKind(Field.http_status) != SlotKind.int) return;
  const status = slotInt(Field.http_status);
  let row = <usize>load<u32>(IMAGE_BASE, Header.status_reasons);
  for (; ; row += StatusReason.size) {
    const known = <i64>load<u32>(row);
    if (known == 0 || known > status) return;
    if (known == status) break;
  }
  const start = <usize>load<u32>(row, StatusReason.text);
  setText(Field.event_reason, start, start + load<u32>(row, StatusReason.text + 4));
}

function httpOutcome(): i32 {
  if (slotKind(Field.http_status) != SlotKind.int) return Outcome.unknown;
  const status = slotInt(Field.http_status);
  if (status < 100) return Outcome.unknown;
  return status < 400 ? Outcome.success : Outcome.failure;
}

function callOutcome(): i32 {
  if (slotKind(Field.api_error) != SlotKind.none) return Outcome.failure;
  if (isText(Field.api_decision, 0x646962726f66, 6)) return Outcome.failure;
  if (slotKind(Field.api_status) != SlotKind.int) return Outcome.unknown;
  return slotInt(Field.api_status) >= 400 ? Outcome.failure : Outcome.success;
}

/** Whether a text slot holds exactly this word of up to eight bytes. */
function isText(slot: u32, word: u64, length: usize): bool {
  const p = slotStart(slot);
  if (slotKind(slot) != SlotKind.text || slotEnd(slot) - p != length) return false;
  return load<u64>(p) << ((<u64>(8 - length)) << 3) == word << ((<u64>(8 - length)) << 3);
}

function severity(): i32 {
  if (slotInt(Field.event_outcome) != Outcome.failure) return Severity.informational;
  return slotKind(Field.http_status) == SlotKind.int && slotInt(Field.http_status) >= 500
    ? Severity.medium
    : Severity.low;
}

/** Whether the client's certificate was found wanting: `FAILED:…`, `Failed:…`, `GENEROUS` or the number of an error. */
function verifyFailed(): bool {
  if (slotKind(Field.tls_client_verify) != SlotKind.text) return false;
  const p = slotStart(Field.tls_client_verify);
  const end = slotEnd(Field.tls_client_verify);
  if (p < end && <u32>load<u8>(p) - 0x31 < 9) return true;
  if (end - p < 4) return false;
  const word = load<u32>(p) | 0x20202020;
  return word == 0x6c696166 || word == 0x656e6567;
}

function deriveActor(http: bool): void {
  let by: i32 = AttributedBy.none;
  if (slotKind(Field.actor_name) != SlotKind.none) {
    by = AttributedBy.authenticated_user;
  } else if (slotKind(Field.tls_client_subject) == SlotKind.text && !verifyFailed()) {
    setText(Field.actor_name, slotStart(Field.tls_client_subject), slotEnd(Field.tls_client_subject));
    by = AttributedBy.mtls_subject;
  } else if (slotKind(Field.src_ip) != SlotKind.none) {
    by = AttributedBy.address;
  }
  if (slotKind(Field.actor_attributed_by) == SlotKind.none) setInt(Field.actor_attributed_by, by);
  if (!http || slotKind(Field.actor_type) != SlotKind.none) return;
  setInt(Field.actor_type, slotKind(Field.actor_name) != SlotKind.none ? ActorType.end_user : ActorType.anonymous);
}

function categoryOf(kind: i32): i32 {
  switch (kind) {
    case EventClass.http_activity:
    case EventClass.network_activity:
      return Category.network;
    case EventClass.api_activity:
    case EventClass.datastore_activity:
      return Category.application;
    case EventClass.authentication:
    case EventClass.authorize_session:
    case EventClass.account_change:
    case EventClass.user_access:
    case EventClass.group_management:
    case EventClass.entity_management:
      return Category.iam;
    case EventClass.process_activity:
      return Category.system;
    case EventClass.detection_finding:
      return Category.findings;
    default:
      return Category.unknown;
  }
}
