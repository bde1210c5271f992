import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { ListSplitters } from '../run/list_splitter.ts';
import { DamagedBody, Refusal, readBody, splitRecords } from './body.ts';
import { Budget, type Lease } from './budget.ts';
import { DeadLetterFile } from './dead_letter.ts';
import { answerOf, Deliverer } from './delivery.ts';
import { Downstream } from './downstream.ts';
import { isAuthorized, SourceQueues } from './guard.ts';
import { Metrics } from './metrics.ts';
import { type FilterPool, openPool } from './pool.ts';

export interface BridgeOptions {
  readonly wasm: Uint8Array;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** None: it only answers with the outputs. */
  readonly forward?: URL;
  readonly forwardToken?: string;
  /** Tag of requests whose path names none. */
  readonly tag: string;
  readonly timeKey: string;
  readonly threads: number;
  readonly maxBodyBytes: number;
  readonly maxMemoryBytes: number;
  readonly maxRequests: number;
  /** From the head of a request to its answer. */
  readonly timeoutMs: number;
  /** In which a sender must have sent a head, and a whole request. */
  readonly receiveTimeoutMs: number;
  readonly deadLetter: string;
  readonly token?: string;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly clientCa?: Buffer };
  readonly now: () => Date;
  readonly random: () => number;
  readonly log: (text: string) => void;
}

interface Reply {
  readonly status: number;
  readonly body: object | Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request wants: its records filtered under a tag, and delivered, or given back. */
interface Order {
  readonly tag: string;
  readonly deliverer: Deliverer | undefined;
}

/** Further ones are closed at once. */
const CONNECTIONS_MAX = 1024;
const RETRY: Readonly<Record<string, string>> = { 'retry-after': '1' };

/**
 * The host process beside a shipper: filters each request, and answers 200 when the downstream has it, or with the outputs to those who ask
 * for them.
 */
export class Bridge {
  readonly metrics = new Metrics();
  readonly #options: BridgeOptions;
  readonly #server: Server;
  readonly #pool: FilterPool;
  readonly #splitters: ListSplitters;
  readonly #budget: Budget;
  readonly #queues = new SourceQueues();
  readonly #downstream: Downstream | undefined;
  readonly #dead: DeadLetterFile | undefined;
  readonly #deliverer: Deliverer | undefined;
  readonly #connections = new WeakMap<Socket, number>();
  #connectionCount = 0;
  #inFlight = 0;
  #draining = false;
  #idle: (() => void) | undefined;

  private constructor(options: BridgeOptions, dead: DeadLetterFile | undefined) {
    this.#options = options;
    this.#dead = dead;
    this.#budget = new Budget(options.maxMemoryBytes);
    this.#pool = openPool(options.wasm, options.threads);
    this.#splitters = new ListSplitters(this.#pool.sources);
    this.#downstream = options.forward && this.#downstreamAt(options.forward);
    this.#deliverer = this.#downstream && dead && new Deliverer(this.#downstream, dead, this.metrics, options.now);
    this.#server = createServer(options, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  #downstreamAt(url: URL): Downstream {
    const { forwardToken, now, random } = this.#options;
    return new Downstream({
      url,
      ...(forwardToken === undefined ? {} : { token: forwardToken }),
      random,
      now,
      attempted: (status) => this.metrics.add('downstream_attempts_total', 1, String(status)),
    });
  }

