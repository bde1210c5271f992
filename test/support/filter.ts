import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';

export const SAMPLES = join(packageRoot(), 'samples');

/** The filter of the policy in a file of the package. */
export function filterOf(...path: string[]): Uint8Array {
  const file = join(packageRoot(), ...path);
  const { filter, diagnostics } = buildFilter({ text: readFileSync(file, 'utf8'), file });
  if (filter === undefined) throw new Error(JSON.stringify(diagnostics));
  return filter.wasm;
}

/** The same filter in a host that has no memory left: its `malloc` gives 0. */
export function withoutMemory(wasm: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(wasm);
  try {
    module.addFunction('malloc 0', binaryen.createType([binaryen.i32]), binaryen.i32, [], module.i32.const(0));
    module.removeExport('malloc');
    module.addFunctionExport('malloc 0', 'malloc');
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Lines of the samples: tag and line. */
export function sampleLines(file: string): string[] {
  return readFileSync(join(SAMPLES, file), 'utf8').trimEnd().split('\n');
}
