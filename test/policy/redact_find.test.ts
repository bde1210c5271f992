import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, type HostRecord, referenceOf } from '../support/differential.ts';
import { SECRETS } from '../support/secrets.ts';
import { faults } from './compile_support.ts';

const HEAD = `auditlb: 1
raw: always
sources:
  - {name: edge, tag: nginx, format: nginx_combined}
  - {name: cloudtrail, tag: cloudtrail, format: aws_cloudtrail}
`;

/** Puts records through a policy with one rule, by both executors. */
function redactor(rule: string): (tag: string, record: object) => Record<string, unknown> {
  const { filter, diagnostics } = buildFilter({ text: `${HEAD}redact: [${rule}]\n`, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  return (tag, record) => {
    const input = { tag, timeSec: 1_770_000_000, timeNsec: 0, record: Buffer.from(JSON.stringify(record)) };
    const both = bothOutputs(instance, reference, input);
    expect(both.engine).toEqual(both.reference);
    return both.engine as Record<string, unknown>;
  };
}

const nginx = (request: string, agent = 'curl/8.5'): object => ({
  log: `203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "${request}" 200 5120 "-" "${agent}"`,
});
const urlOf = (output: Record<string, unknown>): unknown =>
  (output.http_request as { url: { query_string?: string } }).url.query_string;
const agentOf = (output: Record<string, unknown>): unknown =>
  (output.http_request as { user_agent: string }).user_agent;

describe('keys', () => {
  const redact = redactor('{keys: [token, password, "x-*-key"], with: mask}');

  test.each([
    ['token=hunter2&b=1', 'token=[redacted]&b=1'],
    ['a=1&TOKEN=hunter2', 'a=1&TOKEN=[redacted]'],
    ['%74oken=hun%26ter2&b=1', '%74oken=[redacted]&b=1'],
    ['%2574oken=hunter2', '%2574oken=[redacted]'],
    ['user[password]=hunter2', 'user[password]=[redacted]'],
    ['user%5Bpassword%5D=hunter2', 'user%5Bpassword%5D=[redacted]'],
    ['next=https%3A%2F%2Fx%2F%3Ftoken%3Dhunter2%26y%3D1', 'next=https%3A%2F%2Fx%2F%3Ftoken%3D[redacted]%26y%3D1'],
    ['x-api-key=a;b&c=1', 'x-api-key=[redacted]&c=1'],
    ['tokens=1&my_password=2', 'tokens=1&my_password=2'],
    ['token=', 'token='],
  ])('in the query %s', (query, redacted) => {
    const output = redact('nginx', nginx(`GET /a?${query} HTTP/1.1`));
    expect(urlOf(output)).toBe(redacted);
    expect(output.raw_data).toContain(`/a?${redacted} HTTP`);
  });

  test.each([
    ['k=1 token=abc other=2', 'k=1 token=[redacted] other=2'],
    ['a=1; token=abc; b=2', 'a=1; token=[redacted]; b=2'],
    ['X-Api-Key: abc def', 'X-Api-Key: [redacted]'],
    ['token=Bearer abcdefgh, next', 'token=[redacted], next'],
    ["password='a b' c", "password='[redacted]' c"],
    ['token={a:{b:1}},c', 'token=[redacted],c'],
  ])('in the text %s', (text, redacted) => {
    expect(agentOf(redact('nginx', nginx('GET / HTTP/1.1', text)))).toBe(redacted);
  });

  test('of JSON take their whole value with them, null and booleans aside', () => {
    const parameters = {
      token: { a: 1 },
      user: { Password: 'x', token: null },
      list: [{ token: 7 }],
      note: 'token=abc d',
    };
    const output = redact('cloudtrail', {
      eventVersion: '1.08',
      eventName: 'CreateUser',
      eventSource: 'iam.amazonaws.com',
      eventTime: '2026-02-03T04:05:06Z',
      x: parameters,
      token: 'abc',
    });
    expect(output.unmapped).toMatchObject({
      x: {
        token: '[redacted]',
        user: { Password: '[redacted]', token: null },
        list: [{ token: '[redacted]' }],
        note: 'token=[redacted] d',
      },
      token: '[redacted]',
    });
    expect(JSON.parse(output.raw_data as string)).toMatchObject({ x: { list: [{ token: '[redacted]' }] } });
  });
});

describe('patterns', () => {
  test.each(Object.keys(SECRETS))(
    '%s is found in plain text and URL-encoded, and leaves nothing in the record',
    (name) => {
      const redact = redactor(`{patterns: [${name}], with: mask}`);
      const secret = SECRETS[name]!;
      const heart = secret.replace(/^\w+ /, '').slice(-12);
      for (const text of [secret, encodeURIComponent(secret), encodeURIComponent(encodeURIComponent(secret))]) {
        const record = nginx(
          `GET /?q=${text.replaceAll(' ', '+').replaceAll('\n', '')} HTTP/1.1`,
          text.replaceAll('"', ''),
        );
        const output = redact('nginx', { ...record, other: { deep: [text] }, [text]: 1 });
        expect(JSON.stringify(output)).not.toContain(JSON.stringify(heart).slice(1, -1));
        expect(JSON.stringify(output)).not.toContain(encodeURIComponent(heart));
        expect(JSON.stringify(output.unmapped)).toContain('[redacted]');
      }
    },
  );

  const all = redactor(`{patterns: [${Object.keys(SECRETS).join(', ')}], with: mask}`);

  test.each([
    'Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0',
    '4111 1111 1111 1112',
    '1770000000000 2026-02-03 04:05:06',
    '000-12-3456 666-12-3456 123-00-1234 900-12-3456',
    'DE88 3704 0044 0532 0130 00',
    'the bearer of news, basic income',
    'https://example.net:8080/a@b',
    'eyJhbGciOiJIUzI1NiJ9',
    'AKIASHORT',
    '1-65bd9a11-0123456789abcdef01234567',
  ])('leave %s alone', (text) => {
    expect(agentOf(all('nginx', nginx('GET / HTTP/1.1', text)))).toBe(text);
  });

  test('are found in numbers of JSON', () => {
    const output = all('nginx', { ...nginx('GET / HTTP/1.1'), card: 4111111111111111, cards: [1, 4111111111111111] });
    expect(output.unmapped).toEqual({ card: '[redacted]', cards: [1, '[redacted]'] });
  });

  test('are found in a line that cannot be read', () => {
    const output = all('nginx', { log: `nothing like nginx ${SECRETS.github}` });
    expect(output.raw_data).toBe('nothing like nginx [redacted]');
  });
});

describe('pseudonyms', () => {
  const policy = `${HEAD}redact: [{fields: [actor.name, src.ip], with: pseudonym}]\n`;
  const named = (user: string): HostRecord => {
    const log = `203.0.113.9 - ${user} [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 5120 "-" "-"`;
    return { tag: 'nginx', timeSec: 1_770_000_000, timeNsec: 0, record: Buffer.from(JSON.stringify({ log })) };
  };
  const hmac = (key: Uint8Array, text: string): string =>
    `p_${createHmac('sha256', key).update(text).digest('hex').slice(0, 32)}`;

  test('are the HMAC of the value, whatever the lengths of value and key', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 130 });
    const user = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      .filter((text) => !/[\s\\[\]-]/.test(text));
    fc.assert(
      fc.property(key, fc.array(user, { minLength: 1, maxLength: 4 }), (secret, users) => {
        const { filter } = buildFilter({ text: policy, file: 'policy.yaml' }, { key: secret });
        const instance = new FilterInstance(filter!.wasm);
        for (const name of users) {
          const { engine, reference } = bothOutputs(instance, referenceOf(filter!), named(name));
          expect(engine).toEqual(reference);
          expect(engine).toMatchObject({ actor: { user: { name: hmac(secret, name) } } });
          expect(JSON.stringify(engine)).not.toContain('203.0.113.9');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('stand for what is found inside of texts, the same as for a field; in the raw line it is masked', () => {
    const key = Buffer.from('0123456789abcdef');
    const rules =
      'redact: [{fields: [actor.name], with: pseudonym}, {keys: [mail], patterns: [email], with: pseudonym}]\n';
    const { filter, diagnostics } = buildFilter({ text: HEAD + rules, file: 'policy.yaml' }, { key });
    expect(diagnostics).toEqual([]);
    const run = (log: string, tag = 'nginx'): Record<string, unknown> => {
      const record = Buffer.from(JSON.stringify(tag === 'nginx' ? { log } : JSON.parse(log)));
      const input = { tag, timeSec: 1_770_000_000, timeNsec: 0, record };
      const both = bothOutputs(new FilterInstance(filter!.wasm), referenceOf(filter!), input);
      expect(both.engine).toEqual(both.reference);
      return both.engine as Record<string, unknown>;
    };
    const line = (user: string, query: string): string =>
      `203.0.113.9 - ${user} [03/Feb/2026:04:05:06 +0000] "GET /a?${query} HTTP/1.1" 200 5120 "-" "-"`;
    const alice = hmac(key, 'alice@example.net');
    const output = run(line('alice@example.net', 'mail=alice@example.net&to=alice@example.net&as=bob@example.net'));
    expect(output).toMatchObject({ actor: { user: { name: alice } } });
    expect(urlOf(output)).toBe(`mail=${alice}&to=${alice}&as=${hmac(key, 'bob@example.net')}`);
    expect(output.raw_data).toBe(line('[redacted]', 'mail=[redacted]&to=[redacted]&as=[redacted]'));
    const call = run(
      '{"eventSource":"x","eventName":"y","requestParameters":{"mail":"alice@example.net","n":{"mail":7}}}',
      'cloudtrail',
    );
    expect(call.unmapped).toEqual({
      'requestParameters.mail': alice,
      'requestParameters.n': { mail: hmac(key, '7') },
    });
  });

  test('inside of texts are given 64 times in a record, then it is masked', () => {
    const rules = 'redact: [{fields: [url.query], keys: [k], with: pseudonym}]\n';
    const { filter } = buildFilter({ text: HEAD + rules, file: 'policy.yaml' }, { key: Buffer.alloc(16) });
    const query = Array.from({ length: 70 }, (_, i) => `k=${i}`).join('&');
    const record = Buffer.from(JSON.stringify(nginx(`GET /a?${query} HTTP/1.1`)));
    const both = bothOutputs(new FilterInstance(filter!.wasm), referenceOf(filter!), {
      tag: 'nginx',
      timeSec: 1_770_000_000,
      timeNsec: 0,
      record,
    });
    expect(both.engine).toEqual(both.reference);
    const texts = JSON.stringify((both.engine as { http_request: unknown }).http_request);
    expect(texts.match(/k=p_[0-9a-f]{32}/g)).toHaveLength(64);
    expect(texts).not.toMatch(/k=\d/);
  });

  test('need a key, which nothing tells', () => {
    const missing = buildFilter({ text: policy, file: 'policy.yaml' });
    expect(missing.diagnostics.map(formatDiagnostic)).toEqual([
      'policy.yaml:6:10: key_missing: pseudonyms need a key\n  help: give one in a file with --key-file, or in AUDITLB_PSEUDONYM_KEY',
    ]);
    const key = Buffer.from('0123456789abcdef0123456789');
    const { filter } = buildFilter({ text: policy, file: 'policy.yaml' }, { key });
    const about = JSON.stringify(new FilterInstance(filter!.wasm).describe());
    expect(about).toContain('pseudonym_key');
    expect(about + JSON.stringify(filter!.plan)).not.toContain('0123456789abcdef');
  });
});

test('faults of redaction rules are told with their place', () => {
  const rules = `auditlb: 1
sources: [{name: edge, tag: nginx, format: nginx_combined}]
redact:
  - {with: mask}
  - {fields: [src.ipp], with: truncate}
  - {fields: [actor.name], with: truncate}
  - {fields: [event.outcome, unmapped], with: remove}
  - {fields: [src.port], keys: [a b], with: remove}
  - {patterns: [jwtt, zzz], with: mask}
  - {name: x, keys: [a], with: mask}
  - {name: x, fields: [url.query], when: 'url.quer == ""', with: masked}
`;
  expect(faults(rules)).toMatchInlineSnapshot(`
    "policy.yaml:4:5: nothing_to_redact: the rule says nothing to look for
      help: add \`fields\`, \`keys\` or \`patterns\`
    policy.yaml:5:15: unknown_field: unknown field \`src.ipp\`
      help: did you mean \`src.ip\`?
    policy.yaml:6:15: invalid_method: \`truncate\` cannot be used on \`actor.name\`, which is of type text
      help: use \`mask\` or \`pseudonym\` or \`remove\`
    policy.yaml:7:15: invalid_method: \`remove\` cannot be used on \`event.outcome\`, which is of type enum
      help: leave it out
    policy.yaml:7:30: invalid_field: \`unmapped\` cannot be redacted as a whole
      help: name the \`keys\` in it
    policy.yaml:8:5: invalid_method: \`remove\` cannot be used on what is found inside of a text
      help: use \`mask\` or \`pseudonym\`
    policy.yaml:8:15: invalid_field: \`src.port\` is of type port: there is no text to look into
      help: leave it out
    policy.yaml:8:33: invalid_key: \`a b\` is not valid here
      help: a key is 1 to 64 letters, digits, \`_\`, \`-\`, \`.\`, \`$\`, \`~\`, brackets, and \`*\` for any text
    policy.yaml:9:17: unknown_pattern: unknown pattern \`jwtt\`
      help: did you mean \`jwt\`?
    policy.yaml:9:23: unknown_pattern: unknown pattern \`zzz\`
      help: one of jwt, bearer, basic, aws_access_key, aws_secret_key, gcp_api_key, azure_key, github, slack, stripe, private_key, payment_card, iban, us_ssn, email
    policy.yaml:11:12: duplicate_name: rule \`x\` is there twice
      help: rename one of them
    policy.yaml:11:66: invalid_value: \`masked\` is not valid here
      help: did you mean \`mask\`?"
  `);
});
