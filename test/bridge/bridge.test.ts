import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { splitRecords } from '../../src/bridge/body.ts';
import { buildFilter } from '../../src/filter.ts';
import { RECORD_1, RECORD_2, SKIPPED, ZEROS } from '../support/zstd.ts';
import { bodyOf, lineOf, numberOf, openBridge, openSink, POLICY, range, recordOf, send } from './support.ts';
import { trapping } from './trapping.ts';

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('bodies', () => {
  test.each([
    ['NDJSON', bodyOf(1, 2), {}],
    ['NDJSON without a last line end, with blank lines', `\n${recordOf(1)}\r\n\n${recordOf(2)}`, {}],
    ['a JSON array', ` [${recordOf(1)},\n ${recordOf(2)}]\n`, {}],
    ['gzip', gzipSync(bodyOf(1, 2)), { 'content-encoding': 'gzip' }],
    ['deflate', deflateSync(bodyOf(1, 2)), { 'content-encoding': 'deflate' }],
    ['zstd', Buffer.concat([RECORD_1, SKIPPED, RECORD_2]), { 'content-encoding': 'zstd' }],
  ])('%s', async (_, body, headers) => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    expect(await send(port, body, { headers })).toMatchObject({ status: 200 });
    expect(sink.numbers).toEqual([1, 2]);
  });

  test.each([
    ['[1,"a,]\\"",{"x":[1,2]}]', ['1', '"a,]\\""', '{"x":[1,2]}']],
    ['[]', []],
    ['[1', ['[1']],
    ['[1] x', ['[1] x']],
    ['[1,2]\n[3]', ['[1,2]', '[3]']],
  ])('%s is split', (body, records) => {
    expect(splitRecords(Buffer.from(body)).map(String)).toEqual(records);
  });

  test('with a list of records: each is one, also for the next hop that refuses one of them', async () => {
    const sink = await openSink();
    const policy =
      "auditlb: 1\nsources: [{name: web, tag: '*', format: {class: http_activity, json: {n: url.path}, wrappers: [{at: 'Records[0]'}]}}]\nroutes: [{name: all}]\n";
    const { filter } = buildFilter({ text: policy, file: 'policy.yaml' });
    const { port, deadLetters } = await openBridge(sink.url, { wasm: filter!.wasm });
    sink.answer = (events) => (events.some((event) => numberOf(event) === 2) ? 400 : 200);
    const list = (...numbers: number[]) => JSON.stringify({ Records: numbers.map((n) => ({ n: `/item/${n}` })) });
    const answer = await send(port, `${list(1, 2, 3)}\n${list(4, 5)}\n`);
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.parse(answer.text)).toMatchObject({ records: 5 });
    expect(sink.numbers).toEqual([1, 3, 4, 5]);
    expect(deadLetters()).toHaveLength(1);
  });

  test('of an unknown encoding are refused', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    expect(await send(port, 'x', { headers: { 'content-encoding': 'snappy' } })).toMatchObject({ status: 415 });
  });

  test('too large are refused, also when only decompressed so', async () => {
    const sink = await openSink();
    const { port, bridge } = await openBridge(sink.url, { maxBodyBytes: 10_000 });
    expect(await send(port, 'x'.repeat(10_001))).toMatchObject({ status: 413 });
    const chunked = { headers: { 'transfer-encoding': 'chunked' } };
    expect(await send(port, 'x'.repeat(10_001), chunked)).toMatchObject({ status: 413 });
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect(await send(port, bomb, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({ status: 413 });
    expect(await send(port, ZEROS, { headers: { 'content-encoding': 'zstd' } })).toMatchObject({ status: 413 });
    expect(sink.attempts).toBe(0);
    expect(bridge.metrics.render({ requests_in_flight: 0, memory_bytes: 0, ready: 1 })).toContain(
      'auditlb_bridge_refused_total{reason="body_too_large"} 4',
    );
  });

  test('are no longer decompressed than they may be long', async () => {
    const { port } = await openBridge();
    // 50 GB, which would take minutes.
    const body = Buffer.concat(Array.from({ length: 10_000 }, () => ZEROS));
    const bomb = { path: '/v1/filter/edge', headers: { 'content-encoding': 'zstd' } };
    expect(await send(port, body.subarray(0, 1 << 20), bomb)).toMatchObject({ status: 413 });
    expect((await send(port, '', { path: '/metrics', method: 'GET' })).text).toContain(
      'auditlb_bridge_memory_bytes 0\n',
    );
  });

  test.each([
    ['gzip', Buffer.from('junk')],
    ['zstd', Buffer.from('junk')],
    ['zstd', RECORD_1.subarray(0, -1)],
    ['zstd', Buffer.concat([RECORD_2, Buffer.from('junk')])],
  ])('that are no %s are kept, not refused (%#)', async (encoding, body) => {
    const sink = await openSink();
    const { port, deadLetters } = await openBridge(sink.url);
    const headers = { 'content-encoding': encoding };
    expect(await send(port, body, { headers })).toMatchObject({ status: 200 });
    expect(deadLetters()).toMatchObject([{ reason: 'body_damaged', body: body.toString('base64') }]);
    expect(await send(port, body, { path: '/v1/filter/edge', headers })).toMatchObject({ status: 400 });
  });

  test('that are no JSON go on as events', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    expect(await send(port, 'no json at all\n{"message":"no access log"}\n')).toMatchObject({ status: 200 });
    expect(sink.taken).toMatchObject([
      { auditlb: { error: { code: 'record_not_json' }, status: 'failed' }, raw_data: 'no json at all' },
      { auditlb: { status: 'failed' }, raw_data: 'no access log' },
    ]);
  });
});

