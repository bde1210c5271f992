import { Detector } from '../../../assembly/shared/detectors.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { REDACT_MAX } from '../../../assembly/shared/limits.ts';
import { suggest } from '../../diagnostic.ts';
import { type ConditionSource, conditionAt } from '../compile_routes.ts';
import { reportTwice } from '../compile_sources.ts';
import type { RedactDocument } from '../document/policy_document.ts';
import type { Text } from '../document/text.ts';
import { FIELD_BY_PATH, FIELDS, type FieldType } from '../fields.ts';
import { findSlot } from '../formats/slots.ts';
import type { FindPlan, RedactMethod, RedactPlan } from '../plan.ts';
import { KEY_MIN } from './pseudonym.ts';

/** Types of fields each method can be used on. Closed lists and the time are what the output is made of, and no secrets. */
const TYPES: Readonly<Record<RedactMethod, readonly FieldType[]>> = {
  mask: ['text', 'address', 'json'],
  truncate: ['address'],
  pseudonym: ['text', 'address'],
  remove: ['text', 'address', 'json', 'int', 'port', 'bytes', 'duration', 'bool'],
};
/** Methods for secrets inside of texts. */
const FIND_METHODS: readonly RedactMethod[] = ['mask', 'pseudonym'];
const FIND_TYPES: readonly FieldType[] = ['text', 'address', 'json'];

const UNMAPPED = 'unmapped';
/** Fields that hold the same text: who looks into one looks into all of them. */
const URL: readonly number[] = [Field.url_full, Field.url_path, Field.url_query];

const DETECTORS: ReadonlyMap<string, Detector> = new Map(
  Object.entries(Detector).flatMap(([name, id]) =>
    typeof id === 'number' && id !== Detector.COUNT ? [[name, id] as const] : [],
  ),
);

export interface CompiledRedact {
  readonly rules: readonly RedactPlan[];
  readonly conditions: readonly ConditionSource[];
}

/** Resolves the redaction rules of a policy. Rules without a name are called by their number. */
export function compileRedact(documents: readonly RedactDocument[], key: Uint8Array | undefined): CompiledRedact {
  checkKey(documents, key);
  reportTwice(
    documents.flatMap((each) => each.name ?? []),
    'rule',
  );
  const over = documents[REDACT_MAX];
  if (over !== undefined) over.at.file.report(over.at, 'too_many_rules', `more than ${REDACT_MAX} redaction rules`);
  return {
    rules: documents.map((document, i) => compileRule(document, i)),
    conditions: documents.map((document) => conditionOf(document)),
  };
}

/** Pseudonyms need a key, and a policy is no place for one. */
function checkKey(documents: readonly RedactDocument[], key: Uint8Array | undefined): void {
  const first = documents.find((document) => document.with === 'pseudonym');
  if (first === undefined || (key !== undefined && key.length >= KEY_MIN)) return;
  const message = key === undefined ? 'pseudonyms need a key' : `the key is shorter than ${KEY_MIN} bytes`;
  first.at.file.report(
    first.at,
    'key_missing',
    message,
    'give one in a file with --key-file, or in AUDITLB_PSEUDONYM_KEY',
  );
}

function compileRule(document: RedactDocument, index: number): RedactPlan {
  const { fields, keys, patterns } = document;
  const method = document.with ?? 'mask';
  const head = { name: document.name?.value ?? `redact_${index + 1}`, when: document.when?.value ?? 'true' };
  if (keys !== undefined || patterns !== undefined)
    return { ...head, fields: [], find: compileFind(document, method), with: method };
  if (fields === undefined) {
    const help = 'add `fields`, `keys` or `patterns`';
    document.at.file.report(document.at, 'nothing_to_redact', 'the rule says nothing to look for', help);
  }
  const slots = (fields ?? []).flatMap((path) => {
    if (path.value !== UNMAPPED) return fieldSlot(path, method) ?? [];
    path.report('invalid_field', '`unmapped` cannot be redacted as a whole', 'name the `keys` in it');
    return [];
  });
  return { ...head, fields: [...new Set(slots)], with: method };
}

function compileFind(document: RedactDocument, method: RedactMethod): FindPlan {
  if (!FIND_METHODS.includes(method)) {
    const help = `use ${FIND_METHODS.map((each) => `\`${each}\``).join(' or ')}`;
    document.at.file.report(
      document.at,
      'invalid_method',
      `\`${method}\` cannot be used on what is found inside of a text`,
      help,
    );
  }
  const { fields } = document;
  const slots = fields?.filter((path) => path.value !== UNMAPPED).flatMap((path) => textSlot(path) ?? []);
  const widened = slots?.flatMap((slot) => (URL.includes(slot) ? URL : [slot]));
  return {
    ...(widened === undefined ? {} : { slots: [...new Set(widened)] }),
    unmapped: fields === undefined || fields.some((path) => path.value === UNMAPPED),
    keys: (document.keys ?? []).map((key) => key.value.toLowerCase()),
    detectors: (document.patterns ?? []).flatMap((name) => detector(name) ?? []),
  };
}

function detector(name: Text): Detector | undefined {
  const found = DETECTORS.get(name.value);
  if (found !== undefined) return found;
  const near = suggest(name.value, DETECTORS.keys());
  const help = near === undefined ? `one of ${[...DETECTORS.keys()].join(', ')}` : `did you mean \`${near}\`?`;
  name.report('unknown_pattern', `unknown pattern \`${name.value}\``, help);
  return undefined;
}

function fieldType(path: Text, others: readonly string[]): FieldType | undefined {
  const name = FIELD_BY_PATH.get(path.value);
  if (name !== undefined) return FIELDS[name].type;
  const near = suggest(path.value, [...FIELD_BY_PATH.keys(), ...others]);
  path.report('unknown_field', `unknown field \`${path.value}\``, near && `did you mean \`${near}\`?`);
  return undefined;
}

/** The slot of a field that holds text; anything else is reported. */
function textSlot(path: Text): number | undefined {
  const type = fieldType(path, [UNMAPPED]);
  if (type === undefined) return undefined;
  if (FIND_TYPES.includes(type)) return findSlot(path.value)?.slot;
  path.report('invalid_field', `\`${path.value}\` is of type ${type}: there is no text to look into`, 'leave it out');
  return undefined;
}

/** The slot of a field this method can be used on; anything else is reported. */
function fieldSlot(path: Text, method: RedactMethod): number | undefined {
  const type = fieldType(path, []);
  if (type === undefined) return undefined;
  if (TYPES[method].includes(type)) return findSlot(path.value)?.slot;
  const others = (Object.keys(TYPES) as RedactMethod[]).filter((each) => TYPES[each].includes(type));
  const help = others.length === 0 ? 'leave it out' : `use ${others.map((each) => `\`${each}\``).join(' or ')}`;
  path.report('invalid_method', `\`${method}\` cannot be used on \`${path.value}\`, which is of type ${type}`, help);
  return undefined;
}

function conditionOf(document: RedactDocument): ConditionSource {
  if (document.when !== undefined) return conditionAt(document.when);
  const { file, start } = document.at;
  return { text: 'true', file: file.name, ...file.place(start) };
}
