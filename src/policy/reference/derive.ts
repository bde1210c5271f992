import {
  Activity,
  ActorType,
  AttributedBy,
  Category,
  EventClass,
  Outcome,
  Severity,
} from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { STATUS_REASONS } from '../status_reasons.ts';
import type { Draft } from './draft.ts';

const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'];

/** OCSF category of every class that has one. */
const CATEGORIES: Readonly<Partial<Record<EventClass, Category>>> = {
  [EventClass.http_activity]: Category.network,
  [EventClass.network_activity]: Category.network,
  [EventClass.api_activity]: Category.application,
  [EventClass.datastore_activity]: Category.application,
  [EventClass.authentication]: Category.iam,
  [EventClass.authorize_session]: Category.iam,
  [EventClass.account_change]: Category.iam,
  [EventClass.user_access]: Category.iam,
  [EventClass.group_management]: Category.iam,
  [EventClass.entity_management]: Category.iam,
  [EventClass.process_activity]: Category.system,
  [EventClass.detection_finding]: Category.findings,
};

/** Fills class, activity, outcome, severity, actor and category where they are missing. */
export function deriveMeaning(draft: Draft): void {
  draft.setMissing(Field.event_class, BigInt(EventClass.base_event));
  draft.setMissing(Field.schema_class, draft.int(Field.event_class));
  const isHttp = draft.int(Field.event_class) === BigInt(EventClass.http_activity);
  if (isHttp) {
    deriveMethod(draft);
    draft.setMissing(Field.event_reason, STATUS_REASONS[Number(draft.int(Field.http_status))]);
  }
  draft.setMissing(Field.event_outcome, BigInt(isHttp ? httpOutcome(draft) : callOutcome(draft)));
  draft.setMissing(Field.event_severity, BigInt(severity(draft)));
  deriveActor(draft, isHttp);
  const schemaClass = Number(draft.int(Field.schema_class)) as EventClass;
  draft.setMissing(Field.event_category, BigInt(CATEGORIES[schemaClass] ?? Category.unknown));
  if (draft.event.get(Field.health_check) === true) draft.set(Field.event_class, BigInt(EventClass.health_check));
}

/** A method the class does not know is the action in the client's own words. */
function deriveMethod(draft: Draft): void {
  const method = draft.text(Field.http_method);
  const activity = methodActivity(method);
  draft.setMissing(Field.event_activity, BigInt(activity));
  if (activity === Activity.other) draft.setMissingPiece(Field.event_action, draft.piece(Field.http_method));
}

function methodActivity(method: string | undefined): Activity {
  if (method === undefined) return Activity.unknown;
  return METHODS.includes(method) ? Activity[method.toLowerCase() as keyof typeof Activity] : Activity.other;
}

function httpOutcome(draft: Draft): Outcome {
  const status = draft.int(Field.http_status) ?? 0n;
  if (status < 100n) return Outcome.unknown;
  return status < 400n ? Outcome.success : Outcome.failure;
}

function callOutcome(draft: Draft): Outcome {
  const status = draft.int(Field.api_status);
  if (draft.has(Field.api_error) || draft.text(Field.api_decision) === 'forbid') return Outcome.failure;
  if (status === undefined) return Outcome.unknown;
  return status >= 400n ? Outcome.failure : Outcome.success;
}

function severity(draft: Draft): Severity {
  if (draft.int(Field.event_outcome) !== BigInt(Outcome.failure)) return Severity.informational;
  return (draft.int(Field.http_status) ?? 0n) >= 500n ? Severity.medium : Severity.low;
}

function deriveActor(draft: Draft, isHttp: boolean): void {
  const isVerified = !/^(?:[1-9]|fail|gene)/i.test(draft.text(Field.tls_client_verify) ?? '');
  const subject = isVerified ? draft.text(Field.tls_client_subject) : undefined;
  let by = AttributedBy.none;
  if (draft.has(Field.actor_name)) by = AttributedBy.authenticated_user;
  else if (subject !== undefined) by = AttributedBy.mtls_subject;
  else if (draft.has(Field.src_ip)) by = AttributedBy.address;
  if (subject !== undefined) draft.setMissingPiece(Field.actor_name, draft.piece(Field.tls_client_subject));
  draft.setMissing(Field.actor_attributed_by, BigInt(by));
  const type = draft.has(Field.actor_name) ? ActorType.end_user : ActorType.anonymous;
  if (isHttp) draft.setMissing(Field.actor_type, BigInt(type));
}
