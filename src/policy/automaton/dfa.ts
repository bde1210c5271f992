import { ANCHORS_MAX, END, Nfa, type Pattern, PatternError, START } from './nfa.ts';

/**
 * A deterministic automaton over bytes. State 0 is the start; states from `firstFinal` on never change their answer.
 */
export interface Automaton {
  readonly mode: 'first' | 'set';
  /** Class of each byte, and the number of classes. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** Next state by state and class. */
  readonly next: Uint32Array;
  /** Ids accepted in each state, ascending; at most one in mode `first`. */
  readonly accept: readonly (readonly number[])[];
  readonly start: number;
  readonly firstFinal: number;
}

export interface AutomatonOptions {
  /** `first`: the smallest id that matches; `set`: all of them. */
  readonly mode: 'first' | 'set';
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
  return finish(minimize(draft), options.mode);
}

/**
 * Automata that answer as one in mode `first`: the first that matches tells. Each takes a run of the patterns, in the order of their ids, of
 * as many as fit `states`: the product of many patterns is far larger than all of their own automata.
 */
export function chainAutomata(patterns: readonly Pattern[], states: number): Automaton[] {
  const first = { mode: 'first' } as const;
  const chain: Draft[] = [];
  for (let from = 0; from < patterns.length; ) {
    let to = from + 1;
    let draft = determinize(patterns.slice(from, to), first, MAX_STATES);
    if (draft === undefined) throw new PatternError(patterns[from]!, `it takes more than ${MAX_STATES} states`);
    for (; to < patterns.length; to++) {
      const larger = determinize(patterns.slice(from, to + 1), first, states);
      if (larger === undefined) break;
      draft = larger;
    }
    chain.push(draft);
    from = to;
  }
  return chain.map((draft) => finish(minimize(draft), 'first'));
}

interface Draft {
  readonly classOf: Uint8Array;
  readonly classes: number;
  readonly rows: number[][];
  readonly accept: number[][];
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
  const sets: (readonly number[])[] = [];
  const intern = (set: readonly number[]): number => {
    const key = set.join();
    const index = known.get(key);
    if (index !== undefined) return index;
    known.set(key, sets.length);
    return sets.push(set) - 1;
  };
  const close = (set: Set<number>): readonly number[] => prune(nfa, set, first);
  const [start, end] = [sample.length, sample.length + 1];
  const anchored = (set: readonly number[], symbol: number): Set<number> => {
    let reached = new Set(set);
    for (let i = 0; i < ANCHORS_MAX; i++) reached = steps.from([...reached], symbol);
    return reached;
  };
  intern(close(anchored(close(steps.closureOf(nfa.start)), start)));
  const rows: number[][] = [];
  const accept: number[][] = [];
  for (let i = 0; i < sets.length; i++) {
    if (sets.length > limit) return undefined;
    const set = sets[i]!;
    rows.push(sample.map((_, symbol) => intern(close(steps.from(set, symbol)))));
    accept.push(acceptedIds(nfa, anchored(set, end), first));
  }
  return { classOf, classes, rows, accept };
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

function acceptedIds(nfa: Nfa, set: Set<number>, first: boolean): number[] {
  const ids = [...new Set([...set].filter((state) => nfa.accepting.has(state)).map((state) => nfa.ids[state]!))];
  ids.sort((a, b) => a - b);
  return first ? ids.slice(0, 1) : ids;
}

/** Merges states nothing tells apart, by Moore's partition refinement. The start keeps its place as state 0. */
function minimize(draft: Draft): Draft {
  let groups = numbered(draft.accept.map((ids) => ids.join(',')));
  for (let count = 0; count < groups.count; ) {
    count = groups.count;
    const current = groups.of;
    groups = numbered(draft.rows.map((row, i) => `${current[i]}|${row.map((to) => current[to]).join(',')}`));
  }
  const rows: number[][] = [];
  const accept: number[][] = [];
  draft.rows.forEach((row, i) => {
    const group = groups.of[i]!;
    if (rows[group] !== undefined) return;
    rows[group] = row.map((to) => groups.of[to]!);
    accept[group] = draft.accept[i]!;
  });
  return { ...draft, rows, accept };
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

/** Puts states that only lead to themselves last. */
function finish(draft: Draft, mode: 'first' | 'set'): Automaton {
  const isFinal = draft.rows.map((row, i) => row.every((to) => to === i));
  const order = [...draft.rows.keys()].sort((a, b) => Number(isFinal[a]) - Number(isFinal[b]) || a - b);
  const place = new Map(order.map((state, i) => [state, i]));
  const next = new Uint32Array(order.length * draft.classes);
  order.forEach((state, i) => {
    draft.rows[state]!.forEach((to, c) => {
      next[i * draft.classes + c] = place.get(to)!;
    });
  });
  const accept = order.map((state) => draft.accept[state]!);
  const firstFinal = isFinal.filter((each) => !each).length;
  return { mode, classOf: draft.classOf, classes: draft.classes, next, accept, start: place.get(0)!, firstFinal };
}
