import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { FilterInstance } from '../../host/index.ts';
import {
  duplicatesOf,
  isComplete,
  type Output,
  type ReconcileOptions,
  reconcile,
  type Statement,
  unexpectedOf,
} from '../../reconcile/index.ts';
import { type Input, InputError, openInput, tagOf } from '../../run/input.ts';
import { buildOrReport, DEFAULT_POLICY } from '../policy_file.ts';
import { progressBar } from '../progress.ts';
import { CommandError, columns, EXIT, grouped, paint, say } from '../terminal.ts';
import { openFilter, readModule } from './inspect.ts';

interface Options {
  readonly with: readonly string[];
  readonly policy?: string;
  readonly filter?: string;
  readonly tag?: string;
  readonly records?: boolean;
  readonly lineKey: string;
  readonly time?: string;
  readonly json?: boolean;
}

const SHOWN = 20;

const NOTES = `
Inputs and outputs are files or folders, plain, gzip or zstd. TAG=PATH gives an input its tag, ROUTE=PATH an output its route; else a file's tag is its name
without endings, and its route is its name or its folder's if there is such a route. Outputs are what collectors write: NDJSON, with or without their wrapping.
Exit code 2: something is missing.

Example: auditlb reconcile nginx.access=/var/log/nginx/access.log --policy policy.yaml --with siem=siem-a.ndjson siem=siem-b.ndjson archive.ndjson`;

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description('Account for every line: delivered, dropped by the policy, unparsed, duplicated or missing.')
    .argument('<inputs...>', 'logs the collector read')
    .requiredOption('-w, --with <outputs...>', 'what arrived')
    .option('-p, --policy <file>', 'policy the collector’s filter was built of')
    .option('-f, --filter <file>', 'the collector’s filter')
    .option('-t, --tag <tag>', 'tag of inputs without one of their own')
    .option('--records', 'lines of inputs are JSON records as a collector hands them over')
    .option('--line-key <key>', 'key the collector puts a line under', 'log')
    .option('--time <time>', 'when the collector read the inputs, RFC 3339 (default: now)')
    .option('--json', 'print the statement as JSON')
    .addHelpText('after', NOTES)
    .action(run);
}

async function run(inputs: string[], options: Options): Promise<void> {
  const filter = open(options);
  if (filter === undefined) {
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  const routes = new Set(['unrouted', ...filter.describe().routes.map(({ name }) => name)]);
  const statement = await account(filter, {
    inputs: await inputsOf(inputs, options.tag),
    outputs: await outputsOf(options.with, routes),
    records: options.records === true,
    lineKey: options.lineKey,
    time: timeOf(options.time),
  });
  process.stdout.write(options.json ? `${JSON.stringify(statement, null, 2)}\n` : `${statementText(statement)}\n`);
  if (!isComplete(statement)) process.exitCode = EXIT.checksFailed;
}

function open({ policy, filter }: Options): FilterInstance | undefined {
  if (policy !== undefined && filter !== undefined)
    throw new CommandError('--policy and --filter exclude each other', 'a built filter has its policy in it');
  if (filter !== undefined) return openFilter(filter, readModule(filter));
  const built = buildOrReport(policy ?? DEFAULT_POLICY, false);
  return built === undefined ? undefined : new FilterInstance(built.wasm);
}

function timeOf(at: string | undefined): Date {
  const time = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(time.getTime()))
    throw new CommandError(`\`${at}\` is no time`, 'write it like 2026-02-03T04:05:06Z');
  return time;
}

async function account(filter: FilterInstance, options: ReconcileOptions): Promise<Statement> {
  const bar = progressBar([...options.inputs, ...options.outputs].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  try {
    return await reconcile(filter, options, (bytes, records) => bar?.increment(bytes, { records: grouped(records) }));
  } catch (error) {
    throw asCommandError(error);
  } finally {
    bar?.stop();
  }
}

function asCommandError(error: unknown): unknown {
  return error instanceof InputError ? new CommandError(`${error.path}: ${error.code}: ${error.message}`) : error;
}

/** `NAME=PATH`, unless there is a file of that whole name. */
function named(argument: string): { name?: string; path: string } {
  const at = argument.indexOf('=');
  if (at <= 0 || existsSync(argument)) return { path: argument };
  return { name: argument.slice(0, at), path: argument.slice(at + 1) };
}

/** The file itself, or every file in a folder, sorted. */
function filesOf(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
}

async function inputsOf(args: readonly string[], tag: string | undefined): Promise<Input[]> {
  const files = args.map(named).flatMap(({ name, path }) => filesOf(path).map((file) => [file, name ?? tag] as const));
  return opened(() => Promise.all(files.map(([file, own]) => openInput(file, own))));
}

async function outputsOf(args: readonly string[], routes: ReadonlySet<string>): Promise<Output[]> {
  const files = args.map(named).flatMap(({ name, path }) => filesOf(path).map((file) => [file, name] as const));
  for (const [, name] of files) {
    if (name !== undefined && !routes.has(name))
      throw new CommandError(`the policy has no route \`${name}\``, `one of ${[...routes].join(', ')}`);
  }
  return opened(() =>
    Promise.all(
      files.map(async ([file, name]) => {
        const route = name ?? [tagOf(file), basename(dirname(file))].find((each) => routes.has(each));
        return { ...(await openInput(file, undefined)), ...(route === undefined ? {} : { route }) };
      }),
    ),
  );
}

async function opened<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asCommandError(error);
  }
}

function statementText(statement: Statement): string {
  const { records, delivered, unparsed, dropped, missing, lost_by_filter: lost, events, unreadable } = statement;
  const parts = [`${delivered} delivered`, `${unparsed} kept unparsed`, `${dropped} dropped by policy`];
  if (lost > 0) parts.push(`${lost} lost by the filter`);
  const missingText = paint(process.stdout, missing > 0 ? 'red' : 'green', `${missing} missing`);
  const lines = [`${records} lines in = ${[...parts, missingText].join(' + ')}`];
  const rows = statement.routes.map((each) =>
    [each.route, each.expected, each.delivered, each.missing, each.duplicates, each.unexpected].map(String),
  );
  const torn = unreadable > 0 ? `, ${unreadable} lines with no whole event` : '';
  lines.push(
    `${events} events out, ${duplicatesOf(statement)} duplicates, ${unexpectedOf(statement)} unexpected${torn}`,
  );
  const head = ['route', 'expected', 'delivered', 'missing', 'duplicates', 'unexpected'];
  lines.push('', columns(head, rows, [1, 2, 3, 4, 5]));
  for (const { path, line, from, text } of statement.missing_lines.slice(0, SHOWN))
    lines.push(`${path}:${line}: missing from ${from.join(', ')}: ${text}`);
  if (missing > SHOWN) lines.push(`and ${missing - SHOWN} more`);
  if (statement.missing_lines.length < missing) say(`${statement.missing_lines.length} of them are named in --json`);
  return lines.join('\n');
}
