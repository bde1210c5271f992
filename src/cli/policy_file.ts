import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import { type BuildResult, type BuiltFilter, buildFilter } from '../filter.ts';
import { packageRoot } from '../policy/catalog.ts';
import { printDiagnostics } from './terminal.ts';

/** The policy used where none is named: every shipped format recognised by itself, one route. */
export const DEFAULT_POLICY = join(packageRoot(), 'policies', 'default.yaml');

/** What became of policy files: their faults, and their texts to show them in. */
export interface PolicyFile extends BuildResult {
  readonly texts: ReadonlyMap<string, string>;
}

export const buildPolicyFile = (path: string): PolicyFile => {
  const { result, ...rest } = readPolicyFile(path, (policy) => {
    const { filter, diagnostics } = buildFilter(policy);
    return { result: filter, diagnostics };
  });
  return result === undefined ? rest : { ...rest, filter: result };
};

/** What is made of a policy, its faults, and its text to show them in. A file that cannot be read is a fault like any other. */
export function readPolicyFile<T>(
  path: string,
  use: (policy: { text: string; file: string }) => {
    readonly result?: T | undefined;
    readonly diagnostics: readonly Diagnostic[];
  },
): {
  readonly result?: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
} {
  const file = path === '-' ? '<stdin>' : path;
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    return { ...use({ text, file }), texts: new Map([[file, text]]) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const fault = { code: 'file_unreadable', message: UNREADABLE[code] ?? message, file, line: 0, column: 0 };
    return { diagnostics: [fault], warnings: [], texts: new Map() };
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
};

/** The filter of a policy without faults; otherwise they are printed and nothing is returned. */
export function buildOrReport(path: string, json: boolean): BuiltFilter | undefined {
  const { filter, diagnostics, texts } = buildPolicyFile(path);
  if (filter === undefined) printDiagnostics(diagnostics, texts, json);
  return filter;
}
