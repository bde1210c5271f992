import { isIPv4, isIPv6 } from 'node:net';
import { Convert } from '../../../assembly/shared/convert.ts';
import type { Escape } from '../plan.ts';
import { decodeEscapes } from './escapes.ts';
import { decodeUtf8 } from './record.ts';
import { socketAddress } from './sockaddr.ts';
import { anyTime, clfTime, clockTime, cTime, dateTime, epochTime, isoTime } from './times.ts';
import type { ErrorName } from './types.ts';

/** A value for one of the capture's three slots, and which part of the text it came from. */
export interface Converted {
  readonly target: 0 | 1 | 2;
  readonly value: string | bigint | boolean;
  readonly from: number;
  readonly to: number;
}

export interface Conversion {
  readonly values: readonly Converted[];
  readonly error?: ErrorName;
}

export interface ConvertContext {
  readonly escapes: Escape;
  /** Minutes east of UTC for times without a zone. */
  readonly zoneMinutes: number;
  /** The format's own words for a missing value. */
  readonly missing: readonly string[];
}

type Rule = (text: string, context: ConvertContext) => Conversion;

const MISSING: Conversion = { values: [] };
const reject = (error: ErrorName): Conversion => ({ values: [], error });

/** The text from a position on, if anything is left. */
const behind = (text: string, from: number): Conversion =>
  from === text.length ? MISSING : one(text.slice(from), text, from);

/** One value for the first slot, from the whole text unless told. */
function one(value: string | bigint | boolean, text: string, from = 0, to = text.length): Conversion {
  return { values: [{ target: 0, value, from, to }] };
}

const RULES: Readonly<Record<Convert, Rule>> = {
  [Convert.text]: (text, { escapes }) => one(decodeEscapes(text, escapes), text),
  [Convert.verbatim]: (text) => one(text, text),
  [Convert.int]: (text) => integer(text, 'integer_expected', (n) => n),
  [Convert.count]: (text) => integer(text, 'integer_expected', orMissing),
  [Convert.status]: (text) =>
    text.length === 3 && /^\d/.test(text) ? integer(text, 'integer_expected', orMissing) : reject('integer_expected'),
  [Convert.seconds]: (text) => duration(text, microseconds(text, 6) ?? unitSum(text)),
  [Convert.milliseconds]: (text) => duration(text, microseconds(text, 3)),
  [Convert.microseconds]: (text) => integer(text, 'duration_expected', orMissing),
  [Convert.nanoseconds]: (text) => integer(text, 'duration_expected', (n) => (n < 0n ? undefined : n / 1000n)),
  [Convert.clf_time]: (text, { zoneMinutes }) => time(text, clfTime(text, zoneMinutes)),
  [Convert.iso_time]: (text, { zoneMinutes }) => time(text, isoTime(text, zoneMinutes)),
  [Convert.epoch_time]: (text) => time(text, epochTime(text)),
  [Convert.first_address_port]: (text) => {
    const first = firstElement(text);
    return first === undefined ? MISSING : shifted({ values: addressPort(first.text) }, first.at);
  },
  [Convert.positive]: (text) => integer(text, 'integer_expected', (n) => (n > 0n ? n : undefined)),
  [Convert.any_time]: (text, { zoneMinutes }) => time(text, anyTime(text, zoneMinutes)),
  [Convert.address]: (text) => ({ values: address(text, 0) }),
  [Convert.address_port]: (text) => ({ values: addressPort(text) }),
  [Convert.address_then_port]: (text) => ({ values: addressPort(text, true) }),
  [Convert.socket_address]: (text) => ({ values: socketAddress(text) }),
  [Convert.last_of_list]: (text) => ofLast(text, (last) => one(last, last)),
  [Convert.seconds_sum]: secondsSum,
  [Convert.last_address_port]: (text) => ofLast(text, (last) => ({ values: addressPort(last) })),
  [Convert.boolean]: boolean,
  [Convert.json]: (text) => one(text, text),
  [Convert.amzn_trace]: amznTrace,
  [Convert.frontend]: frontend,
  [Convert.hex_text]: (text) => one(hexText(text), text),
  [Convert.percent_text]: (text) => one(decodeEscapes(text, 'percent'), text),
  [Convert.cef_lines]: (text) => one(decodeEscapes(text, 'cef_lines'), text),
  [Convert.plus_text]: (text) => one(text.replaceAll('+', ' '), text),
  [Convert.quoted_list]: (text) => one(text.replaceAll(/\\?"/g, ''), text),
  [Convert.date]: (text, { zoneMinutes }) => time(text, dateTime(text, zoneMinutes)),
  [Convert.clock]: (text) => time(text, clockTime(text)),
  [Convert.ctime]: (text, { zoneMinutes }) => time(text, cTime(text, zoneMinutes)),
  [Convert.duration]: (text) => duration(text, unitSum(text)),
  [Convert.query]: (text) => behind(text, text.startsWith('?') ? 1 : 0),
  [Convert.last_segment]: (text) => behind(text, text.lastIndexOf('/') + 1),
  [Convert.last_count]: (text) => ofLast(text, (last) => integer(last, 'integer_expected', orMissing)),
};

export const isMissing = (text: string, { missing }: ConvertContext): boolean =>
  ['', '-', 'N/A', ...missing].includes(text);

/** What captured text becomes. `-`, `N/A` and the empty text are missing but to `verbatim`. */
export function convertText(convert: Convert, text: string, context: ConvertContext): Conversion {
  if (convert !== Convert.verbatim && isMissing(text, context)) return MISSING;
  return RULES[convert](text, context);
}

const orMissing = (n: bigint): bigint | undefined => (n < 0n ? undefined : n);

function integer(text: string, error: ErrorName, take: (n: bigint) => bigint | undefined): Conversion {
  if (!/^[+-]?\d{1,18}$/.test(text)) return reject(error);
  const value = take(BigInt(text));
  return value === undefined ? MISSING : one(value, text);
}

/** Decimal number times ten to the `places`, truncated; -1 if negative, `undefined` if it is none. */
function microseconds(text: string, places: number): bigint | undefined {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d+))?(?:e-(\d{1,2}))?$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', shift = '0'] = match;
  const scaled = BigInt(whole! + fraction.padEnd(places, '0').slice(0, places));
  return sign === '-' ? -1n : scaled / 10n ** BigInt(shift);
}