describe('asked for the outputs', () => {
  test('it answers with them, one a line, and forwards nothing', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    const { status, text } = await send(port, `${bodyOf(1, 2)}no json\n`, { path: '/v1/filter/edge' });
    expect(status).toBe(200);
    const events = text.trimEnd().split('\n');
    expect(events.map((line) => JSON.parse(line) as object)).toMatchObject([
      { auditlb: { status: 'ok' } },
      { auditlb: { status: 'ok' } },
      { raw_data: 'no json' },
    ]);
    expect(sink.attempts).toBe(0);
  });

  test('it answers with an empty line where the policy drops all, which no other server does', async () => {
    const text = `${POLICY}sample:\n  - {name: fine, when: 'event.outcome == "success"', drop: true}\n`;
    const dropping = buildFilter({ text, file: 'policy.yaml' }).filter!.wasm;
    const { port } = await openBridge(undefined, { wasm: dropping });
    expect(await send(port, bodyOf(1), { path: '/v1/filter/edge' })).toMatchObject({ status: 200, text: '\n' });
    expect((await send(port, '', { path: '/metrics', method: 'GET' })).text).toContain('records_dropped_total 1\n');
  });

  test('without anywhere to forward, it is ready, and takes no batches', async () => {
    const { port } = await openBridge();
    expect(await send(port, '', { path: '/readyz', method: 'GET' })).toMatchObject({ status: 200 });
    expect(await send(port, bodyOf(1))).toMatchObject({ status: 404 });
    expect(await send(port, bodyOf(1), { path: '/v1/filter' })).toMatchObject({ status: 200 });
  });
});

