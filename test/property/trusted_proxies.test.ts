import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { policyOf } from '../../src/testing/index.ts';
import { faults } from '../policy/compile_support.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';
import { FIXTURE_TIME } from '../support/fixtures.ts';

const TRUSTED = 'trusted_proxies: [10.0.0.0/8, 192.0.2.7, "2001:db8:1::/48"]';

/** A format with a client, a connection and a list: an empty text is missing. */
const source = (trusted: string): string => `auditlb: 1
name: edge
sources:
  - name: edge
    tag: edge
    ${trusted}
    format:
      class: http_activity
      product: {name: Edge}
      json:
        client: {to: [src.ip, src.port, src.host], as: address_port}
        peer: {to: [src.peer.ip, src.peer.port], as: address_port}
        xff: http.request.forwarded_for
        hops: {to: [src.ip, src.port, src.host], as: first_address_port, all: http.request.forwarded_for}
        user: actor.name
routes: [{name: all}]
`;

interface Line {
  readonly client?: string;
  readonly peer?: string;
  readonly xff?: string;
  readonly hops?: string;
  readonly user?: string;
}

const PATHS = ['src.ip', 'src.port', 'src.host', 'src.peer.ip', 'src.peer.port', 'actor.attributed_by'];
const believed = policyOf(source(TRUSTED));
const plain = policyOf(source(''));
const seen = (filter: typeof plain, line: Line) => {
  const { fields } = filter.line(JSON.stringify(line));
  return PATHS.map((path) => fields[path] ?? '').join(' ');
};

describe('the client behind trusted proxies', () => {
  test.each<[string, Line, string]>([
    ['one proxy', { client: '10.0.0.1:40', xff: '203.0.113.9' }, '203.0.113.9   10.0.0.1 40 forwarded_for'],
    [
      'several',
      { client: '10.0.0.1', xff: '203.0.113.9, 192.0.2.7,10.2.2.2' },
      '203.0.113.9   10.0.0.1  forwarded_for',
    ],
    [
      'spoofed in front',
      { client: '10.0.0.1', xff: '127.0.0.1, 10.9.9.9, 203.0.113.9' },
      '203.0.113.9   10.0.0.1  forwarded_for',
    ],
    ['spoofed by a stranger', { client: '203.0.113.9:40', xff: '198.51.100.1' }, '203.0.113.9 40    address'],
    ['a stranger next to the block', { client: '192.0.2.8', xff: '198.51.100.1' }, '192.0.2.8     address'],
    ['IPv6', { client: '[2001:db8:1::1]:40', xff: '2001:db8:2::1' }, '2001:db8:2::1   2001:db8:1::1 40 forwarded_for'],
    ['IPv4 in IPv6', { client: '::ffff:10.0.0.1', xff: '203.0.113.9' }, '203.0.113.9   ::ffff:10.0.0.1  forwarded_for'],
    [
      'ports',
      { client: '10.0.0.1', xff: '203.0.113.9:1234, [2001:db8:1::2]:99' },
      '203.0.113.9   10.0.0.1  forwarded_for',
    ],
    ['all trusted', { client: '10.0.0.1', xff: '10.0.0.3, 10.0.0.2' }, '10.0.0.3   10.0.0.1  forwarded_for'],
    [
      'what is no address',
      { client: '10.0.0.1', xff: '203.0.113.9, unknown, 10.0.0.2' },
      '10.0.0.2   10.0.0.1  forwarded_for',
    ],
    ['nothing but that', { client: '10.0.0.1', xff: '203.0.113.9, unknown' }, '10.0.0.1     address'],
    ['gaps', { client: '10.0.0.1', xff: '203.0.113.9, , -,' }, '203.0.113.9   10.0.0.1  forwarded_for'],
    ['no list', { client: '10.0.0.1:40' }, '10.0.0.1 40    address'],
    ['a list alone', { xff: '198.51.100.1, 203.0.113.9, 10.0.0.1' }, '203.0.113.9     forwarded_for'],
    [
      'a list the client was taken from',
      { hops: '198.51.100.1:7, 203.0.113.9, 10.0.0.1' },
      '203.0.113.9     forwarded_for',
    ],
    ['a socket', { client: 'unix:', xff: '203.0.113.9' }, '  unix:   none'],
    [
      'a connection besides',
      { client: '198.51.100.1:9', peer: '10.0.0.1:40', xff: '198.51.100.1, 203.0.113.9' },
      '203.0.113.9   10.0.0.1 40 forwarded_for',
    ],
    [
      'a stranger’s connection',
      { client: '198.51.100.1', peer: '203.0.113.9:40', xff: '198.51.100.1' },
      '203.0.113.9 40    address',
    ],
    ['a user', { client: '10.0.0.1', xff: '203.0.113.9', user: 'jane' }, '203.0.113.9   10.0.0.1  authenticated_user'],
  ])('%s', (_, line, expected) => {
    expect(seen(believed, line).trim()).toBe(expected.trim());
  });

  test('without trusted proxies the connection counts', () => {
    expect(seen(plain, { client: '10.0.0.1:40', xff: '203.0.113.9' }).trim()).toBe('10.0.0.1 40    address');
  });

  test('what is no block is an error', () => {
    expect(faults(source('trusted_proxies: [10.0.0.0/8, proxy.example, 10.0.0.0/33]'))).toMatchInlineSnapshot(`
      "policy.yaml:6:35: invalid_block: \`proxy.example\` is no address and no block of addresses
        help: write an address, or a block such as \`10.0.0.0/8\` or \`2001:db8::/32\`
      policy.yaml:6:50: invalid_block: \`10.0.0.0/33\` is no address and no block of addresses
        help: write an address, or a block such as \`10.0.0.0/8\` or \`2001:db8::/32\`"
    `);
    expect(faults(source('trusted_proxies: []'))).toMatchInlineSnapshot(
      `"policy.yaml:6:22: list_empty: the list is empty"`,
    );
  });
});