/** Nanoseconds of each unit. */
const UNITS: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ns: 1n,
};

/** Decimals with units; -1 if negative, `undefined` if it is none. Every part is cut down to microseconds by itself. */
function unitSum(text: string): bigint | undefined {
  const [, sign, rest] = /^([+-]?)((?:\d{1,8}(?:\.\d{1,9})?(?:h|m|s|ms|us|µs|μs|ns)){1,8})$/.exec(text) ?? [];
  if (rest === undefined) return undefined;
  const parts = [...rest.matchAll(/(\d+)(?:\.(\d+))?(\D+)/g)].map(([, whole, fraction = '', unit]) => {
    const factor = UNITS[unit!]!;
    if (factor > 1_000_000_000n) return microseconds(`${whole}.${fraction || 0}`, 6)! * (factor / 1_000_000_000n);
    return (BigInt(whole + fraction.padEnd(9, '0')) * factor) / 1_000_000_000_000n;
  });
  return sign === '-' ? -1n : parts.reduce((sum, part) => sum + part, 0n);
}

function duration(text: string, value: bigint | undefined): Conversion {
  if (value === undefined) return reject('duration_expected');
  return value < 0n ? MISSING : one(value, text);
}

function time(text: string, ms: number | undefined): Conversion {
  return ms === undefined ? reject('time_expected') : one(BigInt(ms), text);
}

/** Whether the text is a list of several elements to the conversion: of its separators one has something behind it. */
export const isList = (convert: Convert, text: string): boolean =>
  convert === Convert.first_address_port ? text.includes(',') : /(?:, | : )./s.test(text);

/** The last element of an `a, b : c` list that says something, and where it begins. */
function lastElement(text: string): { readonly text: string; readonly at: number } | undefined {
  const [, head, last] = /^(?:(.*)(?:, | : ))?(.*)$/s.exec(text)!;
  if (last !== '' && last !== '-') return { text: last!, at: text.length - last!.length };
  return head === undefined ? undefined : lastElement(head);
}

