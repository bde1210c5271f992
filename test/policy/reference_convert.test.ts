import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import { Field } from '../../assembly/shared/fields.ts';
import { capture, convert, runLine, textFormat, until } from './reference_plans.ts';

/** Value of the first slot, or the error's code. */
const first = (kind: Convert, text: string, zoneMinutes = 0) => {
  const { values, error } = convert(kind, text, {}, zoneMinutes);
  return error ?? values[0];
};
const utc = (...parts: [number, number, number, number?, number?, number?, number?]) => BigInt(Date.UTC(...parts));

describe('missing text', () => {
  const all = Object.values(Convert).filter((each) => typeof each === 'number') as Convert[];
  test.each(all.filter((kind) => kind !== Convert.verbatim))('%s', (kind) => {
    for (const text of ['', '-'])
      expect(convert(kind, text)).toEqual({ values: [undefined, undefined, undefined, undefined] });
  });
  test('verbatim keeps it', () => {
    expect(['', '-'].map((text) => first(Convert.verbatim, text))).toEqual(['', '-']);
  });
});

describe('integers', () => {
  test.each([
    [Convert.int, '-17', -17n],
    [Convert.int, '+17', 17n],
    [Convert.int, '999999999999999999', 999999999999999999n],
    [Convert.int, '1000000000000000000', 'integer_expected'],
    [Convert.int, '007', 7n],
    [Convert.int, '1.5', 'integer_expected'],
    [Convert.int, ' 1', 'integer_expected'],
    [Convert.int, '+', 'integer_expected'],
    [Convert.int, 'abc', 'integer_expected'],
    [Convert.count, '200', 200n],
    [Convert.count, '-1', undefined],
    [Convert.count, '--1', 'integer_expected'],
    [Convert.last_count, '502, 200', 200n],
    [Convert.last_count, '200 : -', 200n],
    [Convert.last_count, '200, x', 'integer_expected'],
    [Convert.duration, '0.005s', 5000n],
    [Convert.duration, '6.31ms', 6310n],
    [Convert.duration, '1h2m3.5s', 3_723_500_000n],
    [Convert.duration, '1.5h', 5_400_000_000n],
    [Convert.duration, '999.9µs', 999n],
    [Convert.duration, '1999ns', 1n],
    [Convert.duration, '-3s', undefined],
    [Convert.duration, '3', 'duration_expected'],
    [Convert.duration, '3 s', 'duration_expected'],
    [Convert.duration, '123456789s', 'duration_expected'],
    [Convert.microseconds, '1500', 1500n],
    [Convert.microseconds, '-1', undefined],
    [Convert.microseconds, '1.5', 'duration_expected'],
    [Convert.nanoseconds, '7123456', 7123n],
    [Convert.nanoseconds, '-500', undefined],
  ])('%s of %s', (kind, text, expected) => expect(first(kind, text)).toBe(expected));
});

describe('durations', () => {
  test.each([
    [Convert.seconds, '0.004', 4000n],
    [Convert.seconds, '12', 12_000_000n],
    [Convert.seconds, '+1.5', 1_500_000n],
    [Convert.seconds, '0.0000019', 1n],
    [Convert.seconds, '-1', undefined],
    [Convert.seconds, '-1.5', undefined],
    [Convert.seconds, '-x', 'duration_expected'],
    [Convert.seconds, '1.', 'duration_expected'],
    [Convert.seconds, '.5', 'duration_expected'],
    [Convert.seconds, '1e3', 'duration_expected'],
    [Convert.seconds, '1234567890123', 'duration_expected'],
    [Convert.seconds, '1.1234567890123456789', 1_123_456n],
    [Convert.seconds, '9.12e-05', 91n],
    [Convert.seconds, '2E-1', 200_000n],
    [Convert.seconds, '9e-99', 0n],
    [Convert.seconds, '1e5', 'duration_expected'],
    [Convert.seconds, '1e-', 'duration_expected'],
    [Convert.seconds, '1e-123', 'duration_expected'],
    [Convert.milliseconds, '1.5', 1500n],
    [Convert.milliseconds, '0.0019', 1n],
    [Convert.seconds_sum, '0.001, 0.002', 3000n],
    [Convert.seconds_sum, '0.001 : 0.002', 3000n],
    [Convert.seconds_sum, '0.001,0.002, -', 3000n],
    [Convert.seconds_sum, '-, - : -', undefined],
    [Convert.seconds_sum, '0.001, -1', 1000n],
    [Convert.seconds_sum, '0.001, x', 'duration_expected'],
    [Convert.seconds_sum, '0.001, ', 1000n],
    [Convert.seconds_sum, '0.001 0.002', 'duration_expected'],
    [Convert.seconds_sum, ' 0.001', 'duration_expected'],
  ])('%s of %s', (kind, text, expected) => expect(first(kind, text)).toBe(expected));

  test('seconds agree with arithmetic', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (whole, nano) => {
          const text = `${whole}.${String(nano).padStart(9, '0')}`;
          expect(first(Convert.seconds, text)).toBe(BigInt(whole) * 1_000_000n + BigInt(nano) / 1000n);
        },
      ),
    );
  });
});

