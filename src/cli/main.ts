#!/usr/bin/env node
import { Command } from 'commander';
import { packageVersion } from '../filter.ts';
import { bridgeCommand } from './commands/bridge.ts';
import { buildCommand } from './commands/build.ts';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { explainCommand } from './commands/explain.ts';
import { formatsCommand } from './commands/formats.ts';
import { inspectCommand } from './commands/inspect.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { redteamCommand } from './commands/redteam.ts';
import { runCommand } from './commands/run.ts';
import { testCommand } from './commands/test.ts';
import { CommandError, EXIT, paint, say } from './terminal.ts';

/** A reader that closes the pipe early, such as `head`, ends the command without a fuss. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});

const program = new Command('auditlb')
  .description('Audit-log load balancer: one WebAssembly filter for the log collector you have, and its toolkit.')
  .version(packageVersion())
  .showHelpAfterError('(see auditlb --help)')
  .addHelpText(
    'after',
    '\nExit codes: 0 fine, 1 could not run, 2 checks failed. Results go to stdout, everything else to stderr.',
  )
  .addCommand(runCommand())
  .addCommand(buildCommand())
  .addCommand(bridgeCommand())
  .addCommand(checkCommand())
  .addCommand(configCommand())
  .addCommand(testCommand())
  .addCommand(explainCommand())
  .addCommand(formatsCommand())
  .addCommand(inspectCommand())
  .addCommand(reconcileCommand())
  .addCommand(redteamCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  say(
    `${paint(process.stderr, 'red', 'error')}: ${error.message}${error.help === undefined ? '' : `\n  help: ${error.help}`}`,
  );
  process.exitCode = EXIT.couldNotRun;
}
