import { isDigit, isLetter } from './ascii';
import { takeDigits, twoDigits, value } from './number';
import { startZone, takeZone, takeZoneName, zone } from './zone';

/** Epoch milliseconds of the latest time parsed. */
export let timeMs: i64 = 0;

const CUMULATIVE: usize = memory.data<u16>([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], 4);

/** Days from 1970-01-01 to the first of `month` (1 to 12), Gregorian, years 1970 to 9999. */
function daysToMonth(year: i32, month: i32): i32 {
  const before = year - 1;
  const leaps = before / 4 - before / 100 + before / 400 - 477;
  let days = (year - 1970) * 365 + leaps + load<u16>(CUMULATIVE + ((month - 1) << 1));
  if (month > 2 && isLeap(year)) days++;
  return days;
}

export function isLeap(year: i32): bool {
  return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
}

export function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return isLeap(year) ? 29 : 28;
  return 30 + ((month + (month >> 3)) & 1);
}

/** Sets `timeMs`. False if the calendar or the clock has no such moment. Second 60 is the next minute's first. */
export function setTime(year: i32, month: i32, day: i32, seconds: i32, ms: i32, zoneMinutes: i32): bool {
  if (year < 1970 || year > 9999 || month < 1 || month > 12) return false;
  if (day < 1 || day > daysInMonth(year, month)) return false;
  timeMs = (<i64>(daysToMonth(year, month) + day - 1) * 86400 + seconds - zoneMinutes * 60) * 1000 + ms;
  return true;
}

/** Seconds of `hh:mm:ss` at `p`; -1 if it is none. Reads eight bytes. */
export function clockSeconds(p: usize): i32 {
  return secondsSince(twoDigits(p), p + 2);
}

/** Seconds of `hour` and `:mm:ss` at `p`; -1 if it is none. Reads six bytes. */
function secondsSince(hour: i32, p: usize): i32 {
  const m = twoDigits(p + 1);
  const s = twoDigits(p + 4);
  if ((hour | m | s) < 0 || hour > 23 || m > 59 || s > 60) return -1;
  if (load<u8>(p) != 0x3a || load<u8>(p, 3) != 0x3a) return -1;
  return hour * 3600 + m * 60 + s;
}

/** Month 1 to 12 of an English three-letter name at `p`; 0 if it is none. */
export function monthNumber(p: usize): i32 {
  const name = load<u32>(p) & 0xffffff;
  if (name == 0x6e614a) return 1;
  if (name == 0x626546) return 2;
  if (name == 0x72614d) return 3;
  if (name == 0x727041) return 4;
  if (name == 0x79614d) return 5;
  if (name == 0x6e754a) return 6;
  if (name == 0x6c754a) return 7;
  if (name == 0x677541) return 8;
  if (name == 0x706553) return 9;
  if (name == 0x74634f) return 10;
  if (name == 0x766f4e) return 11;
  if (name == 0x636544) return 12;
  return 0;
}

export let fractionMs: i32 = 0;

/** Fraction of a second, 1 to 9 digits, at `p`: the position behind it, 0 if malformed. */
export function takeFraction(p: usize, end: usize): usize {
  const start = p;
  let ms: i32 = 0;
  let scale: i32 = 100;
  while (p < end && isDigit(load<u8>(p))) {
    ms += (<i32>load<u8>(p) - 0x30) * scale;
    scale /= 10;
    p++;
  }
  fractionMs = ms;
  return p == start || p - start > 9 ? 0 : p;
}

/** `dd/Mon/yyyy:hh:mm:ss`, perhaps a blank for the first colon, optional `.fraction`, optional blank and `±hhmm`; else in `zoneMinutes`. */
export function parseClfTime(p: usize, end: usize, zoneMinutes: i32): bool {
  if (p + 20 > end || load<u8>(p, 2) != 0x2f || load<u8>(p, 6) != 0x2f) return false;
  const separator = <u32>load<u8>(p, 11);
  if (separator != 0x3a && separator != 0x20) return false;
  const day = twoDigits(p);
  const month = monthNumber(p + 3);
  const century = twoDigits(p + 7);
  const year = twoDigits(p + 9);
  const seconds = clockSeconds(p + 12);
  if ((day | century | year | seconds) < 0) return false;
  p += 20;
  let ms: i32 = 0;
  if (p < end && load<u8>(p) == 0x2e) {
    p = takeFraction(p + 1, end);
    if (p == 0) return false;
    ms = fractionMs;
  }
  startZone(zoneMinutes);
  if (p < end && (load<u8>(p) != 0x20 || p + 1 == end || !takeZone(p + 1, end))) return false;
  return setTime(century * 100 + year, month, day, seconds, ms, zone);
}

