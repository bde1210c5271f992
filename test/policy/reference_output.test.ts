import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import { EventClass, ParseStatus, Severity } from '../../assembly/shared/enums.ts';
import { ErrorCode } from '../../assembly/shared/errors.ts';
import { EXTRA_BASE, Field, LABEL_BASE, Meta } from '../../assembly/shared/fields.ts';
import { ln } from '../../assembly/shared/ln.ts';
import type { MapPlan, Member } from '../../src/policy/plan.ts';
import type { SlotValue } from '../../src/policy/reference/index.ts';
import { chooseShard } from '../../src/policy/reference/shard.ts';
import { capture, HTTP, plan, run, runLine, textFormat, until } from './reference_plans.ts';

const template = (members: readonly Member[]) => ({ templates: [{ schema_class: EventClass.base_event, members }] });
const slot = (
  key: string,
  slots: number[],
  as: Extract<Member, { kind: 'slot' }>['as'] = 'value',
  more = {},
): Member => ({
  kind: 'slot',
  key,
  slots,
  as,
  ...more,
});

describe('maps', () => {
  const format = (maps: MapPlan[], captures = [Field.event_type, Field.event_id]) =>
    textFormat(
      [
        until(' ', capture(Convert.text, captures.slice(0, 1))),
        until(undefined, capture(Convert.text, captures.slice(1))),
      ],
      { maps },
    );
  const set = (value: string) => [{ slot: Field.event_reason, value }];

  test.each([
    ['a b', ['a'], 'yes'],
    ['ab b', ['a'], undefined],
    ['a b', ['x', 'a*'], 'yes'],
    ['xay b', ['x*y'], 'yes'],
    ['x.y b', ['x?y', 'x.z'], undefined],
    ['- b', ['*'], undefined],
  ])('%s is %j', (line, is, expected) => {
    const maps = [{ from: Field.event_type, cases: [{ is, set: set('yes'), copy: [] }] }];
    expect(runLine(format(maps), line).event.get(Field.event_reason)).toBe(expected);
  });

  test('the first case, in order, with copies', () => {
    const found = runLine(
      format([
        {
          from: Field.event_type,
          and: Field.event_id,
          cases: [
            { is: ['a'], set: set('never'), copy: [] },
            {
              is: ['a b'],
              set: set('first'),
              copy: [
                [Field.user_name, Field.event_id],
                [Field.user_id, Field.lb_name],
              ],
            },
            { is: ['*'], set: set('second'), copy: [] },
          ],
        },
        {
          from: Field.event_reason,
          cases: [{ is: ['first'], set: [{ slot: Field.event_severity, value: Severity.high }], copy: [] }],
        },
        { from: Field.event_severity, cases: [{ is: ['high'], set: [{ slot: Field.actor_mfa, value: 1 }], copy: [] }] },
        {
          from: Field.event_type,
          and: Field.lb_name,
          cases: [{ is: ['a '], set: [{ slot: Field.lb_rule, value: 'r' }], copy: [] }],
        },
      ]),
      'a b',
    );
    expect(
      [Field.event_reason, Field.user_name, Field.user_id, Field.actor_mfa, Field.lb_rule].map((each) =>
        found.event.get(each),
      ),
    ).toEqual(['first', 'b', undefined, true, 'r']);
    expect(found.maps[0]).toEqual({ from: Field.event_type, key: 'a b', case: 1 });
    expect(found.spans.get(Field.user_name)).toEqual({ start: 2, end: 3 });
  });
});

