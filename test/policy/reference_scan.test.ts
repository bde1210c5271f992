import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import { EXTRA_BASE, Field, LABEL_BASE } from '../../assembly/shared/fields.ts';
import type { ScanOp } from '../../src/policy/plan.ts';
import { capture, HOST_MS, HTTP, plan, run, runLine, textFormat, until } from './reference_plans.ts';

const EXTRAS = ['a', 'b', 'c', 'extra'];
const to = (i: number, name = EXTRAS[i]!) => capture(Convert.text, [EXTRA_BASE + i], name);
const literal = (text: string): ScanOp => ({ op: 'literal', text });
const field = (i: number, required = true): ScanOp => ({ op: 'field', capture: to(i), required });
const braces = (i: number): ScanOp => ({ op: 'braces', capture: to(i) });
const rest: ScanOp = { op: 'rest', slot: EXTRA_BASE + 3 };
const scan = (ops: ScanOp[], line: string) => runLine(textFormat(ops, { extras: EXTRAS }), line);

describe('operations', () => {
  test.each<[string, ScanOp[], string, Record<string, string>]>([
    [
      'literals and untils',
      [literal('<'), until('> ', to(0)), until(undefined, to(1))],
      '<x> y z',
      { a: 'x', b: 'y z' },
    ],
    ['an empty capture is missing', [until(' ', to(0)), until(undefined, to(1))], ' y', { b: 'y' }],
    [
      'a list keeps its blanks',
      [until(' ', to(0), { list: true }), until(undefined, to(1))],
      'x, y : z w',
      { a: 'x, y : z', b: 'w' },
    ],
    [
      'a list ends at the second blank',
      [until(' ', to(0), { list: true }), until(undefined, to(1))],
      'x,  y',
      { a: 'x, ', b: 'y' },
    ],
    [
      'a list ends at a colon behind a comma',
      [until(' ', to(0), { list: true }), until(undefined, to(1))],
      'x, : y',
      { a: 'x, :', b: 'y' },
    ],
    [
      'a comma before the list is not its own',
      [literal(','), until(' ', to(0), { list: true }), until(undefined, to(1))],
      ', y',
      { b: 'y' },
    ],
    ['an escaped quote', [literal('"'), until('"', to(0), { quoted: true })], '"a\\"b\\\\"', { a: 'a\\"b\\\\' }],
    ['an unescaped quote', [literal('"'), until('"', to(0)), until(undefined, to(1))], '"a\\"b', { a: 'a\\', b: 'b' }],
    ['a line cut short', [until('"', to(0), { lenient: true })], 'abc', { a: 'abc' }],
    ['fields', [field(0), field(1), field(2)], 'x "y z" -', { a: 'x', b: 'y z' }],
    ['a quote inside a quoted field', [field(0), field(1)], '"a"b" c', { a: 'a"b', b: 'c' }],
    ['a quoted field that does not end', [field(0), field(1, false)], '"a b', { a: 'a b' }],
    ['optional fields', [field(0), field(1, false), field(2, false)], 'x y', { a: 'x', b: 'y' }],
    ['braces', [braces(0), braces(1), field(2)], '{x|y} z', { a: 'x|y', c: 'z' }],
    ['two braces', [braces(0), braces(1), field(2)], '{x} {y} z', { a: 'x', b: 'y', c: 'z' }],
    ['no braces', [braces(0), field(2)], 'z', { c: 'z' }],
    ['optional text', [{ op: 'optional', text: 'x ' }, { op: 'optional', text: 'q' }, field(0)], 'x y', { a: 'y' }],
  ])('%s', (_, ops, line, expected) => {
    const { unmapped, status, drift } = scan(ops, line);
    expect({ unmapped, status, drift }).toEqual({ unmapped: expected, status: 'ok', drift: false });
  });

  test('text left over is drift', () => {
    const { unmapped, drift, status, spans } = scan([until(' ', to(0)), rest], 'x more of it');
    expect({ unmapped, drift, status }).toEqual({
      unmapped: { a: 'x', extra: 'more of it' },
      drift: true,
      status: 'ok',
    });
    expect(spans.get(EXTRA_BASE + 3)).toEqual({ start: 2, end: 12 });
  });

  test.each<[string, ScanOp[], string, object]>([
    ['a literal', [literal('ä '), literal('<x>')], 'ä <y>', { code: 'literal_expected', offset: 3, expected: '<x>' }],
    ['an end', [literal('ä'), until('>', to(0))], 'äbc', { code: 'literal_expected', offset: 2, expected: '>' }],
    ['a field', [field(0), field(1)], 'x', { code: 'field_missing', offset: 1, expected: 'b' }],
    ['a brace', [field(0), braces(1)], 'x {y', { code: 'literal_expected', offset: 2, expected: '}' }],
    ['the end of the line', [literal('x')], 'xy', { code: 'literal_expected', offset: 1 }],
  ])('%s missing fails', (_, ops, line, expected) => {
    const { status, error, unmapped } = scan(ops, line);
    expect({ status, error, unmapped }).toEqual({ status: 'failed', error: expected, unmapped: {} });
  });
});

describe('what is left of a record', () => {
  const http = textFormat(
    [
      until(' ', capture(Convert.address, [Field.src_ip, -1, Field.src_host])),
      until(' ', capture(Convert.epoch_time, [Field.time], 'msec')),
      until(' ', capture(Convert.count, [Field.http_status], 'status')),
      until(' ', capture(Convert.count, [Field.bytes_out], 'bytes')),
      until(undefined, to(0)),
    ],
    { defaults: HTTP, extras: EXTRAS },
  );

  test('the first text that does not convert is reported, the rest is kept', () => {
    const { status, error, event, spans } = runLine(http, 'ä 1770091506 x y z');
    expect(status).toBe('partial');
    expect(error).toEqual({ code: 'integer_expected', offset: 14, expected: 'status' });
    expect(event.has(Field.http_status)).toBe(false);
    expect(event.get(Field.time)).toBe(1_770_091_506_000n);
    expect(spans.get(Field.src_host)).toEqual({ start: 0, end: 1 });
  });

  test('a failed line keeps client, time and labels, as a base event', () => {
    const policy = plan([http], { labels: ['service'] }, { labels: [[LABEL_BASE, 'edge']] });
    const { event, unmapped, output } = run(policy, { log: '192.0.2.1 1770091506 200', pod: { name: 'x' } });
    expect(
      Object.fromEntries([...event].filter(([slot]) => slot < Field.COUNT).map(([s, v]) => [Field[s], v])),
    ).toEqual({
      src_ip: '192.0.2.1',
      time: 1_770_091_506_000n,
      event_class: 13n,
      schema_class: 13n,
      event_category: 0n,
      event_outcome: 0n,
      event_severity: 1n,
      actor_attributed_by: 6n,
    });
    expect(event.get(LABEL_BASE)).toBe('edge');
    expect(unmapped).toEqual({ pod: { name: 'x' } });
    expect(output).toEqual({});
  });

  test('without a time of its own it has the host’s', () => {
    expect(runLine(http, '').event.get(Field.time)).toBe(BigInt(HOST_MS));
  });
});
