import { suggest } from '../../../src/diagnostic.ts';
import { type AttributeFacts, type ClassFacts, classByUid, facts, type ShapeFacts } from './facts.ts';
import { show, wrongValue } from './values.ts';

type Json = Readonly<Record<string, unknown>>;

/** What an event says of itself, which decides what it may hold. */
interface Claims {
  readonly profiles: ReadonlySet<string>;
  readonly version: unknown;
  readonly faults: string[];
  /** Attributes in use that are valid but deprecated. */
  readonly deprecated: string[];
}

/** Ids whose caption the source may word as it likes. */
const FREE_CAPTIONS: ReadonlySet<unknown> = new Set([0, 99]);

/**
 * What is wrong with an event by the OCSF version it names, as `path: message`; none when it is valid.
 * The object `auditlb` is our extension, its members are not looked at.
 */
export function validateOcsf(event: unknown): string[] {
  return inspect(event).faults;
}

/** Attributes of an event that are valid but deprecated, as `path: message`. */
export function deprecatedOcsf(event: unknown): string[] {
  return inspect(event).deprecated;
}

function inspect(event: unknown): Claims {
  const metadata = isObject(event) && isObject(event.metadata) ? event.metadata : {};
  const claims: Claims = {
    profiles: new Set(strings(metadata.profiles)),
    version: metadata.version,
    faults: [],
    deprecated: [],
  };
  const eventClass = isObject(event) ? classByUid(event.class_uid) : undefined;
  if (!isObject(event)) claims.faults.push(`$: expected an object, got \`${show(event)}\``);
  else if (!eventClass) claims.faults.push(`$.class_uid: no class \`${show(event.class_uid)}\` among the facts`);
  else checkEvent(event, eventClass, claims);
  return claims;
}

function checkEvent(event: Json, eventClass: ClassFacts, claims: Claims): void {
  const { auditlb, ...standard } = event;
  if (auditlb !== undefined && !isObject(auditlb)) claims.faults.push('$.auditlb: expected an object');
  checkShape(standard, eventClass, '$', claims);
  checkClassification(event, eventClass, claims);
  checkClaims(eventClass, claims);
  checkObservables(event, claims);
}

function checkShape(value: Json, shape: ShapeFacts, path: string, claims: Claims): void {
  const { attributes } = shape;
  for (const [name, member] of Object.entries(value)) {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    const place = `${path}.${name}`;
    if (!attribute) claims.faults.push(`${place}: unknown attribute${hint(name, attributes, claims)}`);
    else if (!applies(attribute, claims)) claims.faults.push(`${place}: ${whyNot(attribute, claims)}`);
    else {
      if (attribute.deprecated !== undefined)
        claims.deprecated.push(`${place}: deprecated since ${attribute.deprecated}`);
      checkMember(member, attribute, place, claims);
      checkCaption(value, name, attribute, place, claims);
    }
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.requirement === 'required' && value[name] === undefined && applies(attribute, claims))
      claims.faults.push(`${path}.${name}: required`);
  }
  checkConstraints(value, shape, path, claims);
}

function checkMember(value: unknown, attribute: AttributeFacts, path: string, claims: Claims): void {
  if (!attribute.array) checkOne(value, attribute, path, claims);
  else if (!Array.isArray(value)) claims.faults.push(`${path}: expected an array, got \`${show(value)}\``);
  else for (const [i, one] of value.entries()) checkOne(one, attribute, `${path}[${i}]`, claims);
}

function checkOne(value: unknown, attribute: AttributeFacts, path: string, claims: Claims): void {
  const { object, type, enum: values } = attribute;
  if (object !== undefined) {
    if (!isObject(value)) claims.faults.push(`${path}: expected an object, got \`${show(value)}\``);
    else if (object !== 'object') checkShape(value, facts.objects[object]!, path, claims);
    return;
  }
  const wrong = wrongValue(type!, value);
  if (wrong !== undefined) claims.faults.push(`${path}: ${wrong}`);
  else if (values !== undefined && !Object.hasOwn(facts.enums[values]!, String(value)))
    claims.faults.push(`${path}: \`${show(value)}\` is none of ${Object.keys(facts.enums[values]!).join(', ')}`);
}

