import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { fluentBit } from '../../collector/fluent_bit/index.ts';
import { FILTER_FILE, type Generated, type Places, textFiles } from '../../collector/generated.ts';
import { kubernetes } from '../../collector/kubernetes/index.ts';
import { DEFAULT_VALUES, readValues, type Values } from '../../collector/kubernetes/values.ts';
import { metrics } from '../../collector/metrics/index.ts';
import { configure } from '../../collector/read_delivery.ts';
import { FRONTS, type Front, vector } from '../../collector/vector/index.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { BuiltFilter } from '../../filter.ts';
import type { Delivery } from '../../policy/delivery.ts';
import { SourceFile } from '../../policy/document/source_file.ts';
import { TEST_KEY } from '../../policy/redact/pseudonym.ts';
import { readKey, readPolicyFile } from '../policy_file.ts';
import { CommandError, EXIT, printDiagnostics, say } from '../terminal.ts';
import { checkConfigs, configCheckCommand } from './config_check.ts';

interface Options {
  readonly policy: string;
  readonly out?: string;
  readonly keyFile?: string;
  readonly json: boolean;
}

interface Folders {
  readonly configDir: string;
  readonly stateDir: string;
}

const NOTES = `
Every file says in comments why it is as it is. Secrets are references, never values.
Example: auditlb config fluent-bit --policy policy.yaml --out /etc/fluent-bit`;

export function configCommand(): Command {
  return new Command('config')
    .description('Generate the configuration of a log collector from a policy, or look for traps in one.')
    .option('--check <file...>', 'the same as `config check`')
    .addHelpText('after', NOTES)
    .addCommand(fluentBitCommand())
    .addCommand(vectorCommand())
    .addCommand(kubernetesCommand())
    .addCommand(metricsCommand())
    .addCommand(configCheckCommand())
    .action((options: { check?: string[] }, command: Command) => {
      if (options.check === undefined) command.help({ error: true });
      checkConfigs(options.check ?? [], { json: false });
    });
}

function fluentBitCommand(): Command {
  const about = 'Fluent Bit 5.1: inputs with the filter, outputs with retries and buffers on disk.';
  return generator('fluent-bit', about, '/etc/fluent-bit', '/var/lib/fluent-bit').action((options: Options & Folders) =>
    run(options, (delivery) => fluentBit(delivery, placesOf(options))),
  );
}

function vectorCommand(): Command {
  const about = 'Vector 0.58, which runs no WebAssembly itself, and what runs the filter for it.';
  return generator('vector', about, '/etc/vector', '/var/lib/vector')
    .addOption(new Option('--front <kind>', 'what runs the filter').choices(FRONTS).default('bridge'))
    .action((options: Options & Folders & { front: Front }) =>
      run(options, (delivery) => vector(delivery, placesOf(options), options.front)),
    );
}

function kubernetesCommand(): Command {
  return withPolicy('kubernetes', 'Fluent Bit in Kubernetes: agents on the nodes, aggregators with disks, for kubectl.')
    .option('--values <file>', 'YAML of what differs from cluster to cluster: namespace, images, sizes')
    .option('--key-file <file>', 'key of pseudonyms (else AUDITLB_PSEUDONYM_KEY); the filter holds it then')
    .addHelpText(
      'after',
      `\nValues, as they are without a file; also filterImage, imagePullSecret, storage.class:\n${valuesText}`,
    )
    .action((options: Options & { values?: string }) => {
      const values = options.values === undefined ? DEFAULT_VALUES : readValuesFile(options.values, options.json);
      if (values === undefined) process.exitCode = EXIT.couldNotRun;
      else run(options, (delivery, filter) => kubernetes(delivery, filter, values));
    });
}

const valuesText = stringify(DEFAULT_VALUES, { flowCollectionPadding: false }).replace(/^/gm, '  ').trimEnd();

/** The values of a file without faults; otherwise they are printed and nothing is returned. */
function readValuesFile(path: string, json: boolean): Values | undefined {
  const diagnostics: Diagnostic[] = [];
  const { made, texts } = readPolicyFile<{ values?: Values; included: ReadonlyMap<string, string> }>(
    path,
    ({ text, file }) => ({ values: readValues(new SourceFile(file, text, diagnostics)), included: new Map() }),
    (fault) => {
      diagnostics.push(fault);
      return { included: new Map() };
    },
  );
  if (diagnostics.length === 0) return made.values;
  printDiagnostics(diagnostics, texts, json);
  return undefined;
}

function metricsCommand(): Command {
  return withPolicy(
    'metrics',
    'Prometheus alerts and a Grafana dashboard for the sources and destinations of the policy.',
  ).action((options: Options) => run(options, metrics, false));
}

/** What every generator takes. */
function withPolicy(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('-p, --policy <file>', 'policy file, or - for standard input')
    .option('-o, --out <folder>', 'write the files there, instead of to standard output')
    .option('--json', 'print the errors as JSON', false);
}

function generator(name: string, description: string, config: string, state: string): Command {
  return withPolicy(name, description)
    .option('--key-file <file>', 'key of pseudonyms (else AUDITLB_PSEUDONYM_KEY); the filter holds it then')
    .option('--config-dir <folder>', 'where the files will be on the collector’s machine', config)
    .option('--state-dir <folder>', 'where buffers and offsets will be there', state);
}

const placesOf = ({ configDir, stateDir }: Folders): Places => ({ config: configDir, state: stateDir });

function run(options: Options, make: (delivery: Delivery, filter: BuiltFilter) => Generated, withFilter = true): void {
  const { made, texts } = readPolicyFile<ReturnType<typeof configure<Generated>>>(
    options.policy,
    (input) => configure(input, make, withFilter ? readKey(options.keyFile) : TEST_KEY),
    (fault) => ({ diagnostics: [fault], included: new Map() }),
  );
  const { result, diagnostics } = made;
  if (result === undefined) {
    printDiagnostics(diagnostics, texts, options.json);
    process.exitCode = EXIT.couldNotRun;
  } else if (options.out === undefined) print(result.made);
  else
    writeAll(
      options.out,
      new Map([...result.made, ...(withFilter ? [[FILTER_FILE, result.filter.wasm] as const] : [])]),
    );
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
