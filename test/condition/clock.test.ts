import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reasonText } from '../../src/cli/explain_text.ts';
import { showDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { type BuiltFilter, buildFilter, readEngine } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { zoneTable } from '../../src/policy/condition/zone.ts';
import { hostRecord } from '../../src/run/record.ts';
import { Twin } from '../../src/twin.ts';

const HEAD = `auditlb: 1
sources:
  - {name: web, tag: web, format: {class: base_event, json: {at: {to: time, as: iso_time}, from: {to: time.start, as: iso_time}}}}
`;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Antarctica/Troll',
];
const HOLIDAYS = 'holidays: {some: [2026-12-25, 2011-12-30, 2000-02-29], none: []}\n';
const ASKED = [
  'time.inHours("09:00-17:00", ZONE)',
  'time.inHours("22:00-06:00,12:00-12:30", ZONE)',
  'time.inHours("23:30-24:00", ZONE)',
  'time.onDays("mon-fri", ZONE)',
  'time.onDays("sat-mon,wed", ZONE)',
  'time.onHoliday("some", ZONE)',
  '!time.onHoliday("some", ZONE) && (time.onDays("tue", ZONE) || !time.inHours("00:00-12:00", ZONE))',
  'time.start.inHours("02:00-03:00", ZONE)',
];

function built(text: string, engine?: Uint8Array): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text: HEAD + text, file: 'policy.yaml' }, engine && { engine });
  expect(diagnostics).toEqual([]);
  return filter!;
}

const routesOf = (zones: readonly string[]): string =>
  zones
    .flatMap((zone, z) => ASKED.map((asked, i) => [`z${z}_${i}`, asked.replaceAll('ZONE', `"${zone}"`)]))
    .map(([name, when]) => `  - {name: ${name}, when: '${when}'}\n`)
    .join('');

/** No two at one time of the host: how often the same came before is no matter here. */
let records = 0;
const recordAt = (ms: number) => {
  const at = new Date(ms).toISOString();
  return hostRecord(Buffer.from(JSON.stringify({ at, from: at })), 'web', new Date(records++ * 1000));
};

/** Moments of all ages, many of them about a change of some clock. */
const moments = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(2110, 0, 1) / 1000 }).map((second) => second * 1000 + (second % 1000)),
  fc
    .tuple(fc.constantFrom(...ZONES.flatMap((zone) => zoneTable(zone).changes)), fc.integer({ min: -9000, max: 9000 }))
    .map(([change, seconds]) => Math.max(0, change + seconds * 1000)),
  fc
    .tuple(fc.constantFrom(...ZONES.flatMap((zone) => zoneTable(zone).changes)), fc.constantFrom(-1, 0, 1))
    .map(([change, ms]) => change + ms),
  fc.constantFrom(0, 1, Date.UTC(2100, 0, 1) - 1, Date.UTC(2100, 0, 1), Date.UTC(2100, 6, 1), Date.UTC(9999, 11, 31)),
);

