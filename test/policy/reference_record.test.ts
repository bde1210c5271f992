import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import { EXTRA_BASE, Field, Meta } from '../../assembly/shared/fields.ts';
import type { JsonKey } from '../../src/policy/plan.ts';
import { capture, jsonFormat, plan, run, runLine, textFormat, until } from './reference_plans.ts';

const all = textFormat([until(undefined, capture(Convert.verbatim, [Field.event_message]))], { name: 'all' });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('the line', () => {
  test.each<[string, string | undefined, object, string, object]>([
    ['log before message', undefined, { message: 'm', log: 'l' }, 'l', { message: 'm' }],
    ['message', undefined, { a: 1, message: 'm' }, 'm', { a: 1 }],
    ['log that is no text', undefined, { log: 1, message: 'm' }, 'm', { log: 1 }],
    ['a key of the source', 'MESSAGE', { log: 'l', MESSAGE: 'm' }, 'm', { log: 'l' }],
    ['one line feed', undefined, { log: 'a\n\r\n' }, 'a\n', {}],
    ['no lone carriage return', undefined, { log: 'a\r' }, 'a\r', {}],
  ])('%s', (_, lineKey, record, line, unmapped) => {
    const found = run(plan([all], {}, lineKey === undefined ? {} : { lineKey }), record);
    expect([found.event.get(Field.event_message), found.unmapped]).toEqual([line, unmapped]);
  });

  test.each([
    ['', 'record_not_json'],
    ['{"log":"x"', 'record_not_json'],
    ['{"log":"x"} x', 'record_not_json'],
    ['\ufeff{}', 'record_not_json'],
    ['[{"log":"x"}]', 'record_not_object'],
    [' 1 ', 'record_not_object'],
    ['{}', 'line_missing'],
    ['{"log":1,"a":[1]}', 'line_missing'],
  ])('%j: %s', (record, code) => {
    const found = run(plan([all]), bytes(record));
    expect([found.status, found.error]).toEqual(['failed', { code }]);
    expect(found.event.get(Meta.raw_data)).toBe(record);
  });

  test('a record without a line keeps its keys', () => {
    expect(run(plan([all]), { a: 1 }).unmapped).toEqual({ a: 1 });
  });
  test('a key the source names is the only one', () => {
    expect(run(plan([all], {}, { lineKey: 'x' }), { log: 'l' }).error?.code).toBe('line_missing');
  });
  test('a tag no source claims', () => {
    const found = run(plan([all], {}, { tag: 'other.*' }), { log: 'l' });
    expect([found.error?.code, found.source, found.line]).toEqual(['format_unknown', undefined, 'l']);
  });
  test('half surrogates and what is no UTF-8 become U+FFFD', () => {
    const record = Uint8Array.from([...bytes('{"log":"a\\ud800'), 0xff, ...bytes('b"}')]);
    expect(run(plan([all]), record).event.get(Field.event_message)).toBe('a\ufffd\ufffdb');
  });
});

describe('sniffing', () => {
  const json = jsonFormat([], {
    name: 'json',
    sniff: { kind: 'json', any: [[{ keys: ['a', 'b'] }, { keys: ['c'] }, { keys: ['d'] }]] },
  });
  const text = { ...all, name: 'text', sniff: { kind: 'text', pattern: 'a|\\d{2} ', apps: [] } } as const;
  const policy = plan([json, text]);

  test.each([
    [{ log: 'abc' }, 'text'],
    [{ log: '12 c' }, 'text'],
    [{ log: 'ba' }, undefined],
    [{ log: '{"a":{"b":null},"c":[],"d":1}' }, 'json'],
    [{ log: '{"a":[{"b":1}],"c":1,"d":1}' }, undefined],
    [{ log: '{"a.b":1,"c":1,"d":1}' }, undefined],
    [{ log: '{"a":{"b":1},"c":1,"d":1} x' }, undefined],
    [{ log: ' {"a":{"b":1},"c":1,"d":1}' }, undefined],
    [{ log: '{"a":{"b":1},"a":1,"c":1,"d":1}' }, 'json'],
    [{ a: { b: 1 }, c: 1, d: {} }, 'json'],
    [{ x: 1 }, undefined],
  ])('%j: %s', (record, format) => expect(run(policy, record).format).toBe(format));

  test('says why', () => {
    expect(run(policy, { log: '{"a":{}}' }).sniffed).toEqual([
      { format: 'json', accepted: false, why: '`a.b` is not there' },
      { format: 'text', accepted: false, why: '`a|\\d{2} ` does not match' },
    ]);
  });
});

