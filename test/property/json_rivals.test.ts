import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';

const POLICY = `auditlb: 1
name: rivals
schema: ocsf
sources:
  - name: web
    tag: web
    format:
      class: http_activity
      json:
        at: {to: time, as: any_time}
        ts: {to: time, as: any_time}
        client: {to: [src.ip, src.host], as: address}
        hops: {to: [src.ip, src.port, src.host], as: first_address_port, all: http.request.forwarded_for}
        xff: http.request.forwarded_for
        remote: {to: [src.peer.ip, src.peer.port], as: address_port}
        peer: src.peer.ip
        via: {to: [src.peer.ip, src.peer.port], as: first_address_port}
        names[].name: actor.name
        owner: actor.name
        names[kind=user].id: user.id
        names[kind=user].in[].at: api.group
        names[kind=app].id: resource.id
        status: http.response.status
        code: {to: http.response.status, as: positive}
        took: {to: duration, as: seconds}
routes: [{name: all, when: 'true', to: all}]
destinations: {all: {file: /tmp}}
`;
const { filter, diagnostics } = buildFilter({ text: POLICY, file: 'policy.yaml' });
expect(diagnostics).toEqual([]);
const instance = new FilterInstance(filter!.wasm);
const reference = referenceOf(filter!);

/** Every record has a moment of its own: the engine counts equal records of one moment, up to a limit. */
let moment = 0;

function run(line: string) {
  const record = Buffer.from(JSON.stringify({ log: line }));
  const both = bothOutputs(instance, reference, { tag: 'web', timeSec: 1_770_091_600, timeNsec: moment++, record });
  expect(both.engine).toEqual(both.reference);
  return both.engine as Record<string, unknown>;
}

test.each([
  ['the first listed counts', { code: 404, status: '200' }, { http_response: { code: 200 }, unmapped: { code: 404 } }],
  ['in any order', { status: 200, code: 404 }, { http_response: { code: 200 }, unmapped: { code: 404 } }],
  ['if it says something', { status: '-', code: 404 }, { http_response: { code: 404 }, unmapped: undefined }],
  ['if it converts', { status: 'x', code: 404 }, { http_response: { code: 404 } }],
  [
    'of elements the last',
    { names: [{ name: 'a' }, { name: 'b' }], owner: { x: [1] } },
    { unmapped: { 'names[0].name': 'a', owner: { x: [1] } } },
  ],
  ['a host name is something', { client: 'h' }, { src_endpoint: { hostname: 'h' } }],
  ['the connection is the client', { remote: '192.0.2.1:7' }, { src_endpoint: { ip: '192.0.2.1', port: 7 } }],
  [
    'the same address once',
    { client: '192.0.2.1', remote: '192.0.2.1:7' },
    { src_endpoint: { ip: '192.0.2.1', port: 7, proxy_endpoint: undefined } },
  ],
  [
    'a proxy in between',
    { remote: '192.0.2.1:7', client: '192.0.2.9' },
    { src_endpoint: { ip: '192.0.2.9', port: undefined, proxy_endpoint: { ip: '192.0.2.1', port: 7 } } },
  ],
  [
    'the first of a list',
    { hops: ' -, 192.0.2.9:80,x' },
    {
      src_endpoint: { ip: '192.0.2.9', port: 80 },
    },
  ],
  [
    'forwarded for somebody',
    { xff: '192.0.2.9, 192.0.2.1', remote: '192.0.2.1:7' },
    { src_endpoint: { ip: '192.0.2.9', port: undefined, proxy_endpoint: { ip: '192.0.2.1', port: 7 } } },
  ],
  ['forwarded for nobody', { xff: 'unknown', peer: '192.0.2.1' }, { src_endpoint: { ip: '192.0.2.1' } }],
  ['a status beyond all', { status: 2_968_177_658_487_182 }, { http_response: { code: 2_968_177_658_487_182 } }],
  ['a status below all', { status: -499 }, { http_response: undefined, status_detail: undefined }],
  ['a status that tells why', { status: 504 }, { status_detail: 'upstream_timeout' }],
  ['zero is nothing', { code: 0 }, { http_response: undefined }],
  ['a date with slashes', { at: '2026/02/03 04:05:06.789' }, { time: Date.UTC(2026, 1, 3, 4, 5, 6, 789) }],
  ['a time of CLF', { at: '03/Feb/2026:04:05:06 +0100' }, { time: Date.UTC(2026, 1, 3, 3, 5, 6) }],
  ['float seconds', { at: 1770091506.25, took: 9.12e-5 }, { time: 1_770_091_506_250, duration: 0 }],
])('%s', (_, line, expected) => {
  const event = run(JSON.stringify(line));
  const asked = Object.keys(expected).map((key) => [key, event[key]]);
  expect(Object.fromEntries(asked)).toEqual(expected);
});

test.each([
  ['a time', 'at', 'time_expected'],
  ['a number', 'code', 'integer_expected'],
  ['a duration', 'took', 'duration_expected'],
  ['an element of a list', 'via', 'address_expected'],
])('%s that is none has its place, however it is written', (_, key, code) => {
  const place = { code, expected: key, offset: key.length + 6 };
  for (const value of ['-, x/', '-, x\\/', '-, \\u0078/', '\\u002d, x'])
    expect(run(`{"${key}": "${value}"}`).auditlb).toMatchObject({ status: 'partial', error: place });
});

test('engine and reference agree on any choice of keys', () => {
  const value = fc.oneof(
    fc.constantFrom(
      null,
      '',
      '-',
      'x',
      'a,b',
      '-, ::1 ,',
      '192.0.2.1:7, x',
      0,
      200,
      499,
      -1,
      Number.MAX_SAFE_INTEGER,
      '404',
      '192.0.2.1',
      '192.0.2.1:7',
      '[2001:db8::1]:9',
      '2026/02/03 04:05:06',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(
      fc.record(
        {
          id: fc.constantFrom('i', 7),
          name: fc.constantFrom('a', null, 'b', 3),
          kind: fc.constantFrom('user', 'app', 'x', 1, {}),
          in: fc.constantFrom(
            [
              { at: 'p', b: 1 },
              { at: 'q', b: [2] },
            ],
            5,
          ),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 4 },
    ),
  );
  const key = fc.constantFrom(
    'at',
    'ts',
    'client',
    'remote',
    'hops',
    'xff',
    'peer',
    'via',
    'names',
    'owner',
    'status',
    'code',
    'took',
    'é',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value, fc.boolean()), { maxLength: 8 }), fc.nat(9), (members, cut) => {
      const write = (each: unknown, escaped: boolean) =>
        JSON.stringify(each).replace(/[a-z/.:-]/g, (c) =>
          escaped && typeof each === 'string' ? `\\u00${c.charCodeAt(0).toString(16)}` : c,
        );
      const line = `{${members.map(([name, each, escaped]) => `"${name}":${write(each, escaped)}`).join()}}`;
      run(cut < 4 ? line.slice(0, -2 - cut * 4) : line);
    }),
    { numRuns: 3000 },
  );
});
