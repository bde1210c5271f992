import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { filterOf } from '../support/filter.ts';
import { Cloud } from './cloud.ts';
import { comparable, expectedEvents } from './expected.ts';
import { FLUENT_BIT, FluentBit, freePort, linesOf, NGINX, Program, temporaryFolder, until } from './support.ts';

const DEMO = join(packageRoot(), 'fluent-bit', 'demo');

/** The demo without containers: each of its programs in a folder of its own, names of services as ports of this machine. */
async function demo(folder: string, cloud: Cloud) {
  const [web, first, second] = [await freePort(), await freePort(), await freePort()];
  const read = async (path: string, own: string): Promise<string> =>
    readFileSync(join(DEMO, path), 'utf8')
      .replaceAll('/var/log/nginx', join(folder, 'logs'))
      .replaceAll('/var/lib/fluent-bit', join(folder, own))
      .replaceAll('/etc/fluent-bit', folder)
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replace('2020', String(await freePort()))
      .replace('2021', String(await freePort()));
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
  return { web: `http://127.0.0.1:${web}`, programs: [agent, nginx, ...aggregators] };
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
});
