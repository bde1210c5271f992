export const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const ZONE = String.raw`[Zz]|[+-]\d\d(?::?\d\d)?`;
const CLF = new RegExp(
  String.raw`^(\d\d)/([A-Z][a-z]{2})/(\d{4})[: ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (${ZONE}))?$`,
);
const ISO = new RegExp(
  String.raw`^(\d{4})([-/])(\d\d)\2(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(?:(?:UTC|GMT)(?=[+-]))?(${ZONE}|[A-Z]{3,5}))?$`,
);
const CTIME = /^(?:[A-Za-z]{3} )?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})$/;
/** Hours east of UTC. Of CST it is the American one, as in RFC 822; IST is too many. */
const ZONE_HOURS = {
  ...{ UTC: 0, GMT: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, MET: 1, MEST: 2, EET: 2, EEST: 3, MSK: 3 },
  ...{ EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10 },
  ...{ JST: 9, KST: 9, HKT: 8, AWST: 8, ACST: 9.5, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13 },
};
const NAMED_ZONES = new Map<string, number>(Object.entries(ZONE_HOURS));

/** Minutes east of UTC of a zone's name, if it is known. */
export const knownZone = (name: string): number | undefined => {
  const hours = NAMED_ZONES.get(name);
  return hours === undefined ? undefined : hours * 60;
};

/** The same; a name that is not known says nothing. */
export const namedZone = (name: string, otherwise: number): number => knownZone(name) ?? otherwise;

/** First millisecond of the year 10000. */
const END_MS = 253_402_300_800_000n;

export interface Moment {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 60 is the next minute's first. */
  readonly second: number;
  readonly ms: number;
}

/** Epoch milliseconds; `undefined` if the calendar or the clock has no such moment. */
export function utcTime(at: Moment, zoneMinutes: number): number | undefined {
  const { year, month, day, hour, minute, second, ms } = at;
  if (year < 1970 || year > 9999 || month < 0 || month > 11) return undefined;
  if (day < 1 || day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, month, day, hour, minute, second, ms) - zoneMinutes * 60_000;
}

/** Minutes east of UTC of a zone as written, `otherwise` without one; `undefined` if there is none such. */
function zoneOf(zone: string | undefined, otherwise: number): number | undefined {
  if (zone === undefined) return otherwise;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return /^[Zz]$/.test(zone) ? 0 : namedZone(zone, otherwise);
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

const milliseconds = (fraction: string | undefined): number => Number((fraction ?? '').padEnd(3, '0').slice(0, 3));

/** `dd/Mon/yyyy:hh:mm:ss[.fraction][ zone]` */
export function clfTime(text: string, zoneMinutes: number): number | undefined {
  const match = CLF.exec(text);
  if (match === null) return undefined;
  const [, day, month, year, hour, minute, second, fraction, zone] = match;
  return zoned([year!, String(MONTHS.indexOf(month!)), day!, hour!, minute!, second!], fraction, zone, zoneMinutes);
}

/** `yyyy-mm-ddThh:mm:ss[.fraction][zone]` */
export function isoTime(text: string, zoneMinutes: number): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, , month, day, hour, minute, second, fraction, zone] = match;
  return zoned([year!, String(Number(month) - 1), day!, hour!, minute!, second!], fraction, zone, zoneMinutes);
}

/** A time of any of these kinds. */
export const anyTime = (text: string, zoneMinutes: number): number | undefined =>
  isoTime(text, zoneMinutes) ?? clfTime(text, zoneMinutes) ?? epochTime(text) ?? namedTime(text, zoneMinutes);

/** `Mmm dd yyyy hh:mm:ss[.fraction][zone]` */
function namedTime(text: string, zoneMinutes: number): number | undefined {
  const match = /^([A-Z][a-z]{2}) ([ \d]?\d) (\d{4}) (.*)$/s.exec(text);
  const month = match === null ? -1 : MONTHS.indexOf(match[1]!);
  if (match === null || month < 0) return undefined;
  const day = match[2]!.trim().padStart(2, '0');
  return isoTime(`${match[3]}-${String(month + 1).padStart(2, '0')}-${day} ${match[4]}`, zoneMinutes);
}

function zoned(
  parts: readonly string[],
  fraction: string | undefined,
  zone: string | undefined,
  zoneMinutes: number,
): number | undefined {
  const [year, month, day, hour, minute, second] = parts.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const minutes = zoneOf(zone, zoneMinutes);
  if (minutes === undefined) return undefined;
  return utcTime({ year, month, day, hour, minute, second, ms: milliseconds(fraction) }, minutes);
}

/** Epoch seconds with a fraction, or milli-, micro- or nanoseconds, told apart by magnitude. */
export function epochTime(text: string): number | undefined {
  const match = /^(\d{1,19})(?:\.(\d+))?$/.exec(text);
  const whole = match === null ? -1n : BigInt(match[1]!);
  if (match === null || whole >= 2n ** 63n) return undefined;
  let ms = whole * 1000n + BigInt(milliseconds(match[2]));
  if (whole >= 10n ** 17n) ms = whole / 1_000_000n;
  else if (whole >= 10n ** 14n) ms = whole / 1000n;
  else if (whole >= 10n ** 11n) ms = whole;
  return ms < END_MS ? Number(ms) : undefined;
}

/** `yyyy-mm-dd`, or `m/d/yy` and `m/d/yyyy`: its midnight. */
export function dateTime(text: string, zoneMinutes: number): number | undefined {
  const slashed = /^(\d\d?)\/(\d\d?)\/(\d\d|\d{4})$/.exec(text);
  if (slashed === null) {
    return /^\d{4}-\d\d-\d\d$/.test(text) ? isoTime(`${text}T00:00:00`, zoneMinutes) : undefined;
  }
  const [, month, day, year] = slashed;
  const whole = year!.length === 4 ? year! : `${year! < '70' ? '20' : '19'}${year!}`;
  return zoned([whole, String(Number(month) - 1), day!, '0', '0', '0'], undefined, undefined, zoneMinutes);
}

/** `hh:mm:ss[.fraction]`, or `h:mm:ss`: milliseconds since midnight. */
export function clockTime(text: string): number | undefined {
  return /^\d\d?:\d\d:\d\d(?:\.\d{1,9})?$/.test(text)
    ? isoTime(`1970-01-01T${text.replace(/^\d:/, '0$&')}`, 0)
    : undefined;
}

/** `[Www ]Mon dd hh:mm:ss[.fraction] yyyy` */
export function cTime(text: string, zoneMinutes: number): number | undefined {
  const match = CTIME.exec(text);
  if (match === null) return undefined;
  const [, month, day, hour, minute, second, fraction, year] = match;
  return zoned(
    [year!, String(MONTHS.indexOf(month!)), day!, hour!, minute!, second!],
    fraction,
    undefined,
    zoneMinutes,
  );
}
