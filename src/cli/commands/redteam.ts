import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../policy/catalog.ts';
import { type Leak, redteam, type TaggedLine } from '../../redteam/redteam.ts';
import { InputError, openInput, readLines } from '../../run/input.ts';
import { checkOrReport } from '../policy_file.ts';
import { CommandError, columns, EXIT, grouped, say } from '../terminal.ts';

interface RedteamOptions {
  readonly tag?: string;
  readonly seed: string;
  readonly all: boolean;
  readonly json: boolean;
}

const NOTES = `
Plants what the policy's rules without fields and without a condition name; with --all every kind of secret.
Without files the package's own samples are used. Exit code 2 if anything leaks.
Example: auditlb redteam policy.yaml access.log --tag nginx.web`;

export function redteamCommand(): Command {
  return new Command('redteam')
    .description('Plant made-up secrets into every field of log lines and report what gets past the policy.')
    .argument('<policy>', 'policy file, or - for standard input')
    .argument('[logs...]', 'plain, gzip or zstd files with lines to plant them in')
    .option('-t, --tag <tag>', 'tag of all records')
    .option('--seed <number>', 'other secrets for another number', '1')
    .option('--all', 'plant secrets of every kind', false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', NOTES)
    .action(run);
}

async function run(policy: string, files: string[], options: RedteamOptions): Promise<void> {
  const filter = checkOrReport(policy, options.json);
  if (filter === undefined) {
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  const lines = await linesOf(files.length > 0 ? files : ownSamples(), options.tag);
  const result = redteam(filter, lines, { seed: seedOf(options.seed), all: options.all });
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else if (result.leaks.length > 0) process.stdout.write(`${leakTable(result.leaks)}\n`);
  if (result.kinds.length === 0) say('the policy promises to find no secrets everywhere: nothing was planted');
  else
    say(`${grouped(result.planted)} secrets planted in ${lines.length} lines, ${grouped(result.leaks.length)} leaked`);
  if (result.leaks.length > 0) process.exitCode = EXIT.checksFailed;
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandError(`\`${text}\` is no seed`, 'write a number of up to nine digits');
}

function ownSamples(): string[] {
  const folder = join(packageRoot(), 'samples');
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return names.map((name) => join(folder, name));
}

async function linesOf(files: readonly string[], tag: string | undefined): Promise<TaggedLine[]> {
  const lines: TaggedLine[] = [];
  try {
    for (const file of files) {
      const input = await openInput(file, tag);
      for await (const batch of readLines(input, () => {}))
        for (const line of batch) if (line.length > 0) lines.push({ tag: input.tag, line: line.toString() });
    }
  } catch (error) {
    if (error instanceof InputError) throw new CommandError(`${error.path}: ${error.message}`);
    throw error;
  }
  return lines;
}

/** By kind, place and encoding. */
function leakTable(leaks: readonly Leak[]): string {
  const groups = new Map<string, number>();
  for (const { kind, place, encoding } of leaks) {
    const key = JSON.stringify([kind, place, encoding]);
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const rows = [...groups].map(([key, count]) => [...(JSON.parse(key) as string[]), grouped(count)]);
  return columns(['secret', 'planted in', 'encoding', 'leaks'], rows, [3]);
}