describe('times', () => {
  test.each([
    ['10/Oct/2000:13:55:36 -0700', utc(2000, 9, 10, 20, 55, 36)],
    ['10/Oct/2000:13:55:36', utc(2000, 9, 10, 12, 55, 36)],
    ['10/Oct/2000:13:55:36.1239 +0530', utc(2000, 9, 10, 8, 25, 36, 123)],
    ['29/Feb/2024:23:59:60 +0000', utc(2024, 2, 1)],
    ['29/Feb/2023:00:00:00 +0000', 'time_expected'],
    ['31/Apr/2024:00:00:00 +0000', 'time_expected'],
    ['00/Apr/2024:00:00:00 +0000', 'time_expected'],
    ['10/oct/2000:13:55:36 -0700', 'time_expected'],
    ['10/Oct/2000:24:00:00 -0700', 'time_expected'],
    ['10/Oct/2000:13:60:00 -0700', 'time_expected'],
    ['10/Oct/2000:13:55:61 -0700', 'time_expected'],
    ['10/Oct/2000:13:55:36 -07', utc(2000, 9, 10, 20, 55, 36)],
    ['10/Oct/2000:13:55:36 +2400', 'time_expected'],
    ['10/Oct/1969:13:55:36 -0700', 'time_expected'],
    ['10/Oct/2000:13:55:36.', 'time_expected'],
    ['10/Oct/2000:13:55:36 -0700 ', 'time_expected'],
  ])('clf_time of %s', (text, expected) => expect(first(Convert.clf_time, text, 60)).toBe(expected));

  test.each([
    ['2026-02-03T04:05:06Z', utc(2026, 1, 3, 4, 5, 6)],
    ['2026-02-03t04:05:06z', utc(2026, 1, 3, 4, 5, 6)],
    ['2026-02-03 04:05:06,789', utc(2026, 1, 3, 3, 5, 6, 789)],
    ['2026-02-03T04:05:06.123456789+01:30', utc(2026, 1, 3, 2, 35, 6, 123)],
    ['2026-02-03T04:05:06-0130', utc(2026, 1, 3, 5, 35, 6)],
    ['2026-02-03T04:05:06+01', utc(2026, 1, 3, 3, 5, 6)],
    ['9999-12-31T23:59:59Z', utc(9999, 11, 31, 23, 59, 59)],
    ['1970-01-01T00:00:00+05:00', -18_000_000n],
    ['1969-12-31T23:59:59Z', 'time_expected'],
    ['2026-02-03T04:05:06 Z', 1_770_091_506_000n],
    ['2026/02/03 04:05:06.5 UTC', 1_770_091_506_500n],
    ['2026-02-03 05:05:06 CET', 1_770_091_506_000n],
    ['2026-02-02 22:05:06.5 CST', 1_770_091_506_500n],
    ['2026-02-03 05:05:06 IST', 1_770_091_506_000n],
    ['2026-02-03 05:05:06 UT', 'time_expected'],
    ['2026-02-03 05:05:06 GMT+01:00', 1_770_091_506_000n],
    ['2026-02-03 05:05:06 GMTZ', 1_770_091_506_000n],
    ['2026-02-03 05:05:06 CET+01:00', 'time_expected'],
    ['2026/02-03 04:05:06', 'time_expected'],
    ['2026-02-03T04:05:06  Z', 'time_expected'],
    ['2026-02-03T04:05', 'time_expected'],
    ['2026-13-03T04:05:06Z', 'time_expected'],
    ['2026-00-03T04:05:06Z', 'time_expected'],
    ['2026-02-03T04:05:06.1234567890Z', 'time_expected'],
    ['2026-02-03T04:05:06+01:', 'time_expected'],
  ])('iso_time of %s', (text, expected) => expect(first(Convert.iso_time, text, 60)).toBe(expected));

  test('iso_time agrees with Date', () => {
    const range = { min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(first(Convert.iso_time, date.toISOString())).toBe(BigInt(date.getTime()));
      }),
    );
  });

  test.each([
    ['1770091506', 1_770_091_506_000n],
    ['1770091506.7899', 1_770_091_506_789n],
    ['1770091506.5', 1_770_091_506_500n],
    ['1770091506789', 1_770_091_506_789n],
    ['1770091506789.9', 1_770_091_506_789n],
    ['1770091506789123', 1_770_091_506_789n],
    ['1770091506789123456', 1_770_091_506_789n],
    ['99999999999', 99_999_999_999_000n],
    ['100000000000', 100_000_000_000n],
    ['9223372036854775807', 9_223_372_036_854n],
    ['9223372036854775808', 'time_expected'],
    ['0', 0n],
    ['-1', 'time_expected'],
    ['1.', 'time_expected'],
    ['1e9', 'time_expected'],
  ])('epoch_time of %s', (text, expected) => expect(first(Convert.epoch_time, text)).toBe(expected));
});

