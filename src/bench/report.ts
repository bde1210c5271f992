import { columns, grouped } from '../cli/terminal.ts';
import type { Stats } from './interleave.ts';
import type { Soak } from './soak.ts';

export interface Cost {
  readonly name: string;
  readonly nsPerRecord: Stats;
}

/** `a` against `b`, by what each round measured of both. */
export interface Ratio {
  readonly name: string;
  readonly ratio: Stats;
  /** At most, by its median. */
  readonly target?: number;
}

export interface RuleSet {
  readonly rules: number;
  readonly nsPerRecord: Stats;
  readonly buildMs: number;
  readonly imageBytes: number;
}

export interface Report {
  readonly machine: { readonly node: string; readonly cpu: string };
  readonly engineBytes: number;
  readonly formats: readonly Cost[];
  readonly rules?: { readonly sets: readonly RuleSet[]; readonly ratio: Ratio };
  readonly collector?:
    | { readonly skipped: string }
    | {
        readonly version: string;
        readonly records: number;
        readonly costs: readonly Cost[];
        readonly ratios: readonly Ratio[];
      };
  readonly soak?: { readonly embedded: Soak; readonly collector?: Soak };
}

const KIB = 1024;
const ENGINE_MAX_BYTES = 96 * KIB;
const IMAGE_MAX_BYTES = 1024 * KIB;
const BUILD_MAX_MS = 1000;
const NGINX_MIN_PER_SECOND = 500_000;

/** The report as a person reads it. */
export function reportText(report: Report): string {
  const { machine, formats, rules, collector, soak } = report;
  const parts = [`${machine.cpu}, Node ${machine.node}`, formatsText(formats)];
  if (rules) parts.push(rulesText(rules.sets), ratiosText('embedded host', [rules.ratio]));
  if (collector && 'skipped' in collector) parts.push(`Fluent Bit is skipped: ${collector.skipped}`);
  else if (collector) {
    const { version, records, costs, ratios } = collector;
    parts.push(`${version}, ${grouped(records)} nginx lines, user CPU`, costsText('pipeline', costs));
    parts.push(ratios.length > 0 ? ratiosText('ratio of user CPU', ratios) : 'too few lines to tell ratios');
  }
  if (soak) parts.push(soakText(soak));
  parts.push(limitsText(report));
  return `${parts.join('\n\n')}\n`;
}

function formatsText(formats: readonly Cost[]): string {
  const rows = formats.map(({ name, nsPerRecord }) => [
    name,
    grouped(1e9 / nsPerRecord.median),
    grouped(nsPerRecord.median),
    spread(nsPerRecord),
  ]);
  return columns(['format', 'records/s', 'ns/record', 'spread'], rows, [1, 2, 3]);
}

function costsText(head: string, costs: readonly Cost[]): string {
  const rows = costs.map(({ name, nsPerRecord }) => [name, grouped(nsPerRecord.median), spread(nsPerRecord)]);
  return columns([head, 'ns/record', 'spread'], rows, [1, 2]);
}

function rulesText(sets: readonly RuleSet[]): string {
  const rows = sets.map(({ rules, nsPerRecord, buildMs, imageBytes }) => [
    grouped(rules),
    grouped(nsPerRecord.median),
    spread(nsPerRecord),
    grouped(buildMs),
    grouped(imageBytes / KIB),
  ]);
  return columns(['rules', 'ns/record', 'spread', 'build ms', 'image KiB'], rows, [0, 1, 2, 3, 4]);
}

function ratiosText(head: string, ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ name, ratio, target }) => [
    name,
    ratio.median.toFixed(2),
    `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}`,
    ...(target === undefined ? ['', ''] : [`≤ ${target.toFixed(2)}`, verdict(ratio.median <= target)]),
  ]);
  return columns([head, 'median', 'rounds', 'target', ''], rows, [1, 2, 3]);
}

function soakText({ embedded, collector }: NonNullable<Report['soak']>): string {
  const row = (name: string, { records, warmBytes, endBytes, maxBytes }: Soak): string[] => [
    name,
    ...[records, warmBytes / KIB, endBytes / KIB, maxBytes / KIB].map(grouped),
  ];
  const rows = [row('module on the embedded host', embedded)];
  if (collector) rows.push(row('resident, Fluent Bit', collector));
  return columns(['memory in KiB', 'records', 'warm', 'end', 'most'], rows, [1, 2, 3, 4]);
}

function limitsText({ engineBytes, formats, rules, soak }: Report): string {
  const rows: string[][] = [];
  const limit = (what: string, value: string, target: string, met: boolean): void => {
    rows.push([what, value, target, verdict(met)]);
  };
  const kib = (bytes: number): string => `${grouped(bytes / KIB)} KiB`;
  limit('engine', kib(engineBytes), `≤ ${kib(ENGINE_MAX_BYTES)}`, engineBytes <= ENGINE_MAX_BYTES);
  const nginx = formats.find(({ name }) => name === 'nginx_combined');
  if (nginx) {
    const rate = 1e9 / nginx.nsPerRecord.median;
    const [value, target] = [rate, NGINX_MIN_PER_SECOND].map((each) => `${grouped(each)} records/s`);
    limit('nginx_combined, embedded host', value!, `≥ ${target}`, rate >= NGINX_MIN_PER_SECOND);
  }
  const many = rules?.sets.at(-1);
  if (many) {
    const name = `${grouped(many.rules)} rules`;
    const { imageBytes, buildMs } = many;
    limit(`image, ${name}`, kib(imageBytes), `≤ ${kib(IMAGE_MAX_BYTES)}`, imageBytes <= IMAGE_MAX_BYTES);
    limit(`build, ${name}`, `${grouped(buildMs)} ms`, `≤ ${grouped(BUILD_MAX_MS)} ms`, buildMs <= BUILD_MAX_MS);
  }
  if (soak) limit('module, soak', kib(soak.embedded.endBytes), kib(soak.embedded.warmBytes), isFlat(soak.embedded));
  return columns(['limit', 'value', 'target', ''], rows, [1, 2]);
}

/** Memory did not grow once it was warm. */
export const isFlat = ({ warmBytes, maxBytes }: Soak): boolean => maxBytes <= warmBytes;

const verdict = (met: boolean): string => (met ? 'met' : 'missed');

/** How far the rounds lie apart, in parts of their median. */
const spread = ({ median, min, max }: Stats): string => `${Math.round(((max - min) / (median || 1)) * 100)} %`;