describe('output', () => {
  const format = textFormat([until(undefined, capture(Convert.text, [Field.event_message]))], {
    defaults: [
      { slot: Field.duration_us, value: 1999 },
      { slot: Field.event_severity, value: Severity.high },
      { slot: Field.actor_mfa, value: 0 },
      { slot: EXTRA_BASE, value: 'x' },
    ],
    extras: ['extra'],
  });
  const members: Member[] = [
    slot('message', [Field.event_id, Field.event_message]),
    slot('none', [Field.event_id]),
    slot('otherwise', [Field.event_id], 'value', { otherwise: 'o' }),
    slot('text', [Field.duration_us], 'text'),
    slot('list', [Field.event_message], 'text_list'),
    slot('split', [Field.event_message], 'split_list'),
    slot('ms', [Field.duration_us], 'milliseconds'),
    slot('mfa', [Field.actor_mfa]),
    slot('high', [Field.event_severity], 'enum', { table: { [Severity.high]: 'H' } }),
    slot('low', [Field.event_severity], 'enum', { table: { [Severity.low]: 'L' } }),
    slot('low_or', [Field.event_severity], 'enum', { table: { [Severity.low]: 'L' }, otherwise: 0 }),
    slot('next', [Field.event_severity, Field.event_message, Field.actor_mfa], 'enum', {
      table: { 0: 'no', 1: 'yes' },
    }),
    slot('unless', [Field.event_message], 'value', { unless: [Field.actor_mfa] }),
    { kind: 'constant', key: 'always', value: [1, 'a'], if: [] },
    { kind: 'constant', key: 'if', value: 1, if: [Field.event_id, Field.actor_mfa] },
    { kind: 'constant', key: 'if_not', value: 1, if: [Field.event_id] },
    { kind: 'constant', key: 'unless_not', value: 1, if: [], unless: [Field.actor_mfa] },
    {
      kind: 'object',
      key: 'empty',
      members: [{ kind: 'object', key: 'inner', members: [slot('none', [Field.event_id])] }],
    },
    { kind: 'object', key: 'constant', members: [{ kind: 'constant', key: 'c', value: 1, if: [] }] },
    { kind: 'list', key: 'one', members: [slot('m', [Field.event_message])] },
    { kind: 'list', key: 'no_one', members: [slot('m', [Field.event_id])] },
    { kind: 'labels', key: 'labels' },
    { kind: 'unmapped', key: 'unmapped' },
  ];

  test('by template', () => {
    const policy = plan(
      [format],
      { ...template(members), labels: ['env', 'team'] },
      { labels: [[LABEL_BASE, 'prod']] },
    );
    expect(run(policy, { log: 'a, b,,c ', pod: [1] }).output).toEqual({
      message: 'a, b,,c ',
      otherwise: 'o',
      text: '1999',
      list: ['a, b,,c '],
      split: ['a', 'b', 'c'],
      ms: 1,
      mfa: false,
      high: 'H',
      low_or: 0,
      next: 'no',
      always: [1, 'a'],
      if: 1,
      constant: { c: 1 },
      one: [{ m: 'a, b,,c ' }],
      labels: ['env:prod'],
      unmapped: { pod: [1], extra: 'x' },
    });
  });

  const meta: Member[] = Object.entries(Meta).flatMap(([key, value]) =>
    typeof value === 'number' ? [slot(key, [value])] : [],
  );
  test('of the filter itself', () => {
    const status = textFormat([until(undefined, capture(Convert.count, [Field.http_status], 'status'))]);
    const policy = plan([status], { ...template(meta), routes: [{ name: 'all', when: 'true', destinations: [] }] });
    expect(run(policy, { log: 'x' }).output).toEqual({
      uid: expect.stringMatching(/^[0-9a-f]{32}$/),
      tag: 'audit.s0.all',
      routes: ['all'],
      shard: 0,
      source: 'edge',
      format: 'mine',
      status: ParseStatus.partial,
      raw_data: 'x',
      error_code: ErrorCode.integer_expected,
      error_offset: 0,
      error_expected: 'status',
    });
    expect(run(policy, { log: '200' }).output).toEqual({
      uid: expect.stringMatching(/^[0-9a-f]{32}$/),
      tag: 'audit.s0.all',
      routes: ['all'],
      shard: 0,
      source: 'edge',
      format: 'mine',
      status: ParseStatus.ok,
    });
  });

  test.each([
    ['always', 'GET / HTTP/1.1', true],
    ['incomplete', 'GET / HTTP/1.1', false],
    ['incomplete', '\u0016\u0003', true],
    ['never', '\u0016\u0003', false],
  ] as const)('raw %s of %j: %s', (raw, line, there) => {
    const http = textFormat([until(undefined, capture(Convert.text, [Field.http_line]))], { defaults: HTTP });
    expect(run(plan([http], { raw }), { log: line }).event.get(Meta.raw_data)).toBe(there ? line : undefined);
  });
});

