import { createHash } from 'node:crypto';
import { KEY_SIZE } from './entry.ts';

/** An event of any schema, as the filter wrote it and collectors carried it. */
export interface Event {
  readonly metadata?: { readonly uid?: unknown };
  readonly auditlb: {
    readonly uid?: unknown;
    readonly status?: string;
    readonly routes?: readonly string[];
    readonly unmapped?: object;
    readonly error?: object;
  };
  readonly unmapped?: object;
  readonly [key: string]: unknown;
}

/** Where schemas put the time: milliseconds, RFC 3339, nanoseconds. */
const TIME_KEYS = ['time', '@timestamp', 'Timestamp'] as const;

/** How deep in a collector's wrapping an event is looked for, and how often in a line torn by a crash. */
const DEPTH = 3;
const TRIES = 64;

/** The event in a line of output, whatever it is wrapped in; `undefined`: there is none. */
export function findEvent(line: string): Event | undefined {
  const whole = parse(line) ?? parse(line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1));
  if (whole !== undefined) return within(whole, DEPTH);
  // What was written when the collector was killed may stand before a whole event.
  for (let at = line.indexOf('{"', 1), tries = 0; at > 0 && tries < TRIES; at = line.indexOf('{"', at + 1), tries++) {
    const event = within(parse(line.slice(at)), DEPTH);
    if (event !== undefined) return event;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function within(value: unknown, depth: number): Event | undefined {
  if (typeof value === 'string' && value.startsWith('{')) return within(parse(value), depth - 1);
  if (typeof value !== 'object' || value === null || depth < 0) return undefined;
  if (isEvent(value)) return value;
  for (const inner of Object.values(value)) {
    const found = within(inner, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isEvent(value: object): value is Event {
  const { auditlb } = value as { auditlb?: { status?: unknown; tag?: unknown } };
  return typeof auditlb === 'object' && auditlb !== null && ('status' in auditlb || 'tag' in auditlb);
}

/** The event's id, 32 hexadecimal digits, or empty. */
export function idOf({ metadata, auditlb }: Event): string {
  const uid = metadata?.uid ?? auditlb.uid;
  return typeof uid === 'string' && /^[0-9a-f]{32}$/.test(uid) ? uid : '';
}

/** The event's time in milliseconds; NaN without one. */
export function timeOf(event: Event): number {
  const [ms, text, nanoseconds] = TIME_KEYS.map((key) => event[key]);
  if (typeof ms === 'number') return ms;
  return typeof text === 'string' ? Date.parse(text) : Math.round(Number(nanoseconds) / 1e6);
}

/**
 * Hashes of events that do not change on the way through collectors. Id and time are left out (they are compared on their own), keys no
 * expected event has (collectors add some), and where an error is: bytes that are no UTF-8 count differently from collector to collector.
 */
export class ContentHasher {
  readonly #members = new Set<string>();
  readonly #unmapped = new Set<string>();

  /** Of an event as the filter makes it. `added`: keys in `unmapped` that are not the line's own. */
  expected(event: Event, added: readonly string[]): Buffer {
    for (const key of Object.keys(event)) this.#members.add(key);
    for (const key of Object.keys(unmappedOf(event))) if (!added.includes(key)) this.#unmapped.add(key);
    return this.found(event);
  }

  /** Of an event as it was found. All expected ones come before. */
  found(event: Event): Buffer {
    const own: Record<string, unknown> = {
      ...only(event, this.#members),
      metadata: { ...event.metadata, uid: undefined },
      auditlb: {
        ...event.auditlb,
        error: { ...event.auditlb.error, offset: undefined },
        uid: undefined,
        unmapped: undefined,
      },
      unmapped: only(unmappedOf(event), this.#unmapped),
    };
    for (const key of TIME_KEYS) delete own[key];
    return createHash('sha1').update(canonical(own)).digest().subarray(0, KEY_SIZE);
  }
}

const unmappedOf = ({ unmapped, auditlb }: Event): object => unmapped ?? auditlb.unmapped ?? {};

const only = (value: object, keys: ReadonlySet<string>): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)));

/** One text for equal values: sorted keys, numbers to 15 digits, one mark for any run of bytes that were no UTF-8. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.replace(/\ufffd+/g, '\ufffd'));
  if (typeof value === 'number') return String(Number(value.toPrecision(15)));
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
