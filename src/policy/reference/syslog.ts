import { Field } from '../../../assembly/shared/fields.ts';
import { escapeText } from '../image/builder.ts';
import type { Draft } from './draft.ts';
import type { EnvelopeContext } from './envelope.ts';
import { ownStretch } from './stretch.ts';
import { isoTime, MONTHS, namedZone, utcTime } from './times.ts';

const PRIORITY_MAX = 191;
const DAY_MS = 86_400_000;

/** `<PRI>`, and the priority in it. */
function takePriority(line: string): { priority: number; rest: string } | undefined {
  const match = /^<(\d{1,3})>(.*)$/s.exec(line);
  if (match === null || Number(match[1]) > PRIORITY_MAX) return undefined;
  return { priority: Number(match[1]), rest: match[2]! };
}

function setText(draft: Draft, slot: number, text: string): void {
  if (text !== '' && text !== '-') draft.set(slot, text);
}

function setPid(draft: Draft, text: string): void {
  if (/^\d{1,18}$/.test(text)) draft.set(Field.log_pid, BigInt(text));
}

const STRUCTURED = String.raw`-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+`;
const RFC5424 = new RegExp(
  String.raw`^(\d{1,3}) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) (${STRUCTURED})(?: \ufeff?(.*))?$`,
  's',
);

/** https://www.rfc-editor.org/rfc/rfc5424#section-6 */
export function peelRfc5424(line: string, context: EnvelopeContext, draft: Draft): string | undefined {
  const taken = takePriority(line);
  const match = taken === undefined ? null : RFC5424.exec(taken.rest);
  if (taken === undefined || match === null) return undefined;
  const [, version, time, host, app, process, messageId, data, message = ''] = match;
  const ms = time === '-' ? undefined : isoTime(time!, context.zoneMinutes);
  if (Number(version) === 0 || (time !== '-' && ms === undefined)) return undefined;
  if (ms !== undefined) draft.set(Field.time, BigInt(ms));
  draft.set(Field.log_priority, BigInt(taken.priority));
  setText(draft, Field.log_host, host!);
  setText(draft, Field.log_app, app!);
  setPid(draft, process!);
  setText(draft, Field.log_message_id, messageId!);
  if (data !== '-') draft.unmapped.push(['structured_data', data!, ownStretch(escapeText(data!))]);
  return message;
}

/** The BSD form, and the same with an RFC 3339 time: https://www.rfc-editor.org/rfc/rfc3164#section-4.1 */
export function peelRfc3164(line: string, context: EnvelopeContext, draft: Draft): string | undefined {
  const taken = takePriority(line);
  const text = taken?.rest ?? line;
  const timed = takeTime(text, context);
  const plain = timed && (takeHeader(timed.rest) ?? (taken && hostOnly(timed.rest)));
  const cisco = plain === undefined ? takeCisco(text, taken !== undefined, context) : undefined;
  const header = plain ?? cisco;
  if (header === undefined) return undefined;
  const ms = cisco === undefined ? timed?.ms : cisco.ms;
  if (ms !== undefined) draft.set(Field.time, BigInt(ms));
  if (taken !== undefined) draft.set(Field.log_priority, BigInt(taken.priority));
  setText(draft, Field.log_host, header.host);
  setText(draft, Field.log_app, header.app);
  setPid(draft, header.pid);
  return header.message;
}

const STAMP = String.raw`(?:\d{4} .{6}|.{6}(?: \d{4})?) .{8}(?:\.\d{1,9})?`;
const BSD = new RegExp(`^(${STAMP}) (.*)$`, 's');

function takeTime(text: string, context: EnvelopeContext): { ms: number; rest: string } | undefined {
  const bsd = MARKED.test(text) ? null : BSD.exec(text);
  const ms = bsd === null ? undefined : bsdTime(bsd[1]!, context);
  if (ms !== undefined) return { ms, rest: bsd![2]! };
  const iso = /^([^ ]+) (.*)$/s.exec(text);
  const isoMs = iso === null ? undefined : isoTime(iso[1]!, context.zoneMinutes);
  return isoMs === undefined ? undefined : { ms: isoMs, rest: iso![2]! };
}