/** RFC 3339, with a blank or `t` for `T`, `/` for `-`, a comma for the point; the zone is optional, perhaps behind a blank, perhaps a name. */
export function parseIsoTime(p: usize, end: usize, zoneMinutes: i32): bool {
  const dash = <u32>load<u8>(p, 4);
  if (p + 19 > end || (dash != 0x2d && dash != 0x2f) || load<u8>(p, 7) != dash) return false;
  const separator = <u32>load<u8>(p, 10);
  if (separator != 0x54 && separator != 0x74 && separator != 0x20) return false;
  const century = twoDigits(p);
  const year = twoDigits(p + 2);
  const month = twoDigits(p + 5);
  const day = twoDigits(p + 8);
  const seconds = clockSeconds(p + 11);
  if ((century | year | month | day | seconds) < 0 || !takeTail(p + 19, end, zoneMinutes)) return false;
  return setTime(century * 100 + year, month, day, seconds, tailMs, zone);
}

let tailMs: i32 = 0;

/** A fraction behind a point or comma, and a zone, to the end: into `tailMs` and `zone`. */
function takeTail(p: usize, end: usize, zoneMinutes: i32): bool {
  tailMs = 0;
  if (p < end && (load<u8>(p) == 0x2e || load<u8>(p) == 0x2c)) {
    p = takeFraction(p + 1, end);
    if (p == 0) return false;
    tailMs = fractionMs;
  }
  startZone(zoneMinutes);
  if (p + 1 < end && load<u8>(p) == 0x20) p++;
  const name = load<u32>(p) & 0xffffff;
  const sign = <u32>load<u8>(p, 3);
  // `GMT+02:00`
  if (p + 3 < end && (name == 0x435455 || name == 0x544d47) && (sign == 0x2b || sign == 0x2d)) p += 3;
  return p >= end || takeZoneName(p, end, zoneMinutes) == end || takeZone(p, end);
}

/** `Mmm dd yyyy hh:mm:ss`, the day with one digit or two, and what may follow in RFC 3339: https://www.microfocus.com/documentation/arcsight/ */
function parseNamedTime(p: usize, end: usize, zoneMinutes: i32): bool {
  if (p + 19 > end || load<u8>(p, 3) != 0x20) return false;
  const month = monthNumber(p);
  const short = load<u8>(p, 5) == 0x20;
  const padded = short || load<u8>(p, 4) == 0x20;
  const digit = <i32>load<u8>(p + (short ? 4 : 5)) - 0x30;
  const day = padded ? (<u32>digit > 9 ? -1 : digit) : twoDigits(p + 4);
  p += short ? 6 : 7;
  if (p + 13 > end || load<u8>(p - 1) != 0x20 || load<u8>(p, 4) != 0x20) return false;
  const century = twoDigits(p);
  const year = twoDigits(p + 2);
  const seconds = clockSeconds(p + 5);
  if ((day | century | year | seconds) < 0 || !takeTail(p + 13, end, zoneMinutes)) return false;
  return setTime(century * 100 + year, month, day, seconds, tailMs, zone);
}

/** `yyyy-mm-dd`, or as in `parseSlashDate`: its midnight. */
export function parseDate(p: usize, end: usize, zoneMinutes: i32): bool {
  if (p + 10 != end || load<u8>(p, 4) != 0x2d) return parseSlashDate(p, end, zoneMinutes);
  if (load<u8>(p, 7) != 0x2d) return false;
  const century = twoDigits(p);
  const year = twoDigits(p + 2);
  const month = twoDigits(p + 5);
  const day = twoDigits(p + 8);
  if ((century | year | month | day) < 0) return false;
  return setTime(century * 100 + year, month, day, 0, 0, zoneMinutes);
}

/** `m/d/yy` or `m/d/yyyy`, month and day of one or two digits; a year of two digits is one from 1970 to 2069. */
function parseSlashDate(p: usize, end: usize, zoneMinutes: i32): bool {
  const first = takeDigits(p, end, 2);
  const month = <i32>value;
  if (first == p || first == end || load<u8>(first) != 0x2f) return false;
  const second = takeDigits(first + 1, end, 2);
  const day = <i32>value;
  if (second == first + 1 || second == end || load<u8>(second) != 0x2f) return false;
  const length = end - second - 1;
  if ((length != 2 && length != 4) || takeDigits(second + 1, end, 4) != end) return false;
  const year = <i32>value;
  return setTime(length == 4 ? year : year < 70 ? 2000 + year : 1900 + year, month, day, 0, 0, zoneMinutes);
}

