import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whether the request carries the bearer token; compared in constant time. Without a token every request does. */
export function isAuthorized(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Keeps what belongs to one source in order: each piece of work starts when the one before it has ended. */
export class SourceQueues {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(source: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(source) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(source, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(source) === mine) this.#last.delete(source);
    }
  }
}
