import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { ListSplitter, ListSplitters } from '../../src/run/list_splitter.ts';

const RECORDS = { at: ['Records'] };
const split = (
  record: string,
  source: ConstructorParameters<typeof ListSplitter>[0] = { lists: [RECORDS] },
): string[] => new ListSplitter(source).split(Buffer.from(record)).map((each) => Buffer.from(each).toString());

describe('each element of a list of records is a record', () => {
  const list = '{"a" : 1.0, "Records" : [ {"id":1e2, "n":"ä\\u0041"} ,{"id":2}],"z":[1]}';
  const first = '{"a" : 1.0, "Records" : [{"id":1e2, "n":"ä\\u0041"}],"z":[1]}';
  const second = '{"a" : 1.0, "Records" : [{"id":2}],"z":[1]}';

  test('of the record itself, byte by byte', () => expect(split(list)).toEqual([first, second]));

  test.each([
    ['log', undefined],
    ['message', undefined],
    ['line', 'line'],
  ])('of its line under `%s`', (key, line) => {
    const record = (text: string): string => `{"pod":"é",  "${key}":${JSON.stringify(text)}, "offset":12}`;
    const source = { lists: [RECORDS], ...(line === undefined ? {} : { line }) };
    expect(split(record(list), source)).toEqual([record(first), record(second)]);
  });

  test('which may be deeper, and need not be objects', () => {
    const source = { lists: [{ at: ['data', 'events'] }] };
    expect(split('{"data":{"events":[{},5,"x"]}}', source)).toEqual([
      '{"data":{"events":[{}]}}',
      '{"data":{"events":[5]}}',
      '{"data":{"events":["x"]}}',
    ]);
  });

  test.each([
    '{"Records":[{}]}',
    '{"Records":[]}',
    '{"Records":{"a":[{},{}]}}',
    '{"records":[{},{}]}',
    '{"Records":[{},{}]',
    '[{"Records":[{},{}]}]',
    '{"log":"no list","Records":[{},{}]}',
    '{"log":"{\\"Records\\":[{},{}]"}',
    'Records',
    '',
  ])('not in %s', (record) => expect(split(record)).toEqual([record]));

  test('if it is of the format, where there are several', () => {
    const told = [{ keys: ['kind'], is: ['EventList'] }, { keys: ['items', '[0]', 'auditID'] }];
    const source = { lists: [{ at: ['items'], told }] };
    const of = (kind: string, key: string): string => `{"kind":"${kind}","items":[{"${key}":"1"},{"${key}":"2"}]}`;
    expect(split(of('EventList', 'auditID'), source)).toHaveLength(2);
    expect(split(of('PodList', 'auditID'), source)).toHaveLength(1);
    expect(split(of('EventList', 'id'), source)).toHaveLength(1);
    const inText = { lists: [{ at: ['logEvents'], told: [{ keys: ['logEvents', '[0]', 'message', 'eventID'] }] }] };
    expect(split('{"logEvents":[{"message":"{}"},{"message":"{}"}]}', inText)).toHaveLength(2);
  });

  test('as long as what is around it does not grow out of bounds', () => {
    const record = (size: number): string => `{"x":"${'y'.repeat(size)}","Records":[${Array(1000).fill('{}').join()}]}`;
    expect(split(record(40))).toHaveLength(1000);
    expect(split(record(600))).toHaveLength(1);
    const many = (count: number): string => `{"Records":[{}${',{"n":1}'.repeat(count - 1)}]}`;
    expect(split(many(65_536))).toHaveLength(65_536);
    expect(split(many(65_537))).toHaveLength(1);
  });

  test('and all of them are there, alone', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(object, { minLength: 2, maxLength: 5 }), object, fc.boolean(), (items, around, asLine) => {
        const whole = { around, Records: items };
        const wrap = (value: object) => (asLine ? { log: JSON.stringify(value) } : value);
        const parts = split(JSON.stringify(wrap(whole)));
        expect(parts).toEqual(items.map((item) => JSON.stringify(wrap({ around, Records: [item] }))));
      }),
    );
  });
});

