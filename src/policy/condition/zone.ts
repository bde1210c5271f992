/** Times whose zone is looked up; those outside have the offset of the nearer end. Milliseconds since 1970. */
export const ZONE_START_MS = Date.UTC(1970, 0, 1);
export const ZONE_END_MS = Date.UTC(2100, 0, 1);

/** Offsets of a zone from UTC. */
export interface ZoneTable {
  /** When the offset changes, in milliseconds since 1970, sorted. */
  readonly changes: readonly number[];
  /** Milliseconds east of UTC before the first change, then from each on. */
  readonly offsets: readonly number[];
}

/** A moment as the clocks of a zone show it. */
export interface LocalTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What the clocks of a zone show, by the time zone data of Node. `RangeError` if there is no such zone. */
export function zoneClock(zone: string): (ms: number) => LocalTime {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const options = {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    second: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', { ...numeric, ...options });
  return (ms) => {
    const [month, day, year, hour, minute, second] = format.format(ms).match(/\d+/g)!.map(Number);
    return { year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! };
  };
}

/** Names of IANA: a place, `UTC`. Offsets are none. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneClock(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const DAY_MS = 86_400_000;
const known = new Map<string, ZoneTable>();

/** All changes of a zone's offset, found by looking at every day: no zone has changed twice within one. */
export function zoneTable(zone: string): ZoneTable {
  const table = known.get(zone) ?? expand(zone);
  known.set(zone, table);
  return table;
}

function expand(zone: string): ZoneTable {
  const clock = zoneClock(zone);
  const offsetAt = (ms: number): number => {
    const { year, month, day, hour, minute, second } = clock(ms);
    return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
  };
  const changes: number[] = [];
  const offsets = [offsetAt(ZONE_START_MS)];
  for (let at = ZONE_START_MS; at < ZONE_END_MS; at += DAY_MS) {
    const before = offsets.at(-1)!;
    const after = offsetAt(at + DAY_MS);
    if (after === before) continue;
    changes.push(firstSecond(at, at + DAY_MS, (ms) => offsetAt(ms) !== before));
    offsets.push(after);
  }
  return { changes, offsets };
}

/** The first second of `from` to `to` that is so; it is so from there on, and at `to`. */
function firstSecond(from: number, to: number, isSo: (ms: number) => boolean): number {
  let low = from / 1000;
  let high = to / 1000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isSo(middle * 1000)) high = middle;
    else low = middle;
  }
  return high * 1000;
}
