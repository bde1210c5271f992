import { EntryKind, type EntryView } from './entry.ts';

/** Outputs no route is known of. */
export const ELSEWHERE = 0;

export interface RouteCount {
  expected: number;
  delivered: number;
  missing: number;
  duplicates: number;
  unexpected: number;
}

export interface MissingLine {
  readonly file: number;
  readonly line: number;
  /** Destinations it should be in and is not. */
  readonly from: readonly string[];
}

/** Lines named at most; all are counted. */
export const NAMED_MAX = 10_000;

/** Counts what was matched. Destination 0 is `ELSEWHERE`. */
export class Tally {
  delivered = 0;
  unparsed = 0;
  missing = 0;
  /** Empty lines that were delivered. */
  optional = 0;
  readonly missingLines: MissingLine[] = [];
  readonly routes: ReadonlyMap<number, RouteCount>;
  readonly #names: readonly string[];
  readonly #routeSets: readonly (readonly string[])[];

  /** `names`: of the destinations. `routeSets`: routes of inputs by their `place`. */
  constructor(names: readonly string[], routeSets: readonly (readonly string[])[]) {
    this.#names = names;
    this.#routeSets = routeSets;
    this.routes = new Map(
      names.map((_, i) => [i, { expected: 0, delivered: 0, missing: 0, duplicates: 0, unexpected: 0 }]),
    );
  }

  /** Destinations an input must be in; without any it may be anywhere. */
  needsOf(input: EntryView): number[] {
    return (this.#routeSets[input.place] ?? []).flatMap((route) => {
      const index = this.#names.indexOf(route);
      return index > ELSEWHERE ? [index] : [];
    });
  }

  /** Settles an input. `inside`: the destinations it was found in. */
  settle(input: EntryView, inside: ReadonlySet<number>): void {
    const needs = this.needsOf(input);
    const elsewhere = inside.has(ELSEWHERE);
    const missing = elsewhere ? [] : needs.filter((each) => !inside.has(each));
    const lost = missing.length > 0 || (needs.length === 0 && inside.size === 0);
    if (input.kind === EntryKind.optional) {
      if (inside.size === 0) return;
      this.optional++;
    }
    for (const each of needs.length === 0 ? [ELSEWHERE] : needs) {
      const count = this.routes.get(each)!;
      count.expected++;
      if (needs.length === 0 ? lost : missing.includes(each)) count.missing++;
      else count.delivered++;
    }
    if (!lost) {
      if (input.unparsed) this.unparsed++;
      else this.delivered++;
      return;
    }
    this.missing++;
    if (this.missingLines.length >= NAMED_MAX) return;
    const from = missing.length > 0 ? missing.map((each) => this.#names[each]!) : this.#routeSets[input.place]!;
    this.missingLines.push({ file: input.file, line: input.line, from });
  }

  duplicate(destination: number, by = 1): void {
    this.routes.get(destination)!.duplicates += by;
  }

  unexpected(destination: number, by: number): void {
    this.routes.get(destination)!.unexpected += by;
  }
}

const isInput = (entry: EntryView): boolean => entry.kind !== EntryKind.output;

/**
 * Entries of one id. A line found by its id is settled, every further copy in one destination is a duplicate. What is left goes to `rest`:
 * all of it where the id says nothing.
 */
export function matchIds(group: readonly EntryView[], tally: Tally, rest: (entry: EntryView) => void): void {
  const [input, ...others] = group.filter(isInput);
  const outputs = group.filter((entry) => !isInput(entry));
  if (input === undefined || outputs.length === 0 || !input.hasId || others.length > 0) {
    for (const entry of group) rest(entry);
    return;
  }
  const inside = new Set<number>();
  for (const { place } of outputs) {
    if (inside.has(place)) tally.duplicate(place);
    inside.add(place);
  }
  const needs = tally.needsOf(input);
  for (const place of inside) if (place !== ELSEWHERE && !needs.includes(place)) tally.unexpected(place, 1);
  tally.settle(input, inside);
}

/**
 * Entries of equal content, found by no id: a collector that gives no places makes ids by its own clock. Copies with one id are one; lines
 * with a time of their own match events of that time, the others any.
 */
export function matchContents(group: readonly EntryView[], tally: Tally): void {
  const inputs = group.filter(isInput);
  const inside = new Map<EntryView, Set<number>>(inputs.map((input) => [input, new Set()]));
  for (const [destination, copies] of byPlace(group.filter((entry) => !isInput(entry)))) {
    const outputs = distinct(copies);
    tally.duplicate(destination, copies.length - outputs.length);
    const wanted = destination === ELSEWHERE ? inputs : inputs.filter((e) => tally.needsOf(e).includes(destination));
    const left = pair(wanted, outputs, (input) => inside.get(input)!.add(destination));
    if (wanted.length > 0) tally.duplicate(destination, left);
    else tally.unexpected(destination, left);
  }
  for (const [input, destinations] of inside) tally.settle(input, destinations);
}

function byPlace(outputs: readonly EntryView[]): Map<number, EntryView[]> {
  const places = new Map<number, EntryView[]>();
  for (const output of outputs) {
    const known = places.get(output.place);
    if (known === undefined) places.set(output.place, [output]);
    else known.push(output);
  }
  return places;
}

function distinct(outputs: readonly EntryView[]): EntryView[] {
  const seen = new Set<string>();
  return outputs.filter((output) => {
    if (!output.hasId) return true;
    const fresh = !seen.has(output.id);
    seen.add(output.id);
    return fresh;
  });
}

/** Pairs inputs and outputs off; how many outputs are left over. */
function pair(inputs: readonly EntryView[], outputs: readonly EntryView[], found: (input: EntryView) => void): number {
  const times = new Map<number, number>();
  for (const { time } of outputs) times.set(time, (times.get(time) ?? 0) + 1);
  let left = outputs.length;
  const timeless: EntryView[] = [];
  for (const input of inputs) {
    const same = times.get(input.time) ?? 0;
    if (Number.isNaN(input.time)) timeless.push(input);
    else if (same > 0) {
      times.set(input.time, same - 1);
      left--;
      found(input);
    }
  }
  for (const input of timeless) {
    if (left === 0) break;
    left--;
    found(input);
  }
  return left;
}
