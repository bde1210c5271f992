import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { FilterError, FilterInstance } from '../../host/index.ts';
import { bytesText, CommandError, columns } from '../terminal.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Show what a built filter is: engine, policy, sources, routes, hashes.')
    .argument('<filter>', 'a .wasm file written by `auditlb build`')
    .option('--json', 'print everything as JSON')
    .action((path: string, options: { json?: boolean }) => {
      const wasm = readModule(path);
      const about = openFilter(path, wasm).describe();
      const sha256 = createHash('sha256').update(wasm).digest('hex');
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ file: path, bytes: wasm.length, sha256, ...about }, null, 2)}\n`);
        return;
      }
      const rows = [
        ['file', `${path} (${bytesText(wasm.length)})`],
        ['sha256', sha256],
        ['engine', `${about.engine.version} ${about.engine.hash}`],
        ['abi', String(about.abi)],
        ['policy', `${about.policy.name} ${about.policy.hash}`],
        ['schema', about.schema],
        ...about.sources.map(({ name, tag, formats }) => ['source', `${name}: tag ${tag}, ${formats.join(', ')}`]),
        ...about.routes.map(({ name, destinations }) => ['route', `${name} to ${destinations.join(', ')}`]),
        ['shards', String(about.shards)],
        ...(about.timezones === undefined ? [] : [['timezones', about.timezones]]),
      ];
      process.stdout.write(`${columns(['', ''], rows).replace(/^\s*\n/, '')}\n`);
    });
}

export function readModule(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CommandError(`cannot read filter \`${path}\`: ${missing ? 'no such file' : (error as Error).message}`);
  }
}

/** A module that is no auditlb filter, or of another release's calling convention, is refused in words. */
export function openFilter(path: string, wasm: Uint8Array): FilterInstance {
  try {
    return new FilterInstance(wasm);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new CommandError(`\`${path}\` is refused: ${error.code}: ${error.message}`, 'build it with `auditlb build`');
  }
}
