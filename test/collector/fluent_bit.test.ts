import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fluentBit } from '../../src/collector/fluent_bit/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { configFaults, fluentBitMissing, GOLDEN, generate, policyText } from './support.ts';

const missing = fluentBitMissing();
const folder = mkdtempSync(join(tmpdir(), 'auditlb-fluent-bit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['edge', 'everything'])('Fluent Bit for %s', (name) => {
  it('is what was reviewed', async () => {
    for (const [file, text] of generate(policyText(name), fluentBit)) {
      await expect(text).toMatchFileSnapshot(join(GOLDEN, 'fluent-bit', name, file));
    }
  });

  it.skipIf(missing !== undefined)(`passes fluent-bit --dry-run${missing === undefined ? '' : `: ${missing}`}`, () => {
    const config = join(folder, name);
    mkdirSync(config);
    for (const [file, text] of generate(policyText(name), fluentBit, { config, state: join(config, 'state') })) {
      writeFileSync(join(config, file), text);
    }
    const { stdout, stderr } = spawnSync('fluent-bit', ['--dry-run', '-c', join(config, 'fluent-bit.yaml')], {
      encoding: 'utf8',
    });
    const faults = `${stdout}${stderr}`.split('\n').filter((line) => /error|unknown|invalid/i.test(line));
    expect(faults).toEqual([]);
    expect(`${stdout}${stderr}`).toContain('configuration test is successful');
  });
});

it('ships the agent of the demo as the generator makes it', async () => {
  const demo = join(packageRoot(), 'fluent-bit', 'demo');
  for (const [file, text] of generate(readFileSync(join(demo, 'policy.yaml'), 'utf8'), fluentBit)) {
    await expect(text).toMatchFileSnapshot(join(demo, 'agent', file));
  }
});

describe('what Fluent Bit cannot do', () => {
  it('is said at its place', () => {
    const policy = `auditlb: 1
sources:
  - {name: queue, tag: alb, format: aws_alb, input: {aws_s3: {queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/q', region: eu-west-1}}}
  - {name: silent, tag: silent, format: auto}
  - {name: taken, tag: taken, format: auto, input: {http: '0.0.0.0:2020'}}
  - {name: narrow, tag: alb, format: auto, input: {files: /var/log/alb/*.log}}
routes:
  - {name: page}
  - {name: lake}
  - {name: later}
  - {name: never, to: named}
destinations:
  page: {pagerduty: {routing_key: '\${PD_KEY}'}}
  lake: {splunk_hec: {nodes: ['https://a:8088', 'https://b:8088'], token: '\${HEC}'}}
  later: {file: /var/log/later}
  named: {}
`;
    expect(configFaults(policy, fluentBit)).toMatchInlineSnapshot(`
      "policy.yaml:3:12: input_unsupported: Fluent Bit cannot read objects announced in a queue
        help: generate \`auditlb config vector\` for it
      policy.yaml:4:12: input_missing: source \`silent\` has no input
        help: add \`input: {files: /var/log/…}\` to it
      policy.yaml:5:12: port_taken: port 2020 of source \`taken\` is taken by metrics of the collector
        help: give one of them another port
      policy.yaml:6:12: source_shadowed: source \`queue\` comes first and takes the tag \`alb\`
        help: put the source with the narrower tag first
      policy.yaml:11:12: route_without_output: route \`never\` goes nowhere: none of its destinations is described
        help: add \`never: {file: /var/log/…}\` or the like to \`destinations\`
      policy.yaml:13:3: destination_unsupported: Fluent Bit cannot page: it posts many records as one body
        help: send the route on to Vector by \`forward\`, and give Vector this destination
      policy.yaml:14:3: more_nodes_than_shards: destination \`lake\` has 2 nodes for 1 shard
        help: set \`shards: {count: 2, by: […]}\` or put a load balancer in front
      policy.yaml:16:3: kind_missing: destination \`named\` does not say what it is
        help: write for instance \`{file: /var/log/…}\`"
    `);
  });
});
