import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';
import { tamperedRecord } from '../support/secret_lines.ts';
import { SECRET_FRAGMENTS } from '../support/secrets.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 1500);

const SOURCES = `
  - name: blank
    tag: blank
    format:
      class: process_activity
      escape: backslash
      product: {name: Blank}
      pairs:
        joined: {key: w, to: db.query, as: hex_text}
        keys:
          exe: process.path
          w0: event.message
          cmd: {to: process.command_line, as: hex_text}
          user: actor.name
          addr: {to: [src.ip, src.port, src.host], as: address_port}
          by: {to: user.name, as: plus_text}
  - name: comma
    tag: comma
    format:
      class: api_activity
      product: {name: Comma}
      pairs: {separator: ",", joined: {key: w, to: db.query}, keys: {user: actor.name, agent: {to: http.request.user_agent, as: percent_text}}}
  - name: free
    tag: free
    format:
      class: api_activity
      escape: cef
      product: {name: Free}
      pairs: {free: true, keys: {suser: actor.name, msg: event.message, src: {to: [src.ip, src.host], as: address}}}
  - name: csv
    tag: csv
    format:
      class: datastore_activity
      product: {name: Csv}
      separator: ","
      required: 2
      fields:
        - {name: user, to: actor.name}
        - {name: from, to: [src.ip, src.port, src.host], as: first_address_port, all: http.request.forwarded_for}
        - {name: query, to: db.query}
        - {name: note}
  - name: shapes
    tag: shapes
    format:
      class: authentication
      product: {name: Shapes}
      lines:
        - {text: 'session of {actor.name} from {src.ip} closed {unmapped.why...}', set: {event.activity: logoff}}
        - {text: 'session of {user.name...} from {src.ip src.host: address}', set: {event.activity: logon}}
        - {text: '{event.message}: ', pairs: {keys: {user: actor.name, uid: user.id}}}
  - name: nested
    tag: nested
    format:
      class: api_activity
      product: {name: Nested}
      json:
        user.name: actor.name
        issuer.name: actor.name
        users[].name: actor.name
        inner.who: user.name
        inner.more.host: src.host
        at: {to: resource.name, as: last_segment}
`;
const HEAD = (rules: string): string =>
  `auditlb: 1\nraw: always\nsources:${SOURCES}routes: [{name: all}]\nredact:\n${rules}`;

function build(rules: string): BuiltFilter {
  const built = buildFilter({ text: HEAD(rules), file: 'policy.yaml' });
  expect(built.diagnostics).toEqual([]);
  return built.filter!;
}

const INNER = JSON.stringify({
  who: 'mallory',
  token: 'hunter2',
  more: JSON.stringify({ host: 'db-7.example', k: 's3cret' }),
});
const LINES = [
  ['blank', 'exe="/bin/cat" cmd=636174002F6574632F736861646F77 user=alice addr=192.0.2.7:22 by=carol+ann note=x'],
  ['blank', `exe=/bin/sh cmd="sh -c x" msg='user="bob \\"the\\" b" addr=db-1' by=carol token=hunter2 loose`],
  ['comma', 'user = alice , agent=Mozilla%2F5.0%20x , password=hunter2,k=v'],
  ['free', 'suser=Alice Adams msg=a \\= b \\| c src=192.0.2.7 token=abc def'],
  ['csv', '"al""ice","203.0.113.9:80, 198.51.100.1","select ""x"" from t",n"o'],
  ['csv', 'bob,unix:/run/x,select 1,token=hunter2'],
  ['shapes', 'session of alice from 192.0.2.7 closed by peer'],
  ['shapes', 'session of alice from afar from db-1.example'],
  ['shapes', 'login: user=alice uid=7 secret="x y"'],
  ['nested', JSON.stringify({ issuer: { name: 'ops' }, user: { name: 'alice' }, users: [{ name: 'bob' }, 1] })],
  ['nested', JSON.stringify({ user: { name: 'alice' }, inner: INNER, at: 'a/b/c' })],
  [
    'nested',
    `{"users":[{"name":"b\\u00f6b"}],"user":{"name":"-"},"inner":{"who":"m\\"x","more":"{\\"host\\":\\"h\\"}"}}`,
  ],
  ['blank', 'w0="select" w1_len=6 w1[0]=C3A9 w1[1]="*" w2=746F6B656E3D68756E74657232 user=alice'],
  ['blank', 'w0=select user=bob'],
  ['comma', 'w1=select,user=bob,w2=4111 1111,w3= 1111 1111,w3[2]=token=hunter2'],
] as const;

