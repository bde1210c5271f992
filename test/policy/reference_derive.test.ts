import { describe, expect, test } from 'vitest';
import { Convert } from '../../assembly/shared/convert.ts';
import {
  Activity,
  ActorType,
  AttributedBy,
  Category,
  EventClass,
  Outcome,
  Severity,
} from '../../assembly/shared/enums.ts';
import { Field } from '../../assembly/shared/fields.ts';
import { FIELDS, type FieldName } from '../../src/policy/fields.ts';
import type { Assign } from '../../src/policy/plan.ts';
import { capture, HTTP, runLine, textFormat, until } from './reference_plans.ts';

/** An event of these constants and what follows from them: the slots asked for, by name. */
function derive(set: Partial<Record<FieldName, string | number>>, eventClass = EventClass.http_activity) {
  const assigns = Object.entries(set).map(([name, value]): Assign => ({ slot: Field[name as FieldName], value }));
  const head = [
    { slot: Field.schema_class, value: eventClass },
    { slot: Field.event_class, value: eventClass },
  ];
  const format = textFormat([until(undefined, capture(Convert.text, [-1]))], { defaults: [...head, ...assigns] });
  const { event, unmapped } = runLine(format, 'x');
  const get = (name: FieldName) => {
    const value = event.get(Field[name]);
    return typeof value === 'bigint' && FIELDS[name].type === 'enum' ? Number(value) : value;
  };
  return { get, unmapped };
}

describe('request line', () => {
  test.each<[string, ...(string | undefined)[]]>([
    ['GET /a?b HTTP/1.1', 'GET', '/a?b', '1.1'],
    ['GET /a b HTTP/2', 'GET', '/a b', '2'],
    ['GET /a', 'GET', '/a', undefined],
    ['GET /a HTTP/1.10', 'GET', '/a HTTP/1.10', undefined],
    ['GET /a http/1.1', 'GET', '/a http/1.1', undefined],
    ['GET HTTP/1.1', 'GET', undefined, '1.1'],
    ['GET ', 'GET', undefined, undefined],
    ['VERSION-CONTROL /a HTTP/1.1', 'VERSION-CONTROL', '/a', '1.1'],
    [`${'A'.repeat(32)} /`, 'A'.repeat(32), '/', undefined],
  ])('%s', (line, method, target, version) => {
    const { get, unmapped } = derive({ http_line: line });
    expect([get('http_method'), get('http_target'), get('http_version'), get('http_line')]).toEqual([
      method,
      target,
      version,
      undefined,
    ]);
    expect(get('url_full')).toBe(target);
    expect(unmapped).toEqual({});
  });
  test.each(['GET', '\\x16\\x03\\x01', '1GET /', 'G"T /', ' /', `${'A'.repeat(33)} /`])('no request: %s', (line) => {
    const { get, unmapped } = derive({ http_line: line });
    expect(get('http_method')).toBeUndefined();
    expect(unmapped).toEqual({ request: line });
  });
  test('fills only what is missing', () => {
    const { get } = derive({ http_line: 'GET /a HTTP/1.1', http_method: 'POST', http_version: '2.0' });
    expect([get('http_method'), get('http_target'), get('http_version')]).toEqual(['POST', '/a', '2.0']);
  });
});

describe('URL', () => {
  const parts = ['url_scheme', 'url_host', 'url_port', 'url_path', 'url_query'] as const;
  test.each<[string, ...(string | bigint | undefined)[]]>([
    ['/a/b?c=d?e', undefined, undefined, undefined, '/a/b', 'c=d?e'],
    ['/a?', undefined, undefined, undefined, '/a', undefined],
    ['?q', undefined, undefined, undefined, undefined, 'q'],
    ['*', undefined, undefined, undefined, '*', undefined],
    ['/a#b?c', undefined, undefined, undefined, '/a#b', 'c'],
    ['/r?u=http://x/', undefined, undefined, undefined, '/r', 'u=http://x/'],
    ['http://h.example/a?b', 'http', 'h.example', undefined, '/a', 'b'],
    ['https://u:p@h:8443', 'https', 'h', 8443n, undefined, undefined],
    ['https://a@b@h:8443/x', 'https', 'h', 8443n, '/x', undefined],
    ['wss://[2001:db8::1]:1/', 'wss', '2001:db8::1', 1n, '/', undefined],
    ['https://[2001:db8::1]/', 'https', '2001:db8::1', undefined, '/', undefined],
    ['h2c+x.-1://h:99999/', 'h2c+x.-1', 'h:99999', undefined, '/', undefined],
    ['http://h:/', 'http', 'h:', undefined, '/', undefined],
    ['http://h?q', 'http', 'h', undefined, undefined, 'q'],
    ['http://h#f', 'http', 'h', undefined, '#f', undefined],
    ['://h/', undefined, undefined, undefined, '://h/', undefined],
  ])('%s', (url, ...expected) => {
    const { get } = derive({ http_target: url });
    expect(parts.map(get)).toEqual(expected);
  });
  test('CONNECT has an authority', () => {
    const { get } = derive({ http_method: 'CONNECT', http_target: 'h.example:443' });
    expect(parts.map(get)).toEqual([undefined, 'h.example', 443n, undefined, undefined]);
  });
  test('the Host header', () => {
    const { get } = derive({ http_target: '/', http_host: 'h.example:8080' });
    expect(parts.map(get)).toEqual([undefined, 'h.example', 8080n, '/', undefined]);
  });
  test('the Host header is not looked at for a URL with a host', () => {
    const { get } = derive({ http_target: 'http://a/', http_host: 'b:8080' });
    expect(parts.map(get)).toEqual(['http', 'a', undefined, '/', undefined]);
  });
  test('what the log has itself is not replaced', () => {
    const { get } = derive({ http_target: '/a?b', url_path: '/c' });
    expect(parts.map(get)).toEqual([undefined, undefined, undefined, '/c', 'b']);
  });
});

