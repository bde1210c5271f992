import { Command } from 'commander';
import { checkPolicyFile } from '../policy_file.ts';
import { EXIT, printDiagnostics, say } from '../terminal.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('Check policies: everything that is wrong or hardly meant, with its place and a suggestion.')
    .argument('<policy...>', 'policy files, or - for standard input')
    .option('--json', 'print errors and warnings as JSON')
    .action((policies: string[], options: { json?: boolean }) => {
      const results = policies.map((path) => ({ path, ...checkPolicyFile(path) }));
      const diagnostics = results.flatMap((result) => [...result.diagnostics, ...result.warnings]);
      const texts = new Map(results.flatMap((result) => [...result.texts]));
      printDiagnostics(diagnostics, texts, options.json === true);
      for (const { path, filter } of results) {
        if (filter === undefined || options.json) continue;
        const { sources, formats, routes } = filter.plan;
        say(`${path}: fine (sources ${sources.length}, formats ${formats.length}, routes ${routes.length})`);
      }
      if (results.some(({ filter }) => filter === undefined)) process.exitCode = EXIT.couldNotRun;
    });
}