describe('delivery', () => {
  test('is answered for only when the downstream has answered', async () => {
    const sink = await openSink();
    const { opened, open } = gate();
    sink.answer = () => opened.then(() => 200);
    const { port } = await openBridge(sink.url);
    let answered = false;
    const sent = send(port, bodyOf(1)).then((response) => {
      answered = true;
      return response;
    });
    await sink.attempted(1);
    expect(answered).toBe(false);
    open();
    expect(await sent).toMatchObject({ status: 200 });
  });

  test('keeps the order of a source, whatever its connections', async () => {
    const sink = await openSink();
    const first = gate();
    sink.answer = (events) => (numberOf(events[0]!) === 0 ? first.opened.then(() => 200) : 200);
    const { port } = await openBridge(sink.url);
    const sent: Promise<unknown>[] = [];
    for (const n of range(0, 10)) {
      sent.push(send(port, bodyOf(n), { headers: { 'x-auditlb-source': 'a' } }));
      if (n === 0) await sink.attempted(1);
    }
    const other = await send(port, bodyOf(100), { headers: { 'x-auditlb-source': 'b' } });
    expect(other.status).toBe(200);
    expect(sink.numbers).toEqual([100]);
    first.open();
    await Promise.all(sent);
    expect(sink.numbers[1]).toBe(0);
    expect(sink.numbers.slice(1).toSorted((a, b) => a - b)).toEqual(range(0, 10));
  });

  test('gives the ids of a request sent again a second time', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    const body = bodyOf(1, 1, 2);
    await send(port, body);
    await send(port, body);
    const ids = sink.taken.map(({ metadata }) => metadata.uid);
    expect(new Set(ids).size).toBe(3);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
  });

  test('is tried again until the downstream is back', async () => {
    const sink = await openSink();
    sink.answer = () => (sink.attempts < 4 ? 503 : 200);
    const { port } = await openBridge(sink.url);
    expect(await send(port, bodyOf(1, 2))).toMatchObject({ status: 200 });
    expect([sink.attempts, sink.numbers]).toEqual([4, [1, 2]]);
  });

  test.each([401, 403, 404, 500])('that meets %i keeps nothing and is asked for again', async (status) => {
    const sink = await openSink();
    sink.answer = () => status;
    let now = new Date('2026-02-03T04:06:00Z');
    const { port, deadLetters } = await openBridge(sink.url, { timeoutMs: 200, now: () => now });
    const response = await send(port, bodyOf(1));
    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(deadLetters()).toEqual([]);
    expect(await send(port, '', { path: '/readyz', method: 'GET' })).toMatchObject({ status: 503 });
    now = new Date('2026-02-03T04:06:11Z');
    expect(await send(port, '', { path: '/readyz', method: 'GET' })).toMatchObject({ status: 200 });
    sink.answer = () => 200;
    expect(await send(port, bodyOf(1))).toMatchObject({ status: 200 });
    expect(await send(port, '', { path: '/readyz', method: 'GET' })).toMatchObject({ status: 200 });
  });

  test('finds what the downstream refuses, keeps it, and delivers the rest in order', async () => {
    const sink = await openSink();
    const bad = new Set([3, 4, 17]);
    sink.answer = (events) => (events.some((event) => bad.has(numberOf(event))) ? 400 : 200);
    const { port, deadLetters } = await openBridge(sink.url);
    expect(await send(port, bodyOf(...range(0, 20)))).toMatchObject({ status: 200 });
    expect(sink.numbers).toEqual(range(0, 20).filter((n) => !bad.has(n)));
    expect(deadLetters().map(({ event }) => numberOf(event as never))).toEqual([3, 4, 17]);
    expect(deadLetters()[0]).toMatchObject({ reason: 'downstream_refused', status: 400, tag: 'http' });
  });

  test('goes on with the search where it was when the time was up', async () => {
    const sink = await openSink();
    const { port, deadLetters } = await openBridge(sink.url, { timeoutMs: 300 });
    let left = 10;
    sink.answer = () => (left-- > 0 ? 400 : 500);
    const body = bodyOf(...range(0, 16));
    expect(await send(port, body)).toMatchObject({ status: 503 });
    const before = deadLetters().length;
    expect(before).toBeGreaterThan(0);
    sink.answer = () => 400;
    expect(await send(port, body)).toMatchObject({ status: 200 });
    expect(deadLetters().map(({ event }) => numberOf(event as never))).toEqual(range(0, 16));
  });

  test('delivers a large body in pieces, and each of them once, whatever time there is', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url, { maxBodyBytes: 1 << 23, maxMemoryBytes: 1 << 26, timeoutMs: 6000 });
    sink.answer = () => (sink.attempts === 1 ? 200 : 500);
    const body = bodyOf(...range(0, 8000));
    expect(await send(port, body)).toMatchObject({ status: 503 });
    const first = sink.taken.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(8000);
    sink.answer = () => 200;
    expect(await send(port, body, { headers: { 'x-auditlb-source': 'another' } })).toMatchObject({ status: 200 });
    expect(sink.numbers.slice(first)).toEqual(range(0, 8000));
    sink.taken.length = first;
    expect(await send(port, body)).toMatchObject({ status: 200 });
    expect(sink.numbers).toEqual(range(0, 8000));
  });

  test('holds for what the filter fails on: it goes on unchanged, and is tagged', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url, { wasm: trapping() });
    expect(await send(port, '{"message":"m","timestamp":"2026-02-03T04:05:07Z"}\nnot json\n')).toMatchObject({
      status: 200,
    });
    expect(sink.taken).toMatchObject([
      {
        auditlb: { error: { code: 'filter_failed' }, status: 'failed' },
        message: 'm',
        timestamp: '2026-02-03T04:05:07Z',
      },
      { auditlb: { error: { code: 'filter_failed' } }, message: 'not json' },
    ]);
  });
});

