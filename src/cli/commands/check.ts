import { Command } from 'commander';
import { buildPolicyFile } from '../policy_file.ts';
import { EXIT, printDiagnostics, say } from '../terminal.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('Check policies: everything that is wrong, with file, line, column and a suggestion.')
    .argument('<policy...>', 'policy files, or - for standard input')
    .option('--json', 'print the errors as JSON')
    .action((policies: string[], options: { json?: boolean }) => {
      const results = policies.map((path) => ({ path, ...buildPolicyFile(path) }));
      const diagnostics = results.flatMap((result) => result.diagnostics);
      const texts = new Map(results.flatMap((result) => [...result.texts]));
      printDiagnostics(diagnostics, texts, options.json === true);
      for (const { path, filter } of results) {
        if (filter === undefined || options.json) continue;
        const { sources, formats, routes } = filter.plan;
        say(`${path}: fine (sources ${sources.length}, formats ${formats.length}, routes ${routes.length})`);
      }
      if (diagnostics.length > 0) process.exitCode = EXIT.couldNotRun;
    });
}
