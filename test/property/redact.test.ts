import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RECORD_MAX } from '../../assembly/shared/limits.ts';
import { type BuiltFilter, buildFilter, readEngine } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { bothOutputs, type HostRecord, referenceOf } from '../support/differential.ts';
import { tamperedRecord } from '../support/secret_lines.ts';
import { FRAGMENTS, SECRET_FRAGMENTS, SECRETS } from '../support/secrets.ts';

const RUNS = Number(process.env.AUDITLB_FUZZ_RUNS ?? 600);

const HEAD = `auditlb: 1
sources:
  - {name: edge, tag: nginx.*, format: nginx_combined}
  - {name: alb, tag: alb, format: aws_alb}
  - {name: haproxy, tag: haproxy, format: [haproxy_http, haproxy_tcp]}
  - {name: kubernetes, tag: kube.audit, format: kubernetes_audit}
  - {name: cloudtrail, tag: cloudtrail, format: auto}
shards: {count: 8, by: [actor.name, src.ip]}
routes:
  - {name: all}
  - {name: curl, when: 'http.request.user_agent.startsWith("curl")'}
raw: always
`;

const KEY = Buffer.from('sixteen bytes or more');

function build(rules: string): BuiltFilter {
  const built = buildFilter({ text: `${HEAD}redact:\n${rules}`, file: 'policy.yaml' }, { key: KEY });
  expect(built.diagnostics).toEqual([]);
  return built.filter!;
}

function agrees(filter: BuiltFilter, fragments: readonly string[]): void {
  const instance = new FilterInstance(filter.wasm);
  const reference = referenceOf(filter);
  fc.assert(
    fc.property(tamperedRecord(fragments), (input) => {
      const both = bothOutputs(instance, reference, input);
      expect(both.engine).toEqual(both.reference);
    }),
    { numRuns: RUNS },
  );
}

describe('redaction gives the same as the reference', () => {
  test('of whole fields', () => {
    agrees(
      build(`
  - {fields: [src.ip, dst.ip], with: truncate}
  - {name: who, fields: [actor.name, actor.id, tls.client.subject], with: mask}
  - {fields: [url.query, http.request.user_agent], with: remove}
`),
      FRAGMENTS,
    );
  });

  test('of other whole fields, under conditions', () => {
    agrees(
      build(`
  - {fields: [actor.groups, resource.name, http.request.method], when: 'event.outcome == "failure"', with: mask}
  - {fields: [url.full, src.port, bytes.out, url.port], with: remove}
  - {fields: [url.host, lb.name, http.request.referrer], when: 'http.response.status < 400', with: mask}
`),
      FRAGMENTS,
    );
  });
});

describe('what is found inside of texts is the same as in the reference', () => {
  test('by keys', () => {
    agrees(
      build(`
  - {keys: [token, pass*, userAgent, extra, 'annotations.*'], with: mask}
  - {fields: [src.ip], with: truncate}
`),
      SECRET_FRAGMENTS,
    );
  });

  test('by patterns', () => {
    agrees(build(`  - {patterns: [${Object.keys(SECRETS).join(', ')}], with: mask}\n`), SECRET_FRAGMENTS);
  });

  test('by both, in some fields, under conditions', () => {
    agrees(
      build(`
  - {fields: [url.query, unmapped], keys: [id, q, token], when: 'http.response.status < 400', with: mask}
  - {fields: [http.request.user_agent, actor.groups, unmapped], patterns: [email, payment_card, jwt], with: mask}
  - {fields: [http.request.referrer], patterns: [basic, bearer], when: 'has(src.ip)', with: mask}
  - {fields: [url.query], with: remove}
`),
      SECRET_FRAGMENTS,
    );
  });
});

describe('what is found inside of texts gets the same pseudonyms as in the reference', () => {
  test('by keys and patterns', () => {
    agrees(
      build(`
  - {keys: [token, userAgent, extra, 'annotations.*', groups], with: pseudonym}
  - {patterns: [email, payment_card, jwt, bearer], with: pseudonym}
  - {keys: [pass*], patterns: [iban], with: mask}
`),
      SECRET_FRAGMENTS,
    );
  });

  test('beside whole fields', () => {
    agrees(
      build(`
  - {fields: [actor.name, src.ip, url.query, resource.name], with: pseudonym}
  - {keys: [id, q, token], when: 'http.response.status < 400', with: pseudonym}
  - {fields: [http.request.user_agent, unmapped], patterns: [email, basic], with: mask}
`),
      SECRET_FRAGMENTS,
    );
  });
});

const EVERYTHING = `
  - {patterns: [${Object.keys(SECRETS).join(', ')}], with: mask}
  - {keys: [token, 'pass*'], with: mask}
  - {fields: [src.ip], with: truncate}
`;

