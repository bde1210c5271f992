import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';

const SOURCE = `  - name: web
    tag: '*'
    labels: {service: shop}
    format:
      class: http_activity
      json:
        ip: {to: [src.ip, src.host], as: address}
        port: src.port
        user: actor.name
        agent: http.request.user_agent
        path: url.path
        status: http.response.status
        took: {to: duration, as: seconds}
        at: {to: time, as: iso_time}
        tls: tls.used
`;

function build(conditions: readonly string[]): { filter?: BuiltFilter; faults: string[] } {
  const routes = conditions.map((when, i) => `  - {name: r${i}, when: ${JSON.stringify(when)}}\n`);
  const text = `auditlb: 1\nname: conditions\nsources:\n${SOURCE}routes:\n${routes.join('')}`;
  const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
  return { ...(filter === undefined ? {} : { filter }), faults: diagnostics.map(formatDiagnostic) };
}

const word = fc.constantFrom('', 'a', 'ab', 'admin', 'Admin', '/api/', '/api/v1', 'curl/8.5.0', 'é"\\', 'x€');
const quoted = word.map((each) => JSON.stringify(each));
const textField = fc.constantFrom('actor.name', 'http.request.user_agent', 'url.path', 'labels.service', 'src.host');
const number = fc.constantFrom('0', '1', '200', '404', '500', '65535');
const relation = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const address = fc.constantFrom('192.0.2.1', '192.0.2.200', '10.1.2.3', '2001:db8::1');
const block = fc.constantFrom('192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0', '192.0.2.1/32');

const atom = fc.oneof(
  fc.tuple(textField, fc.constantFrom('==', '!='), quoted).map((parts) => parts.join(' ')),
  fc
    .tuple(textField, fc.constantFrom('startsWith', 'endsWith', 'contains'), quoted)
    .map(([f, o, w]) => `${f}.${o}(${w})`),
  fc
    .tuple(textField, fc.constantFrom('^a', 'b$', 'a.*n', '[0-9]+', '^$'))
    .map(([f, p]) => `${f}.matches(${JSON.stringify(p)})`),
  fc
    .tuple(textField, fc.array(quoted, { minLength: 1, maxLength: 3 }))
    .map(([f, list]) => `${f} in [${list.join(', ')}]`),
  fc.tuple(fc.constantFrom('http.response.status', 'src.port'), relation, number).map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constant('http.response.status'), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map(([f, list]) => `${f} in [${list}]`),
  fc.tuple(relation, fc.constantFrom('0s', '250ms', '1s', '2m')).map(([r, d]) => `duration ${r} duration("${d}")`),
  fc.tuple(fc.constantFrom('==', '!='), address).map(([r, a]) => `src.ip ${r} "${a}"`),
  block.map((each) => `cidr("${each}").containsIP(src.ip)`),
  fc.constantFrom('has(actor.name)', 'has(src.port)', 'tls.used', 'event.outcome == "failure"', 'true', 'false'),
  fc.constantFrom('event.severity >= "medium"', 'event.activity in ["get", "post"]', 'event.class == "http_activity"'),
);
const condition: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    tie('node').map((each) => `!(${each})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} || ${b})`),
  ),
})).node;

const event = fc.record(
  {
    ip: fc.oneof(address, fc.constant('client.example.net')),
    port: fc.constantFrom(0, 1, 443, 65535),
    user: word,
    agent: word,
    path: word,
    status: fc.constantFrom(0, 200, 302, 404, 500, 599),
    took: fc.constantFrom(0, 0.25, 1, 120, 3600),
    at: fc.constant('2026-02-03T04:05:06Z'),
    tls: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('conditions', () => {
  test('hold in the filter where they hold in the reference', () => {
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 1, maxLength: 6 }),
        fc.array(event, { minLength: 1, maxLength: 12 }),
        (conditions, events) => {
          const { filter, faults } = build(conditions);
          // Too many combinations are refused, not got wrong.
          fc.pre(!faults.some((fault) => fault.includes('condition_too_large')));
          expect(faults).toEqual([]);
          const instance = new FilterInstance(filter!.wasm);
          const reference = referenceOf(filter!);
          events.forEach((each, i) => {
            const record = { tag: 'x', timeSec: 1_770_091_506, timeNsec: i, record: Buffer.from(JSON.stringify(each)) };
            const both = bothOutputs(instance, reference, record);
            expect(both.engine).toEqual(both.reference);
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    'http.respons.status == 200',
    'http.response.status == "200"',
    'actor.name > 5',
    'actor.name == url.path',
    'duration > 5',
    'src.ip == "192.0.2"',
    'cidr("192.0.2.0/33").containsIP(src.ip)',
    'event.outcome == "failed"',
    'url.path.matches("(a*)\\\\1")',
    'url.path.size() > 3',
    'http.response.status + 1 == 2',
    'actor.name',
    'has(actor)',
    'a ==',
  ])('%s is refused, at its place', (text) => {
    expect(
      build([text])
        .faults.join('\n')
        .replace(/^policy\.yaml:\d+:/gm, ''),
    ).toMatchSnapshot();
  });

  test('a thousand rules take little more than a second', () => {
    const conditions = Array.from({ length: 1000 }, (_, i) =>
      i % 2 === 0
        ? `url.path.startsWith("/service-${i}/") && http.response.status >= 500`
        : `actor.name == "user-${i}"`,
    );
    const { filter, faults } = build(conditions);
    expect(faults).toEqual([]);
    expect(filter!.wasm.length).toBeLessThan(1024 * 1024);
    const instance = new FilterInstance(filter!.wasm);
    const reference = referenceOf(filter!);
    const line = { user: 'user-501', path: '/service-40/x', status: 503 };
    const record = { tag: 'x', timeSec: 1, timeNsec: 0, record: Buffer.from(JSON.stringify(line)) };
    const { engine, reference: expected } = bothOutputs(instance, reference, record);
    expect(engine).toEqual(expected);
    expect(engine).toMatchObject({ auditlb: { routes: ['r40', 'r501'] } });
  });
});