describe('routes', () => {
  const routes = ['a', 'b', 'c'].map((name) => ({ name, when: 'x', destinations: [] }));
  const format = textFormat([until(undefined, capture(Convert.count, [Field.http_status]))]);

  test('those whose condition holds, in order', () => {
    const policy = plan([format], { routes, labels: ['env'] }, { labels: [[LABEL_BASE, 'prod']] });
    const found = run(policy, { log: '503' }, (route, read) => {
      if (route === 0) return read('http.response.status') === 503n;
      return route === 2 ? read('labels.env') === 'prod' && read('url.path') === undefined : false;
    });
    expect([found.routes, found.tag]).toEqual([['a', 'c'], 'audit.s0.a.c']);
  });
  test('none', () => {
    const found = run(plan([format], { routes }), { log: '503' });
    expect([found.routes, found.tag, found.event.has(Meta.routes)]).toEqual([[], 'audit.s0.unrouted', false]);
  });
});

describe('shards', () => {
  const key = (value: SlotValue) => new Map([[Field.actor_name as number, value]]);
  const shard = (value: SlotValue, weights: readonly number[]) =>
    chooseShard({ by: [Field.src_ip, Field.actor_name], weights }, key(value));

  test('one, or none to hash by', () => {
    expect(shard('x', [1])).toBe(0);
    expect(chooseShard({ by: [Field.src_ip], weights: [1, 1] }, new Map())).toBe(0);
  });
  test('stay what they are', () => {
    const texts = ['', 'alice', 'bob@example.com', 'ü"\\\n\u0001\u007f', 'x'.repeat(100)];
    expect(texts.map((text) => shard(text, [1, 1, 1, 1, 1, 1, 1, 1]))).toMatchInlineSnapshot(`
      [
        1,
        5,
        5,
        0,
        6,
      ]
    `);
    expect(texts.map((text) => shard(text, [1, 2, 3, 4]))).toMatchInlineSnapshot(`
      [
        1,
        1,
        3,
        0,
        1,
      ]
    `);
    expect([shard(42n, [1, 1, 1, 1]), shard(true, [1, 1, 1, 1])]).toEqual([
      shard('42', [1, 1, 1, 1]),
      shard('1', [1, 1, 1, 1]),
    ]);
  });
  test('take their share', () => {
    const count = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) count[shard(`user-${i}`, [1, 2, 5])]!++;
    for (const [i, weight] of [1, 2, 5].entries())
      expect(Math.abs(count[i]! / 20_000 - weight / 8)).toBeLessThan(0.015);
  });
  test('a further shard moves keys to itself only', () => {
    for (let i = 0; i < 2000; i++) {
      const [before, after] = [shard(`user-${i}`, [1, 1, 1]), shard(`user-${i}`, [1, 1, 1, 1])];
      if (after !== 3) expect(after).toBe(before);
    }
  });
});

describe('ln', () => {
  test('of what shards ask for', () => {
    const share = fc.double({ min: 2 ** -53, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.log(x)));
      }),
      { numRuns: 10_000 },
    );
    expect([ln(1), ln(0)]).toEqual([0, -Infinity]);
  });
  test('needs no library', () => {
    expect(readFileSync('assembly/shared/ln.ts', 'utf8')).not.toMatch(/Math\./);
  });
});
