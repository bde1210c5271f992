import { ANCHORS_MAX, END, Nfa, type Pattern, PatternError, START } from './nfa.ts';
import { PLAIN, type Skip, skipIn } from './skip.ts';

/**
 * What an automaton answers. `first`: the smallest id that matches; `set`: all of them; `found`: all of them too, those that match whatever
 * follows as soon as they are found. Each text looked for anywhere doubles the states of `set`, which must know at the end what it has met.
 */
export type Mode = 'first' | 'set' | 'found';

/**
 * A deterministic automaton over bytes. States from `firstSkip` on stay as they are up to one of two bytes, those from `firstFound` on tell ids
 * when they are reached, those from `firstFinal` on tell none and never change.
 */
export interface Automaton {
  readonly mode: Mode;
  /** Class of each byte, and the number of classes. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** Next state by state and class. */
  readonly next: Uint32Array;
  /** Ids accepted in each state, ascending; at most one in mode `first`. */
  readonly accept: readonly (readonly number[])[];
  /** Ids found when a state is reached, of the states from `firstFound` to `firstFinal`. */
  readonly found: readonly (readonly number[])[];
  /** Per state from `firstSkip` to `firstFound`: the bytes, twice the same if it is one. None in mode `found`, and of plain text. */
  readonly skips: readonly Skip[];
  readonly start: number;
  readonly firstSkip: number;
  readonly firstFound: number;
  readonly firstFinal: number;
}

export interface AutomatonOptions {
  readonly mode: Mode;
  /** The text is plain UTF-8, not JSON-escaped. */
  readonly raw?: boolean;
  /** States at most. */
  readonly maxStates?: number;
}

const MAX_STATES = 20_000;

/** One automaton for all patterns. Throws `PatternError` for a pattern that is not regular, or the one that makes it too large. */
export function buildAutomaton(patterns: readonly Pattern[], options: AutomatonOptions): Automaton {
  const limit = options.maxStates ?? MAX_STATES;
  const draft = determinize(patterns, options, limit);
  if (draft === undefined)
    throw new PatternError(mostExpensive(patterns, options, limit), `it takes more than ${limit} states`);
  return finish(minimize(draft), options);
}

/**
 * Automata that answer as one in mode `first`: the smallest of their ids. Patterns that begin with nearly anything multiply the states of all
 * others, so they have automata of their own, one for those that begin alike.
 */
export function groupAutomata(patterns: readonly Pattern[], states: number): Automaton[] {
  const groups = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    const key = beginning(pattern);
    groups.set(key, [...(groups.get(key) ?? []), pattern]);
  }
  return [...groups.values()].flatMap((group) => splitGroup(group, states));
}

function splitGroup(patterns: readonly Pattern[], states: number): Automaton[] {
  const single = patterns.length === 1;
  const draft = determinize(patterns, { mode: 'first' }, single ? MAX_STATES : states);
  if (draft !== undefined) return [finish(minimize(draft), { mode: 'first' })];
  if (single) throw new PatternError(patterns[0]!, `it takes more than ${MAX_STATES} states`);
  const half = patterns.length >> 1;
  return [...splitGroup(patterns.slice(0, half), states), ...splitGroup(patterns.slice(half), states)];
}

/** First bytes a text may have, beyond which a pattern is taken to begin with nearly anything. */
const FEW_BYTES = 64;

/** The bytes the pattern may begin with, if they are many; else nothing. */
function beginning(pattern: Pattern): string {
  const { accept, classes, classOf, firstFinal, next, start } = buildAutomaton([pattern], { mode: 'first' });
  const bytes = PLAIN.filter((byte) => {
    const to = next[start * classes + classOf[byte]!]!;
    return to < firstFinal || accept[to]!.length > 0;
  });
  return bytes.length > FEW_BYTES ? bytes.join() : '';
}

interface Draft {
  readonly classOf: Uint8Array;
  readonly classes: number;
  readonly rows: number[][];
  readonly accept: number[][];
  readonly found: number[][];
}

/** States of the nondeterministic automaton, and the ids found on the way there. */
interface Reached {
  readonly states: readonly number[];
  readonly found: readonly number[];
}

