import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import { type BuildResult, type BuiltFilter, buildFilter } from '../filter.ts';
import { packageRoot } from '../policy/catalog.ts';
import type { PolicyInput } from '../policy/compile.ts';
import { TEST_KEY } from '../policy/redact/pseudonym.ts';
import { CommandError, printDiagnostics } from './terminal.ts';

/** The policy used where none is named: every shipped format recognised by itself, one route. */
export const DEFAULT_POLICY = join(packageRoot(), 'policies', 'default.yaml');

/** What became of policy files: their faults, and their texts to show them in. */
export interface PolicyFile extends BuildResult {
  readonly texts: ReadonlyMap<string, string>;
}

/** A file that cannot be read is a fault like any other. */
export function buildPolicyFile(path: string, keyFile?: string): PolicyFile {
  return buildWith(path, readKey(keyFile));
}

/** The same for filters that are tried and not kept: their pseudonyms need no secret key. */
export function checkPolicyFile(path: string): PolicyFile {
  return buildWith(path, TEST_KEY);
}

function buildWith(path: string, key: Uint8Array | undefined): PolicyFile {
  const build = (input: PolicyInput): BuildResult => buildFilter(input, key === undefined ? {} : { key });
  const { made, texts } = readPolicyFile(path, build, (fault) => ({
    diagnostics: [fault],
    warnings: [],
    included: new Map(),
  }));
  return { ...made, texts };
}

/** What is made of a policy, and the texts of its files to show faults in; `refuse`: of a file that cannot be read. */
export function readPolicyFile<T extends Pick<BuildResult, 'included'>>(
  path: string,
  make: (policy: PolicyInput) => T,
  refuse: (fault: Diagnostic) => T,
): { readonly made: T; readonly texts: ReadonlyMap<string, string> } {
  const file = path === '-' ? '<stdin>' : path;
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    const root = process.env.AUDITLB_INCLUDE_ROOT;
    const made = make({ text, file, ...(root === undefined ? {} : { includeRoot: root }) });
    return { made, texts: new Map([[file, text], ...made.included]) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const fault = { code: 'file_unreadable', message: UNREADABLE[code] ?? message, file, line: 0, column: 0 };
    return { made: refuse(fault), texts: new Map() };
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
};

/** The key of pseudonyms: a file's content without its line end, else that of the environment variable. */
export function readKey(path?: string): Uint8Array | undefined {
  const fromEnvironment = process.env.AUDITLB_PSEUDONYM_KEY;
  if (path === undefined) return fromEnvironment === undefined ? undefined : Buffer.from(fromEnvironment);
  try {
    return Buffer.from(readFileSync(path, 'latin1').replace(/\r?\n$/, ''), 'latin1');
  } catch (error) {
    throw new CommandError(`cannot read key file \`${path}\`: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The filter of a policy without faults; otherwise they are printed and nothing is returned. */
export function buildOrReport(path: string, json: boolean, keyFile?: string): BuiltFilter | undefined {
  return reported(buildPolicyFile(path, keyFile), json);
}

/** The same for a filter that is tried and not kept. */
export function checkOrReport(path: string, json: boolean): BuiltFilter | undefined {
  return reported(checkPolicyFile(path), json);
}

function reported({ filter, diagnostics, texts }: PolicyFile, json: boolean): BuiltFilter | undefined {
  if (filter === undefined) printDiagnostics(diagnostics, texts, json);
  return filter;
}
