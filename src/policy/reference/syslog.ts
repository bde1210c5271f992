import { Field } from '../../../assembly/shared/fields.ts';
import { escapeText } from '../image/builder.ts';
import type { Draft } from './draft.ts';
import type { EnvelopeContext } from './envelope.ts';
import { ownStretch } from './stretch.ts';
import { cTime, isoTime, knownZone, MONTHS, namedZone, utcTime } from './times.ts';

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
  const logread = takeLogread(text, context);
  const timed = logread ?? takeTime(text, context);
  const plain = logread?.header ?? (timed && (takeHeader(timed.rest) ?? (taken && hostOnly(timed.rest))));
  const cisco = plain === undefined ? takeCisco(text, taken !== undefined, context) : undefined;
  const header = plain ?? cisco;
  if (header === undefined) return undefined;
  const ms = cisco === undefined ? timed?.ms : cisco.ms;
  if (ms !== undefined) draft.set(Field.time, BigInt(ms));
  if (taken !== undefined) draft.set(Field.log_priority, BigInt(taken.priority));
  setText(draft, Field.log_host, header.host);
  setText(draft, Field.log_app, header.app);
  setPid(draft, header.pid);
  if (header.facility !== undefined) {
    draft.set(Field.log_level, header.facility.level);
    const { name } = header.facility;
    draft.unmapped.push(['facility', name, ownStretch(escapeText(name))]);
    if (header.facility.messageId !== undefined) draft.set(Field.log_message_id, header.facility.messageId);
  }
  return header.message;
}

const STAMP = String.raw`(?:\d{4} .{6}|.{6}(?: \d{4})?) .{8}(?:\.\d{1,9})?`;
const BSD = new RegExp(`^(${STAMP}) (.*)$`, 's');

function takeTime(text: string, context: EnvelopeContext): { ms: number; rest: string } | undefined {
  const bsd = MARKED.test(text) ? null : BSD.exec(text);
  const zoned = bsd === null ? null : /^([A-Z]{3,5}) (.*)$/s.exec(bsd[2]!);
  const zone = zoned === null ? undefined : knownZone(zoned[1]!);
  const rest = zone === undefined ? bsd?.[2] : zoned![2];
  const dated = bsd === null || /\d{4} /.test(bsd[1]!) ? null : /^(19[789]\d|20\d\d) (.*)$/s.exec(rest!);
  const stamp = dated === null ? bsd?.[1] : `${dated[1]} ${bsd![1]}`;
  const ms = stamp === undefined ? undefined : bsdTime(stamp, { ...context, zoneMinutes: zone ?? context.zoneMinutes });
  if (ms !== undefined) return { ms, rest: dated?.[2] ?? rest! };
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

const LEVELS = 'emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug';
const FACILITY = `([a-z][a-z0-9|]*)[.:](${LEVELS})`;

/** Kind and urgency in words, and of Solaris the number of the message. */
interface Facility {
  readonly name: string;
  readonly level: string;
  readonly messageId?: string;
}

/** `Www Mmm dd hh:mm:ss yyyy facility.level TAG[PID]: `: https://openwrt.org/docs/guide-user/base-system/log.essentials */
function takeLogread(
  text: string,
  { zoneMinutes }: EnvelopeContext,
): { ms: number; rest: string; header: Header } | undefined {
  const match = new RegExp(
    String.raw`^([A-Z][A-Za-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}) ${FACILITY} ([^ ]+:)(?: (.*))?$`,
    's',
  ).exec(text);
  const ms = match === null ? undefined : cTime(match[1]!, zoneMinutes);
  if (match === null || ms === undefined) return undefined;
  const [, , name, level, tag, message = ''] = match;
  return { ms, rest: '', header: tagged('', tag!, message, { name: name!, level: level! }) };
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
  readonly facility?: Facility | undefined;
}

const TAGLESS = String.raw`(?:LEEF: ?\d.*|CEF:\d.+)`;
const HOST = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
const REPEATED = '(?:--- )?last message repeated .*';

/** `[HOST ][FACILITY.LEVEL ]TAG[PID]: `: of the first two words one must end in a colon. */
function takeHeader(text: string): Header | undefined {
  const marked = new RegExp(`^<${FACILITY}> (.*)$`, 's').exec(text);
  const facility = marked === null ? undefined : { name: marked[1]!, level: marked[2]! };
  const rest = marked === null ? text : marked[3]!;
  if (new RegExp(`^(?:${TAGLESS}|${REPEATED})$`, 's').test(rest))
    return { host: '', app: '', pid: '', message: rest, facility };
  const alone = /^([^ ]*:) (.*)$/s.exec(rest);
  if (alone !== null) return tagged('', alone[1]!, alone[2]!, facility);
  return behindHost(rest, facility);
}

/** What follows the host: a facility, `Message forwarded from HOST:` of AIX, and the tag. */
function behindHost(text: string, before: Facility | undefined): Header | undefined {
  const match = /^([^ ]*) (.*)$/s.exec(text);
  if (match === null) return undefined;
  let [, host, rest] = match as unknown as [string, string, string];
  const worded = new RegExp(`^(<?)${FACILITY}(>?) (.*)$`, 's').exec(rest);
  const found = worded !== null && (worded[1] === '<') === (worded[4] === '>') ? worded : null;
  const facility = found === null ? before : { name: found[2]!, level: found[3]! };
  if (found !== null) rest = found[5]!;
  const forwarded = found === null ? /^Message forwarded from ([^ ]+): (.*)$/s.exec(rest) : null;
  if (forwarded !== null) [, host, rest] = forwarded as unknown as [string, string, string];
  const bare = { host, app: '', pid: '', message: rest, facility };
  if (new RegExp(`^${TAGLESS}$`, 's').test(rest)) return bare;
  const tag = /^([^ ]*:)(?: (.*))?$/s.exec(rest);
  if (tag !== null) return tagged(host, tag[1]!, tag[2] ?? '', facility);
  return new RegExp(`^${REPEATED}$`, 's').test(rest) && HOST.test(host) ? bare : undefined;
}

/** `[ID 800047 auth.info] ` as Solaris has it: https://docs.oracle.com/cd/E36784_01/html/E36882/log-7d.html */
const SOLARIS = new RegExp(String.raw`^\[ID (\d{1,18}) ${FACILITY}\] (.*)$`, 's');

function tagged(host: string, word: string, text: string, before: Facility | undefined): Header {
  const tag = word.slice(0, -1);
  const numbered = /^(.+)\[(\d{1,18})\]$/s.exec(tag);
  const named = SOLARIS.exec(text);
  const facility = named === null ? before : { messageId: named[1]!, name: named[2]!, level: named[3]! };
  const message = named === null ? text : named[4]!;
  return { host, app: numbered?.[1] ?? tag, pid: numbered?.[2] ?? '', message, facility };
}