const ALL = [
  '  - {fields: [actor.name, user.name, process.command_line, db.query], with: mask}\n  - {fields: [src.ip], with: truncate}\n',
  '  - {fields: [src.host, http.request.user_agent, event.message, process.path], with: mask}\n  - {fields: [http.request.forwarded_for, resource.name, src.port], with: remove}\n',
  "  - {keys: [token, 'pass*', note, who], patterns: [email, jwt, payment_card], with: mask}\n  - {fields: [actor.name], when: 'has(user.name)', with: mask}\n",
];

describe('formats of one’s own', () => {
  test.each(ALL)('are redacted as the reference says %#', (rules) => {
    const filter = build(rules);
    const instance = new FilterInstance(filter.wasm);
    const reference = referenceOf(filter);
    const fragments = [
      ...SECRET_FRAGMENTS,
      '=',
      ', ',
      '""',
      '+',
      ' w1=',
      ',w2[0]=',
      'w3[1]="',
      '%41',
      ' user=',
      "'",
      '\\=',
      '","',
      ' from ',
      ' closed ',
      '{"',
      '\\"}',
    ];
    fc.assert(
      fc.property(tamperedRecord(fragments, LINES), (input) => {
        const both = bothOutputs(instance, reference, input);
        expect(both.engine).toEqual(both.reference);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a value that does not stand in the line as it is', () => {
  const outputOf = (rules: string, tag: string, line: string): Record<string, unknown> => {
    const filter = build(rules);
    const record = { tag, timeSec: 1_770_000_000, timeNsec: 0, record: Buffer.from(JSON.stringify({ log: line })) };
    const { engine, reference } = bothOutputs(new FilterInstance(filter.wasm), referenceOf(filter), record);
    expect(engine).toEqual(reference);
    return engine as Record<string, unknown>;
  };
  const rawOf = (field: string, tag: string, line: string): unknown =>
    outputOf(`  - {fields: [${field}], with: mask}\n`, tag, line).raw_data;

  test.each([
    [
      'process.command_line',
      LINES[0],
      'exe="/bin/cat" cmd=[redacted] user=alice addr=192.0.2.7:22 by=carol+ann note=x',
    ],
    [
      'user.name',
      LINES[0],
      'exe="/bin/cat" cmd=636174002F6574632F736861646F77 user=alice addr=192.0.2.7:22 by=[redacted] note=x',
    ],
    ['http.request.user_agent', LINES[2], 'user = alice , agent=[redacted] , password=hunter2,k=v'],
    ['event.message', LINES[3], 'suser=Alice Adams msg=[redacted] src=192.0.2.7 token=abc def'],
    ['actor.name', LINES[4], '"[redacted]","203.0.113.9:80, 198.51.100.1","select ""x"" from t",n"o'],
    ['db.query', LINES[4], '"al""ice","203.0.113.9:80, 198.51.100.1","[redacted]",n"o'],
    ['db.query', LINES[12], 'w0="[redacted]" w1_len=6 w1[0]=[redacted] w1[1]="[redacted]" w2=[redacted] user=alice'],
    ['db.query', LINES[13], 'w0=[redacted] user=bob'],
    ['db.query', LINES[14], 'w1=[redacted],user=bob,w2=[redacted],w3= [redacted],w3[2]=[redacted]'],
  ] as const)('%s is redacted in the raw line with all of its capture', (field, [tag, line], raw) => {
    expect(rawOf(field, tag, line)).toBe(raw);
  });

  test('a shape that was given up leaves nothing behind', () => {
    expect(rawOf('actor.name', ...LINES[7])).toBe(LINES[7][1]);
    expect(rawOf('user.name', ...LINES[7])).toBe('session of [redacted] from db-1.example');
  });

  test('text that holds JSON goes as a whole', () => {
    const raw = JSON.parse(rawOf('src.host', ...LINES[10]) as string);
    expect(raw).toEqual({ user: { name: 'alice' }, inner: '[redacted]', at: 'a/b/c' });
  });

  test('keys are found in text that holds JSON', () => {
    const output = outputOf('  - {keys: [token, k], with: mask}\n', ...LINES[10]);
    expect(JSON.stringify(output)).not.toMatch(/hunter2|s3cret/);
    expect(output.raw_data).toContain('mallory');
  });

  test('values whose field another one filled are redacted with it', () => {
    const output = outputOf('  - {fields: [actor.name], with: mask}\n', ...LINES[9]);
    expect(output.unmapped).toEqual({ 'issuer.name': '[redacted]', 'users[0].name': '[redacted]', 'users[1]': 1 });
    expect(JSON.stringify(output)).not.toMatch(/alice|ops|bob/);
  });
});
