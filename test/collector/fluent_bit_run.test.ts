import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fluentBit } from '../../src/collector/fluent_bit/index.ts';
import { FILTER_FILE, PORTS } from '../../src/collector/generated.ts';
import { metrics } from '../../src/collector/metrics/index.ts';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { fluentBitMissing, generate, made, policyText } from './support.ts';

const missing = fluentBitMissing();
const running: ChildProcess[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditlb-run-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) await kill(child);
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function start(config: string): ChildProcess {
  const child = spawn('fluent-bit', ['-q', '-c', config], { stdio: 'ignore' });
  running.push(child);
  return child;
}

/** Ends a process at once, and waits until it is gone. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Waits for a number of lines, then gives the collector the time to write one too many. */
async function linesOf(paths: readonly string[], count: number): Promise<string[]> {
  const read = () =>
    paths.flatMap((path) => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : []));
  for (let turn = 0; turn < 600 && read().length < count; turn++) await pause(100);
  await pause(1500);
  return read();
}

/** A node of the destination `siem`: a plain Fluent Bit that writes what it gets to a file. */
function aggregator(name: string, port: number): string {
  const config = join(folder, `${name}.yaml`);
  writeFileSync(
    config,
    `service: {flush: 1}
pipeline:
  inputs: [{name: forward, listen: 127.0.0.1, port: ${port}}]
  outputs: [{name: file, match: '*', path: ${folder}, file: ${name}.ndjson, format: plain}]
`,
  );
  start(config);
  return join(folder, `${name}.ndjson`);
}

/** Starts the agent; the addresses of its metrics. */
async function agent(nodes: readonly number[]): Promise<{ child: ChildProcess; collector: string; events: string }> {
  const [collector, events] = [await freePort(), await freePort()];
  const text = policyText('edge')
    .replace('siem-a:24224', `127.0.0.1:${nodes[0]}`)
    .replace('siem-b:24224', `127.0.0.1:${nodes[1]}`)
    .replaceAll('/var/log/', `${folder}/logs/`)
    .replaceAll('/var/lib/auditlb', join(folder, 'out'));
  mkdirSync(join(folder, 'logs', 'alb'), { recursive: true });
  mkdirSync(join(folder, 'logs', 'nginx'));
  for (const [file, content] of generate(text, fluentBit, { config: folder, state: join(folder, 'state') })) {
    const ports = content
      .replace(`port: ${PORTS.collector}`, `port: ${collector}`)
      .replace(`port: ${PORTS.events}`, `port: ${events}`);
    writeFileSync(join(folder, file), ports);
  }
  writeFileSync(join(folder, FILTER_FILE), buildFilter({ text, file: 'policy.yaml' }).filter!.wasm);
  return {
    child: start(join(folder, 'fluent-bit.yaml')),
    collector: `http://127.0.0.1:${collector}/api/v2/metrics/prometheus`,
    events: `http://127.0.0.1:${events}/metrics`,
  };
}

/** Text of a page once it holds `part`. */
async function pageWith(url: string, part: string): Promise<string> {
  for (let turn = 0; ; turn++) {
    const text = await fetch(url).then(
      (answer) => answer.text(),
      () => '',
    );
    if (text.includes(part) || turn > 600) return text;
    await pause(100);
  }
}

/** A line with a field the format does not know. */
const LONGER = '203.0.113.9 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 1 "-" "-" "more"';

/** Different requests in a file of events; a last line cut off by a kill is none. */
const distinct = (path: string): number =>
  new Set(existsSync(path) ? readFileSync(path, 'utf8').match(/"path":"\/\d+"/g) : []).size;

const routed = (lines: readonly string[], route: string): string[] =>
  lines.filter((line) => (JSON.parse(line) as { auditlb: { routes: string[] } }).auditlb.routes.includes(route));

describe.skipIf(missing !== undefined)(
  `a generated configuration at work${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('delivers every record once to each of its destinations, with one node down', async () => {
      const [up, down] = [await freePort(), await freePort()];
      const siem = aggregator('siem-a', up);
      const pages = await agent([up, down]);
      const samples = join(packageRoot(), 'samples');
      copyFileSync(join(samples, 'nginx.access.log'), join(folder, 'logs', 'nginx', 'access.log'));
      appendFileSync(join(folder, 'logs', 'nginx', 'access.log'), `${LONGER}\n`);
      copyFileSync(join(samples, 'alb.log'), join(folder, 'logs', 'alb', 'alb.log'));
      const written = ['nginx/access.log', 'alb/alb.log'].flatMap((file) =>
        readFileSync(join(folder, 'logs', file), 'utf8')
          .trim()
          .split('\n'),
      );
      const archive = await linesOf([join(folder, 'out', 'archive.ndjson')], written.length);
      expect(archive).toHaveLength(written.length);
      const expected = routed(archive, 'siem').sort();
      expect(expected.length).toBeGreaterThan(0);
      expect((await linesOf([siem], expected.length)).sort()).toEqual(expected);
      expect(existsSync(join(folder, 'state', 'dead', 'dead.ndjson'))).toBe(false);
      const seen = `${await pageWith(pages.events, 'drift_total{')}${await pageWith(pages.collector, 'latency')}`;
      const alerts = made(policyText('edge'), metrics).get('alerts.yaml')!;
      const names = [...alerts.matchAll(/\b(?:fluentbit|auditlb_filter)_\w+/g)].map(([name]) =>
        name.replace(/_(bucket|count)$/, ''),
      );
      expect(names.filter((name) => !seen.includes(`# TYPE ${name} `))).toEqual([]);
      expect(seen).toMatch(/auditlb_filter_drift_total\{source="nginx",format="nginx_combined"\} 1/);
    });

    it('loses nothing when it is killed while it works', async () => {
      const count = 30_000;
      const { child } = await agent([await freePort(), await freePort()]);
      const line = (i: number): string => LONGER.replace('GET / ', `GET /${i} `).replace(' "more"', '');
      const lines = Array.from({ length: count }, (_, i) => line(i));
      writeFileSync(join(folder, 'logs', 'nginx', 'access.log'), `${lines.join('\n')}\n`);
      const archive = join(folder, 'out', 'archive.ndjson');
      for (let turn = 0; turn < 200 && !existsSync(archive); turn++) await pause(10);
      await kill(child);
      start(join(folder, 'fluent-bit.yaml'));
      for (let turn = 0; turn < 90 && distinct(archive) < count; turn++) await pause(500);
      expect(distinct(archive)).toBe(count);
    });
  },
);