const address = fc.constantFrom(
  '10.0.0.1',
  '10.255.0.9',
  '192.0.2.7',
  '192.0.2.8',
  '203.0.113.9',
  '::ffff:10.0.0.1',
  '2001:db8:1::1',
  '2001:db8:2::1',
  '::1',
);
const hop = fc.oneof(
  { weight: 5, arbitrary: address },
  fc.tuple(address, fc.nat(70000)).map(([ip, port]) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
  fc.constantFrom('', '-', ' ', 'unknown', 'unix:', '[::1]', '[]', ':80', '10.0.0.1:', 'é', '10.0.0.1 ', '"10.0.0.1"'),
);
const list = fc
  .array(hop, { maxLength: 6 })
  .chain((hops) => fc.constantFrom(', ', ',', ' , ').map((by) => hops.join(by)));
const line = fc.record(
  { client: hop, peer: hop, xff: list, hops: list, user: fc.constantFrom('', 'jane') },
  { requiredKeys: [] },
);

test.each([
  '',
  'redact: [{fields: [src.ip], with: mask}]\n',
  'redact: [{fields: [src.peer.ip, src.port], with: remove}]\n',
  'redact: [{fields: [http.request.forwarded_for], with: mask}]\n',
])('engine and reference find the same client %j', (rules) => {
  const { filter, diagnostics } = buildFilter({ text: `raw: always\n${source(TRUSTED)}${rules}`, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  // Only so many lines of one moment are told from their equals.
  let records = 0;
  fc.assert(
    fc.property(line, fc.boolean(), (fields, whole) => {
      const record = Buffer.from(JSON.stringify(whole ? fields : { log: JSON.stringify(fields) }));
      const both = bothOutputs(instance, reference, { tag: 'edge', ...FIXTURE_TIME, timeNsec: ++records, record });
      expect(both.engine).toEqual(both.reference);
    }),
    { numRuns: 1500 },
  );
});
