import { Field } from '../../../assembly/shared/fields.ts';
import type { FormatPlan, JsonMark, Plan, Sniff, SourcePlan } from '../plan.ts';
import type { Draft } from './draft.ts';
import { INNER_MAX } from './json_paths.ts';
import { type JsonText, type ReadJson, readJson } from './json_text.ts';
import type { RecordText } from './record.ts';
import { matchesWildcard } from './wildcard.ts';

/** The source's only format, or the first whose sniffer accepts the line. */
export function chooseFormat(plan: Plan, source: SourcePlan, record: RecordText, draft: Draft): FormatPlan | undefined {
  const formats = source.formats.map((index) => plan.formats[index]!);
  if (formats.length === 1) {
    draft.sniffed.push({ format: formats[0]!.name, accepted: true, why: 'the only format of the source' });
    return formats[0];
  }
  const json = readJson(record.line ?? record.text);
  const tree = treeOf(formats.flatMap(({ sniff }) => (sniff.kind === 'json' ? sniff.any.flat() : [])));
  const held = json.value === undefined ? new Map() : heldObjects(json.value, tree);
  for (const format of formats) {
    const refusal = refuse(format, record, { ...json, held }, draft);
    const why = refusal ?? 'its sniffer accepts the line';
    draft.sniffed.push({ format: format.name, accepted: refusal === undefined, why });
    if (refusal === undefined) return format;
  }
  return undefined;
}

/** Why a format's sniffer does not accept the record; `undefined`: it does. */
function refuse(
  { sniff }: FormatPlan,
  { line }: RecordText,
  { value, valid, held }: ReadJson & { readonly held: HeldObjects },
  draft: Draft,
): string | undefined {
  switch (sniff.kind) {
    case 'none':
      return 'it has no sniffer';
    case 'text':
      if (line === undefined) return 'the record has no line';
      return refuseText(sniff, line, programOf(draft));
    case 'json': {
      if (!valid || value?.kind !== 'object') return 'the line is not a JSON object';
      if (line !== undefined && value.start > 0) return 'a blank is before the JSON object';
      const missing = sniff.any.map((marks) => marks.find((mark) => !hasMark(value, mark, held)));
      return missing.includes(undefined) ? undefined : missing.map((mark) => refusal(mark!)).join(', ');
    }
  }
}

/** The program the envelope names, the empty text if it names none; `undefined`: there is no envelope that could. */
function programOf(draft: Draft): string | undefined {
  const syslog = draft.has(Field.log_host) || draft.has(Field.log_priority);
  return draft.text(Field.log_app) ?? (syslog ? '' : undefined);
}

function refuseText(
  { pattern, apps }: Extract<Sniff, { kind: 'text' }>,
  line: string,
  app?: string,
): string | undefined {
  if (app !== undefined && apps.some((each) => matchesWildcard(each, app))) return undefined;
  if (pattern !== undefined && new RegExp(`^(?:${pattern})`, 'su').test(line)) return undefined;
  const reasons = [
    ...(pattern === undefined ? [] : [`\`${pattern}\` does not match`]),
    ...(apps.length === 0
      ? []
      : [`${app === undefined ? 'no program' : `the program \`${app}\``} is none of its programs`]),
  ];
  return reasons.join(', ');
}

const FIRST = '[0]';

const refusal = ({ keys, is }: JsonMark): string =>
  `\`${keys.join('.')}\` is not ${is === undefined ? 'there' : is.map((text) => `\`${text}\``).join(' or ')}`;

/** Of equal keys any one will do. */
function hasMark(found: JsonText, { keys: [key, ...rest], is }: JsonMark, held: HeldObjects): boolean {
  if (key === undefined) return is === undefined || (found.kind === 'string' && is.includes(found.text));
  const value = held.get(found) ?? found;
  const mark = { keys: rest, ...(is === undefined ? {} : { is }) };
  if (value.kind === 'array')
    return key === FIRST && value.items[0] !== undefined && hasMark(value.items[0], mark, held);
  return (
    value.kind === 'object' &&
    value.members.some((each) => key !== FIRST && each.key === key && hasMark(each.value, mark, held))
  );
}

/** Keys sniffers look at, and what they look at inside. */
interface Tree extends Map<string, Tree> {}

function treeOf(marks: readonly JsonMark[]): Tree {
  const root: Tree = new Map();
  for (const { keys } of marks) {
    let node = root;
    for (const key of keys) {
      const inside: Tree = node.get(key) ?? new Map();
      node.set(key, inside);
      node = inside;
    }
  }
  return root;
}

/** The objects texts are, where sniffers look into them. */
type HeldObjects = ReadonlyMap<JsonText, JsonText>;

/** Those of the line in the order met, then those of them: so many in all. */
function heldObjects(line: JsonText, root: Tree): HeldObjects {
  const held = new Map<JsonText, JsonText>();
  const queue: [JsonText, Tree][] = [[line, root]];
  const visit = (value: JsonText | undefined, tree: Tree | undefined): void => {
    if (value === undefined || tree === undefined || tree.size === 0) return;
    if (value.kind === 'object')
      for (const each of value.members) visit(each.value, each.key === FIRST ? undefined : tree.get(each.key));
    else if (value.kind === 'array') visit(value.items[0], tree.get(FIRST));
    else if (value.kind === 'string' && value.text.startsWith('{') && held.size < INNER_MAX) {
      const inside = readJson(value.text);
      if (!inside.valid) return;
      held.set(value, inside.value!);
      queue.push([inside.value!, tree]);
    }
  };
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) visit(...next);
  return held;
}
