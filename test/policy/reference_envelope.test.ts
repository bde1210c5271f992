import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import { Field } from '../../assembly/shared/fields.ts';
import { capture, HOST_MS, plan, run, textFormat, until } from './reference_plans.ts';

const format = textFormat([until(undefined, capture(Convert.verbatim, [Field.event_message]))]);
const peel = (line: string, zoneMinutes = 0) => run(plan([format], {}, { zoneMinutes }), { log: line });
const T = BigInt(Date.UTC(2026, 1, 3, 4, 5, 6));

/** Slots an envelope may set, by name. */
function said(line: string, zoneMinutes = 0) {
  const { event, envelopes, unmapped } = peel(line, zoneMinutes);
  const slots = [
    'log_stream',
    'log_host',
    'log_app',
    'log_pid',
    'log_priority',
    'log_message_id',
    'log_level',
  ] as const;
  const found = slots.flatMap((name) => (event.has(Field[name]) ? [[name, event.get(Field[name])]] : []));
  const time = event.get(Field.time) === BigInt(HOST_MS) ? {} : { time: event.get(Field.time) };
  return { ...time, ...Object.fromEntries(found), line: event.get(Field.event_message), envelopes, unmapped };
}

describe('Docker', () => {
  test('json-file', () => {
    const line = '{"log":"a \\"b\\"\\n","stream":"stderr","attrs":{"x":"y"},"time":"2026-02-03T04:05:06.000000001Z"}';
    expect(said(line)).toEqual({
      time: T,
      log_stream: 'stderr',
      line: 'a "b"',
      envelopes: ['docker'],
      unmapped: { attrs: { x: 'y' } },
    });
  });
  test.each([
    '{"log":"a"}',
    '{"log":"a","stream":1}',
    '{"log":"a","stream":"x","more":1}',
    '{"log":"a","stream":"x"} ',
    '{ "log":"a","stream":"x"}',
    '{"log":"a","stream":"x"',
  ])('not: %s', (line) => expect(said(line).envelopes).toEqual(line.endsWith(' ') ? ['docker'] : []));
  test('a time that is none is left alone', () => {
    expect(said('{"log":"a","stream":"x","time":"now"}')).toMatchObject({ line: 'a', envelopes: ['docker'] });
  });
});

describe('CRI', () => {
  test.each([
    ['2026-02-03T04:05:06.123456789Z stdout F a b ', { time: T + 123n, log_stream: 'stdout', line: 'a b ' }],
    ['2026-02-03T05:05:06+01:00 stderr P x', { time: T, log_stream: 'stderr', line: 'x' }],
    ['2026-02-03T04:05:06Z stdout F ', { time: T, log_stream: 'stdout', line: '' }],
  ])('%s', (line, expected) => expect(said(line)).toEqual({ ...expected, envelopes: ['cri'], unmapped: {} }));
  test.each([
    '2026-02-03T04:05:06Z stdin F x',
    '2026-02-03T04:05:06Z stdout X x',
    'now stdout F x',
    '2026-02-03T04:05:06Z stdout F',
  ])('not: %s', (line) => expect(said(line).envelopes).toEqual([]));
});

describe('CEE', () => {
  test.each([
    ['@cee: {"a":1}', ['cee']],
    ['@cee:{"a":1', ['cee']],
    ['Feb  3 04:05:06 h app: @cee:  {}', ['rfc3164', 'cee']],
  ])('%s', (line, envelopes) => {
    expect(said(line)).toMatchObject({ line: line.slice(line.indexOf('{')), envelopes });
  });
  test.each(['@cee: a', '@cee:', '@cee {}', ' @cee: {}'])('not: %s', (line) =>
    expect(said(line).envelopes).toEqual([]),
  );
});

describe('RFC 5424', () => {
  test('all of it', () => {
    const data = '[a@1 k="v\\"]"][b]';
    expect(said(`<165>1 2026-02-03T05:05:06+01:00 host app 42 ID ${data} \ufeffhello`)).toEqual({
      time: T,
      log_host: 'host',
      log_app: 'app',
      log_pid: 42n,
      log_priority: 165n,
      log_message_id: 'ID',
      line: 'hello',
      envelopes: ['rfc5424'],
      unmapped: { structured_data: data },
    });
  });
  test('nothing of it', () => {
    const nothing = { log_priority: 0n, line: '', envelopes: ['rfc5424'], unmapped: {} };
    expect(said('<0>1 - - - - - -')).toEqual(nothing);
  });
  test.each([
    '<192>1 - - - - - - x',
    '<1>1 x - - - - - x',
    '<1>1 - - - - - [a x',
    '<1>1 - - - - -x y',
    '<1>0 - - - - - - x',
  ])('not: %s', (line) => expect(said(line).envelopes).toEqual([]));
  test('a time without a zone is the source’s', () => {
    expect(said('<1>1 2026-02-03T05:05:06 - - - - - x', 60)).toMatchObject({ time: T });
  });
});

