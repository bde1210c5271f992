import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchFilter } from '../../src/bridge/batch.ts';
import { RecordTime } from '../../src/bridge/record_time.ts';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { lineOf, range } from './support.ts';

const TIME = '2026-02-03T04:05:07.123456789Z';
const AT = { seconds: Date.parse('2026-02-03T04:05:07Z') / 1000, nanoseconds: 123_456_789 };
const without = (record: string, key = 'timestamp', keys = {}): string =>
  Buffer.from(new RecordTime(key, keys).take(Buffer.from(record)).record).toString();

describe('the time of a record', () => {
  test.each([
    [`{"message":"m","timestamp":"${TIME}"}`, '{"message":"m"}'],
    [`{"timestamp":"${TIME}","message":"m"}`, '{"message":"m"}'],
    [` { "log" : "m" ,\t"timestamp" : "${TIME}" , "n" : 1.50 } `, ' { "log" : "m" , "n" : 1.50 } '],
    [`{"timestamp":"${TIME}" , "n":12345678901234567890,"log":"m"}`, '{"n":12345678901234567890,"log":"m"}'],
    [
      `{"a":{"timestamp":"x"},"message":"é\\ud800","timestamp":"${TIME}"}`,
      '{"a":{"timestamp":"x"},"message":"é\\ud800"}',
    ],
    [`{"timestamp":"app","message":"m","timestamp":"${TIME}"}`, '{"timestamp":"app","message":"m"}'],
  ])('goes out of %s', (record, rest) => {
    expect(new RecordTime('timestamp', {}).take(Buffer.from(record)).time).toEqual(AT);
    expect(without(record)).toBe(rest);
  });

  test.each([
    ['a record that is the event', `{"level":"error","timestamp":"${TIME}"}`, {}],
    ['one whose line is no text', `{"message":{"a":1},"timestamp":"${TIME}"}`, {}],
    ['one whose source has its line elsewhere', `{"message":"m","timestamp":"${TIME}"}`, { line: 'MESSAGE' }],
    ['a line', `{"timestamp":"${TIME}"}`, { line: 'timestamp' }],
    ['a place', `{"message":"m","timestamp":"${TIME}"}`, { file_key: 'timestamp' }],
    ['what is no time', '{"message":"m","timestamp":"yesterday"}', {}],
    ['what is no text', '{"message":"m","timestamp":1770091507}', {}],
    ['what is no JSON', `{"message":"m","timestamp":"${TIME}"`, {}],
    ['a record with an inner one', `{"message":"m","a":{"timestamp":"${TIME}"}}`, {}],
  ])('stays in %s', (_, record, keys) => {
    expect(without(record, 'timestamp', keys)).toBe(record);
  });

  test('may have any name', () => {
    expect(without(`{"zéit \\"x":"${TIME}","MSG":"m"}`, 'zéit "x', { line: 'MSG' })).toBe('{"MSG":"m"}');
  });

  test('leaves every other byte', () => {
    const member = fc.tuple(fc.string({ unit: 'binary' }), fc.json());
    fc.assert(
      fc.property(fc.array(member), fc.nat(), (members, place) => {
        const others = [...members.filter(([key]) => key !== 'timestamp'), ['log', '"m"'] as const];
        const texts = others.map(([key, value]) => `${JSON.stringify(key)}: ${value}`);
        const all = texts.toSpliced(place % (texts.length + 1), 0, `"timestamp":"${TIME}"`);
        expect(without(`{${all.join(',')}}`)).toBe(`{${texts.join(',')}}`);
      }),
    );
  });
});

const policy = (line: string): Uint8Array =>
  buildFilter({
    text: `
auditlb: 1
sources:
  - {name: web, tag: 'web*', format: nginx_combined${line}}
  - {name: app, tag: app, format: [nginx_json, auto]}
`,
    file: 'policy.yaml',
  }).filter!.wasm;

interface Event {
  readonly metadata: { readonly uid: string };
  readonly unmapped?: Record<string, unknown>;
}

const through = (wasm: Uint8Array, tag: string, ...records: string[]): Event[] =>
  new BatchFilter(wasm)
    .run({ tag, records: records.map((each) => Buffer.from(each)), timeKey: 'timestamp', arrived: new Date(0) })
    .records.map(({ output }) => JSON.parse(Buffer.from(output).toString()) as Event);

describe('the bridge', () => {
  test('gives the events a host with the time outside of records gives', () => {
    const wasm = policy('');
    const host = new FilterInstance(wasm);
    const beside = [{}, { n: 1 }, { file: '/var/log/a.log', file_offset: 7 }];
    host.startBatch();
    const expected = beside.map((keys) => {
      const record = Buffer.from(JSON.stringify({ message: lineOf(1), ...keys }));
      const answer = host.call(Buffer.from('web'), AT.seconds, AT.nanoseconds, record);
      return answer.kind === 'kept' ? (JSON.parse(Buffer.from(answer.output).toString()) as Event) : answer;
    });
    const records = beside.map((keys) => JSON.stringify({ timestamp: TIME, message: lineOf(1), ...keys }));
    expect(through(wasm, 'web', ...records)).toEqual(expected);
  });

  test('knows the line by the policy, of a built filter too', () => {
    const [event] = through(policy(', line: MSG'), 'web1', JSON.stringify({ timestamp: TIME, MSG: lineOf(1) }));
    expect(event?.unmapped).toBeUndefined();
    const [other] = through(policy(', line: MSG'), 'web1', JSON.stringify({ timestamp: TIME, message: lineOf(1) }));
    expect(JSON.stringify(other)).toContain(TIME);
  });

  test('leaves a record that is the event as it is', () => {
    const [event] = through(policy(''), 'app', JSON.stringify({ timestamp: TIME, own: [...range(0, 3)] }));
    expect(JSON.stringify(event)).toContain(`"timestamp":"${TIME}"`.replaceAll('"', '\\"'));
  });
});
