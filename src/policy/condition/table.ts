import { LocalUnit, Match, MatchField, Term as TermAt, Zone } from '../../../assembly/shared/image_layout.ts';
import { writeAutomaton } from '../automaton.ts';
import { isChoice } from '../compile_routes.ts';
import type { RoutePlan } from '../plan.ts';
import type { FieldTests, MatchPlan } from './match_plan.ts';
import type { Range, Term } from './predicates.ts';
import { zoneTable } from './zone.ts';

const MUST_BE_FALSE = 0x80000000;

/** The conditions as the engine evaluates them (`Match` in `assembly/shared/image_layout.ts`), for this address. */
export function writeMatch(plan: MatchPlan, routes: readonly RoutePlan[], address: number): Uint8Array {
  const out = new Writer(address);
  out.reserve(Match.size);
  const predicates = plan.predicates.length;
  out.set(Match.stamps, out.reserve(predicates * 4));
  out.set(Match.hits, out.reserve(predicates * 4));
  out.set(Match.predicate_count, predicates);
  writeRules(out, plan);
  if (routes.some(({ otherwise }) => otherwise)) out.set(Match.rest, writeRest(out, routes));
  const zones = new Map<string, number>();
  const fields = plan.fields.map((tests) => [...writeField(out, tests), ...writeLocal(out, tests, zones)]);
  const at = out.reserve(fields.length * MatchField.size);
  fields.forEach((row, i) => {
    for (const [field, value] of row) out.set(at + i * MatchField.size + field, value);
  });
  out.set(Match.fields, at);
  out.set(Match.field_count, fields.length);
  return out.bytes();
}

/** Two words for 32 routes: those with a condition of their own, and those for the rest. */
function writeRest(out: Writer, routes: readonly RoutePlan[]): number {
  const words = Array.from({ length: Math.ceil(routes.length / 32) }, (_, word) => {
    const own = routes.slice(word * 32, word * 32 + 32);
    const bits = (is: (route: RoutePlan) => boolean): number =>
      own.reduce((sum, route, i) => (is(route) ? sum | (1 << i) : sum), 0) >>> 0;
    return [bits(isChoice), bits(({ otherwise }) => otherwise === true)];
  });
  return out.words([words.length, ...words.flat()]);
}

/** Little-endian words at absolute addresses; `set` with a small number means the header. */
class Writer {
  readonly #base: number;
  #data = new Uint8Array(1 << 14);
  #end = 0;

  constructor(base: number) {
    this.#base = base;
  }

