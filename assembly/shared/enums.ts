/** Closed vocabularies of the event. A slot holds the number; names are derived from the members. Append only. */

/** Kind of activity a policy asks for: the OCSF class by its short name, except `health_check`. */
export enum EventClass {
  unknown,
  http_activity,
  network_activity,
  api_activity,
  authentication,
  authorize_session,
  account_change,
  user_access,
  group_management,
  entity_management,
  process_activity,
  datastore_activity,
  detection_finding,
  base_event,
  health_check,
}

/** OCSF category by its short name. */
export enum Category {
  unknown,
  system,
  findings,
  iam,
  network,
  discovery,
  application,
}

/** What was done. Which ones a class knows, and their OCSF ids, are rows of `schemas/ocsf.yaml`. */
export enum Activity {
  unknown,
  other,
  connect,
  delete,
  get,
  head,
  options,
  post,
  put,
  trace,
  patch,
  open,
  close,
  reset,
  fail,
  refuse,
  traffic,
  listen,
  create,
  read,
  update,
  logon,
  logoff,
  authentication_ticket,
  service_ticket,
  service_ticket_renew,
  preauth,
  account_switch,
  assign_privileges,
  assign_groups,
  enable,
  password_change,
  password_reset,
  disable,
  attach_policy,
  detach_policy,
  lock,
  unlock,
  mfa_enable,
  mfa_disable,
  revoke_privileges,
  add_user,
  remove_user,
  launch,
  terminate,
  query,
  write,
  move,
  enroll,
  unenroll,
  suspend,
  resume,
  activate,
  deactivate,
  add_subgroup,
  remove_subgroup,
  inject,
  set_user_id,
  list,
  encrypt,
  decrypt,
}

export enum Outcome {
  unknown,
  success,
  failure,
}

/** OCSF severity: the number is the `severity_id`. */
export enum Severity {
  unknown,
  informational,
  low,
  medium,
  high,
  critical,
  fatal,
}

/** What kind of principal acted. */
export enum ActorType {
  unknown,
  person,
  service,
  end_user,
  system,
  anonymous,
}

/** The evidence a principal was derived from, strongest first. */
export enum AttributedBy {
  none,
  mtls_subject,
  authenticated_user,
  token_subject,
  iam_arn,
  forwarded_for,
  address,
}

/** How far a record got: `partial` keeps what was read and names the first field that could not be. */
export enum ParseStatus {
  ok,
  partial,
  failed,
}

/** How soon a record must arrive, by the most urgent of its routes; `none`: the policy says nothing of it. */
export enum Priority {
  none,
  low,
  normal,
  high,
}

/** What a control did with the traffic. */
export enum Disposition {
  unknown,
  allowed,
  blocked,
}

/** Which way traffic goes, as seen from where it was logged. */
export enum Direction {
  unknown,
  inbound,
  outbound,
  lateral,
  local,
}

export enum IpVersion {
  unknown,
  ipv4,
  ipv6,
}
