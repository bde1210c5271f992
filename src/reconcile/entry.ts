/**
 * What is remembered of a line or of an event, 64 bytes:
 *
 *    0  16 bytes  its id, zero without one       16  16 bytes  hash of its content
 *   32  f64  its own time; NaN: the host's       40  f64  line number (inputs)
 *   48  u32  index of its file                   52  u32  index of its routes (inputs) or destination (outputs)
 *   56  u8   see `EntryKind`                     57  u8   1: could not be parsed
 */
export const ENTRY_SIZE = 64;
export const ID_AT = 0;
export const CONTENT_AT = 16;
export const KEY_SIZE = 16;

export enum EntryKind {
  input,
  /** An input nothing is missing without: an empty line, which some collectors skip. */
  optional,
  output,
}

export interface Entry {
  /** 32 hexadecimal digits, or empty. */
  readonly id: string;
  readonly content: Buffer;
  readonly time: number;
  readonly line: number;
  readonly file: number;
  readonly place: number;
  readonly kind: EntryKind;
  readonly unparsed: boolean;
}

export function writeEntry(entry: Entry, into: Buffer): void {
  into.fill(0);
  into.write(entry.id, ID_AT, 'hex');
  entry.content.copy(into, CONTENT_AT, 0, KEY_SIZE);
  into.writeDoubleLE(entry.time, 32);
  into.writeDoubleLE(entry.line, 40);
  into.writeUInt32LE(entry.file, 48);
  into.writeUInt32LE(entry.place, 52);
  into[56] = entry.kind;
  into[57] = entry.unparsed ? 1 : 0;
}

/** An entry where it lies. */
export class EntryView {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
  get id(): string {
    return this.#bytes.toString('latin1', ID_AT, ID_AT + KEY_SIZE);
  }
  get hasId(): boolean {
    return this.#bytes.readBigUInt64LE(ID_AT) !== 0n;
  }
  get time(): number {
    return this.#bytes.readDoubleLE(32);
  }
  get line(): number {
    return this.#bytes.readDoubleLE(40);
  }
  get file(): number {
    return this.#bytes.readUInt32LE(48);
  }
  get place(): number {
    return this.#bytes.readUInt32LE(52);
  }
  get kind(): EntryKind {
    return this.#bytes[56] as EntryKind;
  }
  get unparsed(): boolean {
    return this.#bytes[57] === 1;
  }
}