/** The pattern that alone, or failing that together with those before it, breaks the limit. */
function mostExpensive(patterns: readonly Pattern[], options: AutomatonOptions, limit: number): Pattern {
  const sizes = patterns.map(
    (pattern) => determinize([pattern], options, limit)?.rows.length ?? Number.POSITIVE_INFINITY,
  );
  return patterns[sizes.indexOf(Math.max(...sizes))]!;
}

function determinize(patterns: readonly Pattern[], options: AutomatonOptions, limit: number): Draft | undefined {
  const nfa = new Nfa(patterns, options.raw === true);
  const first = options.mode === 'first';
  const { classOf, classes, sample } = byteClasses(nfa);
  const steps = new Steps(nfa, [...sample, START, END]);
  const known = new Map<string, number>();
  const all: Reached[] = [];
  const intern = ({ states, found }: Reached): number => {
    const key = `${states.join()}|${found.join()}`;
    const index = known.get(key);
    if (index !== undefined) return index;
    known.set(key, all.length);
    return all.push({ states, found }) - 1;
  };
  const close = (set: Set<number>): Reached =>
    options.mode === 'found' ? takeFound(nfa, set) : { states: prune(nfa, set, first), found: [] };
  const [start, end] = [sample.length, sample.length + 1];
  const anchored = (set: Iterable<number>, symbol: number): Set<number> => {
    let reached = new Set(set);
    for (let i = 0; i < ANCHORS_MAX; i++) reached = steps.from([...reached], symbol);
    return reached;
  };
  intern(close(anchored(steps.closureOf(nfa.start), start)));
  const rows: number[][] = [];
  const accept: number[][] = [];
  for (let i = 0; i < all.length; i++) {
    if (all.length > limit) return undefined;
    const { states } = all[i]!;
    rows.push(sample.map((_, symbol) => intern(close(steps.from(states, symbol)))));
    accept.push(acceptedIds(nfa, anchored(states, end), first));
  }
  return { classOf, classes, rows, accept, found: all.map(({ found }) => [...found]) };
}

/** Where the symbols lead from each state, empty moves behind them included. */
class Steps {
  readonly #nfa: Nfa;
  readonly #symbols: readonly number[];
  readonly #closures = new Map<number, ReadonlySet<number>>();
  readonly #targets: (readonly (readonly number[])[] | undefined)[] = [];

  constructor(nfa: Nfa, symbols: readonly number[]) {
    this.#nfa = nfa;
    this.#symbols = symbols;
  }

  /** A fresh set: states with edges, and accepting ones, the state leads to without a symbol. */
  closureOf(state: number): Set<number> {
    return new Set(this.#closure(state));
  }

  /** A fresh set: where the symbol of this index leads from any of the states. */
  from(states: readonly number[], symbol: number): Set<number> {
    const reached = new Set<number>();
    for (const state of states) for (const to of this.#of(state)[symbol]!) reached.add(to);
    return reached;
  }

  #of(state: number): readonly (readonly number[])[] {
    const known = this.#targets[state];
    if (known !== undefined) return known;
    const { edges } = this.#nfa.states[state]!;
    const targets = this.#symbols.map((symbol) => {
      const reached = new Set<number>();
      for (const { low, high, to } of edges) {
        if (symbol >= low && symbol <= high) for (const each of this.#closure(to)) reached.add(each);
      }
      return [...reached];
    });
    this.#targets[state] = targets;
    return targets;
  }

  #closure(state: number): ReadonlySet<number> {
    const known = this.#closures.get(state);
    if (known !== undefined) return known;
    const seen = new Set([state]);
    for (const each of seen) for (const next of this.#nfa.states[each]!.epsilon) seen.add(next);
    const useful = [...seen].filter(
      (each) => this.#nfa.states[each]!.edges.length > 0 || this.#nfa.accepting.has(each),
    );
    const closure = new Set(useful);
    this.#closures.set(state, closure);
    return closure;
  }
}

/** Bytes no edge tells apart share a class. `sample`: one byte of each. */
function byteClasses(nfa: Nfa): { classOf: Uint8Array; classes: number; sample: number[] } {
  const cuts = new Set<number>([0]);
  for (const { edges } of nfa.states) {
    for (const { low, high } of edges) {
      cuts.add(low);
      cuts.add(high + 1);
    }
  }
  const classOf = new Uint8Array(256);
  const sample: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (cuts.has(byte)) sample.push(byte);
    classOf[byte] = sample.length - 1;
  }
  return { classOf, classes: sample.length, sample };
}

