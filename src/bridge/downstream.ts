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
  /** Called after each attempt with its status, 0 without an answer. */
  readonly attempted: (status: number) => void;
}

/** Statuses that speak of the data. Any other but 2xx speaks of the downstream or of how it is set up, and is tried again. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5000;

/** The server the filter's outputs are posted to, NDJSON. */
export class Downstream {
  readonly #options: DownstreamOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  /** Whether it answered the latest attempt as something that works does. */
  reachable = true;

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
      this.reachable = (status >= 200 && status < 300) || REFUSALS.has(status);
      if (status >= 200 && status < 300) return { kind: 'delivered' };
      if (REFUSALS.has(status)) return { kind: 'refused', status };
      const pause = this.#options.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
      try {
        await delay(pause, undefined, { signal });
      } catch {
        return { kind: 'unreachable', reason };
      }
    }
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