test('redaction never trips an assertion of the debug engine', () => {
  const text = `${HEAD}redact:\n${EVERYTHING}`;
  const { filter } = buildFilter({ text, file: 'policy.yaml' }, { engine: readEngine('debug') });
  const instance = new FilterInstance(filter!.wasm);
  fc.assert(
    fc.property(tamperedRecord(SECRET_FRAGMENTS), (input) => {
      const answer = instance.call(Buffer.from(input.tag), input.timeSec, input.timeNsec, input.record);
      expect(answer.kind).toBe('kept');
    }),
    { numRuns: RUNS },
  );
});

test('a record too large for the filter is not handed on as it came', () => {
  const instance = new FilterInstance(build(EVERYTHING).wasm);
  const record = Buffer.from(JSON.stringify({ log: `token=hunter2 ${'x'.repeat(RECORD_MAX)}` }));
  const answer = instance.call(Buffer.from('nginx.access'), 1_770_000_000, 0, record);
  const output = 'output' in answer ? Buffer.from(answer.output).toString() : '';
  expect(JSON.parse(output)).toMatchObject({ auditlb: { error: { code: 'too_large' } } });
});

describe('a redacted field', () => {
  const line = (text: string, tag = 'nginx.access'): HostRecord => ({
    tag,
    timeSec: 1_770_000_000,
    timeNsec: 0,
    record: Buffer.from(JSON.stringify({ log: text })),
  });
  const outputOf = (filter: BuiltFilter, text: string, tag?: string): Record<string, unknown> => {
    const { engine, reference } = bothOutputs(new FilterInstance(filter.wasm), referenceOf(filter), line(text, tag));
    expect(engine).toEqual(reference);
    return engine as Record<string, unknown>;
  };
  const NGINX = (request: string, user = 'alice'): string =>
    `203.0.113.9 - ${user} [03/Feb/2026:04:05:06 +0000] "${request}" 200 5120 "-" "curl/8.5"`;

  test('is redacted in the raw line where it stands, and reported', () => {
    const filter = build(
      `  - {name: client, fields: [src.ip], with: truncate}\n  - {fields: [url.query], with: mask}\n`,
    );
    const output = outputOf(filter, NGINX('GET /a?token=s3cret HTTP/1.1'));
    expect(output.raw_data).toBe(
      '[redacted] - alice [03/Feb/2026:04:05:06 +0000] "GET /a?[redacted] HTTP/1.1" 200 5120 "-" "curl/8.5"',
    );
    expect(output).toMatchObject({
      src_endpoint: { ip: '203.0.113.0' },
      http_request: { url: { path: '/a', query_string: '[redacted]' } },
      auditlb: {
        redacted: [
          { count: 1, field: 'src.ip', rule: 'client' },
          { count: 1, field: 'url.full', rule: 'redact_2' },
          { count: 1, field: 'url.query', rule: 'redact_2' },
          { count: 1, field: 'raw_data', rule: 'client' },
          { count: 1, field: 'raw_data', rule: 'redact_2' },
        ],
      },
    });
  });

  test('is redacted in the raw line where it was decoded', () => {
    const filter = build('  - {fields: [actor.name], with: mask}\n');
    const output = outputOf(filter, NGINX('GET / HTTP/1.1', 'al\\x22ice'));
    expect(JSON.stringify(output)).not.toContain('ice [');
    expect(output.raw_data).toContain('203.0.113.9 - [redacted] [03');
  });

  test('takes the raw line with it where the line cannot be read', () => {
    const filter = build('  - {fields: [http.request.user_agent], with: remove}\n');
    const output = outputOf(filter, `${NGINX('GET / HTTP/1.1').replace('] ', ' ')} s3cret`);
    expect(output.raw_data).toBe('[redacted]');
    expect(output.auditlb).toMatchObject({ status: 'failed', redacted: [{ field: 'raw_data' }] });
  });

  test('is redacted in a request line that is none', () => {
    const filter = build('  - {fields: [url.query], with: remove}\n');
    const output = outputOf(filter, NGINX('!GET /a?token=s3cret'));
    expect(output.unmapped).toEqual({ request: '[redacted]' });
    expect(output.raw_data).not.toContain('s3cret');
  });

  test('moves the record to the shard of what is left of it', () => {
    const filter = build('  - {fields: [actor.name], with: remove}\n  - {fields: [src.ip], with: truncate}\n');
    const shardOf = (text: string): unknown => (outputOf(filter, text).auditlb as { shard: number }).shard;
    const near = NGINX('GET / HTTP/1.1', 'bob').replace('113.9', '113.77');
    expect(shardOf(near)).toBe(shardOf(NGINX('GET / HTTP/1.1')));
  });

  test('is seen by conditions as it was logged', () => {
    const filter = build('  - {fields: [http.request.user_agent], with: remove}\n');
    expect(outputOf(filter, NGINX('GET / HTTP/1.1')).auditlb).toMatchObject({ routes: ['all', 'curl'] });
  });
});
