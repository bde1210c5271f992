import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEngine } from '../filter.ts';
import { FilterInstance } from '../host/index.ts';
import type { Catalog } from '../policy/catalog.ts';
import type { Collector, Installed } from './collector.ts';
import { type Corpus, nginxLines } from './corpus.ts';
import { checkAnswers, embeddedCase } from './embedded.ts';
import { interleave, ratioOf, statsOf } from './interleave.ts';
import { build, plainPolicy, rulesPolicy } from './policies.ts';
import type { Cost, Ratio, Report, RuleSet } from './report.ts';
import { checkOutputs, NAMES, type Variant, variants } from './variants.ts';
import { WrongOutput } from './wrong_output.ts';

export interface Settings {
  readonly rounds: number;
  /** Of each round and case, on the embedded host. */
  readonly sliceSeconds: number;
  /** Through each pipeline of a collector. */
  readonly records: number;
  /** In each corpus of the embedded host. */
  readonly corpusRecords: number;
}

type Step = (name: string) => void;

/** Rounds that are not counted: code is compiled and files are cached in them. */
const WARM_ROUNDS = 1;
export const roundsOf = ({ rounds }: Settings): number => rounds + WARM_ROUNDS;

const counted = (costs: readonly number[]): number[] => costs.slice(WARM_ROUNDS);

export async function measureFormats(
  corpora: readonly Corpus[],
  catalog: Catalog,
  settings: Settings,
  step: Step,
): Promise<Cost[]> {
  const cases = corpora.map((corpus) => {
    const { format, lines } = corpus;
    const instance = new FilterInstance(build(plainPolicy(format), catalog).wasm);
    checkAnswers(instance, corpus);
    return embeddedCase(format, instance, lines, settings.sliceSeconds);
  });
  const costs = await interleave(cases, roundsOf(settings), step);
  return [...costs].map(([name, each]) => ({ name, nsPerRecord: statsOf(counted(each)) }));
}

export const RULE_COUNTS = [10, 1000] as const;
export const RULES_TARGET = 1.5;

export async function measureRules(catalog: Catalog, settings: Settings, step: Step): Promise<Report['rules']> {
  const corpus = { format: 'nginx_combined', lines: [...nginxLines(settings.corpusRecords)] };
  const engineBytes = readEngine().length;
  const built = RULE_COUNTS.map((rules) => {
    const builds = Array.from({ length: settings.rounds }, () => build(rulesPolicy(rules), catalog));
    const { wasm } = builds[0]!;
    return { rules, wasm, buildMs: statsOf(builds.map(({ buildMs }) => buildMs)).median };
  });
  const cases = built.map(({ rules, wasm }) => {
    const instance = new FilterInstance(wasm);
    checkAnswers(instance, corpus);
    return embeddedCase(String(rules), instance, corpus.lines, settings.sliceSeconds);
  });
  const costs = [...(await interleave(cases, roundsOf(settings), step)).values()].map(counted);
  const sets: RuleSet[] = built.map(({ rules, wasm, buildMs }, i) => {
    return { rules, nsPerRecord: statsOf(costs[i]!), buildMs, imageBytes: wasm.length - engineBytes };
  });
  const ratio = { name: '1000 rules / 10 rules', ratio: ratioOf(costs[1]!, costs[0]!), target: RULES_TARGET };
  return { sets, ratio };
}

/** Lines whose outputs are looked at one by one. */
const CHECKED_LINES = 5000;

const RATIOS: readonly (readonly [a: string, b: string, target?: number])[] = [
  [NAMES.auditlb, NAMES.constant, 2],
  [NAMES.auditlbAot, NAMES.constantAot, 1.25],
  [NAMES.auditlb, NAMES.lua, 0.8],
  [NAMES.auditlbAot, NAMES.lua, 0.5],
  [NAMES.auditlb, NAMES.parser],
  [NAMES.constant, NAMES.alone],
  [NAMES.auto, NAMES.auditlb],
  [NAMES.many, NAMES.few, RULES_TARGET],
];

/** Steps `measureCollector` takes for each pipeline: its check, its count, and the rounds. */
export const collectorSteps = ({ rounds }: Settings): number => rounds + 2;

/** Every pipeline over the same lines, one after the other in each round. All are checked before any is measured. */
export async function measureCollector(
  collector: Collector,
  version: string,
  pipelines: readonly Variant[],
  settings: Settings,
  step: Step,
): Promise<Report['collector']> {
  const lines = [...nginxLines(settings.records)];
  const [head, all] = [join(collector.folder, 'head.log'), join(collector.folder, 'all.log')];
  const checked = lines.slice(0, CHECKED_LINES);
  writeFileSync(head, `${checked.join('\n')}\n`);
  writeFileSync(all, `${lines.join('\n')}\n`);
  for (const pipeline of pipelines) {
    step(`checking ${pipeline.name}`);
    checkOutputs(pipeline, await collector.outputs(pipeline.setup, head), checked);
    step(`counting ${pipeline.name}`);
    const count = await collector.count(pipeline.setup, all);
    if (count !== lines.length)
      throw new WrongOutput(`${pipeline.name}: ${count} records came of ${lines.length} lines`);
  }
  const cases = pipelines.map(({ name, setup }) => ({
    name,
    measure: async () => ((await collector.userSeconds(setup, all)) / lines.length) * 1e9,
  }));
  const costs = await interleave(cases, settings.rounds, step);
  return {
    version,
    records: lines.length,
    costs: [...costs].map(([name, each]) => ({ name, nsPerRecord: statsOf(each) })),
    ratios: RATIOS.flatMap(([a, b, target]) => ratioRow(costs, a, b, target)),
  };
}

/** None for a pipeline that is not there, or one too short for the clock of user CPU. */
function ratioRow(costs: ReadonlyMap<string, readonly number[]>, a: string, b: string, target?: number): Ratio[] {
  const [upper, lower] = [costs.get(a), costs.get(b)];
  if (upper === undefined || lower === undefined || lower.includes(0)) return [];
  const row = { name: `${a} / ${b}`, ratio: ratioOf(upper, lower) };
  return [target === undefined ? row : { ...row, target }];
}

export async function collectorPipelines(
  collector: Collector,
  installed: Installed,
  catalog: Catalog,
): Promise<Variant[]> {
  return variants(collector, installed.wamrc, catalog, [...nginxLines(CHECKED_LINES)]);
}