  reserve(length: number): number {
    const at = (this.#end + 7) & ~7;
    this.#end = at + length;
    if (this.#end > this.#data.length) {
      const larger = new Uint8Array(Math.max(this.#end, this.#data.length * 2));
      larger.set(this.#data);
      this.#data = larger;
    }
    return this.#base + at;
  }

  set(at: number, value: number): void {
    const offset = at < this.#base ? at : at - this.#base;
    new DataView(this.#data.buffer).setUint32(offset, value, true);
  }

  long(at: number, value: bigint): void {
    new DataView(this.#data.buffer).setBigUint64(at - this.#base, BigInt.asUintN(64, value), true);
  }

  place(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.#data.set(bytes, at - this.#base);
    return at;
  }

  words(values: readonly number[]): number {
    const at = this.reserve(values.length * 4);
    values.forEach((value, i) => {
      this.set(at + i * 4, value);
    });
    return at;
  }

  /** Address the next structure gets. */
  next(): number {
    return this.#base + ((this.#end + 7) & ~7);
  }

  bytes(): Uint8Array {
    return this.#data.slice(0, (this.#end + 7) & ~7);
  }
}

function writeRules(out: Writer, plan: MatchPlan): void {
  const bitBytes = Math.ceil(plan.rules.length / 64) * 8;
  const preset = out.reserve(bitBytes);
  const triggered: number[][] = plan.predicates.map(() => []);
  const always: number[] = [];
  plan.rules.forEach((terms, rule) => {
    for (const term of terms) {
      if (term.length === 0) {
        const word = preset + (rule >> 5) * 4;
        out.set(word, presetWord(plan, rule >> 5));
        continue;
      }
      const at = writeTerm(out, rule, term);
      const trigger = rarest(plan, term, triggered);
      (trigger === undefined ? always : triggered[trigger]!).push(at);
    }
  });
  const lists = triggered.map((terms) => (terms.length === 0 ? 0 : out.words(terms)));
  const triggers = out.reserve(plan.predicates.length * 8);
  triggered.forEach((terms, i) => {
    out.set(triggers + i * 8, lists[i]!);
    out.set(triggers + i * 8 + 4, terms.length);
  });
  out.set(Match.triggers, triggers);
  out.set(Match.always, out.words(always));
  out.set(Match.always_count, always.length);
  out.set(Match.preset, preset);
  out.set(Match.bit_bytes, bitBytes);
}

function presetWord(plan: MatchPlan, word: number): number {
  let bits = 0;
  for (let bit = 0; bit < 32; bit++)
    if (plan.rules[word * 32 + bit]?.some((term) => term.length === 0)) bits |= 1 << bit;
  return bits >>> 0;
}

function writeTerm(out: Writer, rule: number, term: Term): number {
  const literals = term.map((literal) => (literal > 0 ? literal - 1 : MUST_BE_FALSE + (-literal - 1)));
  const at = out.reserve(TermAt.literals + literals.length * 4);
  out.set(at + TermAt.rule, rule);
  out.set(at + TermAt.count, literals.length);
  literals.forEach((literal, i) => {
    out.set(at + TermAt.literals + i * 4, literal);
  });
  return at;
}

/** The predicate that must be true and is expected to be so least often; of equals the one with fewer terms so far. */
function rarest(plan: MatchPlan, term: Term, triggered: readonly (readonly number[])[]): number | undefined {
  const candidates = term.filter((literal) => literal > 0).map((literal) => literal - 1);
  const cost = (i: number): number => plan.predicates[i]!.weight * 1e6 + triggered[i]!.length;
  return candidates.sort((a, b) => cost(a) - cost(b))[0];
}

function writeField(out: Writer, tests: FieldTests): [field: MatchField, value: number][] {
  const row: [MatchField, number][] = [
    [MatchField.slot, tests.field.slot],
    [MatchField.present, tests.present + 1],
  ];
  if (tests.automaton !== undefined)
    row.push([MatchField.automaton, out.place(writeAutomaton(tests.automaton, out.next()))]);
  if (tests.ranges.length === 0) return row;
  const address = tests.field.type === 'address';
  const bounds = lowerBounds(tests.ranges.flatMap(({ ranges }) => ranges));
  const lists = [undefined, ...bounds].map((low) => {
    const inside = tests.ranges
      .filter(({ ranges }) => ranges.some((range) => covers(range, low)))
      .map(({ predicate }) => predicate);
    return inside.length === 0 ? 0 : out.words([inside.length, ...inside]);
  });
  const at = out.reserve(bounds.length * (address ? 16 : 8));
  bounds.forEach((bound, i) => {
    if (address) {
      out.long(at + i * 16, bound >> 64n);
      out.long(at + i * 16 + 8, bound);
    } else {
      out.long(at + i * 8, bound);
    }
  });
  row.push([MatchField.bounds, at], [MatchField.bound_count, bounds.length], [MatchField.lists, out.words(lists)]);
  if (address) row.push([MatchField.address, 1]);
  return row;
}

/** The zone whose clocks are asked, written once, and what they are asked for. */
function writeLocal(out: Writer, { field: { local } }: FieldTests, zones: Map<string, number>): [MatchField, number][] {
  if (local === undefined) return [];
  const at = zones.get(local.zone) ?? writeZone(out, local.zone);
  zones.set(local.zone, at);
  return [
    [MatchField.zone, at],
    [MatchField.unit, LocalUnit[local.unit]],
  ];
}

function writeZone(out: Writer, zone: string): number {
  const { changes, offsets } = zoneTable(zone);
  const place = (numbers: readonly number[]): number => {
    const at = out.reserve(numbers.length * 8);
    numbers.forEach((number, i) => {
      out.long(at + i * 8, BigInt(number));
    });
    return at;
  };
  const bounds = place(changes);
  const values = place(offsets);
  const at = out.reserve(Zone.size);
  out.set(at + Zone.changes, bounds);
  out.set(at + Zone.change_count, changes.length);
  out.set(at + Zone.offsets, values);
  return at;
}

/** Where a set of ranges may change: each low end, and the number behind each high end. */
function lowerBounds(ranges: readonly Range[]): bigint[] {
  const bounds = new Set<bigint>();
  for (const [low, high] of ranges) {
    if (low !== undefined) bounds.add(low);
    if (high !== undefined) bounds.add(high + 1n);
  }
  return [...bounds].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Whether the interval that starts at `start` (`undefined`: without beginning) lies in the range. */
function covers([low, high]: Range, start: bigint | undefined): boolean {
  if (start === undefined) return low === undefined;
  return (low === undefined || start >= low) && (high === undefined || start <= high);
}
