import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/** What became of a body sent downstream. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** The downstream will never take it. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Not within the time there was. */
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface DownstreamOptions {
  readonly url: URL;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** From 0 to 1: for jitter. */
  readonly random: () => number;
  readonly now: () => Date;
  /** Called after each attempt with its status, 0 without an answer. */
  readonly attempted: (status: number) => void;
}

/** Statuses that speak of the data. Any other but 2xx speaks of the downstream or of how it is set up, and is tried again. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5000;
/** How long a failure counts against readiness. */
const FAILURE_MS = 10_000;

/** The server the filter's outputs are posted to, NDJSON. */
export class Downstream {
  readonly #options: DownstreamOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  #failedMs = Number.NEGATIVE_INFINITY;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    const Agent = options.url.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, keepAliveMsecs: 30_000 });
  }

  /** Posts until it is delivered or refused, with jittered exponential pauses; gives up when `signal` is raised. */
  async post(body: Buffer, signal: AbortSignal): Promise<Delivery> {
    for (let attempt = 0; ; attempt++) {
      const { status, reason } = await this.#once(body, signal);
      this.#options.attempted(status);
      const delivered = status >= 200 && status < 300;
      const works = delivered || REFUSALS.has(status);
      this.#failedMs = works ? Number.NEGATIVE_INFINITY : this.#options.now().getTime();
      if (delivered) return { kind: 'delivered' };
      if (REFUSALS.has(status)) return { kind: 'refused', status };
      const pause = this.#options.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
      try {
        await delay(pause, undefined, { signal });
      } catch {
        return { kind: 'unreachable', reason };
      }
    }
  }

  /** False for a while after an attempt that failed: without requests there would be no other to change it. */
  get reachable(): boolean {
    return this.#options.now().getTime() - this.#failedMs > FAILURE_MS;
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(body: Buffer, signal: AbortSignal): Promise<{ status: number; reason: string }> {
    const { url, token } = this.#options;
    const headers = {
      'content-type': 'application/x-ndjson',
      'content-length': body.length,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ status: 0, reason: error.message });
      const request = send(url, { method: 'POST', agent: this.#agent, headers, signal });
      request.once('error', failed);
      request.once('response', (response: IncomingMessage) => {
        response.once('error', failed);
        response.once('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, reason: `answered ${status}` });
        });
        response.resume();
      });
      request.end(body);
    });
  }
}
