import { Argument, Command } from 'commander';
import { FilterInstance } from '../../host/index.ts';
import { type Input, InputError, openInput } from '../../run/input.ts';
import { Runner } from '../../run/runner.ts';
import { FolderSink, type Sink, StdoutSink } from '../../run/sinks.ts';
import type { Summary } from '../../run/summary.ts';
import { buildOrReport, DEFAULT_POLICY } from '../policy_file.ts';
import { progressBar } from '../progress.ts';
import { bytesText, CommandError, columns, EXIT, grouped, hostTime, paint, say } from '../terminal.ts';
import { openFilter, readModule } from './inspect.ts';

interface RunOptions {
  readonly policy?: string;
  readonly filter?: string;
  readonly tag?: string;
  readonly out?: string;
  readonly records?: boolean;
  readonly time?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const NOTES = `
Without --policy or --filter every shipped format is recognised by itself.
A file's records carry its name without endings as their tag (nginx.access for nginx.access.log.gz), unless --tag says otherwise.
A list of records (CloudTrail's Records, a Kubernetes EventList) is one record for each element, as the bridge hands them over.

Examples:
  auditlb run samples/*.log
  auditlb run --policy policy.yaml --out out access.log.gz
  kubectl logs deploy/web | auditlb run --policy policy.yaml --tag nginx.web -`;

export function runCommand(): Command {
  return new Command('run')
    .description('Put log files through the filter on the embedded host, as a collector would.')
    .addArgument(new Argument('[files...]', 'plain, gzip or zstd files').default(['-'], '-, standard input'))
    .option('-p, --policy <file>', 'policy to build and use')
    .option('-f, --filter <file>', 'built filter to use')
    .option('-t, --tag <tag>', 'tag of all records')
    .option('-o, --out <folder>', 'a folder per route and a file per shard, instead of standard output')
    .option('--records', 'lines are JSON records as a collector hands them over, not text lines')
    .option('--time <time>', 'time of the records by the host, RFC 3339 (default: now)')
    .option('--json', 'print the closing summary as JSON; with --out to standard output')
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', NOTES)
    .action(run);
}

async function run(files: string[], options: RunOptions): Promise<void> {
  if (options.policy !== undefined && options.filter !== undefined) {
    throw new CommandError('--policy and --filter exclude each other', 'a built filter has its policy in it');
  }
  const filter = open(options);
  if (filter === undefined) {
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  const sink: Sink = options.out === undefined ? new StdoutSink() : new FolderSink(options.out);
  const runner = new Runner(filter, sink, { records: options.records === true, time: hostTime(options.time) });
  const faults = await runAll(files, options, runner);
  sink.close();
  for (const fault of faults)
    say(`${paint(process.stderr, 'red', 'error')}: ${fault.path}: ${fault.code}: ${fault.message}`);
  if (options.json) {
    const stream = options.out === undefined ? process.stderr : process.stdout;
    stream.write(`${JSON.stringify(runner.summary)}\n`);
  }
  if (!options.json && !options.quiet) say(summaryText(runner.summary));
  if (faults.length > 0 || runner.summary.lost > 0) process.exitCode = EXIT.couldNotRun;
}

function open(options: RunOptions): FilterInstance | undefined {
  if (options.filter !== undefined) return openFilter(options.filter, readModule(options.filter));
  const built = buildOrReport(options.policy ?? DEFAULT_POLICY, false);
  return built === undefined ? undefined : new FilterInstance(built.wasm);
}

/** Every file; one that cannot be read is noted and the others go on. */
async function runAll(files: readonly string[], options: RunOptions, runner: Runner): Promise<InputError[]> {
  const faults: InputError[] = [];
  const inputs: Input[] = [];
  const noting = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(error);
    }
  };
  for (const file of files) await noting(async () => void inputs.push(await openInput(file, options.tag)));
  const total = inputs.reduce((sum, input) => sum + input.sizeBytes, 0);
  const toTerminal = options.out === undefined && process.stdout.isTTY === true;
  const bar = options.quiet || toTerminal ? undefined : progressBar(total);
  for (const input of inputs)
    await noting(() =>
      runner.run(input, (bytes) => bar?.increment(bytes, { records: grouped(runner.summary.records) })),
    );
  bar?.stop();
  return faults;
}

function summaryText(summary: Summary): string {
  const rate = summary.seconds > 0 ? summary.records / summary.seconds : 0;
  const head = `${grouped(summary.records)} records, ${bytesText(summary.bytesIn)} in, ${bytesText(summary.bytesOut)} out, ${grouped(rate)} records/s`;
  const parts = [paint(process.stderr, 'bold', head)];
  const formats = [...summary.formats].map(([name, { ok, partial, failed }]) => [
    name,
    grouped(ok),
    grouped(partial),
    grouped(failed),
  ]);
  if (formats.length > 0) parts.push(columns(['format', 'ok', 'partial', 'failed'], formats, [1, 2, 3]));
  parts.push(counts('route', summary.routes), counts('shard', summary.shards), counts('error', summary.errors));
  parts.push(counts('dropped by', summary.droppedBy));
  parts.push(driftText(summary));
  if (summary.dropped > 0) parts.push(`${grouped(summary.dropped)} records dropped by the policy`);
  if (summary.lost > 0) parts.push(paint(process.stderr, 'red', `${grouped(summary.lost)} records lost`));
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What formats do not know yet, with the first line of each. */
function driftText({ drift }: Summary): string {
  const rows = [...drift]
    .sort(([, a], [, b]) => b.records - a.records)
    .map(([name, { records, first = '' }]) => [name, grouped(records), shown(first)]);
  return rows.length === 0 ? '' : columns(['drifted', 'records', 'first'], rows, [1]);
}

const SHOWN_MAX = 120;

/** A line as a terminal may show it: cut, and without control characters. */
function shown(line: string): string {
  const plain = line.replace(/\p{Cc}/gu, ' ');
  return plain.length > SHOWN_MAX ? `${plain.slice(0, SHOWN_MAX)}…` : plain;
}

function counts(head: string, map: ReadonlyMap<string | number, number>): string {
  const rows = [...map].sort(([, a], [, b]) => b - a).map(([name, count]) => [String(name), grouped(count)]);
  return rows.length === 0 ? '' : columns([head, 'records'], rows, [1]);
}
