import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildResult, type BuiltFilter, buildFilter } from '../filter.ts';
import { packageRoot } from '../policy/catalog.ts';
import { CommandError, printDiagnostics } from './terminal.ts';

/** The policy used where none is named: every shipped format recognised by itself, one route. */
export const DEFAULT_POLICY = join(packageRoot(), 'policies', 'default.yaml');

export function readPolicyText(path: string): string {
  try {
    return path === '-' ? readFileSync(0, 'utf8') : readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CommandError(`cannot read policy \`${path}\`: ${missing ? 'no such file' : (error as Error).message}`);
  }
}

export function buildPolicyFile(path: string): BuildResult {
  return buildFilter({ text: readPolicyText(path), file: path === '-' ? '<stdin>' : path });
}

/** The filter of a policy without faults; otherwise the faults are printed and nothing is returned. */
export function buildOrReport(path: string, json: boolean): BuiltFilter | undefined {
  const { filter, diagnostics } = buildPolicyFile(path);
  if (filter === undefined) printDiagnostics(diagnostics, json);
  return filter;
}
