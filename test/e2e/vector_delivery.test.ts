import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FilterInstance } from '../../src/host/index.ts';
import { reconcile } from '../../src/reconcile/index.ts';
import { openInput } from '../../src/run/input.ts';
import { SAMPLES, sampleLines } from '../support/filter.ts';
import { comparable, idOf, routesOf } from './expected.ts';
import { FLUENT_BIT, FluentBit, freePort, until, VECTOR } from './support.ts';
import { VectorRig } from './vector_rig.ts';

const NGINX = sampleLines('nginx.access.log');
/** CloudTrail's events, which stand in one line of a file. */
const TRAIL = sampleLines('cloudtrail.log');
const HAPROXY =
  '<134>Feb  3 04:05:06 lb1 haproxy[7]: 203.0.113.9:51234 [03/Feb/2026:04:05:06.123] web~ shop/app1 1/0/2/30/33 403 512 - - ---- 1/1/0/0/0 0/0 "GET /admin HTTP/1.1"';

const routed = (lines: readonly string[], route: string): string[] =>
  lines.filter((line) => routesOf(line).includes(route));

/** Events counted, in the text of Prometheus. */
const countOf = (metrics: string): number =>
  [...metrics.matchAll(/^auditlb_filter_events_total\{.*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );

describe.skipIf(!VECTOR)('the shipped configurations of Vector', () => {
  test('edge delivers what the embedded host says', async () => {
    const rig = await VectorRig.open('edge');
    const { cloud } = rig;
    await rig.startForwardingBridge();
    await rig.startVector();
    rig.write('access.log', NGINX);
    cloud.announce('alb-logs', 'logs', 'alb.log.gz', gzipSync(readFileSync(join(SAMPLES, 'alb.log'))));
    cloud.announce('trail', 'logs', 'trail.json.gz', gzipSync(`{"Records":[${TRAIL.join(',')}]}`));
    const nginx = rig.expected('nginx.access', NGINX, 'access.log');
    const expected = [...nginx, ...rig.expected('alb', sampleLines('alb.log')), ...rig.expected('trail', TRAIL)];
    const siem = routed(expected, 'siem');
    await until('a count of all events', async () => countOf(await rig.metrics()) >= expected.length);
    expect(countOf(await rig.metrics())).toBe(expected.length);
    await rig.until(
      () => cloud.archived.length >= expected.length && cloud.documents.size >= siem.length && cloud.waiting === 0,
    );
    await rig.stop();
    expect(comparable(cloud.archived, 'without ids')).toEqual(comparable(expected, 'without ids'));
    expect(comparable([...cloud.documents.values()], 'without ids')).toEqual(comparable(siem, 'without ids'));
    expect(cloud.archived.map(idOf)).toEqual(expect.arrayContaining(nginx.map(idOf)));
    expect([...cloud.documents.keys()]).toEqual(expect.arrayContaining(routed(nginx, 'siem').map(idOf)));
  });

  test('edge delivers what it sends to the bridge in zstd', async () => {
    const rig = await VectorRig.open('edge');
    await rig.startForwardingBridge();
    const plain = rig.config('vector.yaml');
    const zstd = plain.replaceAll(/^( +)uri: .*\/v1\/batch\/.*$/gm, '$&\n$1compression: zstd');
    expect(zstd.split('compression: zstd').length).toBe(plain.split('/v1/batch/').length);
    await rig.startVector(zstd);
    rig.write('access.log', NGINX);
    const expected = rig.expected('nginx.access', NGINX, 'access.log');
    await rig.until(() => rig.cloud.archived.length >= expected.length);
    await rig.stop();
    expect(comparable(rig.cloud.archived, 'with ids')).toEqual(comparable(expected, 'with ids'));
  });

  test('edge loses nothing when bridge and collector are killed', async () => {
    const rig = await VectorRig.open('edge');
    const { cloud } = rig;
    const lines = Array.from({ length: 6000 }, (_, i) => NGINX[i % NGINX.length]!.replace('GET /', `GET /${i}/`));
    await rig.startForwardingBridge();
    await rig.startVector();
    rig.write('access.log', lines.slice(0, 2000));
    await rig.until(() => cloud.puts > 0);
    await rig.killBridge();
    rig.write('access.log', lines.slice(2000, 4000));
    await rig.startForwardingBridge();
    await rig.until(() => cloud.archived.length > 500);
    await rig.killVector();
    rig.write('access.log', lines.slice(4000));
    await rig.startVector();
    const expected = rig.expected('nginx.access', lines, 'access.log');
    const siem = new Set(routed(expected, 'siem').map(idOf));
    await rig.until(
      () => cloud.documents.size >= siem.size && new Set(cloud.archived.map(idOf)).size >= expected.length,
    );
    await rig.stop();
    const outputs = [
      ['archive', cloud.archived],
      ['siem', [...cloud.documents.values()]],
    ] as const;
    for (const [route, events] of outputs) writeFileSync(join(rig.folder, `${route}.ndjson`), `${events.join('\n')}\n`);
    const account = await reconcile(
      new FilterInstance(rig.wasm),
      {
        inputs: [await openInput(join(rig.folder, 'logs', 'access.log'), 'nginx.access')],
        outputs: await Promise.all(
          outputs.map(async ([route]) => ({
            ...(await openInput(join(rig.folder, `${route}.ndjson`), undefined)),
            route,
          })),
        ),
        records: false,
        lineKey: 'message',
        time: new Date(),
        folder: rig.folder,
      },
      () => {},
    );
    expect(account).toMatchObject({ records: 6000, delivered: 6000, missing: 0 });
  });

  test.skipIf(!FLUENT_BIT)('behind-fluent-bit delivers what the embedded host says', async () => {
    const rig = await VectorRig.open('behind-fluent-bit');
    const syslog = await freePort();
    await rig.startVector();
    writeFileSync(join(rig.folder, 'nodes-vector.yaml'), rig.config('nodes-vector.yaml'));
    const config = rig
      .config('fluent-bit.yaml')
      .replace('5140', String(syslog))
      .replace('2020', String(await freePort()))
      .replace('2021', String(await freePort()));
    const collector = new FluentBit(config, rig.folder);
    rig.write('access.log', NGINX);
    const expected = [...rig.expected('nginx.access', NGINX, 'access.log'), ...rig.expected('haproxy', [HAPROXY])];
    const siem = routed(expected, 'siem');
    await rig.until(() => rig.archive.length >= NGINX.length, collector);
    connect(syslog, '127.0.0.1').end(`${HAPROXY}\n`);
    await rig.until(() => rig.archive.length >= expected.length && rig.cloud.posted.length >= siem.length, collector);
    await collector.stop();
    await rig.stop();
    expect(comparable(rig.archive, 'without ids')).toEqual(comparable(expected, 'without ids'));
    expect(comparable(rig.cloud.posted, 'without ids')).toEqual(comparable(siem, 'without ids'));
  });

  test('small delivers what the embedded host says, and keeps what comes while the filter is away', async () => {
    const rig = await VectorRig.open('small');
    const { cloud } = rig;
    await rig.startBridge();
    await rig.startVector();
    const login =
      '2026-02-03T04:05:06.123456+00:00 host sshd[7]: Failed password for jane from 203.0.113.9 port 51234 ssh2';
    rig.write('access.log', NGINX);
    rig.write('auth.log', [login]);
    const expected = [
      ...rig.expected('nginx.access', NGINX, 'access.log'),
      ...rig.expected('auth', [login], 'auth.log'),
    ];
    await rig.until(() => rig.archive.length >= expected.length && cloud.documents.size === 1);
    await rig.killBridge();
    rig.write('auth.log', [login.replace('jane', 'joe')]);
    await rig.until(() => rig.dead.length === 1);
    await rig.stop();
    expect(comparable(rig.archive, 'with ids')).toEqual(comparable(expected, 'with ids'));
    expect(comparable([...cloud.documents.values()], 'with ids')).toEqual(
      comparable(routed(expected, 'logins'), 'with ids'),
    );
    expect(rig.dead[0]).toContain('for joe from');
  });
});