describe('RFC 3164', () => {
  test.each([
    [
      '<34>Feb  3 04:05:06 host su[12]: x y',
      { time: T, log_host: 'host', log_app: 'su', log_pid: 12n, log_priority: 34n, line: 'x y' },
    ],
    ['Feb 03 04:05:06 host su: x', { time: T, log_host: 'host', log_app: 'su', line: 'x' }],
    ['<34>Feb  3 04:05:06 su[12]: x', { time: T, log_app: 'su', log_pid: 12n, log_priority: 34n, line: 'x' }],
    [
      '2026-02-03T04:05:06.5Z host postfix/smtpd[w1]: x',
      { time: T + 500n, log_host: 'host', log_app: 'postfix/smtpd[w1]', line: 'x' },
    ],
    ['Feb  3 04:05:06 host su:', { time: T, log_host: 'host', log_app: 'su', line: '' }],
  ])('%s', (line, expected) => expect(said(line)).toEqual({ ...expected, envelopes: ['rfc3164'], unmapped: {} }));

  test.each([
    '<34>su: x',
    'Feb 30 04:05:06 host su: x',
    'Feb  3 24:05:06 host su: x',
    'feb  3 04:05:06 host su: x',
    'Feb  3 04:05:06 three words su: x',
    'Feb  3 04:05:06 su:',
  ])('not: %s', (line) => expect(said(line).envelopes).toEqual([]));

  test.each([
    [
      '<34>Feb  3 04:05:06.5 host su: x',
      { time: T + 500n, log_host: 'host', log_app: 'su', log_priority: 34n, line: 'x' },
    ],
    ['<34>2026 Feb  3 04:05:06 host su: x', { time: T, log_host: 'host', log_app: 'su', log_priority: 34n, line: 'x' }],
    ['<34>%ASA-6-302013: Built', { log_app: '%ASA-6-302013', log_priority: 34n, line: 'Built' }],
    ['<34>Feb 03 2026 04:05:06: %ASA-6-1: x', { time: T, log_app: '%ASA-6-1', log_priority: 34n, line: 'x' }],
    [
      '<34>:Feb 03 05:05:06 CET: %ASA-session-6-1: x',
      { time: T, log_app: '%ASA-session-6-1', log_priority: 34n, line: 'x' },
    ],
    [
      '<34>45: r1: *Feb  3 04:05:06.5: %SYS-5-A: x',
      { time: T + 500n, log_host: 'r1', log_app: '%SYS-5-A', log_priority: 34n, line: 'x' },
    ],
    [
      '<34>: 2026 Feb  3 05:05:06 IST: %A-5-B: x',
      { time: T + 3600000n, log_app: '%A-5-B', log_priority: 34n, line: 'x' },
    ],
    ['.Feb  3 04:05:06: %SYS-5-A: x', { time: T, log_app: '%SYS-5-A', line: 'x' }],
  ])('Cisco: %s', (line, expected) =>
    expect(said(line)).toEqual({ ...expected, envelopes: ['rfc3164'], unmapped: {} }),
  );
  test.each([
    ['Feb  3 04:05:06 h auth.info su[1]: x', { log_host: 'h', log_app: 'su', log_pid: 1n, log_level: 'info' }, 'auth'],
    [
      'Feb  3 04:05:06 h auth|security:crit su: x',
      { log_host: 'h', log_app: 'su', log_level: 'crit' },
      'auth|security',
    ],
    ['Feb  3 04:05:06 <auth.err> h su: x', { log_host: 'h', log_app: 'su', log_level: 'err' }, 'auth'],
    ['Feb  3 04:05:06 h <auth.err> su: x', { log_host: 'h', log_app: 'su', log_level: 'err' }, 'auth'],
    [
      'Feb  3 04:05:06 h su: [ID 810491 auth.crit] x',
      { log_host: 'h', log_app: 'su', log_message_id: '810491', log_level: 'crit' },
      'auth',
    ],
    ['Tue Feb  3 04:05:06 2026 auth.warn su[1]: x', { log_app: 'su', log_pid: 1n, log_level: 'warn' }, 'auth'],
  ])('a facility in words: %s', (line, expected, facility) =>
    expect(said(line)).toEqual({
      ...{ time: T, line: 'x', envelopes: ['rfc3164'], unmapped: { facility } },
      ...expected,
    }),
  );
  test.each([
    ['Feb  3 04:05:06 relay Message forwarded from h: su: x', { time: T, log_host: 'h', log_app: 'su', line: 'x' }],
    ['Feb  3 05:05:06 CET h su: x', { time: T, log_host: 'h', log_app: 'su', line: 'x' }],
    ['Feb  3 05:05:06 CET 2026 h su: x', { time: T, log_host: 'h', log_app: 'su', line: 'x' }],
    ['Feb  3 04:05:06 MAIL su: x', { time: T, log_host: 'MAIL', log_app: 'su', line: 'x' }],
    [
      'Feb  3 04:05:06 h last message repeated 2 times',
      { time: T, log_host: 'h', line: 'last message repeated 2 times' },
    ],
    ['<34>Feb  3 04:05:06 h auth.info x', { time: T, log_host: 'h', log_priority: 34n, line: 'auth.info x' }],
  ])('a head of another kind: %s', (line, expected) =>
    expect(said(line)).toEqual({ ...expected, envelopes: ['rfc3164'], unmapped: {} }),
  );
  test.each([
    'Feb  3 04:05:06 h auth.some su: x',
    'Feb  3 04:05:06 h <auth.info su: x',
    'Tue Feb  3 04:05:06 2026 su: x',
  ])('no facility: %s', (line) => expect(said(line).envelopes).toEqual([]));
  test.each([
    '<34>: x',
    '<34>Feb  3 04:05:06: x',
    '<34>1: Feb  3 04:05:06: %A: x',
    '%A-8-B: x',
    '%-5-B: x',
    '1: %A-5-B: x',
  ])('not Cisco: %s', (line) => expect(said(line).envelopes).toEqual([]));
  test('Cisco behind a relay', () => {
    expect(said('Feb  3 04:05:00 192.0.2.1 45: Feb  3 04:05:06 UTC: %SYS-5-A: x')).toMatchObject({
      time: T,
      log_host: '192.0.2.1',
      log_app: '%SYS-5-A',
      line: 'x',
    });
  });

  /** The host's time is 2026-02-03T04:05:06.789Z. */
  test.each([
    ['Feb  4 04:05:06', Date.UTC(2026, 1, 4, 4, 5, 6)],
    ['Feb  4 04:05:07', Date.UTC(2025, 1, 4, 4, 5, 7)],
    ['Dec 31 23:59:59', Date.UTC(2025, 11, 31, 23, 59, 59)],
    ['Jan  1 00:00:00', Date.UTC(2026, 0, 1)],
  ])('the year of %s', (time, expected) => expect(said(`${time} h t: x`).time).toBe(BigInt(expected)));
  test('no leap day to be had', () => expect(said('Feb 29 00:00:00 h t: x').envelopes).toEqual([]));
  test('the source’s zone', () => expect(said('Feb  3 05:05:06 h t: x', 60).time).toBe(T));
});

test('three layers at most', () => {
  const inner = '<34>Feb  3 04:05:06 host su: <35>Feb  3 04:05:07 h2 b: Feb  3 04:05:08 h3 c: Feb  3 04:05:09 h4 d: x';
  expect(said(inner)).toMatchObject({
    envelopes: ['rfc3164', 'rfc3164', 'rfc3164'],
    log_host: 'h3',
    log_priority: 35n,
    time: T + 2000n,
    line: 'Feb  3 04:05:09 h4 d: x',
  });
});

test('offsets and spans count from behind the envelopes', () => {
  const status = textFormat([
    until(' ', capture(Convert.text, [Field.event_id])),
    until(undefined, capture(Convert.int, [Field.http_status])),
  ]);
  const found = run(plan([status]), { log: '2026-02-03T04:05:06Z stdout F a b' });
  expect(found.line).toBe('a b');
  expect(found.error).toMatchObject({ offset: 2 });
  expect(found.spans.get(Field.event_id)).toEqual({ start: 0, end: 1 });
});