describe('limits', () => {
  test('on requests at one time: 503, to be sent again', async () => {
    const sink = await openSink();
    const { opened, open } = gate();
    sink.answer = () => opened.then(() => 200);
    const { port } = await openBridge(sink.url, { maxRequests: 1 });
    const first = send(port, bodyOf(1));
    await sink.attempted(1);
    expect(await send(port, bodyOf(2))).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    open();
    expect(await first).toMatchObject({ status: 200 });
    expect(await send(port, bodyOf(2))).toMatchObject({ status: 200 });
    expect(sink.numbers).toEqual([1, 2]);
  });

  test('on memory: 503, and it is all given back', async () => {
    const sink = await openSink();
    const { opened, open } = gate();
    sink.answer = () => opened.then(() => 200);
    const { port } = await openBridge(sink.url, { maxMemoryBytes: 12_000 });
    const first = send(port, bodyOf(...range(0, 40)));
    await sink.attempted(1);
    const second = await send(port, bodyOf(...range(0, 40)));
    expect(second.status).toBe(503);
    expect(JSON.parse(second.text)).toMatchObject({ error: { code: 'memory_full' } });
    open();
    expect(await first).toMatchObject({ status: 200 });
    const { text } = await send(port, '', { path: '/metrics', method: 'GET' });
    expect(text).toContain('auditlb_bridge_memory_bytes 0\n');
    expect(text).toContain('auditlb_bridge_records_delivered_total 40\n');
  });

  test.each([
    ['head', 'POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['body', 'POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"mess'],
  ])('on a sender that never ends its %s', async (_, text) => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url, { receiveTimeoutMs: 200 });
    const socket = connect(port, '127.0.0.1');
    const answer: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answer.push(chunk));
    socket.write(text);
    await once(socket, 'close');
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 408 /);
    expect(await send(port, bodyOf(1))).toMatchObject({ status: 200 });
    expect(sink.numbers).toEqual([1]);
  });
});

describe('access', () => {
  test('needs the token, health does not', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url, { token: 's3cret', forwardToken: 'next' });
    const headers = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    expect(await send(port, bodyOf(1))).toMatchObject({ status: 401 });
    expect(await send(port, bodyOf(1), headers('s3cre'))).toMatchObject({ status: 401 });
    expect(await send(port, '', { path: '/metrics', method: 'GET' })).toMatchObject({ status: 401 });
    expect(await send(port, '', { path: '/healthz', method: 'GET' })).toMatchObject({ status: 200 });
    sink.answer = (_, { authorization }) => (authorization === 'Bearer next' ? 200 : 500);
    expect(await send(port, bodyOf(1), headers('s3cret'))).toMatchObject({ status: 200 });
  });

  test.each([
    ['HEAD', '/v1/batch', 200],
    ['HEAD', '/v1/batch/nginx.access', 200],
    ['GET', '/v1/batch', 405],
    ['POST', '/v1/batches', 404],
    ['POST', '/', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    expect(await send(port, '', { method, path })).toMatchObject({ status });
  });

  test('gives records the tag of the path', async () => {
    const sink = await openSink();
    const { port } = await openBridge(sink.url);
    await send(port, JSON.stringify({ message: lineOf(1), file: '/a', file_offset: 0 }), {
      path: '/v1/batch/nginx%2Ea',
    });
    await send(port, JSON.stringify({ message: lineOf(1), file: '/a', file_offset: 0 }), { path: '/v1/batch/nginx.a' });
    await send(port, JSON.stringify({ message: lineOf(1), file: '/a', file_offset: 0 }));
    const [a, b, c] = sink.taken.map(({ metadata }) => metadata.uid);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });
});

describe('shutdown', () => {
  test('finishes what is in flight and refuses what is new', async () => {
    const sink = await openSink();
    const { opened, open } = gate();
    sink.answer = () => opened.then(() => 200);
    const { port, bridge } = await openBridge(sink.url);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const first = send(port, bodyOf(1));
    await sink.attempted(1);
    const stopped = bridge.stop(20_000);
    await expect(send(port, bodyOf(2))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    open();
    expect(await first).toMatchObject({ status: 200 });
    await stopped;
    expect(sink.numbers).toEqual([1]);
    socket.destroy();
  });

  test('cuts off what does not end in time', async () => {
    const sink = await openSink();
    const { opened, open } = gate();
    sink.answer = () => opened.then(() => 200);
    const { port, bridge } = await openBridge(sink.url);
    const cut = expect(send(port, bodyOf(1))).rejects.toMatchObject({ code: 'ECONNRESET' });
    await sink.attempted(1);
    await bridge.stop(50);
    await cut;
    open();
  });
});
