import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';
import { temporaryFolder, VECTOR } from './support.ts';

const FOLDERS = [
  'vector/edge',
  'vector/behind-fluent-bit',
  'vector/small',
  'test/collector/golden/vector/vector',
  'test/collector/golden/vector/edge-behind-fluent-bit',
  'test/collector/golden/vector/vector-asking',
];

/** What the collector says of a configuration without starting it: disks and destinations need not be there. */
function vector(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(VECTOR!, args, { encoding: 'utf8', cwd: packageRoot() });
  return { status, said: stdout + stderr };
}

/** The configuration with secrets that are there: tests read them. */
function withSecrets(path: string): string {
  const folder = temporaryFolder();
  const text = readFileSync(path, 'utf8');
  for (const [, name] of text.matchAll(/SECRET\[files\.(\w+)\]/g)) writeFileSync(join(folder, name!), 'secret');
  const copy = join(folder, 'vector.yaml');
  writeFileSync(copy, text.replace('/etc/vector/secrets', folder));
  return copy;
}

describe.skipIf(VECTOR === undefined)('a real Vector', () => {
  test.each(FOLDERS)('takes the configuration in %s', (folder) => {
    const { status, said } = vector('validate', '--no-environment', join(folder, 'vector.yaml'));
    expect(said).not.toMatch(/error/i);
    expect(status).toBe(0);
  });

  test.each(FOLDERS)('passes the tests of %s', (folder) => {
    const { status, said } = vector(
      'test',
      withSecrets(join(folder, 'vector.yaml')),
      join(folder, 'vector-tests.yaml'),
    );
    expect(said).not.toMatch(/failed/i);
    expect(status).toBe(0);
  });
});