test.each(['aws_cloudtrail', 'auto'])('a filter of format %s tells its lists', (format) => {
  const text = `auditlb: 1\nsources: [{name: trail, tag: 'trail.*', format: ${format}}]\nroutes: [{name: all}]\n`;
  const filter = new FilterInstance(buildFilter({ text, file: 'policy.yaml' }).filter!.wasm);
  const event = (n: number) => ({
    eventVersion: '1.09',
    eventTime: '2026-02-03T04:05:06Z',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    awsRegion: 'us-east-1',
    eventID: `id-${n}`,
    eventType: 'AwsApiCall',
  });
  const records = new ListSplitters(filter.describe().sources)
    .of('trail.a')
    .split(Buffer.from(JSON.stringify({ log: JSON.stringify({ Records: [event(1), event(2), event(3)] }) })));
  const made = records.map((record) => {
    const answer = filter.call(Buffer.from('trail.a'), 1_770_000_000, 0, record);
    const { auditlb, metadata } = JSON.parse(Buffer.from('output' in answer ? answer.output : []).toString());
    return [auditlb.format, auditlb.status, metadata.original_event_uid];
  });
  expect(made).toEqual([1, 2, 3].map((n) => ['aws_cloudtrail', 'ok', `id-${n}`]));
  expect(new ListSplitters(filter.describe().sources).of('other').split(records[0]!)).toEqual([records[0]]);
});

describe('each line of text CloudWatch Logs hands over is a record', () => {
  const of = (...messages: unknown[]): string =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: 'flows',
      logEvents: messages.map((message, id) => ({ id, timestamp: 1, message })),
    });
  const line = (id: number, message: string, key = 'log'): object => ({
    owner: '111122223333',
    logGroup: 'flows',
    id,
    timestamp: 1,
    [key]: message,
  });
  const objects = (...args: Parameters<typeof split>): unknown[] => split(...args).map((each) => JSON.parse(each));

  test('of the record itself', () => {
    expect(objects(of('2 a', '2 "b"'), {})).toEqual([line(0, '2 a'), line(1, '2 "b"')]);
    expect(objects(of('2 a'), { line: 'text' })).toEqual([line(0, '2 a', 'text')]);
  });

  test('of its line', () => {
    expect(objects(JSON.stringify({ pod: 'p', message: of('2 a', '3 b') }), {})).toEqual([
      { pod: 'p', ...line(0, '2 a', 'message') },
      { pod: 'p', ...line(1, '3 b', 'message') },
    ]);
  });

  test.each([of('{"a":1}'), of('2 a', '{"a":1}'), of(), of(7), '{"messageType":"DATA_MESSAGE"}', '"DATA_MESSAGE"'])(
    'not of %s',
    (record) => expect(split(record, {})).toEqual([record]),
  );

  test('as long as what is around it does not grow out of bounds', () => {
    const many = (owner: string): string =>
      JSON.stringify({ ...JSON.parse(of(...Array<string>(1000).fill('2 a'))), owner });
    expect(split(many('1'), {})).toHaveLength(1000);
    expect(split(many('1'.repeat(100_000)), {})).toHaveLength(1);
  });

  test('which a format of text reads', () => {
    const text =
      'auditlb: 1\nname: x\nsources: [{ name: s, tag: "*", format: aws_vpc_flow }]\nroutes: [{ name: all }]\n';
    const { filter } = buildFilter({ text, file: 'policy.yaml' });
    const flow = (port: number): string =>
      `2 111122223333 eni-0a1 198.51.100.7 10.0.0.5 ${port} 443 6 3 180 1770091446 1770091506 ACCEPT OK`;
    const instance = new FilterInstance(filter!.wasm);
    const answers = new ListSplitter({}).split(Buffer.from(of(flow(1), flow(2)))).map((record) => {
      const answer = instance.call(Buffer.from('t'), 1, 0, record);
      return JSON.parse(Buffer.from('output' in answer ? answer.output : []).toString());
    });
    expect(answers.map((each) => each.src_endpoint)).toEqual([
      { ip: '198.51.100.7', port: 1 },
      { ip: '198.51.100.7', port: 2 },
    ]);
  });
});
