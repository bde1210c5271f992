import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Front, VECTOR_FILE, vector } from '../../src/collector/vector/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import type { Delivery } from '../../src/policy/delivery.ts';
import { configFaults, GOLDEN, generate, policyText } from './support.ts';

const PLACES = { config: '/etc/vector', state: '/var/lib/vector' };
const behind = (front: Front) => (delivery: Delivery, places: typeof PLACES) => vector(delivery, places, front);

interface Component {
  readonly type: string;
  readonly inputs?: readonly string[];
  readonly route?: Readonly<Record<string, string>>;
  readonly reroute_dropped?: boolean;
}
type Components = Readonly<Record<string, Component>>;

const EDGE = policyText('edge').replace(
  /siem: .*/,
  'siem: { elasticsearch: { nodes: ["https://es-a:9200", "https://es-b:9200"], index: audit } }',
);

describe.each([
  { name: 'vector', text: policyText('vector'), front: 'bridge' as const },
  { name: 'edge-behind-fluent-bit', text: EDGE, front: 'fluent-bit' as const },
  { name: 'vector-asking', text: policyText('vector'), front: 'vrl' as const },
])('Vector for $name', ({ name, text, front }) => {
  const files = generate(text, behind(front), PLACES);

  it('is what was reviewed', async () => {
    for (const [file, content] of files) await expect(content).toMatchFileSnapshot(join(GOLDEN, 'vector', name, file));
  });

  it('connects components that are there, and consumes every output', () => {
    const config = parse(files.get(VECTOR_FILE)!) as { sources: Components; transforms: Components; sinks: Components };
    const outputs = [
      ...Object.keys(config.sources),
      ...Object.entries(config.transforms).flatMap(([id, { type, route, reroute_dropped }]) => {
        if (type === 'route') return [...Object.keys(route ?? {}), '_unmatched'].map((output) => `${id}.${output}`);
        return reroute_dropped === true ? [id, `${id}.dropped`] : [id];
      }),
    ];
    const consumed = Object.values({ ...config.transforms, ...config.sinks }).flatMap(({ inputs }) => inputs ?? []);
    expect(new Set(consumed)).toEqual(new Set(outputs));
  });
});

describe('what Vector cannot do', () => {
  it('is said at its place', () => {
    const policy = `auditlb: 1
sources:
  - {name: agents, tag: agents, format: auto, input: {forward: {listen: '0.0.0.0:24224', shared_key: '\${KEY}'}}}
  - {name: silent, tag: silent, format: auto}
routes:
  - {name: siem}
  - {name: loki}
destinations:
  siem: {forward: ['siem-a:24224']}
  loki: {loki: {nodes: ['http://a:3100', 'http://b:3100']}}
`;
    expect(configFaults(policy, behind('bridge'))).toMatchInlineSnapshot(`
      "policy.yaml:3:12: input_unsupported: Vector’s \`fluent\` source knows no shared key
        help: use client certificates: \`tls: {ca_file: …, crt_file: …, key_file: …}\`
      policy.yaml:4:12: input_missing: source \`silent\` has no input
        help: add \`input: {files: /var/log/…}\` to it
      policy.yaml:9:3: destination_unsupported: Vector has no sink for the forward protocol
        help: use \`otlp_http\` or \`http\`, or generate \`auditlb config fluent-bit\`
      policy.yaml:10:3: more_nodes_than_shards: destination \`loki\` has 2 nodes for 1 shard
        help: set \`shards: {count: 2, by: […]}\` or put a load balancer in front"
    `);
  });
});

it.each([
  ['edge', 'bridge'],
  ['behind-fluent-bit', 'fluent-bit'],
  ['small', 'vrl'],
] as const)('ships the use case %s as the generator makes it', async (name, front) => {
  const folder = join(packageRoot(), 'vector', name);
  const text = readFileSync(join(folder, 'policy.yaml'), 'utf8');
  for (const [file, content] of generate(text, behind(front), PLACES)) {
    await expect(content).toMatchFileSnapshot(join(folder, file));
  }
});