/** `Mmm dd hh:mm:ss`, which hardly ever names a year: that of the host's time, or the one before if the time is over a day ahead of it. */
function bsdTime(text: string, { hostMs, zoneMinutes }: EnvelopeContext): number | undefined {
  const match = /^(?:(\d{4}) )?([A-Z][a-z]{2}) ([ \d]\d)(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text);
  const month = match === null ? -1 : MONTHS.indexOf(match[2]!);
  if (match === null || month < 0) return undefined;
  const day = Number(match[3]);
  const [hour, minute, second] = match.slice(5, 8).map(Number) as [number, number, number];
  const ms = Number((match[8] ?? '').padEnd(3, '0').slice(0, 3));
  const inYear = (year: number) => utcTime({ year, month, day, hour, minute, second, ms }, zoneMinutes);
  const said = match[1] ?? match[4];
  if (said !== undefined) return inYear(Number(said));
  const year = new Date(hostMs).getUTCFullYear();
  const now = inYear(year);
  if (now !== undefined && now <= hostMs + DAY_MS) return now;
  return inYear(year - 1) ?? now;
}

const MNEMONIC = '(%[^ ]+-[0-7]-[^ ]+): (.*)';
const MARKED = new RegExp(`^${STAMP}(?: [A-Z]{3,5})?: %`, 's');
const CISCO = new RegExp(
  String.raw`^(?:(\d{0,10}): ?(?:([A-Za-z0-9][A-Za-z0-9._:-]*): )?)?(?:[*.]?(${STAMP})(?: ([A-Z]{3,5}))?: )?${MNEMONIC}$`,
  's',
);

/** `[NUMBER]: [HOST: ][*|.]TIME: %MNEMONIC: ` as Cisco's devices write it, the time optional; number and host only behind a priority. */
function takeCisco(
  text: string,
  numbered: boolean,
  context: EnvelopeContext,
): (Header & { readonly ms: number | undefined }) | undefined {
  const match = CISCO.exec(text);
  if (match === null || (!numbered && match[1] !== undefined)) return undefined;
  const [, , host = '', time, zone, app, message] = match;
  const header = { host, app: app!, pid: '', message: message! };
  if (time === undefined) return { ...header, ms: undefined };
  const zoneMinutes = zone === undefined ? context.zoneMinutes : namedZone(zone, context.zoneMinutes);
  const ms = bsdTime(time, { ...context, zoneMinutes });
  return ms === undefined ? undefined : { ...header, ms };
}

/** Behind a priority a header without a tag is a host and the message. */
function hostOnly(text: string): Header | undefined {
  const match = /^([A-Za-z0-9][A-Za-z0-9._:-]*) (.*)$/s.exec(text);
  return match === null ? undefined : { host: match[1]!, app: '', pid: '', message: match[2]! };
}

interface Header {
  readonly host: string;
  readonly app: string;
  readonly pid: string;
  readonly message: string;
}

/** `[HOST ]TAG[PID]: `: of the first two words one must end in a colon. */
function takeHeader(text: string): Header | undefined {
  const tagless = /^()(LEEF:\d.*|CEF:\d.+)$/s.exec(text) ?? /^([^ ]*[^ :]|) (LEEF:\d.*|CEF:\d.+)$/s.exec(text);
  if (tagless !== null) return { host: tagless[1]!, app: '', pid: '', message: tagless[2]! };
  const match = /^([^ ]*:) (.*)$/s.exec(text) ?? /^([^ ]*) ([^ ]*:)(?: (.*))?$/s.exec(text);
  if (match === null) return undefined;
  const alone = match.length === 3;
  const tag = match[alone ? 1 : 2]!.slice(0, -1);
  const message = match[alone ? 2 : 3] ?? '';
  const numbered = /^(.+)\[(\d{1,18})\]$/s.exec(tag);
  return { host: alone ? '' : match[1]!, app: numbered?.[1] ?? tag, pid: numbered?.[2] ?? '', message };
}