describe('addresses', () => {
  /** Address, port, host. */
  test.each([
    [Convert.address, '192.0.2.1', '192.0.2.1', undefined, undefined],
    [Convert.address, '192.0.2.01', undefined, undefined, '192.0.2.01'],
    [Convert.address, '2001:db8::1', '2001:db8::1', undefined, undefined],
    [Convert.address, '[2001:db8::1]', '2001:db8::1', undefined, undefined],
    [Convert.address, '::ffff:192.0.2.1', '::ffff:192.0.2.1', undefined, undefined],
    [Convert.address, 'fe80::1%eth0', 'fe80::1%eth0', undefined, undefined],
    [Convert.address, 'fe80::1%br_0.1', 'fe80::1%br_0.1', undefined, undefined],
    [Convert.address, 'fe80::1%', undefined, undefined, 'fe80::1%'],
    [Convert.address, 'fe80::1%a b', undefined, undefined, 'fe80::1%a b'],
    [Convert.address, '192.0.2.1%a', undefined, undefined, '192.0.2.1%a'],
    [Convert.address, 'unix:', undefined, undefined, 'unix:'],
    [Convert.address, '[host]', undefined, undefined, '[host]'],
    [Convert.address_port, '192.0.2.1:443', '192.0.2.1', 443n, undefined],
    [Convert.address_port, '192.0.2.1', '192.0.2.1', undefined, undefined],
    [Convert.address_port, '[2001:db8::1]:443', '2001:db8::1', 443n, undefined],
    [Convert.address_port, '2001:db8:0:0:0:0:0:1:50123', '2001:db8:0:0:0:0:0:1', 50123n, undefined],
    [Convert.address_port, '2001:db8::1:50123', '2001:db8::1', 50123n, undefined],
    [Convert.address_port, '2001:db8::1:443', '2001:db8::1:443', undefined, undefined],
    [Convert.address_port, '2001:db8::1', '2001:db8::1', undefined, undefined],
    [Convert.address_port, 'db.example:5432', undefined, 5432n, 'db.example'],
    [Convert.address_port, 'db.example:65536', undefined, undefined, 'db.example:65536'],
    [Convert.address_port, 'a:b:1', undefined, undefined, 'a:b:1'],
    [Convert.address_port, 'unix:/run/app.sock', undefined, undefined, 'unix:/run/app.sock'],
    [Convert.address_port, 'unix:1', undefined, undefined, 'unix:1'],
    [Convert.address_port, '-:4000', undefined, 4000n, undefined],
    [Convert.address_port, ':4000', undefined, 4000n, undefined],
    [Convert.address_then_port, '2001:db8::1:443', '2001:db8::1', 443n, undefined],
    [Convert.address_then_port, '2001:db8::1', '2001:db8::1', undefined, undefined],
    [Convert.address_then_port, '[2001:db8::1]:443', '2001:db8::1', 443n, undefined],
    [Convert.address_then_port, 'unix:1', undefined, undefined, 'unix:1'],
    [Convert.last_address_port, '192.0.2.1:80, 192.0.2.2:80 : -', '192.0.2.2', 80n, undefined],
    [Convert.last_address_port, '-, -', undefined, undefined, undefined],
  ])('%s of %s', (kind, text, ...expected) => {
    const { values, error } = convert(kind, text);
    expect([...values.slice(0, 3), error]).toEqual([...expected, undefined]);
  });

  test('what is no address needs a place for a host', () => {
    const format = textFormat([until(undefined, capture(Convert.address, [Field.lb_ip], 'server_addr'))]);
    const { error, status } = runLine(format, 'unix:');
    expect(status).toBe('partial');
    expect(error).toEqual({ code: 'address_expected', offset: 0, expected: 'server_addr' });
  });
});