describe.each(['release', 'debug'] as const)('conditions on local time, %s', (kind) => {
  test('hold in the filter where the clocks of the zone say so', () => {
    const twin = new Twin(built(`${HOLIDAYS}routes:\n${routesOf(ZONES)}`, readEngine(kind)));
    fc.assert(
      fc.property(moments, (ms) => {
        const { answer, evaluation, differ } = twin.run(recordAt(ms));
        expect(differ ? answer : undefined, evaluation.routes.join()).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });
});

/** Names of the routes a moment takes. */
function routesAt(routes: string): (at: string) => readonly string[] {
  const instance = new FilterInstance(built(`${HOLIDAYS}${routes}`).wasm);
  return (at) => {
    const { tag, record } = recordAt(Date.parse(at));
    const answer = instance.call(Buffer.from(tag), 0, 0, record);
    if (!('output' in answer)) throw new Error(answer.kind);
    const output = JSON.parse(Buffer.from(answer.output).toString()) as { auditlb: { routes?: string[] } };
    return output.auditlb.routes ?? [];
  };
}

describe('known moments', () => {
  test('the hour that is not, and the one that is twice', () => {
    const at = routesAt(`routes:
  - {name: two, when: 'time.inHours("02:00-03:00", "Europe/Berlin")'}
  - {name: three, when: 'time.inHours("03:00-04:00", "Europe/Berlin")'}
`);
    expect(at('2026-03-29T00:59:59.999Z')).toEqual([]);
    expect(at('2026-03-29T01:00:00Z')).toEqual(['three']);
    expect(at('2026-03-29T02:00:00Z')).toEqual([]);
    expect(at('2026-10-25T00:30:00Z')).toEqual(['two']);
    expect(at('2026-10-25T01:30:00Z')).toEqual(['two']);
    expect(at('2026-10-25T02:00:00Z')).toEqual(['three']);
  });

  test('ends are not part of the hours, and hours go over midnight', () => {
    const at = routesAt(`routes:
  - {name: day, when: 'time.inHours("09:00-17:00", "Asia/Kolkata")'}
  - {name: night, when: 'time.inHours("22:00-06:00", "Asia/Kolkata")'}
  - {name: late, when: 'time.inHours("22:00-24:00", "Asia/Kolkata")'}
`);
    expect(at('2026-02-03T03:29:59Z')).toEqual([]);
    expect(at('2026-02-03T03:30:00Z')).toEqual(['day']);
    expect(at('2026-02-03T11:29:59.999Z')).toEqual(['day']);
    expect(at('2026-02-03T11:30:00Z')).toEqual([]);
    expect(at('2026-02-03T16:30:00Z')).toEqual(['night', 'late']);
    expect(at('2026-02-03T18:30:00Z')).toEqual(['night']);
    expect(at('2026-02-04T00:29:59Z')).toEqual(['night']);
    expect(at('2026-02-04T00:30:00Z')).toEqual([]);
  });

  test('days and dates are those of the zone: Samoa had no 30 December 2011', () => {
    const at = routesAt(`routes:
  - {name: weekend, when: 'time.onDays("sat-sun", "Pacific/Apia")'}
  - {name: friday, when: 'time.onDays("FRI", "Pacific/Apia")'}
  - {name: holiday, when: 'time.onHoliday("some", "Pacific/Apia")'}
  - {name: east, when: 'time.onHoliday("some", "Pacific/Honolulu")'}
  - {name: never, when: 'time.onHoliday("none", "UTC")'}
`);
    expect(at('2011-12-30T09:59:59Z')).toEqual([]);
    expect(at('2011-12-30T10:00:00Z')).toEqual(['weekend', 'east']);
    expect(at('2026-12-24T10:59:59Z')).toEqual([]);
    expect(at('2026-12-24T11:00:00Z')).toEqual(['friday', 'holiday']);
    expect(at('2026-12-25T11:00:00Z')).toEqual(['weekend', 'east']);
  });
});

test('explanations say what the clocks showed', () => {
  const filter = built(`routes: [{name: day, when: 'time.inHours("09:00-17:00", "Europe/Berlin")'}]\n`);
  const { routes } = explain(new Twin(filter), recordAt(Date.parse('2026-07-01T22:30:00Z')));
  expect(routes[0]!.reasons).toEqual([
    {
      test: 'time.inHours("09:00-17:00", "Europe/Berlin")',
      holds: false,
      field: 'time',
      actual: '2026-07-01T22:30:00.000Z',
      local: 'thu 2026-07-02 00:30 in Europe/Berlin',
    },
  ]);
});

test('and so does their text', () => {
  const reason = {
    test: 'time.onDays("mon", "UTC")',
    holds: true,
    field: 'time',
    actual: 'T',
    local: 'mon 2026-02-02 00:00 in UTC',
  };
  expect(reasonText(reason)).toBe('time.onDays("mon", "UTC") is true: it is mon 2026-02-02 00:00 in UTC');
});

const said = (body: string): string => {
  const { diagnostics, warnings } = buildFilter({ text: HEAD + body, file: 'policy.yaml' });
  return [...diagnostics, ...warnings].map((each) => showDiagnostic(each, HEAD + body)).join('\n');
};

test('what is wrong is shown where it stands', () => {
  expect(
    said(`holidays: {good: [2026-12-25], bad: [2026-02-30, 25.12.2026, 2026-1-1]}
routes:
  - {name: a, when: 'time.inHours("9-17", "UTC")'}
  - {name: b, when: 'time.inHours("09:00-09:00", "UTC") || time.inHours("09:00-24:30", "UTC")'}
  - {name: c, when: 'time.onDays("mon-fry", "UTC")'}
  - {name: d, when: 'time.onDays("mon", "Europe/Berlim") || time.onDays("mon", "+01:00")'}
  - {name: e, when: 'time.onHoliday("god", "UTC")'}
  - {name: f, when: 'time.inHours("09:00-17:00")'}
  - {name: g, when: 'src.ip.inHours("09:00-17:00", "UTC")'}
  - {name: h, when: 'time.inHour("09:00-17:00", "UTC")'}
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:4:38: invalid_date: \`2026-02-30\` is no date
      4 | holidays: {good: [2026-12-25], bad: [2026-02-30, 25.12.2026, 2026-1-1]}
        |                                      ^^^^^^^^^^
      help: write it like \`2026-12-25\`
    policy.yaml:4:50: invalid_date: \`25.12.2026\` is no date
      4 | holidays: {good: [2026-12-25], bad: [2026-02-30, 25.12.2026, 2026-1-1]}
        |                                                  ^^^^^^^^^^
      help: write it like \`2026-12-25\`
    policy.yaml:4:62: invalid_date: \`2026-1-1\` is no date
      4 | holidays: {good: [2026-12-25], bad: [2026-02-30, 25.12.2026, 2026-1-1]}
        |                                                              ^^^^^^^^
      help: write it like \`2026-12-25\`
    policy.yaml:6:35: invalid_hours: \`9-17\` are no hours
      6 |   - {name: a, when: 'time.inHours("9-17", "UTC")'}
        |                                   ^^^^^^
      help: write \`09:00-17:00\`, over midnight \`22:00-06:00\`
    policy.yaml:7:35: invalid_hours: \`09:00-09:00\` are no hours
      7 |   - {name: b, when: 'time.inHours("09:00-09:00", "UTC") || time.inHours("09:00-24:30", "UTC")'}
        |                                   ^^^^^^^^^^^^^
      help: write \`09:00-17:00\`, over midnight \`22:00-06:00\`
    policy.yaml:7:73: invalid_hours: \`09:00-24:30\` are no hours
      7 |   - {name: b, when: 'time.inHours("09:00-09:00", "UTC") || time.inHours("09:00-24:30", "UTC")'}
        |                                                                         ^^^^^^^^^^^^^
      help: write \`09:00-17:00\`, over midnight \`22:00-06:00\`
    policy.yaml:8:34: invalid_days: \`mon-fry\` are no days
      8 |   - {name: c, when: 'time.onDays("mon-fry", "UTC")'}
        |                                  ^^^^^^^^^
      help: write \`mon-fri\`: days are mon, tue, wed, thu, fri, sat, sun
    policy.yaml:9:41: unknown_zone: unknown zone \`Europe/Berlim\`
      9 |   - {name: d, when: 'time.onDays("mon", "Europe/Berlim") || time.onDays("mon", "+01:00")'}
        |                                         ^^^^^^^^^^^^^^^
      help: did you mean \`Europe/Berlin\`?
    policy.yaml:9:80: unknown_zone: unknown zone \`+01:00\`
      9 |   - {name: d, when: 'time.onDays("mon", "Europe/Berlim") || time.onDays("mon", "+01:00")'}
        |                                                                                ^^^^^^^^
      help: write \`UTC\`, or a name of IANA such as \`Europe/Berlin\`
    policy.yaml:10:37: unknown_holidays: unknown list of holidays \`god\`
      10 |   - {name: e, when: 'time.onHoliday("god", "UTC")'}
         |                                     ^^^^^
      help: did you mean \`good\`?
    policy.yaml:11:22: two_texts: \`inHours\` takes two texts, what is asked for and a zone
      11 |   - {name: f, when: 'time.inHours("09:00-17:00")'}
         |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: write \`time.inHours("09:00-17:00", "Europe/Berlin")\`
    policy.yaml:12:22: time_expected: \`src.ip\` is no time
      12 |   - {name: g, when: 'src.ip.inHours("09:00-17:00", "UTC")'}
         |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: write \`time.inHours("09:00-17:00", "Europe/Berlin")\`
    policy.yaml:13:22: unknown_function: unknown function \`inHour\`
      13 |   - {name: h, when: 'time.inHour("09:00-17:00", "UTC")'}
         |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: did you mean \`inHours\`?"
  `);
});

test('what is hardly meant is warned of', () => {
  expect(
    said(`holidays: {good: [2026-12-25], idle: [2026-12-26]}
routes:
  - {name: a, when: 'time.onDays("mon", "UTC") && time.onDays("tue-fri", "UTC")'}
  - {name: b, when: 'time.onDays("mon", "UTC") && time.onDays("tue-fri", "Asia/Tokyo")'}
  - {name: c, when: 'time.onHoliday("good", "UTC")'}
`),
  ).toMatchInlineSnapshot(`
    "policy.yaml:4:32: warning: unused_holidays: nothing asks for holidays \`idle\`
      4 | holidays: {good: [2026-12-25], idle: [2026-12-26]}
        |                                ^^^^
      help: remove it, or write its name into a \`when\`
    policy.yaml:6:22: warning: never_true: route \`a\` is never taken: no record makes this true
      6 |   - {name: a, when: 'time.onDays("mon", "UTC") && time.onDays("tue-fri", "UTC")'}
        |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: remove it"
  `);
});

test('a build says which time zone data it is made of, if any', () => {
  const timezones = (text: string) => new FilterInstance(built(text).wasm).describe().timezones;
  expect(timezones(`routes: [{name: a, when: 'time.onDays("mon", "UTC")'}]\n`)).toBe(process.versions.tz);
  expect(timezones(`routes: [{name: a, when: 'time > timestamp("2026-01-01T00:00:00Z")'}]\n`)).toBeUndefined();
});