function ofLast(text: string, convert: (last: string) => Conversion): Conversion {
  const last = lastElement(text);
  if (last === undefined) return MISSING;
  return shifted(convert(last.text), last.at);
}

const shifted = ({ values, ...rest }: Conversion, by: number): Conversion => ({
  ...rest,
  values: values.map((each) => ({ ...each, from: each.from + by, to: each.to + by })),
});

/** The first element of a comma list that says something, without blanks around it, and where it begins. */
export function firstElement(text: string): { readonly text: string; readonly at: number } | undefined {
  let at = 0;
  for (const element of text.split(',')) {
    const bare = element.replace(/^ +| +$/g, '');
    if (bare !== '' && bare !== '-') return { text: bare, at: at + element.indexOf(bare) };
    at += element.length + 1;
  }
  return undefined;
}

function secondsSum(text: string): Conversion {
  const present = text.split(/, ?| : /).filter((element) => element !== '' && element !== '-');
  const values = present.map((element) => microseconds(element, 6));
  if (values.includes(undefined)) return reject('duration_expected');
  const logged = values.filter((value) => value! >= 0n);
  if (logged.length === 0) return MISSING;
  return one(
    logged.reduce<bigint>((sum, value) => sum + value!, 0n),
    text,
  );
}

/** An IPv4 address, or an IPv6 address with or without a zone. */
export function isAddress(text: string): boolean {
  const [, address] = /^([^%]*)(?:%[\w.:-]+)?$/.exec(text) ?? [];
  return isIPv4(text) || (address !== undefined && isIPv6(address));
}

/** An IP address, in brackets or not, for the first slot; other text for the third. */
function address(text: string, at: number): Converted[] {
  const bare = /^\[(.+)\]$/s.exec(text)?.[1] ?? text;
  if (!isAddress(bare)) return [{ target: 2, value: text, from: at, to: at + text.length }];
  const from = at + text.indexOf(bare);
  return [{ target: 0, value: bare, from, to: from + bare.length }];
}

/** `address:port`, `[address]:port`, `host:port`, `address`, `host`, `unix:path`; `always`: an address is never without a port. */
export function addressPort(text: string, always = false): Converted[] {
  const match = /^(.*):(\d{1,5})$/s.exec(text);
  const head = match?.[1] ?? '';
  const splits = /^\[.*\]$/s.test(head) || !head.includes(':') || (isAddress(head) && (always || !isAddress(text)));
  if (match === null || text.startsWith('unix:') || Number(match[2]) > 65535 || !splits) return address(text, 0);
  const port: Converted = { target: 1, value: BigInt(match[2]!), from: head.length + 1, to: text.length };
  return head === '' || head === '-' ? [port] : [...address(head, 0), port];
}

function boolean(text: string): Conversion {
  const word = text.toLowerCase();
  if (['true', 'on', 'yes', '1'].includes(word)) return one(true, text);
  if (['false', 'off', 'no', '0'].includes(word)) return one(false, text);
  return reject('boolean_expected');
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
function amznTrace(text: string): Conversion {
  const at = text.indexOf('Root=');
  if (at < 0) return one(text, text);
  const from = at + 'Root='.length;
  const root = text.slice(from).split(';')[0]!;
  return root === '' ? MISSING : one(root, text, from, from + root.length);
}

/** `ft` of https://docs.haproxy.org/3.2/configuration.html#8.2.6 */
function frontend(text: string): Conversion {
  if (!text.endsWith('~')) return one(text, text);
  const end = text.length - 1;
  const flag: Converted = { target: 1, value: true, from: end, to: text.length };
  return { values: end === 0 ? [flag] : [...one(text.slice(0, end), text, 0, end).values, flag] };
}

/** Linux audit writes text it does not trust in hexadecimal, NUL between words. */
export function hexText(text: string): string {
  if (!/^(?:[0-9A-F]{2})+$/.test(text)) return text;
  return decodeUtf8(Buffer.from(text.replace(/(?:00)+$/, ''), 'hex')).replaceAll('\0', ' ');
}