describe('lists', () => {
  test.each([
    ['a', 'a', undefined],
    ['a, b', 'b', 'a, b'],
    ['a, b : c, -', 'c', 'a, b : c, -'],
    ['a : -', 'a', 'a : -'],
    ['-, -', undefined, '-, -'],
    ['a,b', 'a,b', undefined],
    ['a, ', 'a', undefined],
    [', b', 'b', ', b'],
    ['a : : b', 'b', 'a : : b'],
    ['a : : -', 'a :', 'a : : -'],
  ])('last_of_list of %s', (text, last, all) => {
    const { values } = convert(Convert.last_of_list, text);
    expect([values[0], values[3]]).toEqual([last, all]);
  });
});

test.each([
  ['true', true],
  ['On', true],
  ['YES', true],
  ['1', true],
  ['false', false],
  ['oFF', false],
  ['no', false],
  ['0', false],
  ['2', 'boolean_expected'],
  ['truee', 'boolean_expected'],
])('boolean of %s', (text, expected) => expect(first(Convert.boolean, text)).toBe(expected));

test.each([
  ['Root=1-67891233-abcdef012345678912345678', '1-67891233-abcdef012345678912345678'],
  ['Self=1-a;Root=1-b;Parent=c', '1-b'],
  ['1-a;Parent=c', '1-a;Parent=c'],
  ['Root=;Self=1', undefined],
])('amzn_trace of %s', (text, expected) => expect(first(Convert.amzn_trace, text)).toBe(expected));

test.each([
  ['www', 'www', undefined],
  ['www~', 'www', true],
  ['~', undefined, true],
])('frontend of %s', (text, name, tls) => {
  expect(convert(Convert.frontend, text).values.slice(0, 2)).toEqual([name, tls]);
});

describe('escapes', () => {
  test.each([
    ['hex', 'a\\x22b', 'a"b'],
    ['hex', '\\xC3\\xa4', 'ä'],
    ['hex', '\\xC3', '\\xC3'],
    ['hex', 'a\\x0Ab\\x22', 'a\\x0Ab\\x22'],
    ['hex', 'a\\x7f', 'a\\x7f'],
    ['hex', 'a\tb\\x22', 'a\tb\\x22'],
    ['hex', '\\"', '\\"'],
    ['hex', '\\\\x41', '\\A'],
    ['backslash', '\\"\\\\', '"\\'],
    ['backslash', '\\\\x41', '\\x41'],
    ['backslash', '\\xe2\\x82\\xac', '€'],
    ['backslash', 'a\\nb', 'a\\nb'],
    ['backslash', '\\q\\"', '\\q"'],
    ['hash', 'a#7Cb', 'a|b'],
    ['hash', 'a#', 'a#'],
    ['none', 'a\\x22', 'a\\x22'],
  ] as const)('%s of %s', (escapes, text, expected) => {
    expect(convert(Convert.text, text, { escape: escapes }).values[0]).toBe(expected);
  });

  test('a bare dash that was escaped is text', () => {
    expect(convert(Convert.text, '\\x2d', { escape: 'hex' }).values[0]).toBe('-');
  });
  test('only text is decoded', () => {
    expect(convert(Convert.verbatim, '\\x22', { escape: 'hex' }).values[0]).toBe('\\x22');
  });
});

test.each([
  [Convert.query, '?a=1', 'a=1'],
  [Convert.query, 'a=?', 'a=?'],
  [Convert.query, '?', undefined],
  [Convert.last_segment, 'projects/p/traces/0af7', '0af7'],
  [Convert.last_segment, '0af7', '0af7'],
  [Convert.last_segment, 'a/', undefined],
])('%i of %s', (convert, text, expected) => expect(first(convert, text)).toBe(expected));