  /** Throws `FilterError`, and what opening the file or the port throws. */
  static async start(options: BridgeOptions): Promise<Bridge> {
    const dead = options.forward && (await DeadLetterFile.open(options.deadLetter));
    const bridge = new Bridge(options, dead);
    await new Promise<void>((resolve, reject) => {
      bridge.#server.once('error', reject);
      bridge.#server.listen(options.port, options.host, resolve);
    });
    return bridge;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes nothing new, finishes what is in flight, and ends; after `graceMs` what is left is cut off, to be sent again. */
  async stop(graceMs: number): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timer = setTimeout(() => this.#idle?.(), graceMs);
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    clearTimeout(timer);
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), this.#inFlight > 0 ? 0 : 1000);
    await closed;
    clearTimeout(cut);
    this.#downstream?.close();
    await this.#pool.close();
    await this.#dead?.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#route(request, response);
    if (response.headersSent || response.destroyed) return;
    const { text, type } = written(reply.body);
    const close = this.#draining ? { connection: 'close' } : {};
    response.writeHead(reply.status, { 'content-type': type, ...close, ...reply.headers });
    response.end(request.method === 'HEAD' ? undefined : text);
    // What was not read of a refused body is thrown away, so that the answer is read.
    request.resume();
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    const { pathname } = new URL(request.url ?? '/', 'http://bridge');
    if (pathname === '/healthz') return { status: 200, body: { status: 'ok' } };
    if (pathname === '/readyz') return this.#ready ? { status: 200, body: { status: 'ready' } } : notReady();
    if (!isAuthorized(request, this.#options.token))
      return { ...fault(401, 'unauthorized'), headers: { 'www-authenticate': 'Bearer' } };
    if (pathname === '/metrics') return { status: 200, body: this.metrics.render(this.#gauges()) };
    const [, verb, tag] = /^\/v1\/(batch|filter)(?:\/([^/]{1,256}))?$/.exec(pathname) ?? [];
    if (verb === undefined) return fault(404, 'not_found');
    const deliverer = verb === 'batch' ? this.#deliverer : undefined;
    if (verb === 'batch' && deliverer === undefined) return fault(404, 'nowhere_to_forward');
    if (request.method === 'HEAD') return { status: 200, body: {} };
    if (request.method !== 'POST') return { ...fault(405, 'method_unknown'), headers: { allow: 'HEAD, POST' } };
    return this.#take(request, response, { tag: decodeTag(tag) ?? this.#options.tag, deliverer });
  }

  get #ready(): boolean {
    return !this.#draining && this.#downstream?.reachable !== false;
  }

  #gauges() {
    return {
      requests_in_flight: this.#inFlight,
      memory_bytes: this.#budget.usedBytes,
      ready: this.#ready ? 1 : 0,
    };
  }

  /** One request with records, from its head to its answer. */
  async #take(request: IncomingMessage, response: ServerResponse, order: Order): Promise<Reply> {
    if (this.#draining) return this.#refuse(new Refusal(503, 'shutting_down', 'the bridge is shutting down'));
    if (this.#inFlight >= this.#options.maxRequests)
      return this.#refuse(new Refusal(503, 'requests_full', 'the bridge has as many requests as it may'));
    this.#inFlight++;
    const lease = this.#budget.lease();
    const end = new AbortController();
    response.once('close', () => end.abort());
    const timer = setTimeout(() => end.abort(), this.#options.timeoutMs);
    let reply: Reply;
    try {
      reply = await this.#process(request, order, lease, end.signal);
    } catch (error) {
      reply = this.#failed(error as Error);
    }
    clearTimeout(timer);
    lease.end();
    this.metrics.add('requests_total', 1, String(reply.status));
    if (--this.#inFlight === 0) this.#idle?.();
    return reply;
  }

  async #process(
    request: IncomingMessage,
    { tag, deliverer }: Order,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<Reply> {
    const named = sourceNamed(request);
    const source = this.#sourceOf(request, named, tag);
    let body: Buffer;
    try {
      body = await readBody(request, this.#options.maxBodyBytes, lease);
    } catch (error) {
      if (!(error instanceof DamagedBody)) throw error;
      if (deliverer === undefined) throw new Refusal(400, 'body_damaged', 'the body cannot be decompressed');
      await deliverer.keep([{ reason: 'body_damaged', source, tag, body: error.bytes.toString('base64') }]);
      this.#options.log(`a body of ${source} could not be decompressed: it is in the dead-letter file`);
      return { status: 200, body: { records: 0, delivered: 0, dropped: 0, dead: 1 } };
    }
    const splitter = this.#splitters.of(tag);
    const records = splitRecords(body).flatMap((record) => splitter.split(record));
    lease.add(Math.max(0, records.reduce((sum, { length }) => sum + length, 0) - body.length));
    this.metrics.add('bytes_in_total', body.length);
    this.metrics.add('records_in_total', records.length);
    const batch = { tag, records, timeKey: this.#options.timeKey, arrived: this.#options.now() };
    return this.#queues.run(source, async () => {
      if (signal.aborted) return this.#late('it waited for those before it');
      const filtered = await this.#pool.run(source, batch);
      lease.add(filtered.records.reduce((sum, { output }) => sum + output.length, 0));
      const failure = await deliverer?.deliver({ source, named, tag, body, records: filtered.records, signal });
      if (failure !== undefined) return this.#late(failure);
      this.metrics.add('records_dropped_total', filtered.dropped);
      this.metrics.add('records_lost_by_filter_total', filtered.lost);
      if (filtered.lost > 0) this.#options.log(`the filter failed on ${filtered.lost} records: passed on unchanged`);
      if (deliverer === undefined) return { status: 200, body: answerOf(filtered.records) };
      return { status: 200, body: { records: records.length, dropped: filtered.dropped, lost: filtered.lost } };
    });
  }

  /** Requests of one source are kept in order: what the sender says, else the path's tag, else the connection. */
  #sourceOf(request: IncomingMessage, named: string | undefined, tag: string): string {
    if (named !== undefined) return `source ${named}`;
    if (tag !== this.#options.tag) return `tag ${tag}`;
    const known = this.#connections.get(request.socket) ?? ++this.#connectionCount;
    this.#connections.set(request.socket, known);
    return `connection ${known}`;
  }

  #failed(error: Error): Reply {
    if (error instanceof Refusal) return this.#refuse(error);
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET')
      return this.#refuse(new Refusal(400, 'body_incomplete', 'the sender went away'));
    this.#options.log(`a request failed, it must be sent again: ${error.message}`);
    return this.#refuse(new Refusal(503, 'bridge_failed', error.message));
  }

  #late(reason: string): Reply {
    return this.#refuse(new Refusal(503, 'downstream_unreachable', reason));
  }

  #refuse({ status, code, message }: Refusal): Reply {
    this.metrics.add('refused_total', 1, code);
    const headers = status === 503 ? RETRY : {};
    return { status, body: { error: { code, message } }, headers };
  }
}

function sourceNamed({ headers }: IncomingMessage): string | undefined {
  const named = headers['x-auditlb-source'];
  return typeof named === 'string' && named !== '' ? named : undefined;
}

const fault = (status: number, code: string): Reply => ({ status, body: { error: { code } } });
const notReady = (): Reply => ({ status: 503, body: { status: 'not ready' }, headers: RETRY });

function written(body: Reply['body']): { text: Buffer | string; type: string } {
  if (Buffer.isBuffer(body)) return { text: body, type: 'application/x-ndjson' };
  if (typeof body === 'string') return { text: body, type: 'text/plain; version=0.0.4' };
  return { text: `${JSON.stringify(body)}\n`, type: 'application/json' };
}

function decodeTag(tag: string | undefined): string | undefined {
  try {
    return tag === undefined ? undefined : decodeURIComponent(tag);
  } catch {
    return tag;
  }
}

function createServer(
  options: BridgeOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const limits = {
    headersTimeout: options.receiveTimeoutMs,
    requestTimeout: options.receiveTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, options.receiveTimeoutMs),
    keepAliveTimeout: 75_000,
  };
  const { tls } = options;
  if (tls === undefined) return createHttpServer(limits, answer);
  const client = tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true };
  return createHttpsServer({ ...limits, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2', ...client }, answer);
}
