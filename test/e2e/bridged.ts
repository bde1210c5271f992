import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { findEvent } from '../../src/reconcile/event.ts';
import { spawnBridge } from '../bridge/support.ts';
import type { Rig } from './rig.ts';
import { FluentBit, freePort } from './support.ts';

/** How long the next hop has events before it says so: time to kill the bridge in between. */
const ANSWER_MS = 30;

/** A shipper that only tails and posts, `auditlb bridge`, and a next hop that writes what it takes where the rig looks for it. */
export class Bridged {
  /** Requests the next hop has taken. */
  taken = 0;
  readonly #rig: Rig;
  readonly #port: number;
  #nextHop = 0;
  #bridge: ChildProcess | undefined;

  private constructor(rig: Rig, port: number) {
    this.#rig = rig;
    this.#port = port;
  }

  static async open(rig: Rig): Promise<Bridged> {
    const bridged = new Bridged(rig, await freePort());
    await bridged.#openNextHop();
    bridged.#startShipper();
    return bridged;
  }

  async startBridge(): Promise<void> {
    const { child } = await spawnBridge([
      ...['--listen', `127.0.0.1:${this.#port}`, '--forward', `http://127.0.0.1:${this.#nextHop}/`],
      ...['--filter', this.#rig.filter, '--dead-letter', join(this.#rig.folder, 'dead.ndjson')],
    ]);
    this.#bridge = child;
  }

  async killBridge(): Promise<void> {
    const gone = once(this.#bridge!, 'exit');
    this.#bridge!.kill('SIGKILL');
    await gone;
  }

  async #openNextHop(): Promise<void> {
    for (const file of [this.#rig.archive, this.#siem]) mkdirSync(dirname(file), { recursive: true });
    const server = createServer((request, response) => this.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#nextHop = (server.address() as AddressInfo).port;
    this.#rig.later(async () => server.close());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    for (const line of body.toString().trimEnd().split('\n')) this.#write(line);
    this.taken++;
    await wait(ANSWER_MS);
    response.writeHead(200).end();
  }

  #write(line: string): void {
    const routes = findEvent(line)?.auditlb.routes ?? [];
    if (routes.includes('archive')) appendFileSync(this.#rig.archive, `${line}\n`);
    if (routes.includes('siem')) appendFileSync(this.#siem, `${line}\n`);
  }

  get #siem(): string {
    return this.#rig.nodes[0]!.file;
  }

  #startShipper(): void {
    const { folder, logs, state } = this.#rig;
    const config = `
service: {flush: 0.2, grace: 5, storage.path: ${state}/storage, storage.sync: full, scheduler.base: 1, scheduler.cap: 2}
pipeline:
  inputs:
    - {name: tail, tag: nginx.access, path: ${logs}/nginx*.log, path_key: file, offset_key: file_offset, db: ${state}/nginx.db, read_from_head: on, refresh_interval: 1, storage.type: filesystem}
  outputs:
    - {name: http, match: '*', host: 127.0.0.1, port: ${this.#port}, uri: /v1/batch/nginx.access, format: json_lines, json_date_key: false, retry_limit: no_limits}
`;
    mkdirSync(join(folder, 'shipper'));
    const shipper = new FluentBit(config, join(folder, 'shipper'));
    this.#rig.later(() => shipper.kill());
  }
}
