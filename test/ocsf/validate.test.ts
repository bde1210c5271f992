import { describe, expect, it } from 'vitest';
import { facts } from '../support/ocsf/facts.ts';
import { type Sample, samples } from '../support/ocsf/samples.ts';
import { deprecatedOcsf, validateOcsf } from '../support/ocsf/validate.ts';

type SampleName = keyof typeof samples;

/** Sets the member at `path` (`a.b[0].c`); `undefined` removes it. */
function put(event: Sample, path: string, value: unknown): Sample {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop()!;
  let at: Sample = event;
  for (const step of steps) at = at[step] as Sample;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return event;
}

function broken(name: SampleName, changes: Record<string, unknown>): string[] {
  const event: Sample = JSON.parse(JSON.stringify(samples[name]()));
  for (const [path, value] of Object.entries(changes)) put(event, path, value);
  return validateOcsf(event);
}

describe('samples', () => {
  it('has one for each class', () => {
    expect(Object.keys(samples).sort()).toEqual(Object.keys(facts.classes).sort());
  });

  for (const name of Object.keys(samples) as SampleName[]) {
    it(`${name} is valid`, () => {
      expect(samples[name]()).toMatchObject({ class_uid: facts.classes[name]!.uid });
      expect(validateOcsf(samples[name]())).toEqual([]);
    });

    it(`${name} needs every attribute the class requires`, () => {
      const { attributes, constraints = {} } = facts.classes[name]!;
      const metadata = samples[name]().metadata as { profiles?: string[] };
      const counts = (profiles?: readonly string[]) =>
        profiles === undefined || profiles.some((profile) => metadata.profiles?.includes(profile));
      const required = Object.entries(attributes).filter(
        ([, attribute]) => attribute.requirement === 'required' && counts(attribute.profiles),
      );
      expect(required.length).toBeGreaterThan(5);
      for (const [attribute] of required) {
        if (attribute === 'class_uid') continue;
        expect(broken(name, { [attribute]: undefined })).toContain(`$.${attribute}: required`);
      }
      const some = constraints.at_least_one ?? constraints.just_one;
      if (some) {
        const none = Object.fromEntries(some.map((attribute) => [attribute, undefined]));
        expect(broken(name, none).join('\n')).toContain(`one of ${some.join(', ')}`);
      }
    });
  }
});

