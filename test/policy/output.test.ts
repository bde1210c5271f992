import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { runCase } from '../../src/policy_test/run.ts';
import { VerdictReader } from '../../src/run/verdict.ts';
import { Twin } from '../../src/twin.ts';
import { faults } from './compile_support.ts';

const policy = (output: string, schema = 'ocsf'): string => `auditlb: 1
schema: ${schema}
sources: [{name: edge, tag: edge, format: nginx_combined}]
output:
${output}`;

describe('output of a policy', () => {
  test('names paths the schema has not, and those that must stay', () => {
    const output = `  drop: [http_request.user_agnt, auditlb.tag, auditlb, metadata, unmaped]
  rename: {src_endpoint.ipp: client_ip, time: at, src_endpoint.ip: a..b, unmapped: auditlb.more}
  set: {environment: [prod], auditlb.environment: prod}
`;
    expect(faults(policy(output))).toMatchInlineSnapshot(`
      "policy.yaml:5:10: unknown_path: the schema has no \`http_request.user_agnt\`
        help: did you mean \`http_request.user_agent\`?
      policy.yaml:5:34: path_needed: \`auditlb.tag\` must stay: collectors and auditlb itself go by it
      policy.yaml:5:47: path_needed: \`auditlb.tag\` must stay: collectors and auditlb itself go by it
      policy.yaml:5:56: path_needed: \`metadata.uid\` must stay: collectors and auditlb itself go by it
      policy.yaml:5:66: unknown_path: the schema has no \`unmaped\`
        help: did you mean \`unmapped\`?
      policy.yaml:6:12: unknown_path: the schema has no \`src_endpoint.ipp\`
        help: did you mean \`src_endpoint.ip\`?
      policy.yaml:6:41: path_needed: \`time\` must stay: collectors and auditlb itself go by it
      policy.yaml:6:68: invalid_path: \`a..b\` is no path
        help: write keys with dots between
      policy.yaml:6:84: path_needed: nothing can be added to \`auditlb\`: it is what the filter says of the record
      policy.yaml:7:22: wrong_type: expected text, a number or a boolean, found a list
      policy.yaml:7:30: path_needed: nothing can be added to \`auditlb\`: it is what the filter says of the record"
    `);
  });

  test('names paths that are taken, and what cannot be moved', () => {
    const output = `  rename: {src_endpoint.port: severity_id, src_endpoint.ip: src_endpoint.hostname, device.hostname: host, device.type_id: kind}
  set: {time.zone: utc, host: a, device.name: x}
`;
    expect(faults(policy(output))).toMatchInlineSnapshot(`
      "policy.yaml:5:31: path_taken: \`severity_id\` is in the output already
        help: drop it, or take another path
      policy.yaml:5:61: path_taken: \`src_endpoint.hostname\` is in the output already
        help: drop it, or take another path
      policy.yaml:6:9: path_taken: \`time\` is in the output already
        help: drop it, or take another path
      policy.yaml:6:25: path_taken: \`host\` is in the output already
        help: drop it, or take another path
      policy.yaml:6:34: conditional_object: \`device.name\` is in an object not every event has
        help: take another path"
    `);
    expect(
      faults(policy('  rename: {trace.span.start_time: began}\n  set: {device.name: x}\n')),
    ).toMatchInlineSnapshot(`
      "policy.yaml:5:12: cannot_move: \`trace.span.start_time\` stands under conditions that do not go with it
        help: give it another name where it is: \`trace.span.began\`
      policy.yaml:6:9: conditional_object: \`device.name\` is in an object not every event has
        help: take another path"
    `);
    expect(faults(policy('  drop: [message]\n  rename: {src_endpoint.ip: message}\n'))).toBe('');
  });

  test('takes paths as each schema has them, keys with dots among them', () => {
    expect(faults(policy('  drop: [Attributes.url.path, Resource.host.name]\n', 'otel'))).toBe('');
    expect(faults(policy('  rename: {Attributes.client.address: Attributes.client.ip}\n', 'otel'))).toBe('');
    expect(faults(policy('  drop: [auditlb.unmapped, user_agent, event.original]\n', 'ecs'))).toBe('');
  });

  test('is in the hash of the policy', () => {
    const hash = (output: string) => buildFilter({ text: policy(output), file: 'policy.yaml' }).filter!.plan.hash;
    expect(hash('  set: {environment: prod}\n')).not.toBe(hash('  set: {environment: test}\n'));
  });

  test('does not hide the filter’s own verdict behind one of the same name', () => {
    const text = '{"a":{"auditlb":{"tag":"x"}},"b":["auditlb"],"auditlb":{"tag":"audit.s0.all"}}';
    expect(new VerdictReader().read(text)).toEqual({ tag: 'audit.s0.all' });
    expect(new VerdictReader().read('{"a":{"auditlb":{"tag":"x"}}}')).toEqual({});
  });

  test('of the documentation is as it says', () => {
    const text = readFileSync(join(packageRoot(), 'docs/output.md'), 'utf8').split('```yaml\n')[1]!.split('```')[0]!;
    const { filter, diagnostics, warnings } = buildFilter({ text, file: 'policy.yaml' });
    expect({ diagnostics, warnings }).toEqual({ diagnostics: [], warnings: [] });
    expect(filter!.tests.map((each, i) => runCase(new Twin(filter!), each, i).problem)).toEqual(['']);
  });
});
