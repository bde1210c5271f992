import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFilter } from '../filter.ts';
import { FilterInstance } from '../host/index.ts';
import { type Catalog, packageRoot } from '../policy/catalog.ts';
import { tagOf } from '../run/input.ts';
import { lineRecord } from '../run/record.ts';
import { VerdictReader } from '../run/verdict.ts';

/** Time of the first record by the host: 2026-02-03T04:05:06Z. */
export const START_SECONDS = Date.UTC(2026, 1, 3, 4, 5, 6) / 1000;

/** The same numbers in every run. */
class Dice {
  #state = 12345;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) & 0x7fffffff;
    return (this.#state >>> 8) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0',
  'curl/8.5.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
];
const TARGETS = [
  '/',
  '/api/v1/orders?id=17&sort=asc',
  '/static/app.3f2a.js',
  '/login',
  '/products/blue-widget?ref=home',
];
const STATUSES = [200, 200, 200, 301, 404, 502];
const REFERRERS = ['-', 'https://www.example.net/'];

/** Lines of nginx's combined format, a hundred a second. */
export function* nginxLines(count: number): Generator<string> {
  const dice = new Dice();
  for (let i = 0; i < count; i++) {
    const user = dice.below(10) === 0 ? 'alice' : '-';
    const request = `${dice.pick(['GET', 'GET', 'GET', 'POST'])} ${dice.pick(TARGETS)} HTTP/1.1`;
    const rest = `${dice.pick(STATUSES)} ${dice.below(50_000)} "${dice.pick(REFERRERS)}" "${dice.pick(AGENTS)}"`;
    yield `${address(dice)} - ${user} [${clfTime(START_SECONDS + Math.floor(i / 100))}] "${request}" ${rest}`;
  }
}

const address = (dice: Dice): string =>
  `${1 + dice.below(223)}.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`;

function clfTime(seconds: number): string {
  const [, day, month, year, clock] = new Date(seconds * 1000).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}

/** Lines of one shipped format, all of which it reads without a fault. */
export interface Corpus {
  readonly format: string;
  readonly lines: readonly string[];
}

/** `count` lines of every shipped format that has fixtures: what fixtures and samples hold, over and over, with other addresses. */
export function formatCorpora(catalog: Catalog, count: number): Corpus[] {
  const samples = sampleLines(catalog);
  return [...catalog.formats.keys()].sort().flatMap((format) => {
    const seeds = [...fixtureLines(format), ...(samples.get(format) ?? [])];
    return seeds.length === 0 ? [] : [{ format, lines: varied(seeds, count) }];
  });
}

/** `malformed` lines are no part of a corpus. */
function fixtureLines(format: string): string[] {
  const files = ['basic', 'tricky'].map((name) => join(packageRoot(), 'test', 'formats', format, `${name}.log`));
  return files.filter((file) => existsSync(file)).flatMap(linesOf);
}

/** The samples by the format their own policy finds in them. */
function sampleLines(catalog: Catalog): Map<string, string[]> {
  const folder = join(packageRoot(), 'samples');
  const text = readFileSync(join(folder, 'policy.yaml'), 'utf8');
  const instance = new FilterInstance(buildFilter({ text, file: 'policy.yaml' }, { catalog }).filter!.wasm);
  const found = new Map<string, string[]>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.log')))
    for (const line of linesOf(join(folder, file))) {
      const format = formatOf(instance, tagOf(file), line);
      if (format !== undefined) found.set(format, [...(found.get(format) ?? []), line]);
    }
  return found;
}

/** Undefined unless the line is read in full. */
function formatOf(instance: FilterInstance, tag: string, line: string): string | undefined {
  const answer = instance.call(Buffer.from(tag), START_SECONDS, 0, lineRecord(line));
  if (answer.kind !== 'kept') return undefined;
  const { format, status } = new VerdictReader().read(Buffer.from(answer.output).toString());
  return status === 'ok' ? format : undefined;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;

function varied(seeds: readonly string[], count: number): string[] {
  const dice = new Dice();
  return Array.from({ length: count }, (_, i) => seeds[i % seeds.length]!.replace(IPV4, () => address(dice)));
}
