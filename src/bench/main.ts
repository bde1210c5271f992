import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { progressBar } from '../cli/progress.ts';
import { CommandError, EXIT, say } from '../cli/terminal.ts';
import { readEngine } from '../filter.ts';
import { type Catalog, loadCatalog } from '../policy/catalog.ts';
import { Collector, findFluentBit, type Installed } from './collector.ts';
import { type Corpus, formatCorpora } from './corpus.ts';
import {
  collectorPipelines,
  collectorSteps,
  measureCollector,
  measureFormats,
  measureRules,
  RULE_COUNTS,
  roundsOf,
  type Settings,
} from './measure.ts';
import { isFlat, type Report, reportText } from './report.ts';
import { SAMPLES, soakCollector, soakEmbedded } from './soak.ts';
import { NAMES, type Variant } from './variants.ts';
import { WrongOutput } from './wrong_output.ts';

interface Options {
  readonly format?: string;
  readonly seconds: number;
  readonly records: number;
  readonly rounds: number;
  readonly soak?: number;
  readonly json?: boolean;
}

const CORPUS_RECORDS_MAX = 5000;

const NOTES = `
With --format only that format is measured, on the embedded host. Fluent Bit is FLUENT_BIT_BIN or fluent-bit on PATH.
Exit codes: 0 measured, whatever came of it, 1 could not run, 2 an output was wrong or memory grew in a soak.

Examples:
  npm run bench
  npm run bench -- --format aws_alb --seconds 5
  npm run bench -- --soak 10000000`;

/** Runs `work` under a bar of `steps` steps. */
async function withBar<T>(what: string, steps: number, work: (step: (name: string) => void) => Promise<T>): Promise<T> {
  const bar = progressBar(steps, `{bar} {percentage}%  ${what}: {what}`);
  try {
    return await work((name) => bar?.increment(1, { what: name }));
  } finally {
    bar?.stop();
  }
}

async function bench(options: Options): Promise<void> {
  const { rounds, records } = options;
  const corpusRecords = Math.min(records, CORPUS_RECORDS_MAX);
  const settings: Settings = { rounds, records, corpusRecords, sliceSeconds: options.seconds / rounds };
  const catalog = loadCatalog();
  const corpora = chosen(formatCorpora(catalog, corpusRecords), options.format);
  const formats = await withBar('formats', corpora.length * roundsOf(settings), (step) =>
    measureFormats(corpora, catalog, settings, step),
  );
  const machine = { node: process.versions.node, cpu: cpus()[0]?.model ?? 'unknown processor' };
  const alone: Report = { machine, engineBytes: readEngine().length, formats };
  const report = options.format === undefined ? await withTheRest(alone, settings, options, corpora, catalog) : alone;
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.soak && !isFlat(report.soak.embedded)) process.exitCode = EXIT.checksFailed;
}

function chosen(corpora: readonly Corpus[], format: string | undefined): readonly Corpus[] {
  if (format === undefined) return corpora;
  const found = corpora.filter((corpus) => corpus.format === format);
  if (found.length > 0) return found;
  throw new CommandError(`no fixtures of a format \`${format}\``, '`auditlb formats` lists the formats');
}

/** What is measured where no format is named. */
async function withTheRest(
  alone: Report,
  settings: Settings,
  { soak }: Options,
  corpora: readonly Corpus[],
  catalog: Catalog,
): Promise<Report> {
  const rules = await withBar('rules', RULE_COUNTS.length * roundsOf(settings), (step) =>
    measureRules(catalog, settings, step),
  );
  const installed = findFluentBit();
  const place = typeof installed === 'string' ? undefined : await openCollector(installed, catalog);
  const collector = place
    ? await withBar('Fluent Bit', place.pipelines.length * collectorSteps(settings), (step) =>
        measureCollector(place.collector, place.version, place.pipelines, settings, step),
      )
    : { skipped: installed as string };
  const report = { ...alone, ...(rules ? { rules } : {}), ...(collector ? { collector } : {}) };
  if (soak === undefined) return report;
  const embedded = await withBar('soak', SAMPLES, async (step) => soakEmbedded(soak, corpora, catalog, step));
  if (!place) return { ...report, soak: { embedded } };
  const pipeline = place.pipelines.find(({ name }) => name === NAMES.auditlb)!;
  const resident = await withBar('soak', SAMPLES, (step) => soakCollector(place.collector, pipeline, soak, step));
  return { ...report, soak: { embedded, collector: resident } };
}

interface Place {
  readonly collector: Collector;
  readonly version: string;
  readonly pipelines: readonly Variant[];
}

async function openCollector(installed: Installed, catalog: Catalog): Promise<Place> {
  const collector = new Collector(installed.fluentBit);
  const pipelines = await collectorPipelines(collector, installed, catalog);
  return { collector, version: installed.version, pipelines };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}

function whole(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number is needed');
  return value;
}

const program = new Command('bench')
  .description('Measures the filter on the embedded host and in an installed Fluent Bit. See docs/performance.md.')
  .option('--format <name>', 'only this format')
  .option('--seconds <n>', 'of measuring for each case on the embedded host', positive, 1)
  .option(
    '--records <n>',
    'lines through each pipeline of Fluent Bit, and at most 5000 in each embedded corpus',
    whole,
    300_000,
  )
  .option('--rounds <n>', 'rounds in which all cases take turns', whole, 5)
  .option('--soak <n>', 'also this many records through one instance, such as 10000000', whole)
  .option('--json', 'print the report as JSON')
  .addHelpText('after', NOTES)
  .action(bench);

process.once('SIGINT', () => process.exit(EXIT.couldNotRun));
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof WrongOutput) {
    say(`wrong output: ${error.message}`);
    process.exitCode = EXIT.checksFailed;
  } else if (error instanceof CommandError) {
    say(`error: ${error.message}${error.help === undefined ? '' : `\n  help: ${error.help}`}`);
    process.exitCode = EXIT.couldNotRun;
  } else throw error;
}
