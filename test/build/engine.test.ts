import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instantiateSync } from '@assemblyscript/loader';
import { describe, expect, test } from 'vitest';
import { SLOT_COUNT } from '../../assembly/shared/fields.ts';
import { Header, IMAGE_MAGIC } from '../../assembly/shared/image_layout.ts';
import { ABI_VERSION, IMAGE_BASE } from '../../assembly/shared/limits.ts';
import { buildFilter, readEngine } from '../../src/filter.ts';
import { FilterError, FilterInstance } from '../../src/host/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';

const ENGINE_MAX_BYTES = 96 * 1024;
const SAMPLES = join(packageRoot(), 'samples');
const POLICY = { text: readFileSync(join(SAMPLES, 'policy.yaml'), 'utf8'), file: 'policy.yaml' };

const build = (): Uint8Array => buildFilter(POLICY).filter!.wasm;

function refusal(wasm: Uint8Array): string {
  try {
    return `taken: ${new FilterInstance(wasm).describe().policy.name}`;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** The same bytes with one text, wherever it stands, replaced by another of its length. */
function replaced(wasm: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  const bytes = Buffer.from(wasm);
  expect(bytes.includes(from)).toBe(true);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  return bytes;
}

describe('the release engine', () => {
  const engine = new WebAssembly.Module(readEngine());

  test('imports nothing', () => {
    expect(WebAssembly.Module.imports(engine)).toEqual([]);
  });

  test('exports the calling convention and the start function', () => {
    const exported = WebAssembly.Module.exports(engine).map(({ name, kind }) => `${kind} ${name}`);
    expect(exported.sort()).toEqual([
      'function _start',
      'function describe',
      'function filter',
      'function free',
      'function malloc',
      'function startBatch',
      'memory memory',
    ]);
  });

  test(`is at most ${ENGINE_MAX_BYTES} bytes`, () => {
    expect(readEngine().length).toBeLessThanOrEqual(ENGINE_MAX_BYTES);
  });
});

interface Raw extends Record<string, unknown> {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  free(address: number): void;
  filter(tag: number, tagLength: number, seconds: number, nanoseconds: number, record: number, length: number): number;
}

/** The module's memory after every sample went through it. */
function afterSamples(wasm: Uint8Array): Buffer {
  const { exports } = instantiateSync<Raw>(new WebAssembly.Module(wasm));
  const put = (text: string): [number, number] => {
    const bytes = Buffer.from(text);
    const at = exports.malloc(bytes.length + 1);
    Buffer.from(exports.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  };
  for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.log'))) {
    for (const log of readFileSync(join(SAMPLES, file), 'utf8').trimEnd().split('\n')) {
      const [tag, tagLength] = put(file.replace(/\.log$/, ''));
      const [record, length] = put(JSON.stringify({ log }));
      expect(exports.filter(tag, tagLength, 1_770_091_600, 0, record, length)).not.toBe(0);
      exports.free(record);
      exports.free(tag);
    }
  }
  return Buffer.from(exports.memory.buffer);
}

describe('a stamped filter', () => {
  test('keeps static data well below the policy image', () => {
    const memory = afterSamples(build());
    expect(memory.readUInt32LE(IMAGE_BASE + Header.magic)).toBe(IMAGE_MAGIC);
    const used = memory.subarray(0, IMAGE_BASE).findLastIndex((byte) => byte !== 0) + 1;
    expect(used).toBeGreaterThan(SLOT_COUNT);
    expect(used).toBeLessThan((IMAGE_BASE / 4) * 3);
  });

  test('has the same bytes for the same policy', () => {
    expect(Buffer.from(build()).equals(build())).toBe(true);
  });

  test('exports and imports what the engine does', () => {
    const [engine, filter] = [readEngine(), build()].map((bytes) => new WebAssembly.Module(bytes));
    expect(WebAssembly.Module.exports(filter!)).toEqual(WebAssembly.Module.exports(engine!));
    expect(WebAssembly.Module.imports(filter!)).toEqual([]);
  });

  test('of another calling convention is refused', () => {
    expect(refusal(build())).toBe('taken: samples');
    expect(refusal(replaced(build(), `"abi":${ABI_VERSION}`, `"abi":${ABI_VERSION + 1}`))).toBe(
      `abi_mismatch: its calling convention is ${ABI_VERSION + 1}, this release speaks ${ABI_VERSION}`,
    );
  });

  test('is told from modules that are none', () => {
    expect(refusal(readEngine())).toBe('no_policy: it is an engine without a policy');
    expect(refusal(Buffer.from('#!/bin/sh'))).toMatch(/^not_wasm: it is no WebAssembly module: /);
    expect(refusal(replaced(build(), 'describe', 'describd'))).toBe('missing_export: it does not export `describe`');
  });
});