describe('JSON formats', () => {
  const to = (slot: number, convert = Convert.text) => ({ capture: capture(convert, [slot], 'it'), ignore: false });
  const keys: JsonKey[] = [
    { key: 'ip', ...to(Field.src_ip, Convert.address) },
    { key: 'n', ...to(Field.bytes_out, Convert.count) },
    { key: 's', ...to(Field.event_id) },
    { key: 'on', ...to(Field.tls_used, Convert.boolean) },
    { key: 'raw', ...to(Field.actor_groups, Convert.json) },
    { key: 'kind', ignore: true },
    { key: 'o', node: { keys: [{ key: 'x', ...to(Field.user_name) }] }, ignore: false },
    {
      key: 'list',
      node: {
        keys: [
          { key: '[0]', node: { keys: [{ key: 'id', ...to(Field.user_id) }] }, ignore: false },
          { key: '[]', ...to(EXTRA_BASE) },
        ],
      },
      ignore: false,
    },
  ];
  const format = jsonFormat(keys, { extras: ['element'] });
  const read = (line: unknown) => runLine(format, typeof line === 'string' ? line : JSON.stringify(line));

  test('captures by path, the rest unmapped under dotted paths', () => {
    const { event, unmapped, status } = read({
      n: 12345,
      s: 'ä"\n',
      on: true,
      raw: [{ a: 1 }],
      kind: 'Event',
      o: { x: 'me', y: { z: [1] } },
      list: [{ id: 7, other: null }, 'last'],
      more: 1,
    });
    expect(status).toBe('ok');
    expect(unmapped).toEqual({ 'o.y': { z: [1] }, 'list[0].other': null, more: 1, element: 'last' });
    const slots = [Field.bytes_out, Field.event_id, Field.tls_used, Field.user_name, Field.user_id];
    expect(slots.map((slot) => event.get(slot))).toEqual([12345n, 'ä"\n', true, 'me', '7']);
    expect(event.get(Field.actor_groups)).toEqual({ json: [{ a: 1 }], source: '[{"a":1}]' });
  });

  test.each<[string, string, unknown, string?]>([
    ['a number is its text', '{"s":1.50e1}', '1.50e1'],
    ['true is its text', '{"s":true}', 'true'],
    ['null is missing', '{"s":null}', undefined],
    ['null does not take back', '{"s":"a","s":null}', 'a'],
    ['the last of equal keys counts', '{"s":"a","s":"b"}', 'b'],
    ['a dash is missing', '{"s":"-"}', undefined],
    ['an object is no text', '{"s":{}}', undefined, 'text_expected'],
    ['an array is no text', '{"s":[]}', undefined, 'text_expected'],
  ])('%s', (_, line, value, code) => {
    const found = read(line);
    expect([found.event.get(Field.event_id), found.error?.code]).toEqual([value, code]);
  });

  test.each(['1.5', '1e3', '1234567890123456789', '"12a"', 'true'])('no integer: %s', (value) => {
    expect(read(`{"n":${value}}`).error).toEqual({
      code: 'integer_expected',
      offset: value.startsWith('"') ? 6 : 5,
      expected: 'it',
    });
  });

  test('large integers keep their digits', () => {
    expect(read('{"n":123456789012345678}').event.get(Field.bytes_out)).toBe(123_456_789_012_345_678n);
  });

  test('values no host can hold are carried as text', () => {
    const deep = `${'['.repeat(49)}1${']'.repeat(49)}`;
    const line = `{"a":${deep},"b":[1e999],"c":1e99,"d":[1e-999],"raw":${deep}}`;
    const found = read(line);
    expect(found.unmapped).toEqual({ a: deep, b: '[1e999]', c: 1e99, d: [0] });
    expect(found.event.get(Field.actor_groups)).toBe(deep);
    expect(read(`{"a":${deep.slice(1, -1)}}`).unmapped.a).toBeInstanceOf(Array);
  });

  test.each([
    '',
    '[]',
    '{"ip":"192.0.2.1",}',
    '{"ip":"192.0.2.1","s":"b',
    '{"ip":"192.0.2.1"} x',
    '{"ip":"192.0.2.1","ip":tru',
    '{"ip":"192.0.2.1","ip":"192.0.2.2"',
    '{"ip":"192.0.2.1","ip":1e}',
    '{"ip":"192.0.2.1","ip":01}',
  ])('malformed: %s', (line) => {
    const found = runLine(format, line);
    expect([found.status, found.error, found.unmapped]).toEqual([
      'failed',
      { code: 'json_expected', offset: 0, expected: 'a JSON value' },
      {},
    ]);
    expect(found.event.get(Field.src_ip)).toBe(line.length > 2 ? '192.0.2.1' : undefined);
  });

  test('a record without a line is its own line', () => {
    const found = run(plan([format], { raw: 'always' }), { s: 'x', more: { a: 1 } });
    expect(found.event.get(Field.event_id)).toBe('x');
    expect(found.unmapped).toEqual({ more: { a: 1 } });
    expect(found.event.get(Meta.raw_data)).toBe('{"s":"x","more":{"a":1}}');
  });

  test('spans are places in the line', () => {
    const { spans } = read('{"s":"ab","n":17}');
    expect([spans.get(Field.event_id), spans.get(Field.bytes_out)]).toEqual([
      { start: 6, end: 8 },
      { start: 14, end: 16 },
    ]);
  });
});

test('never throws', () => {
  const list = capture(
    Convert.last_address_port,
    [Field.dst_ip, Field.dst_port, Field.dst_host],
    'targets',
    Field.lb_targets,
  );
  const text = textFormat([
    until(' ', capture(Convert.address_port, [Field.src_ip, Field.src_port, Field.src_host])),
    until(' ', list, { list: true }),
    { op: 'braces', capture: capture(Convert.seconds_sum, [Field.duration_us]) },
    { op: 'field', capture: capture(Convert.iso_time, [Field.time]), required: false },
    until(undefined, capture(Convert.text, [Field.http_line])),
  ]);
  const json = jsonFormat([{ key: 'a', capture: capture(Convert.epoch_time, [Field.time]), ignore: false }]);
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      ' ',
      ', ',
      ' : ',
      '-',
      '{',
      '}',
      '"',
      '\\',
      '<34>',
      'Feb  3 04:05:06 h t: ',
      '{"a":',
      '192.0.2.1:80',
      'GET / HTTP/1.1',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.uint8Array({ maxLength: 12 }), (pieces, noise) => {
      for (const format of [text, json]) {
        const found = runLine(format, pieces.join(''));
        expect(found.status === 'ok').toBe(found.error === undefined);
        expect(['record_not_json', 'record_not_object']).toContain(run(plan([format]), noise).error?.code);
      }
    }),
    { numRuns: 2000 },
  );
});