/** `hh:mm:ss`, the hour perhaps of one digit, optional `.fraction`: `timeMs` since midnight. */
export function parseClock(p: usize, end: usize): bool {
  const short = p + 7 <= end && load<u8>(p, 1) == 0x3a && isDigit(load<u8>(p));
  const seconds = short ? secondsSince(<i32>load<u8>(p) - 0x30, p + 1) : p + 8 > end ? -1 : clockSeconds(p);
  if (seconds < 0) return false;
  p += short ? 7 : 8;
  timeMs = <i64>seconds * 1000;
  if (p == end) return true;
  if (load<u8>(p) != 0x2e || takeFraction(p + 1, end) != end) return false;
  timeMs += fractionMs;
  return true;
}

/** `Www Mon dd hh:mm:ss.fraction yyyy`, weekday and fraction optional, a day below ten with a blank or 0 before it. */
export function parseCtime(p: usize, end: usize, zoneMinutes: i32): bool {
  if (
    p + 24 <= end &&
    load<u8>(p, 3) == 0x20 &&
    isLetter(load<u8>(p)) &&
    isLetter(load<u8>(p, 1)) &&
    isLetter(load<u8>(p, 2))
  )
    p += 4;
  if (p + 20 > end || load<u8>(p, 3) != 0x20 || load<u8>(p, 6) != 0x20) return false;
  const month = monthNumber(p);
  const day = load<u8>(p, 4) == 0x20 ? <i32>load<u8>(p, 5) - 0x30 : twoDigits(p + 4);
  const seconds = clockSeconds(p + 7);
  if (seconds < 0 || day < 1 || day > 31) return false;
  p += 15;
  let ms: i32 = 0;
  if (load<u8>(p) == 0x2e) {
    p = takeFraction(p + 1, end);
    if (p == 0) return false;
    ms = fractionMs;
  }
  if (p + 5 != end || load<u8>(p) != 0x20) return false;
  const century = twoDigits(p + 1);
  const year = twoDigits(p + 3);
  if ((century | year) < 0) return false;
  return setTime(century * 100 + year, month, day, seconds, ms, zoneMinutes);
}

/** An ISO, CLF, epoch or CEF time. */
export function parseAnyTime(p: usize, end: usize, zoneMinutes: i32): bool {
  return (
    parseIsoTime(p, end, zoneMinutes) ||
    parseClfTime(p, end, zoneMinutes) ||
    parseEpochTime(p, end) ||
    parseNamedTime(p, end, zoneMinutes)
  );
}

/** Epoch seconds with an optional fraction, or milli-, micro- or nanoseconds, told apart by magnitude. */
export function parseEpochTime(p: usize, end: usize): bool {
  const digits = takeDigits(p, end, 19);
  const whole = value;
  if (digits == p || whole < 0) return false;
  let ms: i32 = 0;
  if (digits < end) {
    if (load<u8>(digits) != 0x2e) return false;
    let q = digits + 1;
    while (q < end && isDigit(load<u8>(q))) q++;
    if (q == digits + 1 || q < end) return false;
    takeFraction(digits + 1, min<usize>(end, digits + 4));
    ms = fractionMs;
  }
  if (whole >= 100000000000000000) timeMs = whole / 1000000;
  else if (whole >= 100000000000000) timeMs = whole / 1000;
  else if (whole >= 100000000000) timeMs = whole;
  else timeMs = whole * 1000 + ms;
  return timeMs < 253402300800000;
}

/** `yyyy-mm-ddThh:mm:ss.mmmZ` of milliseconds since 1970, up to the year 9999; the position behind it. */
export function putIsoTime(at: usize, ms: i64): usize {
  // https://howardhinnant.github.io/date_algorithms.html#civil_from_days, years from March
  const days = <u32>(ms / 86400000) + 719468;
  const era = days / 146097;
  const dayOfEra = days - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const march = (5 * dayOfYear + 2) / 153;
  const month = march < 10 ? march + 3 : march - 9;
  const year = yearOfEra + era * 400 + (month < 3 ? 1 : 0);
  const clock = <u32>(ms % 86400000);
  putTwo(at, year / 100, 0x30);
  putTwo(at + 2, year % 100, 0x2d);
  putTwo(at + 5, month, 0x2d);
  putTwo(at + 8, dayOfYear - (153 * march + 2) / 5 + 1, 0x54);
  putTwo(at + 11, clock / 3600000, 0x3a);
  putTwo(at + 14, (clock / 60000) % 60, 0x3a);
  putTwo(at + 17, (clock / 1000) % 60, 0x2e);
  putTwo(at + 20, (clock / 10) % 100, 0x5a);
  store<u16>(at, <u16>(0x5a30 + (clock % 10)), 22);
  return at + 24;
}

/** Two digits and what follows them. */
function putTwo(at: usize, n: u32, next: u32): void {
  store<u8>(at, <u8>(0x30 + n / 10));
  store<u8>(at, <u8>(0x30 + (n % 10)), 1);
  store<u8>(at, <u8>next, 2);
}
