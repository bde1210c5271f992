import { Field } from '../../../assembly/shared/fields.ts';
import type { FormatPlan, JsonMark, Plan, Sniff, SourcePlan } from '../plan.ts';
import type { Draft } from './draft.ts';
import { type JsonText, readJson } from './json_text.ts';
import type { RecordText } from './record.ts';
import { matchesWildcard } from './wildcard.ts';

/** The source's only format, or the first whose sniffer accepts the line. */
export function chooseFormat(plan: Plan, source: SourcePlan, record: RecordText, draft: Draft): FormatPlan | undefined {
  const formats = source.formats.map((index) => plan.formats[index]!);
  if (formats.length === 1) {
    draft.sniffed.push({ format: formats[0]!.name, accepted: true, why: 'the only format of the source' });
    return formats[0];
  }
  for (const format of formats) {
    const refusal = refuse(format, record, draft);
    const why = refusal ?? 'its sniffer accepts the line';
    draft.sniffed.push({ format: format.name, accepted: refusal === undefined, why });
    if (refusal === undefined) return format;
  }
  return undefined;
}

/** Why a format's sniffer does not accept the record; `undefined`: it does. */
function refuse({ sniff }: FormatPlan, { text, line }: RecordText, draft: Draft): string | undefined {
  switch (sniff.kind) {
    case 'none':
      return 'it has no sniffer';
    case 'text':
      if (line === undefined) return 'the record has no line';
      return refuseText(sniff, line, draft.text(Field.log_app));
    case 'json': {
      const { value, valid } = readJson(line ?? text);
      if (!valid || value?.kind !== 'object') return 'the line is not a JSON object';
      if (line !== undefined && value.start > 0) return 'a blank is before the JSON object';
      const missing = sniff.any.map((marks) => marks.find((mark) => !hasMark(value, mark.keys, mark.is)));
      return missing.includes(undefined) ? undefined : missing.map((mark) => refusal(mark!)).join(', ');
    }
  }
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
function hasMark(value: JsonText, [key, ...rest]: readonly string[], is?: readonly string[]): boolean {
  if (key === undefined) return is === undefined || (value.kind === 'string' && is.includes(value.text));
  if (value.kind === 'array') return key === FIRST && value.items[0] !== undefined && hasMark(value.items[0], rest, is);
  return (
    value.kind === 'object' &&
    value.members.some((each) => key !== FIRST && each.key === key && hasMark(each.value, rest, is))
  );
}
