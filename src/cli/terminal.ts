import { styleText } from 'node:util';
import Table from 'cli-table3';
import { type Diagnostic, showDiagnostic } from '../diagnostic.ts';

type Style = Parameters<typeof styleText>[0];
type Output = NodeJS.WriteStream;

/** Text in a style where a person looks on: never in files and pipes, never under `NO_COLOR`. */
export function paint(stream: Output, style: Style, text: string): string {
  return text !== '' && stream.isTTY === true && process.env.NO_COLOR === undefined
    ? styleText(style, text, { validateStream: false })
    : text;
}

/** Exit codes of every command. */
export const EXIT = { fine: 0, couldNotRun: 1, checksFailed: 2 } as const;

/** Aligned columns without rules. `right`: indexes of columns that hold numbers. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  };
  const chars = {
    ...none,
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    chars,
    head: [...head],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** `texts`: the files they are in, to show the places. As JSON to standard output, else to standard error. */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  json: boolean,
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ diagnostics }, null, 2)}\n`);
    return;
  }
  for (const diagnostic of diagnostics) {
    const [first, ...more] = showDiagnostic(diagnostic, texts.get(diagnostic.file)).split('\n');
    const style = diagnostic.severity === 'warning' ? 'yellow' : 'red';
    say(paint(process.stderr, style, first!));
    for (const line of more) say(/^ +\| +\^+$/.test(line) ? paint(process.stderr, style, line) : line);
  }
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const counts = [counted(diagnostics.length - warnings, 'error'), counted(warnings, 'warning')].filter(Boolean);
  if (counts.length > 0) say(counts.join(', '));
}

/** `2 errors`, `1 test passed`; nothing for none. */
export function counted(count: number, what: string, became = ''): string {
  return count === 0 ? '' : `${grouped(count)} ${what}${count === 1 ? '' : 's'} ${became}`.trimEnd();
}

/** A fault that ends a command: said on one line, without a stack. */
export class CommandError extends Error {
  readonly help: string | undefined;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

/** `--time`: RFC 3339, or now. */
export function hostTime(at: string | undefined): Date {
  const time = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(time.getTime()))
    throw new CommandError(`\`${at}\` is no time`, 'write it like 2026-02-03T04:05:06Z');
  return time;
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `1 234 567`: groups of three, a thin mark no locale changes. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

export function bytesText(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${unit === 0 ? left : left.toFixed(1)} ${units[unit]}`;
}