describe('meaning', () => {
  test.each([
    ['GET', Activity.get],
    ['PATCH', Activity.patch],
    ['get', Activity.other],
    ['PROPFIND', Activity.other],
    ['LOGON', Activity.other],
  ])('activity of %s', (method, activity) =>
    expect(derive({ http_method: method }).get('event_activity')).toBe(activity),
  );
  test('no method', () => expect(derive({}).get('event_activity')).toBe(Activity.unknown));
  test('no activity of other classes', () => {
    expect(derive({ http_method: 'GET' }, EventClass.api_activity).get('event_activity')).toBeUndefined();
  });

  test.each([
    [0, Outcome.unknown, Severity.informational],
    [99, Outcome.unknown, Severity.informational],
    [100, Outcome.success, Severity.informational],
    [399, Outcome.success, Severity.informational],
    [400, Outcome.failure, Severity.low],
    [500, Outcome.failure, Severity.medium],
  ])('status %i', (status, outcome, severity) => {
    const { get } = derive({ http_status: status });
    expect([get('event_outcome'), get('event_severity')]).toEqual([outcome, severity]);
  });

  test.each<[Partial<Record<FieldName, string | number>>, Outcome]>([
    [{ api_error: 'AccessDenied', api_status: 200 }, Outcome.failure],
    [{ api_decision: 'forbid' }, Outcome.failure],
    [{ api_decision: 'allow' }, Outcome.unknown],
    [{ api_status: 0 }, Outcome.success],
    [{ api_status: 400 }, Outcome.failure],
    [{ api_status: 500, event_outcome: Outcome.success }, Outcome.success],
    [{ http_status: 500 }, Outcome.unknown],
  ])('a call with %j', (set, outcome) => {
    expect(derive(set, EventClass.api_activity).get('event_outcome')).toBe(outcome);
  });

  test.each<[Partial<Record<FieldName, string | number>>, AttributedBy, ActorType, string | undefined]>([
    [{ actor_name: 'a', tls_client_subject: 's' }, AttributedBy.authenticated_user, ActorType.end_user, 'a'],
    [{ tls_client_subject: 's', src_ip: '::1' }, AttributedBy.mtls_subject, ActorType.end_user, 's'],
    [{ src_ip: '::1' }, AttributedBy.address, ActorType.anonymous, undefined],
    [{}, AttributedBy.none, ActorType.anonymous, undefined],
    [
      { actor_name: 'a', actor_attributed_by: AttributedBy.iam_arn, actor_type: ActorType.service },
      AttributedBy.iam_arn,
      ActorType.service,
      'a',
    ],
  ])('who, by %j', (set, by, type, name) => {
    const { get } = derive(set);
    expect([get('actor_attributed_by'), get('actor_type'), get('actor_name')]).toEqual([by, type, name]);
  });
  test('no actor type outside of HTTP', () => {
    expect(derive({ actor_name: 'a' }, EventClass.authentication).get('actor_type')).toBeUndefined();
  });

  test.each([
    [EventClass.http_activity, Category.network],
    [EventClass.datastore_activity, Category.application],
    [EventClass.group_management, Category.iam],
    [EventClass.process_activity, Category.system],
    [EventClass.detection_finding, Category.findings],
    [EventClass.base_event, Category.unknown],
  ])('category of class %i', (eventClass, category) =>
    expect(derive({}, eventClass).get('event_category')).toBe(category),
  );

  test('a health check keeps the class of its output', () => {
    const { get } = derive({ health_check: 1 });
    expect([get('event_class'), get('schema_class'), get('event_category')]).toEqual([
      EventClass.health_check,
      EventClass.http_activity,
      Category.network,
    ]);
    expect(derive({ health_check: 0 }).get('event_class')).toBe(EventClass.http_activity);
  });
});

test('maps see what the log says, derivation what maps say', () => {
  const format = textFormat([until(undefined, capture(Convert.text, [Field.event_type]))], {
    defaults: HTTP,
    maps: [
      {
        from: Field.event_type,
        cases: [{ is: ['x*'], set: [{ slot: Field.http_line, value: 'GET / HTTP/1.1' }], copy: [] }],
      },
    ],
  });
  expect(runLine(format, 'xyz').event.get(Field.event_activity)).toBe(BigInt(Activity.get));
});