describe('faults', () => {
  const cases: [name: SampleName, changes: Record<string, unknown>, faults: string[]][] = [
    // Types
    ['http_activity', { time: 1763703930 }, ['$.time: expected epoch milliseconds, got 1763703930']],
    ['http_activity', { time: '2025-11-21' }, ['$.time: expected timestamp_t, got `2025-11-21`']],
    ['http_activity', { time: 1763703930123.5 }, ['$.time: expected timestamp_t, got `1763703930123.5`']],
    ['http_activity', { duration: 0.012 }, ['$.duration: expected long_t, got `0.012`']],
    ['http_activity', { 'http_response.code': '200' }, ['$.http_response.code: expected integer_t, got `200`']],
    ['http_activity', { status_code: 200 }, ['$.status_code: expected string_t, got `200`']],
    ['http_activity', { message: null }, ['$.message: expected string_t, got `null`']],
    [
      'http_activity',
      { 'src_endpoint.ip': '203.0.113.256' },
      ['$.src_endpoint.ip: expected ip_t, got `203.0.113.256`'],
    ],
    ['http_activity', { 'src_endpoint.ip': '' }, ['$.src_endpoint.ip: expected ip_t, got ``']],
    [
      'http_activity',
      { 'dst_endpoint.port': 65536 },
      ['$.dst_endpoint.port: expected port_t of 0 to 65535, got 65536'],
    ],
    ['authentication', { 'user.email_addr': 'alice' }, ['$.user.email_addr: expected email_t, got `alice`']],
    ['authentication', { is_mfa: 'yes' }, ['$.is_mfa: expected boolean_t, got `yes`']],
    ['http_activity', { 'device.subnet': '10.0.0.0/33' }, ['$.device.subnet: expected subnet_t, got `10.0.0.0/33`']],
    ['http_activity', { 'device.mac': '0:1:2' }, ['$.device.mac: expected mac_t, got `0:1:2`']],
    // Arrays and objects
    [
      'http_activity',
      { 'http_request.x_forwarded_for': '198.51.100.2' },
      ['$.http_request.x_forwarded_for: expected an array, got `198.51.100.2`'],
    ],
    [
      'http_activity',
      { 'http_request.x_forwarded_for[1]': 'unknown' },
      ['$.http_request.x_forwarded_for[1]: expected ip_t, got `unknown`'],
    ],
    ['http_activity', { tls: 'TLSv1.3' }, ['$.tls: expected an object, got `TLSv1.3`']],
    ['http_activity', { unmapped: [] }, ['$.unmapped: expected an object, got `[]`']],
    ['http_activity', { auditlb: 'x' }, ['$.auditlb: expected an object']],
    // Required inside what is present
    ['http_activity', { 'tls.version': undefined }, ['$.tls.version: required']],
    ['http_activity', { 'tls.certificate.serial_number': undefined }, ['$.tls.certificate.serial_number: required']],
    ['http_activity', { 'trace.span.end_time': undefined }, ['$.trace.span.end_time: required']],
    ['http_activity', { 'http_response.code': undefined }, ['$.http_response.code: required']],
    ['network_activity', { 'connection_info.direction_id': undefined }, ['$.connection_info.direction_id: required']],
    ['api_activity', { 'api.request': {} }, ['$.api.request.uid: required']],
    // Constraints of objects
    [
      'api_activity',
      { actor: {} },
      ['$.actor: needs at least one of process, user, invoked_by, session, app_name, app_uid'],
    ],
    ['api_activity', { 'resources[0].name': undefined }, ['$.resources[0]: needs at least one of name, uid']],
    ['authorize_session', { group: { name: 'wheel' } }, ['$: needs just one of privileges, group']],
    // Enums
    ['http_activity', { severity_id: 7 }, ['$.severity_id: `7` is none of 0, 1, 2, 3, 4, 5, 6, 99']],
    [
      'http_activity',
      { 'http_request.http_method': 'PROPFIND' },
      [
        '$.http_request.http_method: `PROPFIND` is none of CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, TRACE',
      ],
    ],
    // Captions
    ['http_activity', { status: '200' }, ['$.status_id: 1 is `Success`, but `status` says `200`']],
    [
      'http_activity',
      { 'device.type': 'Server' },
      ['$.device.type_id: 15 is `Load Balancer`, but `type` says `Server`'],
    ],
    ['http_activity', { activity_name: 'Post' }, ['$.activity_id: 3 is `Get`, but `activity_name` says `Post`']],
    ['http_activity', { class_name: 'HTTP' }, ['$.class_name: expected `HTTP Activity`, got `HTTP`']],
    ['http_activity', { category_name: 'Network' }, ['$.category_name: expected `Network Activity`, got `Network`']],
    [
      'http_activity',
      { type_name: 'HTTP Activity: Put' },
      ['$.type_name: expected `HTTP Activity: Get`, got `HTTP Activity: Put`'],
    ],
    // Classification
    ['http_activity', { type_uid: 400203 + 1 }, ['$.type_uid: expected `400203`, got `400204`']],
    ['http_activity', { category_uid: 6 }, ['$.category_uid: expected `4`, got `6`']],
    ['http_activity', { class_uid: 4099 }, ['$.class_uid: no class `4099` among the facts']],
    // Unknown names
    [
      'http_activity',
      { 'src_endpoint.hostnam': 'x' },
      ['$.src_endpoint.hostnam: unknown attribute, did you mean `hostname`?'],
    ],
    ['http_activity', { constructor: 1 }, ['$.constructor: unknown attribute']],
    ['authentication', { tls: { version: '1.3' } }, ['$.tls: unknown attribute']],
    // Profiles and version
    [
      'network_activity',
      { load_balancer: { name: 'lb' } },
      ['$.load_balancer: belongs to profile load_balancer, which `metadata.profiles` does not list'],
    ],
    [
      'authentication',
      { 'metadata.profiles': ['load_balancer'] },
      ['$.metadata.profiles: Authentication has no profile `load_balancer`'],
    ],
    ['network_activity', { 'metadata.profiles': ['cloud'] }, ['$.cloud: required']],
    [
      'network_activity',
      { time_dt: '2025-11-21T05:45:30Z' },
      ['$.time_dt: belongs to profile datetime, which `metadata.profiles` does not list'],
    ],
    [
      'network_activity',
      { 'metadata.profiles': ['datetime'], time_dt: 'today' },
      ['$.time_dt: expected datetime_t, got `today`'],
    ],
    ['http_activity', { 'metadata.version': '1.3.0' }, ['$.metadata.version: the facts are of 1.8.0, not of `1.3.0`']],
    // Observables
    [
      'http_activity',
      { 'observables[0].name': 'src_endpoint.mac' },
      ['$.observables[0].name: no attribute `src_endpoint.mac` in the event'],
    ],
  ];

  for (const [name, changes, faults] of cases) {
    it(`${name} ${JSON.stringify(changes, (_, value) => value ?? null)}`, () =>
      expect(broken(name, changes)).toEqual(faults));
  }

  it('takes nothing but an object', () => {
    for (const value of [undefined, null, 'x', 1, []]) expect(validateOcsf(value)).toHaveLength(1);
  });
});

describe('what counts with a profile', () => {
  const attestation_list = [{ fingerprint: { algorithm_id: 3, value: 'ab' }, prev_event: { uid: 'e-1' } }];
  const profiles = { 'metadata.profiles': ['record_integrity'], attestation_list };

  it('takes times as text with `datetime`', () => {
    expect(broken('network_activity', { 'metadata.profiles': ['datetime'], time_dt: '2025-11-21T05:45:30Z' })).toEqual(
      [],
    );
  });

  it('takes `record_integrity` from the version that brings it', () => {
    expect(broken('network_activity', { ...profiles, 'metadata.version': facts.ahead.version })).toEqual([]);
    expect(broken('network_activity', profiles)).toEqual([
      '$.attestation_list: came with 1.9.0-dev',
      '$.metadata.profiles: `record_integrity` came with 1.9.0-dev',
    ]);
  });
});

describe('deprecated attributes', () => {
  it('are valid, and listed apart', () => {
    const event = put(samples.api_activity(), 'actor.invoked_by', 'console');
    expect(validateOcsf(event)).toEqual([]);
    expect(deprecatedOcsf(event)).toEqual(['$.actor.invoked_by: deprecated since 1.2.0']);
    expect(deprecatedOcsf(samples.http_activity())).toEqual([]);
  });
});
