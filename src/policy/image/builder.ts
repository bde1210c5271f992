import { Header } from '../../../assembly/shared/image_layout.ts';
import { IMAGE_BASE, IMAGE_MAX } from '../../../assembly/shared/limits.ts';

/** A text in the image: JSON-escaped UTF-8. */
export interface Span {
  readonly address: number;
  readonly length: number;
}

/** JSON-escaped text as slots hold it: what `JSON.stringify` writes between the quotes. */
export function escapeText(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}

/**
 * Lays out the policy image. Structures are placed once they are complete, so what points comes behind what it points to; addresses are
 * absolute. Equal texts are stored once.
 */
export class ImageBuilder {
  private bytes = new Uint8Array(64 * 1024);
  private view = new DataView(this.bytes.buffer);
  private end: number = Header.size;
  private readonly texts = new Map<string, Span>();

  /** Address the next structure of this alignment gets. */
  next(align = 8): number {
    return IMAGE_BASE + Math.ceil(this.end / align) * align;
  }

  /** Reserves `length` zero bytes; their address. */
  reserve(length: number, align = 8): number {
    const offset = Math.ceil(this.end / align) * align;
    this.end = offset + length;
    if (this.end > IMAGE_MAX) throw new ImageTooLarge(`the policy needs ${this.end} bytes, ${IMAGE_MAX} are there`);
    if (this.end > this.bytes.length) this.grow();
    return IMAGE_BASE + offset;
  }

  place(bytes: Uint8Array, align = 8): number {
    const address = this.reserve(bytes.length, align);
    this.bytes.set(bytes, address - IMAGE_BASE);
    return address;
  }

  /** Stores plain text JSON-escaped. */
  text(plain: string): Span {
    return this.json(escapeText(plain));
  }

  /** Stores text that is JSON, or JSON-escaped, already. */
  json(escaped: string): Span {
    const known = this.texts.get(escaped);
    if (known) return known;
    const bytes = new TextEncoder().encode(escaped);
    const span = { address: this.place(bytes, 1), length: bytes.length };
    this.texts.set(escaped, span);
    return span;
  }

  /** Stores NUL-terminated text. */
  terminated(text: string): number {
    return this.place(new TextEncoder().encode(`${text}\0`), 1);
  }

  u8(address: number, value: number): void {
    this.view.setUint8(address - IMAGE_BASE, value);
  }

  u16(address: number, value: number): void {
    this.view.setUint16(address - IMAGE_BASE, value, true);
  }

  u32(address: number, value: number): void {
    this.view.setUint32(address - IMAGE_BASE, value, true);
  }

  i32(address: number, value: number): void {
    this.view.setInt32(address - IMAGE_BASE, value, true);
  }

  u64(address: number, value: bigint): void {
    this.view.setBigUint64(address - IMAGE_BASE, BigInt.asUintN(64, value), true);
  }

  f64(address: number, value: number): void {
    this.view.setFloat64(address - IMAGE_BASE, value, true);
  }

  span(address: number, span: Span): void {
    this.u32(address, span.address);
    this.u32(address + 4, span.length);
  }

  /** Stores a list of u32; its address, 0 for an empty one. */
  words(values: readonly number[]): number {
    if (values.length === 0) return 0;
    const address = this.reserve(values.length * 4, 4);
    values.forEach((value, i) => {
      this.u32(address + i * 4, value);
    });
    return address;
  }

  /** Stores a list of spans; its address, 0 for an empty one. */
  spans(values: readonly (Span | undefined)[]): number {
    if (values.length === 0) return 0;
    const address = this.reserve(values.length * 8, 4);
    values.forEach((value, i) => {
      if (value) this.span(address + i * 8, value);
    });
    return address;
  }

  finish(): Uint8Array {
    this.u32(IMAGE_BASE + Header.length, this.end);
    return this.bytes.slice(0, this.end);
  }

  private grow(): void {
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.end));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** The policy does not fit into an image. */
export class ImageTooLarge extends Error {}
