import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { filterOf } from '../support/filter.ts';
import { Cloud } from './cloud.ts';
import { comparable, expectedEvents } from './expected.ts';
import {
  FLUENT_BIT,
  FluentBit,
  freePort,
  linesOf,
  NGINX,
  PROMETHEUS,
  Program,
  temporaryFolder,
  until,
} from './support.ts';

const DEMO = join(packageRoot(), 'fluent-bit', 'demo');

/** The demo without containers: each of its programs in a folder of its own, names of services as ports of this machine. */
async function demo(folder: string, cloud: Cloud) {
  const [web, first, second] = [await freePort(), await freePort(), await freePort()];
  const [collector, events] = [await freePort(), await freePort()];
  const read = async (path: string, own: string): Promise<string> =>
    readFileSync(join(DEMO, path), 'utf8')
      .replaceAll('/var/log/nginx', join(folder, 'logs'))
      .replaceAll('/var/lib/fluent-bit', join(folder, own))
      .replaceAll('/etc/fluent-bit', folder)
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replace('2020', String(own === 'agent' ? collector : await freePort()))
      .replace('2021', String(events));
  for (const name of ['logs', 'agent', 'a', 'b']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'filter.wasm'), filterOf('fluent-bit', 'demo', 'policy.yaml'));
  const aggregators = [];
  for (const [name, port] of [
    ['a', first],
    ['b', second],
  ] as const) {
    const config = (await read('aggregator.yaml', name)).replace('24224', String(port));
    const search = new URL(cloud.url);
    const text = config.replace('host: opensearch', `host: ${search.hostname}`).replace('9200', search.port);
    aggregators.push(new FluentBit(text, join(folder, name)));
  }
  const nodes = (await read('agent/nodes-search.yaml', 'agent'))
    .replace(/aggregator-a\n( +)port: 24224/, `127.0.0.1\n$1port: ${first}`)
    .replace(/aggregator-b\n( +)port: 24224/, `127.0.0.1\n$1port: ${second}`);
  writeFileSync(join(folder, 'nodes-search.yaml'), nodes);
  const server = (await read('nginx.conf', 'nginx')).replace('listen 80', `listen 127.0.0.1:${web}`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  );
  writeFileSync(join(folder, 'nginx.conf'), server.replace('http {', `http {\n  ${paths.join('\n  ')}`));
  const settings = `daemon off; pid ${folder}/nginx.pid;`;
  const nginx = new Program(
    NGINX!,
    ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', settings],
    folder,
  );
  for (const aggregator of aggregators) await aggregator.said('listening on');
  const agent = new FluentBit(await read('agent/fluent-bit.yaml', 'agent'), join(folder, 'agent'));
  writeFileSync(
    join(folder, 'prometheus.yml'),
    (await read('monitoring/prometheus.yml', 'agent')).replace(/scrape_interval: \w+/, 'scrape_interval: 500ms'),
  );
  writeFileSync(join(folder, 'alerts.yaml'), await read('monitoring/alerts.yaml', 'agent'));
  return { web: `http://127.0.0.1:${web}`, programs: [agent, nginx, ...aggregators] };
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const ask = async (server: string, path: string): Promise<unknown[]> => {
  const { data } = (await (await fetch(`${server}/api/v1/${path}`)).json()) as {
    data: { result?: unknown[]; groups?: unknown[] };
  };
  return data.result ?? data.groups!;
};

/** Titles of panels that show something, as Prometheus answers their queries; a query it cannot answer throws. */
async function shown(server: string): Promise<string[]> {
  const { panels } = JSON.parse(readFileSync(join(DEMO, 'monitoring', 'dashboard.json'), 'utf8')) as {
    panels: Panel[];
  };
  const titles: string[] = [];
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const result = await ask(server, `query?query=${encodeURIComponent(expr)}`);
      if (result.length > 0) titles.push(title);
    }
  }
  return [...new Set(titles)];
}

async function startPrometheus(folder: string): Promise<{ server: string; prometheus: Program }> {
  const port = await freePort();
  const prometheus = new Program(
    PROMETHEUS!,
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/tsdb`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folder,
  );
  await prometheus.said('Server is ready');
  return { server: `http://127.0.0.1:${port}`, prometheus };
}

describe.skipIf(!FLUENT_BIT || !NGINX)('the demo', () => {
  test('what is asked of nginx is in OpenSearch as the embedded host says', async () => {
    const folder = temporaryFolder();
    const cloud = await Cloud.open();
    const { web, programs } = await demo(folder, cloud);
    await until('nginx', () =>
      fetch(web).then(
        () => true,
        () => false,
      ),
    );
    const authorization = `Basic ${Buffer.from('alice:x').toString('base64')}`;
    for (let i = 0; i < 20; i++) await fetch(`${web}/missing?id=${i}`, { headers: { authorization } });
    const log = join(folder, 'logs', 'access.log');
    await until('all in the log', () => linesOf(log).length > 20);
    const lines = linesOf(log);
    await until(
      `all in OpenSearch\n${programs.map((each) => each.log.slice(-1500)).join('\n')}`,
      () => cloud.documents.size >= lines.length,
    );
    for (const each of programs) await each.stop();
    cloud.close();
    const expected = expectedEvents(filterOf('fluent-bit', 'demo', 'policy.yaml'), 'nginx.access', lines, log);
    expect(expected.filter((line) => line.includes('"name":"alice"')).length).toBe(20);
    expect(comparable([...cloud.documents.values()], 'with ids')).toEqual(comparable(expected, 'with ids'));
  });

  test.skipIf(!PROMETHEUS)('the dashboard and the alerts find what they look for', async () => {
    const folder = temporaryFolder();
    const cloud = await Cloud.open();
    const { web, programs } = await demo(folder, cloud);
    const { server, prometheus } = await startPrometheus(folder);
    await until('nginx', () =>
      fetch(web).then(
        () => true,
        () => false,
      ),
    );
    // The request that follows a rate must come behind the first scrape.
    await until(`every panel\n${prometheus.log}`, async () => {
      await fetch(`${web}/missing`);
      await wait(200);
      const panels = await shown(server);
      return USUAL.every((title) => panels.includes(title));
    });
    await until('every rule evaluated', async () => {
      const rules = ((await ask(server, 'rules')) as { rules: { health: string }[] }[]).flatMap((group) => group.rules);
      return rules.length > 10 && rules.every(({ health }) => health === 'ok');
    });
    for (const each of [prometheus, ...programs]) await each.stop();
    cloud.close();
  });
});

/** Panels that show something while all is well. */
const USUAL = [
  'Events by source',
  'Events by route',
  'Failures (outcome 2) by source',
  'Delivered',
  'Delivery time, 95 %',
  'Waiting',
];
