import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateEcs } from '../support/ecs/validate.ts';
import { ACTIVITIES, anyFields, encodeFields, sampleValues, templatesOf, type Values } from '../support/events.ts';

const samples = sampleValues();

/** Fields other members say already. */
function isImplied(path: string, name: string, values: Values): boolean {
  const http = name === 'http_activity';
  if (path === 'url.full') return !('url.scheme' in values) && 'url.path' in values;
  if (path === 'http.request.method' || path === 'actor.type') return http;
  return path === 'event.category';
}

describe.each(['ecs', 'otel'])('%s', (schema) => {
  test.each(templatesOf(schema))('%s shows the value of every field', (name, template) => {
    fc.assert(
      fc.property(anyFields(samples), (values) => {
        const output = JSON.stringify(encodeFields(template, values));
        for (const [path, value] of Object.entries(values)) {
          if (isImplied(path, name, values)) continue;
          const other = samples.get(path)!.find((each) => each !== value)!;
          const changed = JSON.stringify(encodeFields(template, { ...values, [path]: other }));
          expect(changed !== output, `${path} is in the output`).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });
});

test.each(templatesOf('ecs'))('%s is valid ECS with any fields', (_, template) => {
  fc.assert(
    fc.property(anyFields(samples), fc.constantFrom(...ACTIVITIES), (values, activity) => {
      expect(validateEcs(encodeFields(template, { ...values, 'event.activity': activity }))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const GATEWAY_ERROR: Values = {
  time: 1_770_091_506_007n,
  'time.start': 1_770_091_505_000n,
  duration: 12_345n,
  'event.activity': 4n,
  'event.class': 1n,
  'event.outcome': 2n,
  'event.severity': 3n,
  'src.ip': '203.0.113.7',
  'src.peer.ip': '10.0.0.1',
  'dst.ip': '10.0.0.2',
  'http.request.method': 'GET',
  'http.response.status': 502n,
  'url.path': '/a',
  'actor.name': 'alice',
  'actor.impersonator': 'root',
};

const templateOf = (schema: string, name: string) => templatesOf(schema).find(([each]) => each === name)![1];

test('ECS has its own types of times, durations, categories and lists', () => {
  expect(encodeFields(templateOf('ecs', 'http_activity'), GATEWAY_ERROR)).toMatchObject({
    '@timestamp': '2026-02-03T04:05:06.007Z',
    event: {
      category: ['web'],
      duration: 12_345_000,
      kind: 'event',
      outcome: 'failure',
      start: '2026-02-03T04:05:05.000Z',
      type: ['access'],
    },
    http: { request: { method: 'GET' }, response: { status_code: 502 } },
    network: { forwarded_ip: '203.0.113.7' },
    related: { ip: ['203.0.113.7', '10.0.0.1', '10.0.0.2'], user: ['alice', 'root'] },
    user: { name: 'root', effective: { name: 'alice' } },
  });
  expect(
    encodeFields(templateOf('ecs', 'network_activity'), { ...GATEWAY_ERROR, 'event.activity': 11n }),
  ).toMatchObject({
    event: { category: ['network'], type: ['connection', 'start'] },
  });
});

test('OpenTelemetry has flat attributes, nanoseconds and severity numbers', () => {
  expect(encodeFields(templateOf('otel', 'http_activity'), GATEWAY_ERROR)).toMatchObject({
    Attributes: { 'client.address': '203.0.113.7', 'http.request.method': 'GET', 'network.peer.address': '10.0.0.1' },
    EventName: 'http_activity',
    SeverityNumber: 14,
    SeverityText: 'medium',
    Timestamp: 1_770_091_506_007_000_000,
  });
});
