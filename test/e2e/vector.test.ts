import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { VECTOR } from './support.ts';

const FOLDERS = [
  'vector/edge',
  'test/collector/golden/vector/vector',
  'test/collector/golden/vector/edge-behind-fluent-bit',
];

/** What the collector says of a configuration without starting it: secrets, disks and destinations need not be there. */
function vector(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(VECTOR!, args, { encoding: 'utf8', cwd: packageRoot() });
  return { status, said: stdout + stderr };
}

describe.skipIf(VECTOR === undefined)('a real Vector', () => {
  test.each(FOLDERS)('takes the configuration in %s', (folder) => {
    const { status, said } = vector('validate', '--no-environment', join(folder, 'vector.yaml'));
    expect(said).not.toMatch(/error/i);
    expect(status).toBe(0);
  });

  test.each(FOLDERS)('passes the tests of %s', (folder) => {
    const { status, said } = vector('test', join(folder, 'vector.yaml'), join(folder, 'vector-tests.yaml'));
    expect(said).not.toMatch(/failed/i);
    expect(status).toBe(0);
  });
});
