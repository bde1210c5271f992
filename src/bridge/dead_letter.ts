import { type FileHandle, open } from 'node:fs/promises';

/** Something nobody downstream takes. */
export interface DeadLetter {
  /** Stable snake_case code. */
  readonly reason: string;
  /** Status the downstream refused it with. */
  readonly status?: number;
  readonly source: string;
  readonly tag: string;
  /** The event as text of JSON. */
  readonly event?: string;
  /** A body that could not be read, base64. */
  readonly body?: string;
}

/** Append-only NDJSON file; what `write` was given is on disk when it returns. */
export class DeadLetterFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<DeadLetterFile> {
    return new DeadLetterFile(await open(path, 'a', 0o600));
  }

  async write(letters: readonly DeadLetter[], time: Date): Promise<void> {
    const lines = letters.map(({ event, ...letter }) => {
      const head = JSON.stringify({ time: time.toISOString(), ...letter });
      return event === undefined ? `${head}\n` : `${head.slice(0, -1)},"event":${event}}\n`;
    });
    await this.#handle.appendFile(lines.join(''));
    await this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
