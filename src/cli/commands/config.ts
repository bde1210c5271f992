import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { fluentBit } from '../../collector/fluent_bit/index.ts';
import { FILTER_FILE, type Generated, type Places, textFiles } from '../../collector/generated.ts';
import { configure } from '../../collector/read_delivery.ts';
import type { Delivery } from '../../policy/delivery.ts';
import { readPolicyText } from '../policy_file.ts';
import { CommandError, EXIT, printDiagnostics, say } from '../terminal.ts';

interface Options {
  readonly policy: string;
  readonly out?: string;
  readonly configDir: string;
  readonly stateDir: string;
  readonly json: boolean;
}

const PLACES: Readonly<Record<string, Places>> = {
  'fluent-bit': { config: '/etc/fluent-bit', state: '/var/lib/fluent-bit' },
};

export function configCommand(): Command {
  return new Command('config')
    .description('Generate the configuration of a log collector from a policy.')
    .addCommand(
      generator(
        'fluent-bit',
        'Fluent Bit: inputs with the filter, outputs with retries and buffers on disk.',
        fluentBit,
      ),
    );
}

function generator(
  name: string,
  description: string,
  make: (delivery: Delivery, places: Places) => Generated,
): Command {
  const places = PLACES[name]!;
  return new Command(name)
    .description(description)
    .requiredOption('-p, --policy <file>', 'policy file, or - for standard input')
    .option('-o, --out <folder>', 'write the files and the filter there, instead of the files to standard output')
    .option('--config-dir <folder>', 'where the files will be on the collector’s machine', places.config)
    .option('--state-dir <folder>', 'where buffers and offsets will be there', places.state)
    .option('--json', 'print the errors as JSON', false)
    .action((options: Options) => {
      const input = { text: readPolicyText(options.policy), file: options.policy === '-' ? '<stdin>' : options.policy };
      const at = { config: options.configDir, state: options.stateDir };
      const { result, diagnostics } = configure(input, (delivery) => make(delivery, at));
      if (result === undefined) {
        printDiagnostics(diagnostics, options.json);
        process.exitCode = EXIT.couldNotRun;
      } else if (options.out === undefined) print(result.made);
      else writeAll(options.out, new Map([...result.made, [FILTER_FILE, result.filter.wasm]]));
    });
}

/** Text only; several files are several documents with their names above them. */
function print(files: Generated): void {
  const texts = textFiles(files);
  const parts = [...texts].map(([name, text]) => (texts.size === 1 ? text : `--- # ${name}\n${text}`));
  process.stdout.write(parts.join(''));
}

function writeAll(folder: string, files: Generated): void {
  for (const [name, content] of files) {
    const path = join(folder, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    } catch (error) {
      throw new CommandError(`cannot write \`${path}\`: ${(error as Error).message}`);
    }
    say(path);
  }
}
