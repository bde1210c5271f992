import { Field } from '../../../assembly/shared/fields.ts';
import type { Draft } from './draft.ts';
import { isJson, type JsonText, readJson } from './json_text.ts';
import { carryPlain } from './json_value.ts';
import { trimLineEnd } from './record.ts';
import { peelRfc3164, peelRfc5424 } from './syslog.ts';
import { isoTime } from './times.ts';
import type { EnvelopeName } from './types.ts';

const LAYERS = 3;

export interface EnvelopeContext {
  readonly hostMs: number;
  /** Minutes east of UTC for syslog times without a zone. */
  readonly zoneMinutes: number;
}

/** Takes one envelope off: the line in it, or `undefined` if the line is in no such envelope. Then nothing was written. */
export type Peel = (line: string, context: EnvelopeContext, draft: Draft) => string | undefined;

const KINDS: readonly (readonly [EnvelopeName, Peel])[] = [
  ['docker', peelDocker],
  ['cri', peelCri],
  ['rfc5424', peelRfc5424],
  ['rfc3164', peelRfc3164],
  ['cee', peelCee],
];

/** Takes the line's envelopes off, outermost first, and puts what they say into the event. */
export function peelEnvelopes(line: string, context: EnvelopeContext, draft: Draft): string {
  let inner = line;
  for (let layer = 0; layer < LAYERS; layer++) {
    const peeled = peelOne(inner, context, draft);
    if (peeled === undefined) break;
    inner = peeled;
  }
  return inner;
}

function peelOne(line: string, context: EnvelopeContext, draft: Draft): string | undefined {
  for (const [name, peel] of KINDS) {
    const inner = peel(line, context, draft);
    if (inner === undefined) continue;
    draft.envelopes.push(name);
    return inner;
  }
  return undefined;
}

/** https://docs.docker.com/engine/logging/drivers/json-file/ */
function peelDocker(line: string, _context: EnvelopeContext, draft: Draft): string | undefined {
  if (!/^\{"(?:log|stream|attrs|time)"/.test(line) || !isJson(line)) return undefined;
  const { value } = readJson(line);
  if (value?.kind !== 'object') return undefined;
  const members = new Map<string, JsonText>(value.members.map((member) => [member.key, member.value]));
  const { log, stream, time, attrs, ...rest } = Object.fromEntries(members);
  if (log?.kind !== 'string' || stream?.kind !== 'string' || Object.keys(rest).length > 0) return undefined;
  if (time !== undefined && time.kind !== 'string') return undefined;
  if (attrs !== undefined && attrs.kind !== 'object') return undefined;
  draft.set(Field.log_stream, stream.text);
  const ms = time === undefined ? undefined : isoTime(time.text, 0);
  if (ms !== undefined) draft.set(Field.time, BigInt(ms));
  if (attrs !== undefined) draft.unmapped.push(['attrs', carryPlain(attrs, line), draft.jsonStretch(attrs, line)]);
  return trimLineEnd(log.text);
}

/** https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md */
function peelCri(line: string, _context: EnvelopeContext, draft: Draft): string | undefined {
  const match = /^(\S+) (stdout|stderr) [FP] (.*)$/s.exec(line);
  const ms = match === null ? undefined : isoTime(match[1]!, 0);
  if (match === null || ms === undefined) return undefined;
  draft.set(Field.time, BigInt(ms));
  draft.set(Field.log_stream, match[2]!);
  return match[3]!;
}

/** https://www.rsyslog.com/doc/configuration/modules/mmjsonparse.html */
function peelCee(line: string): string | undefined {
  return /^@cee: *(\{.*)$/s.exec(line)?.[1];
}
