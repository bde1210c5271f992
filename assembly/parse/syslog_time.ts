import { takeDigits, value } from '../bytes/number';
import { clockSeconds, fractionMs, monthNumber, setTime, takeFraction, timeMs } from '../bytes/time';
import { zone as namedZone, takeZoneName, zoneKnown } from '../bytes/zone';
import { lineEnd } from './line';

/** Time of the record by the host, for times without a year. */
let hostMs: i64 = 0;
/** Minutes east of UTC for times without a zone. */
export let zoneMinutes: i32 = 0;

export function startSyslog(hostTimeMs: i64, zone: i32): void {
  hostMs = hostTimeMs;
  zoneMinutes = zone;
}

/**
 * `Mmm dd hh:mm:ss`, perhaps with a year before it, before the clock or behind it, and with a fraction, into `timeMs`: the position of the blank behind
 * it, or of the colon before a mnemonic, where a zone may have a name; else 0.
 */
export function stamp(p: usize): usize {
  const end = lineEnd;
  if (p + 16 > end) return 0;
  let dated = takeDigits(p, end, 4) == p + 4 && load<u8>(p, 4) == 0x20;
  if (dated) p += 5;
  else dated = takeDigits(p + 7, end, 4) == p + 11 && load<u8>(p, 11) == 0x20 && load<u8>(p, 6) == 0x20;
  let year = <i32>value;
  const clock: usize = p + (dated && load<u8>(p, 11) == 0x20 ? 12 : 7);
  if (clock + 9 > end || load<u8>(p, 3) != 0x20 || load<u8>(clock - 1) != 0x20) return 0;
  const month = monthNumber(p);
  const tens = <u32>load<u8>(p, 4) == 0x20 ? 0 : <i32>load<u8>(p, 4) - 0x30;
  const ones = <i32>load<u8>(p, 5) - 0x30;
  const seconds = clockSeconds(clock);
  if (month == 0 || <u32>tens > 3 || <u32>ones > 9 || seconds < 0) return 0;
  let ms: i32 = 0;
  p = clock + 8;
  if (load<u8>(p) == 0x2e) {
    p = takeFraction(p + 1, end);
    if (p == 0 || p >= end) return 0;
    ms = fractionMs;
  }
  let zoneEnd = load<u8>(p) == 0x20 ? takeZoneName(p + 1, end, zoneMinutes) : p;
  if (zoneEnd == p + 1) zoneEnd = p;
  const marked = zoneEnd + 3 <= end && (load<u32>(zoneEnd) & 0xffffff) == 0x25203a;
  // Elsewhere a name that is none may be the host's.
  const zoned = zoneEnd > p && (marked || (zoneKnown && zoneEnd < end && load<u8>(zoneEnd) == 0x20));
  const zone = zoned ? namedZone : zoneMinutes;
  if (!marked && load<u8>(p) != 0x20) return 0;
  p = marked || zoned ? zoneEnd : p;
  const behindYear = !dated && !marked ? takeDigits(p + 1, end, 4) : 0;
  if (behindYear == p + 5 && behindYear < end && load<u8>(behindYear) == 0x20 && value >= 1970 && value < 2100) {
    dated = true;
    year = <i32>value;
    p = behindYear;
  }
  const day = tens * 10 + ones;
  if (dated ? !setTime(year, month, day, seconds, ms, zone) : !guessYear(month, day, seconds, ms, zone)) return 0;
  return p;
}

/** The year of the host's time, or the one before if the result would lie more than a day ahead. */
function guessYear(month: i32, day: i32, seconds: i32, ms: i32, zone: i32): bool {
  let year = 1970 + <i32>(hostMs / 31556952000);
  // The mean length of a year is off by less than a day.
  if (setTime(year + 1, 1, 1, 0, 0, 0) && timeMs <= hostMs) year++;
  if (!setTime(year, month, day, seconds, ms, zone)) return setTime(year - 1, month, day, seconds, ms, zone);
  if (timeMs > hostMs + 86400000) return setTime(year - 1, month, day, seconds, ms, zone) || true;
  return true;
}
