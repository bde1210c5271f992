/** Minimal and realistic events, one for each class of the facts; the tests of the validator break them. */
export type Sample = { [name: string]: unknown };

const TIME = 1_763_703_930_123;
const CLIENT = { ip: '203.0.113.7', port: 51234 };
const SERVER = { ip: '2001:db8::10', port: 8080, svc_name: 'checkout' };
const ACTOR = { user: { name: 'alice', uid: 'u-1', type_id: 1 } };

function event(classUid: number, categoryUid: number, activity: number, members: Sample, profiles?: string[]): Sample {
  return {
    activity_id: activity,
    category_uid: categoryUid,
    class_uid: classUid,
    severity_id: 1,
    status_id: 1,
    time: TIME,
    type_uid: classUid * 100 + activity,
    metadata: {
      version: '1.8.0',
      product: { name: 'nginx', vendor_name: 'F5' },
      ...(profiles && { profiles }),
    },
    ...members,
  };
}

export const samples = {
  base_event: () => event(0, 0, 0, { message: 'not understood', unmapped: { any: { thing: [1, null] } } }),
  http_activity: () =>
    event(
      4002,
      4,
      3,
      {
        activity_name: 'Get',
        auditlb: { policy: 'p' },
        category_name: 'Network Activity',
        class_name: 'HTTP Activity',
        device: { hostname: 'lb-1', type_id: 15, type: 'Load Balancer' },
        dst_endpoint: SERVER,
        duration: 12,
        http_request: {
          http_method: 'GET',
          http_headers: [{ name: 'accept', value: '*/*' }],
          url: { hostname: 'example.com', path: '/a', query_string: 'b=1', scheme: 'https', port: 443 },
          x_forwarded_for: ['198.51.100.2', 'fe80::1'],
        },
        http_response: { code: 200, length: 512 },
        load_balancer: {
          name: 'lb-1',
          code: 200,
          endpoint_connections: [{ network_endpoint: SERVER, code: 200 }],
          metrics: [{ name: 'retries', value: '0' }],
        },
        observables: [
          { type_id: 2, name: 'src_endpoint.ip', value: CLIENT.ip },
          { type_id: 2, name: 'http_request.x_forwarded_for', value: '198.51.100.2' },
          { type_id: 20, name: 'load_balancer.endpoint_connections[0].network_endpoint' },
        ],
        src_endpoint: CLIENT,
        status: 'Success',
        tls: {
          version: 'TLSv1.3',
          certificate: { issuer: 'CN=ca', serial_number: '01', expiration_time: TIME },
          ja3_hash: { algorithm_id: 1, value: 'd41d8cd98f00b204e9800998ecf8427e' },
        },
        trace: { uid: '4bf92f3577b34da6a3ce929d0e0e4736', span: { uid: '00f0', start_time: TIME, end_time: TIME } },
        traffic: { bytes_in: 512, bytes_out: 80 },
        type_name: 'HTTP Activity: Get',
      },
      ['host', 'load_balancer', 'trace'],
    ),
  network_activity: () =>
    event(4001, 4, 2, {
      connection_info: { direction_id: 1, protocol_num: 6, protocol_name: 'tcp' },
      dst_endpoint: SERVER,
      src_endpoint: CLIENT,
    }),
  api_activity: () =>
    event(
      6003,
      6,
      1,
      {
        actor: { ...ACTOR, authorizations: [{ decision: 'allow', policy: { name: 'admins', desc: 'rbac' } }] },
        api: { operation: 'CreateBucket', request: { uid: 'r-1' }, response: { code: 200 }, service: { name: 's3' } },
        cloud: { provider: 'AWS', region: 'eu-west-1', account: { uid: '123456789012', type_id: 10 } },
        resources: [{ name: 'logs', type: 'bucket', region: 'eu-west-1', data: { any: true } }],
        src_endpoint: CLIENT,
      },
      ['cloud'],
    ),
  authentication: () =>
    event(3002, 3, 1, {
      auth_protocol_id: 99,
      auth_protocol: 'publickey',
      is_mfa: true,
      service: { name: 'sshd' },
      user: { name: 'alice', email_addr: 'alice@example.com', type_id: 1 },
    }),
  authorize_session: () => event(3003, 3, 1, { privileges: ['SeDebugPrivilege'], user: { name: 'alice' } }),
  account_change: () => event(3001, 3, 4, { actor: ACTOR, user: { name: 'bob' } }),
  user_access: () => event(3005, 3, 1, { privileges: ['admin'], resources: [{ uid: 'r' }], user: { uid: 'u-2' } }),
  group_management: () => event(3006, 3, 3, { group: { name: 'wheel' }, user: { name: 'bob' } }),
  entity_management: () => event(3004, 3, 3, { entity: { name: 'policy-1', type_id: 5, type: 'Policy' } }),
  process_activity: () =>
    event(
      1007,
      1,
      1,
      {
        actor: { process: { pid: 1, cmd_line: 'sudo', user: { name: 'alice' } } },
        device: { hostname: 'web-1', type_id: 1 },
        process: { pid: 42, euid: 0, file: { name: 'bash', path: '/bin/bash', type_id: 1 } },
      },
      ['linux/linux_users'],
    ),
  datastore_activity: () =>
    event(6005, 6, 4, {
      actor: ACTOR,
      database: { name: 'orders', type_id: 1 },
      query_info: { uid: 'q', query_string: 'select 1' },
      src_endpoint: CLIENT,
    }),
  detection_finding: () =>
    event(2004, 2, 1, {
      evidences: [{ src_endpoint: CLIENT, data: [1] }],
      finding_info: { uid: 'f-1', title: 'brute force', analytic: { name: 'brute_force', type_id: 1 } },
      is_alert: true,
      status: 'New',
    }),
} as const satisfies Record<string, () => Sample>;
