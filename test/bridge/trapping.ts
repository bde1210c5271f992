import binaryen from 'binaryen';
import { ABI_VERSION } from '../../assembly/shared/limits.ts';

const ABOUT = JSON.stringify({ abi: ABI_VERSION, sources: [] }).replaceAll('"', '\\"');

/** A module of a filter's shape that traps on every record. */
export function trapping(): Uint8Array {
  return binaryen
    .parseText(`(module
      (memory (export "memory") 16)
      (data (i32.const 1024) "${ABOUT}\\00")
      (func (export "malloc") (param i32) (result i32) (i32.const 65536))
      (func (export "free") (param i32))
      (func (export "startBatch"))
      (func (export "describe") (result i32) (i32.const 1024))
      (func (export "filter") (param i32 i32 i32 i32 i32 i32) (result i32) (unreachable)))`)
    .emitBinary();
}
