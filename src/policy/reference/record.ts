import type { SourcePlan } from '../plan.ts';
import { FILE_KEY, LINE_KEYS, OFFSET_KEY } from '../plan.ts';
import type { Draft } from './draft.ts';
import { type Place, placeOf } from './identity.ts';
import { type JsonText, readJson } from './json_text.ts';
import { carryPlain } from './json_value.ts';

/** The host's record once it was read. */
export interface RecordText {
  /** All of it. */
  readonly text: string;
  /** The line in it, without its line end; `undefined`: the record itself is the line. */
  readonly line?: string;
  /** Where the collector read it. */
  readonly place?: Place;
}

/** Checks the record, finds its line, and puts its other keys among the unmapped. `undefined`: it cannot be read. */
export function readRecord(bytes: Uint8Array, source: SourcePlan | undefined, draft: Draft): RecordText | undefined {
  const text = decodeUtf8(bytes);
  const { value, valid } = readJson(text);
  if (!valid || value?.kind !== 'object') {
    draft.fail(valid ? 'record_not_object' : 'record_not_json');
    return undefined;
  }
  const keys = source?.lineKey === undefined ? LINE_KEYS : [source.lineKey];
  const key = keys.find((each) => textsOf(value, each).length > 0);
  for (const member of value.members) {
    if (member.key === key && member.value.kind === 'string') continue;
    const stretch = draft.jsonStretch(member.value, text);
    draft.unmapped.push([member.key, carryPlain(member.value, text), stretch, draft.nameStretch(member.name, text)]);
  }
  const names = { file: source?.fileKey ?? FILE_KEY, offset: source?.offsetKey ?? OFFSET_KEY };
  const own = value.members.filter((member) => !keys.includes(member.key));
  const place = placeOf({ ...value, members: own }, names);
  return {
    text,
    ...(key === undefined ? {} : { line: trimLineEnd(textsOf(value, key).at(-1)!) }),
    ...(place === undefined ? {} : { place }),
  };
}

/** Every text the object holds under a key. */
const textsOf = (object: Extract<JsonText, { kind: 'object' }>, key: string): string[] =>
  object.members.flatMap((member) => (member.key === key && member.value.kind === 'string' ? [member.value.text] : []));

/** U+FFFD stands for what is no UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

export const trimLineEnd = (line: string): string => line.replace(/\r?\n$/, '');
