import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unzstd } from './zstd.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A file that could not be read to its end. What came before the fault was handed out. */
export class InputError extends Error {
  readonly code: string;
  readonly path: string;

  constructor(path: string, code: string, message: string) {
    super(message);
    this.path = path;
    this.code = code;
  }
}

export interface Input {
  /** Path, or `-` for standard input. */
  readonly path: string;
  /** Tag its records carry. */
  readonly tag: string;
  /** Bytes on disk; 0 where that is not known. */
  readonly sizeBytes: number;
}

/** Endings that say how a file is written, not what it holds. */
const ENDINGS = /\.(gz|zst|log|txt|json|ndjson|jsonl)$/;

/** A file's own tag: its name without endings, `nginx.access` for `nginx.access.log.gz`. */
export function tagOf(path: string): string {
  let name = path === '-' ? 'stdin' : basename(path);
  while (ENDINGS.test(name) && name.replace(ENDINGS, '') !== '') name = name.replace(ENDINGS, '');
  return name;
}

export async function openInput(path: string, tag: string | undefined): Promise<Input> {
  if (path === '-') return { path, tag: tag ?? tagOf(path), sizeBytes: 0 };
  try {
    const { size } = await stat(path);
    return { path, tag: tag ?? tagOf(path), sizeBytes: size };
  } catch (error) {
    throw asInputError(path, error);
  }
}

/** What a reader is told about its progress: bytes read from disk. */
export type Progress = (bytes: number) => void;

/**
 * Batches of lines of a file or standard input, without their line ends; gzip and zstd are recognised by their first bytes. A missing,
 * unreadable or truncated file throws `InputError` after the lines before the fault.
 */
export async function* readLines(input: Input, progress: Progress): AsyncGenerator<Buffer[]> {
  const raw = input.path === '-' ? process.stdin : createReadStream(input.path, { highWaterMark: 1 << 18 });
  let rest: Buffer[] = [];
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      progress(chunk.length);
      done(null, chunk);
    },
  });
  raw.on('error', (error: Error) => counted.destroy(error));
  try {
    for await (const chunk of await decoded(raw.pipe(counted))) {
      const lines: Buffer[] = [];
      rest = splitLines(chunk as Buffer, rest, lines);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (rest.length > 0) yield [withoutReturn(Buffer.concat(rest))];
    throw asInputError(input.path, error);
  }
  if (rest.length > 0) yield [withoutReturn(Buffer.concat(rest))];
}

/** The stream itself, or its decompressed content if it starts as gzip or zstd does. */
async function decoded(stream: Transform): Promise<AsyncIterable<unknown>> {
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done ? Buffer.alloc(0) : (first.value as Buffer);
  async function* all(): AsyncGenerator<Buffer> {
    if (!first.done) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as Buffer;
  }
  if (isZstd(head)) return unzstd(all());
  if (head[0] !== 0x1f || head[1] !== 0x8b) return all();
  const { Readable } = await import('node:stream');
  const source = Readable.from(all(), { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

/** It starts with a frame, or with one to be skipped. */
function isZstd(head: Buffer): boolean {
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
  return magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5;
}

/** Puts the whole lines of `rest` and `chunk` into `lines`; what is left over is returned. */
function splitLines(chunk: Buffer, rest: Buffer[], lines: Buffer[]): Buffer[] {
  let start = 0;
  for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
    const piece = chunk.subarray(start, end);
    lines.push(withoutReturn(rest.length > 0 ? Buffer.concat([...rest, piece]) : piece));
    rest = [];
    start = end + 1;
  }
  if (start < chunk.length) rest.push(chunk.subarray(start));
  return rest;
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

const REASONS: Readonly<Record<string, [code: string, message: string]>> = {
  ENOENT: ['file_missing', 'no such file'],
  EISDIR: ['file_unreadable', 'it is a folder'],
  EACCES: ['file_unreadable', 'no permission to read it'],
  Z_BUF_ERROR: ['file_truncated', 'the gzip stream ends before its end'],
  Z_DATA_ERROR: ['file_damaged', 'the gzip stream is damaged'],
  ZSTD_TRUNCATED: ['file_truncated', 'the zstd stream ends before its end'],
  ZSTD_DAMAGED: ['file_damaged', 'the zstd stream is damaged'],
};

function asInputError(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const system = error as NodeJS.ErrnoException;
  const [code, message] = REASONS[system.code ?? ''] ?? ['file_unreadable', system.message];
  return new InputError(path, code, message);
}
