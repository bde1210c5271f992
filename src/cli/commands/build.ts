import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { buildOrReport } from '../policy_file.ts';
import { bytesText, CommandError, EXIT, say } from '../terminal.ts';

export function buildCommand(): Command {
  return new Command('build')
    .description('Compile a policy into the filter a collector loads.')
    .argument('<policy>', 'policy file, or - for standard input')
    .option('-o, --output <file>', 'where the module goes', 'filter.wasm')
    .option('--key-file <file>', 'key of pseudonyms (else AUDITLB_PSEUDONYM_KEY); the filter holds it then')
    .option('--json', 'print the result, or the errors, as JSON')
    .addHelpText(
      'after',
      '\nThe same policy and the same release of auditlb give the same bytes.\nExample: auditlb build policy.yaml -o /etc/fluent-bit/filter.wasm',
    )
    .action((policy: string, options: { output: string; json?: boolean; keyFile?: string }) => {
      const built = buildOrReport(policy, options.json === true, options.keyFile);
      if (built === undefined) {
        process.exitCode = EXIT.couldNotRun;
        return;
      }
      try {
        writeFileSync(options.output, built.wasm);
      } catch (error) {
        throw new CommandError(`cannot write \`${options.output}\`: ${(error as Error).message}`);
      }
      const sha256 = createHash('sha256').update(built.wasm).digest('hex');
      const { name, hash } = built.plan;
      if (options.json) {
        const result = { file: options.output, bytes: built.wasm.length, sha256, policy: { name, hash } };
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        return;
      }
      say(`${options.output}: ${bytesText(built.wasm.length)}, policy ${name} ${hash.slice(0, 16)}, sha256 ${sha256}`);
    });
}