/** Drops states whose pattern's answer is settled: its sticky state is reached, or in mode `first` that of a smaller id. */
function prune(nfa: Nfa, set: Set<number>, first: boolean): number[] {
  const settled = [...set].filter((state) => nfa.sticky.has(state));
  if (settled.length > 0) {
    const ids = new Set(settled.map((state) => nfa.ids[state]!));
    const best = Math.min(...ids);
    const kept = new Map(settled.map((state) => [nfa.ids[state]!, state]));
    for (const state of set) {
      const id = nfa.ids[state]!;
      if (first ? id > best || (id === best && state !== kept.get(best)) : ids.has(id) && kept.get(id) !== state)
        set.delete(state);
    }
  }
  return [...set].sort((a, b) => a - b);
}

/** Takes out states whose pattern matches whatever follows. */
function takeFound(nfa: Nfa, set: Set<number>): Reached {
  const found = [...set].filter((state) => nfa.sticky.has(state)).map((state) => nfa.ids[state]!);
  const states = [...set].filter((state) => !nfa.sticky.has(state));
  return { states: states.sort((a, b) => a - b), found: [...new Set(found)].sort((a, b) => a - b) };
}

function acceptedIds(nfa: Nfa, set: Set<number>, first: boolean): number[] {
  const ids = [...new Set([...set].filter((state) => nfa.accepting.has(state)).map((state) => nfa.ids[state]!))];
  ids.sort((a, b) => a - b);
  return first ? ids.slice(0, 1) : ids;
}

/** Merges states nothing tells apart, by Moore's partition refinement. The start keeps its place as state 0. */
function minimize(draft: Draft): Draft {
  let groups = numbered(draft.accept.map((ids, i) => `${ids.join()}|${draft.found[i]!.join()}`));
  for (let count = 0; count < groups.count; ) {
    count = groups.count;
    const current = groups.of;
    groups = numbered(draft.rows.map((row, i) => `${current[i]}|${row.map((to) => current[to]).join(',')}`));
  }
  const rows: number[][] = [];
  const accept: number[][] = [];
  const found: number[][] = [];
  draft.rows.forEach((row, i) => {
    const group = groups.of[i]!;
    if (rows[group] !== undefined) return;
    rows[group] = row.map((to) => groups.of[to]!);
    accept[group] = draft.accept[i]!;
    found[group] = draft.found[i]!;
  });
  return { ...draft, rows, accept, found };
}

function numbered(keys: readonly string[]): { of: number[]; count: number } {
  const numbers = new Map<string, number>();
  const of = keys.map((key) => {
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    return number;
  });
  return { of, count: numbers.size };
}

/** Puts states to skip in behind the others, then those that tell what was found, then those that only lead to themselves. */
function finish(draft: Draft, { mode, raw }: AutomatonOptions): Automaton {
  // Of plain bytes, which may be no UTF-8, and of what must be told on the way, every byte counts.
  const skips = raw !== true && mode !== 'found';
  const skipOf = draft.rows.map((_, state) => (skips ? skipIn(draft, state) : undefined));
  const rank = draft.rows.map((row, i) => {
    if (draft.found[i]!.length > 0) return 2;
    if (row.every((to) => to === i)) return 3;
    return skipOf[i] === undefined ? 0 : 1;
  });
  const order = [...draft.rows.keys()].sort((a, b) => rank[a]! - rank[b]! || a - b);
  const place = new Map(order.map((state, i) => [state, i]));
  const next = new Uint32Array(order.length * draft.classes);
  order.forEach((state, i) => {
    draft.rows[state]!.forEach((to, c) => {
      next[i * draft.classes + c] = place.get(to)!;
    });
  });
  const accept = order.map((state) => draft.accept[state]!);
  const [firstSkip, firstFound, firstFinal] = [1, 2, 3].map((least) => rank.filter((each) => each < least).length);
  const passed = order.slice(firstSkip, firstFound).map((state) => skipOf[state]!);
  const found = order.slice(firstFound, firstFinal).map((state) => draft.found[state]!);
  const { classOf, classes } = draft;
  return {
    mode,
    classOf,
    classes,
    next,
    accept,
    found,
    skips: passed,
    start: place.get(0)!,
    firstSkip: firstSkip!,
    firstFound: firstFound!,
    firstFinal: firstFinal!,
  };
}
