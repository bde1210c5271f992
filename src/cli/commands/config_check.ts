import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Checked, checkConfig } from '../../collector/doctor/index.ts';
import { CommandError, EXIT, printDiagnostics, say } from '../terminal.ts';

export interface CheckOptions {
  readonly collectorVersion?: string;
  readonly json: boolean;
}

export function configCheckCommand(): Command {
  return new Command('check')
    .description('Look for traps in configurations of Fluent Bit (YAML or classic) and Vector (YAML).')
    .argument('<file...>', 'configuration files')
    .option('--collector-version <version>', 'version of Fluent Bit they are for, such as 5.0.4')
    .option('--json', 'print the findings as JSON', false)
    .addHelpText('after', '\nA finding is accepted by a comment on its line or the one above: `auditlb: allow CODE`.')
    .action(checkConfigs);
}

export function checkConfigs(files: readonly string[], options: CheckOptions): void {
  const version = versionOf(options.collectorVersion);
  const texts = new Map(files.map((file) => [file, textOf(file)]));
  const results = [...texts].map(([file, text]) => ({ file, ...checkConfig(file, text, version) }));
  const diagnostics = results.flatMap((result) => result.diagnostics);
  if (diagnostics.length > 0 || options.json) printDiagnostics(diagnostics, texts, options.json);
  for (const { file, kind, diagnostics: found } of results) {
    if (found.length === 0 && !options.json) say(`${file}: no trap found (${kind})`);
  }
  process.exitCode = exitCode(results);
}

function exitCode(results: readonly Checked[]): number {
  if (results.some(({ kind }) => kind === 'unknown')) return EXIT.couldNotRun;
  return results.some(({ diagnostics }) => diagnostics.length > 0) ? EXIT.checksFailed : EXIT.fine;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CommandError(`cannot read \`${file}\`: ${missing ? 'no such file' : (error as Error).message}`);
  }
}

function versionOf(text: string | undefined): readonly [number, number, number] | undefined {
  if (text === undefined) return undefined;
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (major === undefined) throw new CommandError(`\`${text}\` is no version`, 'write it like 5.0.4');
  return [Number(major), Number(minor), Number(patch ?? 0)];
}
