import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/policy/catalog.ts';

const MAIN = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
const POLICY = join(import.meta.dirname, 'policies', 'edge.yaml');
const folder = mkdtempSync(join(tmpdir(), 'auditlb-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function auditlb(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('auditlb config', () => {
  it('writes the files and the filter, and says which', () => {
    const out = join(folder, 'etc');
    const { status, stdout, stderr } = auditlb('config', 'fluent-bit', '-p', POLICY, '-o', out);
    expect([status, stdout]).toEqual([0, '']);
    expect(readdirSync(out).sort()).toEqual(['filter.wasm', 'fluent-bit.yaml', 'nodes-siem.yaml']);
    expect(stderr.trim().split('\n')).toHaveLength(3);
  });

  it('prints the files, each under its name', () => {
    const { status, stdout } = auditlb('config', 'metrics', '-p', POLICY);
    expect(status).toBe(0);
    expect(stdout.match(/^--- # .*$/gm)).toEqual(['--- # alerts.yaml', '--- # dashboard.json']);
  });

  it('writes nothing of a policy that cannot be delivered', () => {
    const out = join(folder, 'none');
    const { status, stderr } = auditlb('config', 'vector', '-p', POLICY, '-o', out);
    expect(status).toBe(1);
    expect(stderr).toContain('destination_unsupported');
    expect(existsSync(out)).toBe(false);
  });

  it('finds traps by command and by flag, with exit code 2', () => {
    const file = join(folder, 'fluent-bit.conf');
    writeFileSync(file, '[OUTPUT]\n    Name es\n    Match *\n');
    const flag = auditlb('config', '--check', file);
    expect(flag).toEqual(auditlb('config', 'check', file));
    expect(flag.status).toBe(2);
    expect(flag.stderr).toContain(`${file}:2:5: retry_limit`);
  });

  it('cannot check what is no configuration', () => {
    const file = join(folder, 'other.yaml');
    writeFileSync(file, 'a: 1\n');
    expect(auditlb('config', 'check', file).status).toBe(1);
    expect(auditlb('config', 'check', join(folder, 'missing.yaml')).status).toBe(1);
    expect(auditlb('config', 'check', '--collector-version', 'new', file).stderr).toContain('is no version');
  });
});
