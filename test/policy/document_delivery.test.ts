import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic.ts';
import { compileDelivery, type Delivery } from '../../src/policy/delivery.ts';
import { readPolicy } from '../../src/policy/document/read_policy.ts';
import { SourceFile } from '../../src/policy/document/source_file.ts';
import { faults } from './compile_support.ts';

const policy = (sources: string, rest: string): string =>
  `auditlb: 1\nsources:\n  - {name: edge, tag: nginx.*, format: nginx_combined${sources}}\n${rest}`;

function deliveryOf(text: string): Delivery {
  const diagnostics: Diagnostic[] = [];
  const document = readPolicy(new SourceFile('policy.yaml', text, diagnostics));
  expect(diagnostics).toEqual([]);
  return compileDelivery(document!, 'edge');
}

describe('destinations and inputs of a policy', () => {
  it('finds what is wrong with a destination, and never shows a secret', () => {
    const found = faults(
      policy(
        '',
        `routes:
  - {name: page, evidence: true, retention: 7 years, priority: hihg}
destinations:
  page: {pagerdutty: {routing_key: hunter2}}
  Chat: {slack: {webhook: https://hooks.slack.com/services/hunter2}}
  search: {opensearch: {nodes: ['https://me:hunter2@search:9200', ftp://b], index: audit, pasword: hunter2}}
  siem: {forward: ['siem-a', 'siem-b:99999']}
  both: {file: /var/log/a, stdout: true}
  otlp: {otlp_http: {nodes: https://otel:4318, headers: {Authorization: Bearer hunter2, X-Scope: a}}}
  number: {datadog: {api_key: 12345678}}
`,
      ),
    );
    expect(found).toMatchInlineSnapshot(`
      "policy.yaml:5:45: invalid_retention: \`7 years\` is not valid here
        help: write days, weeks or years: \`400d\`, \`26w\`, \`7y\`
      policy.yaml:5:64: invalid_value: \`hihg\` is not valid here
        help: did you mean \`high\`?
      policy.yaml:7:10: unknown_kind: unknown kind of destination \`pagerdutty\`
        help: did you mean \`pagerduty\`?
      policy.yaml:8:3: invalid_name: \`Chat\` is not valid here
        help: a destination’s name is 1 to 40 of \`a\`-\`z\`, \`0\`-\`9\`, \`_\`
      policy.yaml:8:27: inline_secret: a webhook is a server, and a secret by reference
        help: write \`https://hooks.slack.com/services/\${NAME}\`: the reference stands for the secret rest of the address
      policy.yaml:9:33: inline_secret: a secret must not stand in a policy
        help: take it out of the address: use \`user\` and \`password\`
      policy.yaml:9:67: invalid_url: this is no address of a server
        help: write \`https://host:port/path\`
      policy.yaml:9:91: unknown_key: unknown key \`pasword\`
        help: did you mean \`password\`?
      policy.yaml:10:20: invalid_address: \`siem-a\` is not valid here
        help: write \`host:port\`
      policy.yaml:10:30: invalid_address: \`siem-b:99999\` is not valid here
        help: write \`host:port\`
      policy.yaml:11:28: several_kinds: destination is of one kind only
        help: give the other a name of its own
      policy.yaml:12:73: inline_secret: a secret must not stand in a policy
        help: write \`\${NAME}\`: the collector takes it from its environment or its secret store
      policy.yaml:13:31: inline_secret: a secret must not stand in a policy
        help: write \`\${NAME}\`: the collector takes it from its environment or its secret store"
    `);
    expect(found).not.toMatch(/hunter2|12345678/);
  });

  it('finds what is wrong with an input', () => {
    expect(faults(policy(', input: {file: /var/log/x.log}', ''))).toMatchInlineSnapshot(`
      "policy.yaml:3:64: unknown_kind: unknown kind of input \`file\`
        help: did you mean \`files\`?"
    `);
    expect(faults(policy(', input: {files: var/log/x.log}', ''))).toMatchInlineSnapshot(`
      "policy.yaml:3:71: invalid_path: \`var/log/x.log\` is not valid here
        help: write the path from the root: \`/var/log/…\`"
    `);
    expect(faults(policy(', input: {syslog: {listen: 0.0.0.0, mode: udb}}', ''))).toMatchInlineSnapshot(`
      "policy.yaml:3:81: invalid_address: \`0.0.0.0\` is not valid here
        help: write \`host:port\`
      policy.yaml:3:96: invalid_value: \`udb\` is not valid here
        help: did you mean \`udp\`?"
    `);
  });

  it('refuses evidence that nothing keeps', () => {
    const text = policy('', 'routes:\n  - {name: chat, evidence: true}\ndestinations:\n  chat: {stdout: true}\n');
    expect(faults(text)).toMatchInlineSnapshot(`
      "policy.yaml:5:12: evidence_not_kept: route \`chat\` is evidence and goes nowhere that keeps it
        help: add a destination such as \`s3\` with \`object_lock: true\`"
    `);
  });

  it('gives a destination the strictest of its routes', () => {
    const delivery = deliveryOf(
      policy(
        ', input: {files: /var/log/nginx/*.log}',
        `shards: {weights: [1, 2]}
routes:
  - {name: failures, to: [vault, chat], evidence: true, priority: low, retention: 26w}
  - {name: vault, priority: high, retention: 7y}
  - {name: rest, to: chat, priority: low}
destinations:
  vault: {s3: {bucket: b, region: eu-west-1, object_lock: true}}
  chat: {slack: {webhook: 'https://hooks.slack.com/services/\${SLACK}'}}
`,
      ),
    );
    const rows = delivery.destinations.map(({ name, ...each }) => ({ name: name.value, ...each }));
    expect(rows).toMatchObject([
      { name: 'vault', routes: ['failures', 'vault'], evidence: true, priority: 'high', retentionDays: 7 * 366 },
      { name: 'chat', routes: ['failures', 'rest'], evidence: true, priority: 'low', retentionDays: 182 },
    ]);
    expect(rows[0]!.target).toEqual({
      kind: 's3',
      settings: { bucket: 'b', region: 'eu-west-1', object_lock: true },
    });
    expect(delivery.shards).toBe(2);
    const [source] = delivery.sources;
    expect([source!.tag, source!.input]).toEqual([
      'nginx.edge',
      { kind: 'files', settings: { paths: ['/var/log/nginx/*.log'] } },
    ]);
  });
});
