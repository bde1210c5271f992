import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FilterInstance, FilterWasm, hostMap } from '../../src/host/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { filterOf, SAMPLES, sampleLines } from '../support/filter.ts';
import { FLUENT_BIT, FluentBit, freePort, linesOf, temporaryFolder, until, WAMRC } from './support.ts';

const EDGE = join(packageRoot(), 'fluent-bit', 'edge');
const INPUTS = [
  { tag: 'nginx.access', file: 'nginx.access.log' },
  { tag: 'alb', file: 'alb.log' },
] as const;

interface Expected {
  readonly archive: string[];
  readonly siem: string[];
}

/** Lines as `tail` reads them: with the file and the offset they come from. */
function tailed(path: string, lines: readonly string[]): { file: string; file_offset: number; log: string }[] {
  let offset = 0;
  return lines.map((log) => {
    const record = { file: path, file_offset: offset, log };
    offset += Buffer.byteLength(log) + 1;
    return record;
  });
}

/** What the embedded host says should arrive, in no order. */
function expectedOf(wasm: Uint8Array, folder: string): Expected {
  const host = new FilterWasm(new FilterInstance(wasm), { escapeUnicode: false });
  const all = INPUTS.flatMap(({ tag, file }) => {
    const records = tailed(join(folder, 'logs', file), sampleLines(file));
    const chunk = records.map((record) => ({ seconds: 0, nanoseconds: 0, body: hostMap(record) }));
    return host.chunk(tag, chunk).records.map(({ body }) => host.jsonOut(body));
  });
  const routes = (line: string): string[] =>
    (JSON.parse(line) as { auditlb: { tag: string } }).auditlb.tag.split('.').slice(2);
  const of = (route: string): string[] => all.filter((line) => routes(line).includes(route)).sort();
  return { archive: of('archive'), siem: of('siem') };
}

/** A collector in the place of the SIEM: what comes to each of two nodes goes to a file of its own. */
function nodes(folder: string, ports: readonly number[]): FluentBit {
  const inputs = ports.map((port, i) => `- {name: forward, listen: 127.0.0.1, port: ${port}, tag: node${i}}`);
  return new FluentBit(
    `
service: {flush: 0.1, json.escape_unicode: off}
pipeline:
  inputs:
    ${inputs.join('\n    ')}
  outputs:
    - {name: file, match: '*', path: ${folder}, format: plain}
`,
    folder,
  );
}

/** The shipped configuration with the ports of the test. */
async function edge(folder: string, filter: string, ports: readonly number[]): Promise<FluentBit> {
  const [a, b] = ports;
  const text = readFileSync(join(EDGE, 'nodes.yaml'), 'utf8').replace('24224', String(a)).replace('24225', String(b));
  writeFileSync(join(folder, 'nodes.yaml'), text);
  for (const name of ['logs', 'state', 'archive']) mkdirSync(join(folder, name));
  for (const { file } of INPUTS) copyFileSync(join(SAMPLES, file), join(folder, 'logs', file));
  return new FluentBit(readFileSync(join(EDGE, 'fluent-bit.yaml'), 'utf8'), folder, {
    AUDITLB_FILTER: filter,
    AUDITLB_NODES: join(folder, 'nodes.yaml'),
    AUDITLB_LOGS: join(folder, 'logs'),
    AUDITLB_STATE: join(folder, 'state'),
    AUDITLB_ARCHIVE: join(folder, 'archive'),
    AUDITLB_HTTP_PORT: String(await freePort()),
  });
}

describe.skipIf(!FLUENT_BIT)('the shipped edge configuration', () => {
  const wasm = filterOf('fluent-bit', 'edge', 'policy.yaml');

  async function delivers(kind: 'wasm' | 'aot'): Promise<void> {
    const folder = temporaryFolder();
    const siem = temporaryFolder();
    const expected = expectedOf(wasm, folder);
    const filter = join(folder, `filter.${kind}`);
    writeFileSync(join(folder, 'filter.wasm'), wasm);
    if (kind === 'aot') execFileSync(WAMRC!, ['-o', filter, join(folder, 'filter.wasm')], { stdio: 'ignore' });
    const ports = [await freePort(), await freePort()];
    const receiver = nodes(siem, ports);
    await receiver.said(`127.0.0.1:${ports[1]}`);
    const collector = await edge(folder, filter, ports);
    const arrived = (): string[][] => [0, 1].map((i) => linesOf(join(siem, `node${i}`)));
    const archive = join(folder, 'archive', 'archive.ndjson');
    await until(
      'every record at its destinations',
      () => linesOf(archive).length >= expected.archive.length && arrived().flat().length >= expected.siem.length,
    );
    expect(await collector.stop()).toBe(0);
    expect(await receiver.stop()).toBe(0);
    expect(linesOf(archive).sort()).toEqual(expected.archive);
    expect(arrived().flat().sort()).toEqual(expected.siem);
    expect(arrived().map((lines) => lines.length > 0)).toEqual([true, true]);
    expect(linesOf(join(folder, 'archive', 'dead.ndjson'))).toEqual([]);
  }

  test.concurrent('delivers what the embedded host says', () => delivers('wasm'));
  test.skipIf(!WAMRC).concurrent('delivers the same with native code', () => delivers('aot'));
});
