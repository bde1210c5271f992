import { DAYS } from './clock.ts';
import type { ClockTest } from './model.ts';
import { type LocalTime, ZONE_END_MS, ZONE_START_MS, zoneClock } from './zone.ts';

/** Whether the clocks of a zone show what is asked for; they are asked themselves, no table is read. */
export function clockHolds(clock: ClockTest, ms: number): boolean {
  const local = localTime(clock.zone, ms);
  if (clock.dates !== undefined) return clock.dates.includes(dateOf(local));
  if (clock.days !== undefined) return clock.days.includes(dayOf(local));
  const minute = local.hour * 60 + local.minute;
  return clock.hours.some(([from, to]) => (from < to ? minute >= from && minute < to : minute >= from || minute < to));
}

/** `tue 2026-02-03 05:05 in Europe/Berlin` */
export function clockText({ zone }: ClockTest, ms: number): string {
  const local = localTime(zone, ms);
  const { hour, minute } = local;
  return `${DAYS[dayOf(local)]} ${dateOf(local)} ${two(hour)}:${two(minute)} in ${zone}`;
}

const clocks = new Map<string, ReturnType<typeof zoneClock>>();

/** Before and behind the times zones are known for their clocks go as at the nearer end. */
function localTime(zone: string, ms: number): LocalTime {
  const clock = clocks.get(zone) ?? zoneClock(zone);
  clocks.set(zone, clock);
  const inside = Math.min(Math.max(ms, ZONE_START_MS), ZONE_END_MS);
  if (inside === ms) return clock(ms);
  const { year, month, day, hour, minute, second } = clock(inside);
  const shifted = new Date(Date.UTC(year, month - 1, day, hour, minute, second) + ms - inside);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  };
}

const two = (number: number): string => String(number).padStart(2, '0');
const dateOf = ({ year, month, day }: LocalTime): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
/** From Monday on. */
const dayOf = ({ year, month, day }: LocalTime): number =>
  (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