/** `status` says what `status_id` says. */
function checkCaption(shape: Json, name: string, attribute: AttributeFacts, path: string, claims: Claims): void {
  const { caption_in: sibling, enum: values } = attribute;
  const id = shape[name];
  if (sibling === undefined || values === undefined || FREE_CAPTIONS.has(id)) return;
  const caption = facts.enums[values]?.[String(id)];
  const said = shape[sibling];
  if (said !== undefined && caption !== undefined && said !== caption)
    claims.faults.push(`${path}: ${show(id)} is \`${caption}\`, but \`${sibling}\` says \`${show(said)}\``);
}

function checkConstraints(value: Json, { constraints = {} }: ShapeFacts, path: string, claims: Claims): void {
  const present = (names: readonly string[]) => names.filter((name) => value[name] !== undefined).length;
  const { at_least_one: some, just_one: one } = constraints;
  if (some && present(some) === 0) claims.faults.push(`${path}: needs at least one of ${some.join(', ')}`);
  if (one && present(one) !== 1) claims.faults.push(`${path}: needs just one of ${one.join(', ')}`);
}

function checkClassification(event: Json, eventClass: ClassFacts, claims: Claims): void {
  const { uid, caption, category_uid, category_caption, attributes } = eventClass;
  const activity = event.activity_id;
  const activityCaption = facts.enums[attributes.activity_id?.enum ?? '']?.[String(activity)];
  const expect = (name: string, expected: unknown) => {
    const said = event[name];
    if (said !== undefined && said !== expected)
      claims.faults.push(`$.${name}: expected \`${show(expected)}\`, got \`${show(said)}\``);
  };
  expect('class_name', caption);
  expect('category_uid', category_uid);
  expect('category_name', category_caption);
  if (!Number.isInteger(activity)) return;
  expect('type_uid', uid * 100 + (activity as number));
  if (activityCaption !== undefined && !FREE_CAPTIONS.has(activity))
    expect('type_name', `${caption}: ${activityCaption}`);
}

function checkClaims({ profiles, caption }: ClassFacts, claims: Claims): void {
  const { ahead, version } = facts;
  if (claims.version !== undefined && claims.version !== version && claims.version !== ahead.version)
    claims.faults.push(`$.metadata.version: the facts are of ${version}, not of \`${show(claims.version)}\``);
  for (const profile of claims.profiles) {
    if (ahead.profiles.includes(profile)) {
      if (claims.version !== ahead.version)
        claims.faults.push(`$.metadata.profiles: \`${profile}\` came with ${ahead.version}`);
    } else if (!profiles.includes(profile))
      claims.faults.push(`$.metadata.profiles: ${caption} has no profile \`${profile}\``);
  }
}

/** An observable's name is the path of an attribute that is there. */
function checkObservables(event: Json, claims: Claims): void {
  const { observables } = event;
  if (!Array.isArray(observables)) return;
  observables.forEach((observable: unknown, i) => {
    if (!isObject(observable) || typeof observable.name !== 'string') return;
    if (!resolves(event, observable.name.split('.')))
      claims.faults.push(`$.observables[${i}].name: no attribute \`${show(observable.name)}\` in the event`);
  });
}

function resolves(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((one) => resolves(one, step === undefined ? [] : [step, ...rest]));
  if (step === undefined) return value !== undefined;
  return isObject(value) && resolves(value[step.replace(/\[\d*\]$/, '')], rest);
}

function applies({ profiles, since }: AttributeFacts, claims: Claims): boolean {
  if (since !== undefined && claims.version !== since) return false;
  return profiles === undefined || profiles.some((profile) => claims.profiles.has(profile));
}

function whyNot({ profiles = [], since }: AttributeFacts, { version }: Claims): string {
  if (since !== undefined && version !== since) return `came with ${since}`;
  return `belongs to profile ${profiles.join(' or ')}, which \`metadata.profiles\` does not list`;
}

function hint(name: string, attributes: ShapeFacts['attributes'], claims: Claims): string {
  const known = Object.entries(attributes).flatMap(([key, attribute]) => (applies(attribute, claims) ? [key] : []));
  const near = suggest(name, known);
  return near === undefined ? '' : `, did you mean \`${near}\`?`;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
