import { IMAGE_BASE } from '../../../assembly/shared/limits.ts';

/** Sections of a WebAssembly module (https://webassembly.github.io/spec/core/binary/modules.html). */
const MEMORY = 5;
const DATA = 11;
const DATA_COUNT = 12;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const PAGE = 0x10000;

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/**
 * The engine with a policy image in it: one more data segment, and memory to hold it from the start. Nothing else changes; the same two
 * inputs give the same bytes.
 */
export function stamp(engine: Uint8Array, image: Uint8Array): Uint8Array {
  const pages = Math.ceil((IMAGE_BASE + image.length) / PAGE) + 1;
  const sections = readSections(engine).map(({ id, body }) => {
    if (id === MEMORY) return { id, body: growMemory(body, pages) };
    if (id === DATA_COUNT) return { id, body: Uint8Array.from(unsigned(readUnsigned(body, 0).value + 1)) };
    if (id === DATA) return { id, body: addSegment(body, image) };
    return { id, body };
  });
  return concat([
    Uint8Array.from(HEADER),
    ...sections.flatMap(({ id, body }) => [Uint8Array.from([id, ...unsigned(body.length)]), body]),
  ]);
}

function readSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  let at = HEADER.length;
  while (at < module.length) {
    const id = module[at]!;
    const { value: length, next } = readUnsigned(module, at + 1);
    sections.push({ id, body: module.subarray(next, next + length) });
    at = next + length;
  }
  return sections;
}

/** The one memory: flags, minimum, and a maximum if the flags say so. */
function growMemory(body: Uint8Array, pages: number): Uint8Array {
  const flags = body[1]!;
  const { value: minimum, next } = readUnsigned(body, 2);
  return concat([Uint8Array.from([1, flags, ...unsigned(Math.max(minimum, pages))]), body.subarray(next)]);
}

/** Data segments by count, then each; the new one is active, in memory 0, at `IMAGE_BASE`. */
function addSegment(body: Uint8Array, image: Uint8Array): Uint8Array {
  const { value: count, next } = readUnsigned(body, 0);
  const head = [0x00, 0x41, ...signed(IMAGE_BASE), 0x0b, ...unsigned(image.length)];
  return concat([Uint8Array.from(unsigned(count + 1)), body.subarray(next), Uint8Array.from(head), image]);
}

function readUnsigned(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; ) {
    const byte = left & 0x7f;
    left >>>= 7;
    bytes.push(left === 0 ? byte : byte | 0x80);
    if (left === 0) return bytes;
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; ) {
    const byte = left & 0x7f;
    left >>= 7;
    const done = (left === 0 && (byte & 0x40) === 0) || (left === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
