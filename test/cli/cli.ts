import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/policy/catalog.ts';

const MAIN = join(packageRoot(), 'dist/src/cli/main.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of one test file's own, where commands run and files are named without a path. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'auditlb-cli-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path(name), content);
  }

  /** Runs the built command line, without a terminal. */
  auditlb(args: readonly string[], input: string | Uint8Array = ''): Promise<Finished> {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: this.folder });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command that never reads its input may be gone before it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
