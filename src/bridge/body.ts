import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { unzstd } from '../run/zstd.ts';
import type { Lease } from './budget.ts';

/** A request that is answered with a status of its own, and no records of it are taken. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A compressed body that cannot be read: its bytes are kept, as asking for it again would give the same. */
export class DamagedBody extends Error {
  readonly bytes: Buffer;

  constructor(bytes: Buffer, message: string) {
    super(message);
    this.bytes = bytes;
  }
}

/** Gives the content of a body. Throws `Refusal`, and anything else if the body is damaged. */
type Decode = (raw: Buffer, maxBytes: number, lease: Lease) => Promise<Buffer>;

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', inflating(zlib.gunzip)],
  ['deflate', inflating(zlib.inflate)],
  ['zstd', (raw, maxBytes, lease) => collect(unzstd([raw]), maxBytes, lease)],
]);

/** Content encodings of requests. */
export const ENCODINGS: readonly string[] = ['identity', ...DECODERS.keys()];

/** A byte of deflate stands for 1032 at most. */
const DEFLATE_RATIO_MAX = 1032;

function inflating(decompress: typeof zlib.gunzip): Decode {
  const inflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(decompress);
  return async (raw, maxBytes, lease) => {
    const room = Math.min(maxBytes, raw.length * DEFLATE_RATIO_MAX);
    take(lease, room);
    try {
      const plain = await inflate(raw, { maxOutputLength: maxBytes });
      lease.giveBack(room - plain.length);
      return plain;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(maxBytes) : error;
    }
  };
}

/**
 * The request's whole body, decompressed. Throws `Refusal` (too large, unknown encoding, no memory left) or `DamagedBody`. What it
 * holds is taken from the budget, to be given back by the caller's lease.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, lease: Lease): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== 'identity')
    throw new Refusal(415, 'encoding_unknown', `this bridge reads ${ENCODINGS.join(', ')}`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // Not destroyed by a refusal: its sender must be able to read the answer.
  const raw = await collect(request.iterator({ destroyOnReturn: false }), maxBytes, lease);
  if (decode === undefined || raw.length === 0) return raw;
  try {
    const plain = await decode(raw, maxBytes, lease);
    lease.giveBack(raw.length);
    return plain;
  } catch (error) {
    throw error instanceof Refusal ? error : new DamagedBody(raw, (error as Error).message);
  }
}

async function collect(source: AsyncIterable<Buffer>, maxBytes: number, lease: Lease): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    take(lease, chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function take(lease: Lease, bytes: number): void {
  if (!lease.take(bytes)) throw new Refusal(503, 'memory_full', 'the bridge holds as much as it may');
}

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal(413, 'body_too_large', `a body may have ${maxBytes} bytes, decompressed too`);

/** The records of a body: elements of a JSON array, or else its lines. They share the body's memory. */
export function splitRecords(body: Buffer): Buffer[] {
  let start = 0;
  while (isBlank(body[start])) start++;
  return (body[start] === 0x5b ? arrayElements(body, start) : undefined) ?? lines(body);
}

function lines(body: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start < body.length; ) {
    const feed = body.indexOf(0x0a, start);
    const end = feed < 0 ? body.length : feed;
    pushTrimmed(records, body, start, end);
    start = end + 1;
  }
  return records;
}

function pushTrimmed(records: Buffer[], body: Buffer, start: number, end: number): void {
  while (start < end && isBlank(body[start])) start++;
  while (end > start && isBlank(body[end - 1])) end--;
  if (end > start) records.push(body.subarray(start, end));
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Texts of the elements of the array that starts at `start`; `undefined` if it does not end where the body does. */
function arrayElements(body: Buffer, start: number): Buffer[] | undefined {
  const records: Buffer[] = [];
  let depth = 0;
  let element = start + 1;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === 0x22) {
      at = stringEnd(body, at + 1);
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
    } else if (byte === 0x2c && depth === 1) {
      pushTrimmed(records, body, element, at);
      element = at + 1;
    } else if ((byte === 0x5d || byte === 0x7d) && --depth === 0) {
      pushTrimmed(records, body, element, at);
      return body.subarray(at + 1).every(isBlank) ? records : undefined;
    }
  }
  return undefined;
}

/** Position of the quote that ends the string whose content starts at `at`; the body's end without one. */
function stringEnd(body: Buffer, at: number): number {
  while (at < body.length && body[at] !== 0x22) at += body[at] === 0x5c ? 2 : 1;
  return at;
}
