import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetes } from '../../src/collector/kubernetes/index.ts';
import { CONFIG_MAP_BYTES } from '../../src/collector/kubernetes/names.ts';
import { readValues, type Values } from '../../src/collector/kubernetes/values.ts';
import { type Diagnostic, formatDiagnostic } from '../../src/diagnostic.ts';
import type { BuiltFilter } from '../../src/filter.ts';
import type { Delivery } from '../../src/policy/delivery.ts';
import { SourceFile } from '../../src/policy/document/source_file.ts';
import { fluentBitMissing, GOLDEN, made, policyText } from './support.ts';

const missing = fluentBitMissing();

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: Readonly<Record<string, unknown>>;
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly initContainers?: readonly object[];
        readonly containers: readonly {
          readonly ports: readonly {
            readonly name: string;
            readonly containerPort: number;
            readonly protocol: string;
          }[];
          readonly volumeMounts: readonly { readonly name: string }[];
        }[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
  };
}

const text = made(policyText('everything'), kubernetes).get('auditlb.yaml')!;
const parsed = (manifests: string): Manifest[] =>
  parseAllDocuments(manifests, { version: '1.1' }).map((each) => {
    expect(each.errors).toEqual([]);
    return each.toJS() as Manifest;
  });
const objects = parsed(text);
const workloads = objects.filter(({ spec }) => spec?.template !== undefined);

describe('values', () => {
  const read = (text: string): { values: Values; faults: string } => {
    const diagnostics: Diagnostic[] = [];
    const values = readValues(new SourceFile('values.yaml', text, diagnostics));
    return { values, faults: diagnostics.map(formatDiagnostic).join('\n') };
  };

  it('reach what they are for', () => {
    const { values, faults } = read(`namespace: audit
image: registry.test/fluent-bit@sha256:00
imagePullSecret: pull
replicas: 3
storage: { size: 100Gi, class: fast }
service: { type: LoadBalancer, annotations: { cloud.test/internal: "true" } }
agent: { resources: { limits: { cpu: "1" } }, nodeSelector: { kubernetes.io/os: linux } }
`);
    expect(faults).toBe('');
    const all = parsed(
      made(policyText('everything'), (delivery, filter) => kubernetes(delivery, filter, values)).get('auditlb.yaml')!,
    );
    const of = (kind: string, name?: string): Manifest | undefined =>
      all.find((each) => each.kind === kind && (name === undefined || each.metadata.name === name));
    for (const each of all) if (each.kind !== 'Namespace') expect(each.metadata).toMatchObject({ namespace: 'audit' });
    const container = {
      image: 'registry.test/fluent-bit@sha256:00',
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi', cpu: '1' } },
    };
    const pod = { imagePullSecrets: [{ name: 'pull' }], nodeSelector: { 'kubernetes.io/os': 'linux' } };
    expect(of('DaemonSet')).toMatchObject({ spec: { template: { spec: { ...pod, containers: [container] } } } });
    const claim = { storageClassName: 'fast', resources: { requests: { storage: '100Gi' } } };
    expect(of('StatefulSet')).toMatchObject({ spec: { replicas: 3, volumeClaimTemplates: [{ spec: claim }] } });
    expect(of('Service', 'auditlb-sources')).toMatchObject({
      metadata: { annotations: { 'cloud.test/internal': 'true' } },
      spec: { type: 'LoadBalancer' },
    });
    expect(JSON.stringify(of('ConfigMap', 'auditlb-agent')?.data)).toContain(
      'auditlb-aggregator-2.auditlb-aggregator.audit.svc',
    );
  });

  it('say what is wrong with them, where it is', () => {
    expect(read('replica: 3\nstorage: {size: big}\nservice: {type: loadbalancer}\n').faults).toMatchInlineSnapshot(`
      "values.yaml:1:1: unknown_key: unknown key \`replica\`
        help: did you mean \`replicas\`?
      values.yaml:2:17: invalid_quantity: \`big\` is not valid here
        help: such as \`500m\`, \`512Mi\` or \`"2"\`
      values.yaml:3:17: invalid_value: \`loadbalancer\` is not valid here
        help: did you mean \`LoadBalancer\`?"
    `);
  });
});

describe('Kubernetes', () => {
  it('is what was reviewed, but for the filter itself', async () => {
    const stable = text
      .replace(/filter\.wasm: .+/, 'filter.wasm: (the filter, base64)')
      .replaceAll(/auditlb-filter-[0-9a-f]{12}/g, 'auditlb-filter-HASH');
    await expect(stable).toMatchFileSnapshot(join(GOLDEN, 'kubernetes', 'auditlb.yaml'));
  });

  it('mounts ConfigMaps that are there', () => {
    const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    const mounted = workloads.flatMap(({ spec }) =>
      spec!.template!.spec.volumes.flatMap((each) => each.configMap?.name ?? []),
    );
    expect(new Set(mounted)).toEqual(new Set(maps));
  });

  it('sends services to ports the aggregators open, each once', () => {
    const [container] = objects.find(({ kind }) => kind === 'StatefulSet')!.spec!.template!.spec.containers;
    const targets = objects
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ spec }) => spec!.ports!.map((port) => port.targetPort));
    expect(container!.ports.map(({ name }) => name)).toEqual(expect.arrayContaining(targets));
    const opened = container!.ports.map(({ containerPort, protocol }) => `${protocol} ${containerPort}`);
    expect(new Set(opened).size).toBe(opened.length);
  });

  it('keeps secrets of destinations from the agents', () => {
    const agent = text.slice(text.indexOf('kind: DaemonSet'), text.indexOf('kind: StatefulSet'));
    expect([...agent.matchAll(/key: (\w+)/g)].map(([, key]) => key)).toEqual(['AUDITLB_SHARED_KEY']);
  });

  it('fetches a filter that is too large for a ConfigMap', () => {
    const large = (delivery: Delivery, filter: BuiltFilter) =>
      kubernetes(delivery, { ...filter, wasm: new Uint8Array(CONFIG_MAP_BYTES + 1) });
    const manifests = parsed(made(policyText('edge'), large).get('auditlb.yaml')!);
    expect(manifests.filter(({ metadata }) => metadata.name.startsWith('auditlb-filter'))).toEqual([]);
    const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
    expect(pods.map(({ initContainers }) => initContainers?.length)).toEqual([1, 1]);
  });

  it.skipIf(missing !== undefined)(
    `holds configurations that pass --dry-run${missing === undefined ? '' : `: ${missing}`}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'auditlb-kubernetes-'));
      for (const { metadata, data } of objects.filter((each) => each.data !== undefined)) {
        const config = join(folder, metadata.name);
        mkdirSync(config);
        for (const [file, content] of Object.entries(data!)) {
          writeFileSync(join(config, file), content.replaceAll('/etc/fluent-bit', config));
        }
        const { stdout, stderr } = spawnSync('fluent-bit', ['--dry-run', '-c', join(config, 'fluent-bit.yaml')], {
          encoding: 'utf8',
        });
        expect(`${stdout}${stderr}`).toContain('configuration test is successful');
      }
      rmSync(folder, { recursive: true });
    },
  );
});
