import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

/** How long a receiver waits for messages. */
const POLL_MS = 200;

interface Message {
  /** Name of its queue. */
  readonly queue: string;
  readonly id: string;
  readonly body: string;
}

/** What stands for Elasticsearch, OpenSearch, S3 and SQS on this machine: as much of their protocols as a collector speaks to them. */
export class Cloud {
  /** Documents by id, as Elasticsearch and OpenSearch have them. */
  readonly documents = new Map<string, string>();
  /** How often each was put there. */
  puts = 0;
  /** Lines posted to `/ingest`. */
  readonly posted: string[] = [];
  /** Objects by key, as they were put into the bucket `audit-archive`. */
  readonly uploads = new Map<string, Buffer>();
  /** Objects to be fetched, by bucket and key. */
  readonly #objects = new Map<string, Buffer>();
  readonly #queue: Message[] = [];
  /** Messages given out: they are not given out again, as within the visibility timeout. */
  readonly #received = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<Cloud> {
    const cloud = new Cloud();
    await new Promise<void>((done) => cloud.#server.listen(0, '127.0.0.1', done));
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Puts an object into a bucket, and says so in a queue. */
  announce(queue: string, bucket: string, key: string, content: Buffer): void {
    this.#objects.set(`/${bucket}/${key}`, content);
    const s3 = { bucket: { name: bucket }, object: { key, size: content.length } };
    const about = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventName: 'ObjectCreated:Put',
    };
    const record = { ...about, eventTime: '2026-02-03T04:05:06.000Z', s3 };
    this.#queue.push({ queue, id: `message-${key}`, body: JSON.stringify({ Records: [record] }) });
  }

  /** Messages not deleted yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Lines of all uploads. */
  get archived(): string[] {
    return [...this.uploads.values()].flatMap((body) => gunzipSync(body).toString().split('\n').slice(0, -1));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const whole = Buffer.concat(parts);
    const body =
      request.headers['content-encoding'] === 'gzip' && request.method === 'POST' ? gunzipSync(whole) : whole;
    const { pathname } = new URL(request.url!, this.url);
    const target = request.headers['x-amz-target'];
    const json = (value: object): void =>
      void response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (typeof target === 'string') return json(await this.#queueAnswer(target, body.toString()));
    if (pathname.endsWith('/_bulk')) return json(this.#index(body));
    if (pathname === '/ingest')
      this.posted.push(
        ...body
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      );
    if (request.method === 'PUT') {
      this.uploads.set(pathname, body);
      response.setHeader('etag', '"one"').end();
      return;
    }
    const object = this.#objects.get(pathname);
    if (object !== undefined) response.setHeader('last-modified', 'Tue, 03 Feb 2026 04:05:06 GMT').end(object);
    else json({});
  }

  async #queueAnswer(target: string, body: string): Promise<object> {
    if (target.endsWith('.ReceiveMessage')) {
      const { QueueUrl } = JSON.parse(body) as { QueueUrl: string };
      const unseen = this.#queue.filter(({ queue, id }) => QueueUrl.endsWith(`/${queue}`) && !this.#received.has(id));
      for (const { id } of unseen) this.#received.add(id);
      // As a long poll: the collector asks again at once.
      if (unseen.length === 0) await wait(POLL_MS);
      const Messages = unseen.map(({ id, body: Body }) => ({
        MessageId: id,
        ReceiptHandle: id,
        Body,
        MD5OfBody: createHash('md5').update(Body).digest('hex'),
      }));
      return { Messages };
    }
    const { Entries } = JSON.parse(body) as { Entries: { Id: string; ReceiptHandle: string }[] };
    for (const { ReceiptHandle } of Entries) {
      const at = this.#queue.findIndex(({ id }) => id === ReceiptHandle);
      if (at >= 0) this.#queue.splice(at, 1);
    }
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  }

  #index(body: Buffer): object {
    const lines = body.toString().split('\n').slice(0, -1);
    const items = [];
    for (let i = 0; i < lines.length; i += 2) {
      const [action, about] = Object.entries(JSON.parse(lines[i]!) as Record<string, { _id: string }>)[0]!;
      this.documents.set(about._id, lines[i + 1]!);
      this.puts++;
      items.push({ [action]: { ...about, status: 201 } });
    }
    return { took: 1, errors: false, items };
  }
}
