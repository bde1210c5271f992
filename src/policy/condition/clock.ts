/**
 * Conditions on what the clocks of a zone show at a time:
 *
 *   time.inHours("09:00-17:00", "Europe/Berlin")         also several, `22:00-06:00` over midnight, `24:00` as an end
 *   time.onDays("mon-fri,sun", "Europe/Berlin")
 *   time.onHoliday("bavaria", "Europe/Berlin")           a list of dates under `holidays`
 */
import { suggest } from '../../diagnostic.ts';
import { Fault } from './fault.ts';
import type { ClockTest, Extent, FieldRef, LocalUnit } from './model.ts';
import type { Range } from './predicates.ts';
import { isZone } from './zone.ts';

export const CLOCK_METHODS = ['inHours', 'onDays', 'onHoliday'] as const;
export type ClockMethod = (typeof CLOCK_METHODS)[number];
export type Holidays = ReadonlyMap<string, readonly string[]>;

/** A constant text of an expression, and where it stands. */
export interface TextArgument {
  readonly text: string | undefined;
  readonly at: Extent;
}

const EXAMPLES: Readonly<Record<ClockMethod, string>> = {
  inHours: 'time.inHours("09:00-17:00", "Europe/Berlin")',
  onDays: 'time.onDays("mon-fri", "Europe/Berlin")',
  onHoliday: 'time.onHoliday("bavaria", "Europe/Berlin")',
};
/** From Monday on. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MINUTES = 1440;

/** Checks a call; a `Fault` for what is wrong with it. */
export function clockTest(
  method: ClockMethod,
  field: FieldRef,
  args: readonly TextArgument[],
  at: Extent,
  holidays: Holidays,
): ClockTest {
  if (field.type !== 'time')
    throw new Fault('time_expected', `\`${field.path}\` is no time`, at, `write \`${EXAMPLES[method]}\``);
  const [what, zone] = args;
  if (args.length !== 2 || what?.text === undefined || zone?.text === undefined)
    throw new Fault(
      'two_texts',
      `\`${method}\` takes two texts, what is asked for and a zone`,
      at,
      `write \`${EXAMPLES[method]}\``,
    );
  if (!isZone(zone.text)) {
    const near = suggest(zone.text, Intl.supportedValuesOf('timeZone'));
    const help =
      near === undefined ? 'write `UTC`, or a name of IANA such as `Europe/Berlin`' : `did you mean \`${near}\`?`;
    throw new Fault('unknown_zone', `unknown zone \`${zone.text}\``, zone.at, help);
  }
  if (method === 'inHours') return { zone: zone.text, hours: hoursOf(what.text, what.at) };
  if (method === 'onDays') return { zone: zone.text, days: daysOf(what.text, what.at) };
  const dates = holidays.get(what.text);
  if (dates !== undefined) return { zone: zone.text, list: what.text, dates };
  const near = suggest(what.text, holidays.keys());
  const help = near === undefined ? 'add it to `holidays`: a list of dates' : `did you mean \`${near}\`?`;
  throw new Fault('unknown_holidays', `unknown list of holidays \`${what.text}\``, what.at, help);
}

/** Minutes of the day, the end not included. */
function hoursOf(text: string, at: Extent): [from: number, to: number][] {
  return text.split(',').map((part) => {
    const [, ...digits] = /^\s*(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)\s*$/.exec(part) ?? [];
    const [fromHour, fromMinute, toHour, toMinute] = digits.map(Number) as [number, number, number, number];
    const from = fromHour * 60 + fromMinute;
    const to = toHour * 60 + toMinute;
    const fine =
      digits.length > 0 && from < DAY_MINUTES && to <= DAY_MINUTES && fromMinute < 60 && toMinute < 60 && from !== to;
    if (!fine)
      throw new Fault(
        'invalid_hours',
        `\`${part.trim()}\` are no hours`,
        at,
        'write `09:00-17:00`, over midnight `22:00-06:00`',
      );
    return [from, to];
  });
}

/** Numbers of days, Monday 0. */
function daysOf(text: string, at: Extent): number[] {
  const numbers = text.split(',').flatMap((part) => {
    const [from = -1, to = from, ...more] = part.split('-').map((day) => DAYS.indexOf(day.trim().toLowerCase()));
    if (from < 0 || to < 0 || more.length > 0)
      throw new Fault(
        'invalid_days',
        `\`${part.trim()}\` are no days`,
        at,
        `write \`mon-fri\`: days are ${DAYS.join(', ')}`,
      );
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, i) => (from + i) % 7);
  });
  return [...new Set(numbers)].sort();
}

/** What of the local time a test looks at, and the numbers that are meant: minutes of the week, or days since 1970. */
export function clockRanges(clock: ClockTest): { readonly unit: LocalUnit; readonly ranges: readonly Range[] } {
  if (clock.dates !== undefined)
    return { unit: 'day', ranges: clock.dates.map((date) => one(Date.parse(date) / 86_400_000)) };
  const spans =
    clock.hours === undefined
      ? clock.days.map((day) => [day * DAY_MINUTES, (day + 1) * DAY_MINUTES - 1] as const)
      : DAYS.flatMap((_, day) =>
          clock.hours.flatMap(([from, to]) =>
            spansOf(from, to).map(([a, b]) => [day * DAY_MINUTES + a, day * DAY_MINUTES + b] as const),
          ),
        );
  return { unit: 'minute', ranges: spans.map(([from, to]) => [BigInt(from), BigInt(to)]) };
}

/** Inclusive, within one day. */
function spansOf(from: number, to: number): [number, number][] {
  if (from < to) return [[from, to - 1]];
  return to === 0
    ? [[from, DAY_MINUTES - 1]]
    : [
        [0, to - 1],
        [from, DAY_MINUTES - 1],
      ];
}

const one = (day: number): Range => [BigInt(day), BigInt(day)];
