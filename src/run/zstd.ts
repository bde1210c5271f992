import { instantiateSync } from '@assemblyscript/loader';
import { ZSTDDecoder } from 'zstddec/stream';

/** Why a stream could not be read to its end. What came before the fault was handed out. */
export class ZstdError extends Error {
  readonly code: string;

  constructor(code: 'ZSTD_TRUNCATED' | 'ZSTD_DAMAGED' | 'ZSTD_WINDOW_TOO_LARGE', message: string) {
    super(message);
    this.code = code;
  }
}

/** Functions of zstd.h. Negative results are errors: minus their numbers in zstd_errors.h. */
interface Library extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  ZSTD_createDCtx(): number;
  /** 0 at the end of a frame. */
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

const WINDOW_TOO_LARGE = -16;
/** Bytes one call takes and gives at most. */
const ROOM = 1 << 17;

/**
 * The content of all frames, checksums verified. It works only as far as it is read on, so that a reader who has enough can stop. A
 * window may have 128 MiB, as for the program `zstd`. Throws `ZstdError`.
 */
export async function* unzstd(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  const stream = new Stream(await compile());
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += ROOM) yield* stream.push(chunk.subarray(at, at + ROOM));
  }
  if (stream.inFrame) throw new ZstdError('ZSTD_TRUNCATED', 'the zstd stream ends before its end');
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The package's own methods take errors for lengths: of it, only the module is used. */
function compile(): Promise<WebAssembly.Module> {
  compiled ??= new Promise((resolve, reject) => {
    const decoder = new ZSTDDecoder();
    decoder._init = ({ module }) => resolve(module);
    decoder.init().then(() => reject(new Error('zstddec was loaded by others before')), reject);
  });
  return compiled;
}

/** One stream, in an instance of its own: its memory goes when it goes. */
class Stream {
  readonly #library: Library;
  readonly #context: number;
  /** `ZSTD_inBuffer` and `ZSTD_outBuffer`: address, size and position of each. */
  readonly #buffers: number;
  readonly #input: number;
  readonly #output: number;
  inFrame = false;

  constructor(module: WebAssembly.Module) {
    const imports: Record<string, Record<string, unknown>> = { env: { emscripten_notify_memory_growth: () => {} } };
    this.#library = instantiateSync<Library>(module, imports).exports;
    this.#context = this.#library.ZSTD_createDCtx();
    this.#buffers = this.#library.malloc(24);
    this.#input = this.#library.malloc(ROOM);
    this.#output = this.#library.malloc(ROOM);
  }

  /** `bytes`: at most `ROOM`. */
  *push(bytes: Uint8Array): Generator<Buffer> {
    const library = this.#library;
    const isFull = (written: number): boolean => this.inFrame && written === ROOM;
    new Uint8Array(library.memory.buffer).set(bytes, this.#input);
    for (let read = 0, written = 0; read < bytes.length || isFull(written); ) {
      const buffers = [this.#input, bytes.length, read, this.#output, ROOM, 0];
      new Uint32Array(library.memory.buffer).set(buffers, this.#buffers / 4);
      const result = library.ZSTD_decompressStream(this.#context, this.#buffers + 12, this.#buffers);
      if (result < 0) throw failure(result);
      this.inFrame = result !== 0;
      const view = new DataView(library.memory.buffer, this.#buffers);
      read = view.getUint32(8, true);
      written = view.getUint32(20, true);
      if (written > 0)
        yield Buffer.from(new Uint8Array(library.memory.buffer.slice(this.#output, this.#output + written)));
    }
  }
}

function failure(result: number): ZstdError {
  if (result === WINDOW_TOO_LARGE)
    return new ZstdError('ZSTD_WINDOW_TOO_LARGE', 'the zstd stream needs a window of more than 128 MiB');
  return new ZstdError('ZSTD_DAMAGED', 'the zstd stream is damaged');
}
