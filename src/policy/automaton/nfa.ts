import { JS } from 'refa';
import { type ByteRange, sequencesOf } from './alphabet.ts';

/** A pattern of an automaton. Text is plain; the automaton reads it JSON-escaped, unless it is `raw`. */
export interface Pattern {
  readonly kind: 'literal' | 'prefix' | 'suffix' | 'contains' | 'glob' | 'regex';
  readonly text: string;
  readonly ignoreCase?: boolean;
  /** What the automaton answers: several patterns may share an id. */
  readonly id: number;
}

/** A pattern that cannot be made into an automaton. */
export class PatternError extends Error {
  readonly pattern: Pattern;

  constructor(pattern: Pattern, message: string) {
    super(message);
    this.pattern = pattern;
  }
}

/** Symbols before and behind every text, so that anchors are symbols like any other; as often as anchors may stand in a row. */
export const START = 256;
export const END = 257;
export const ANCHORS_MAX = 4;

type RefaNode = ReturnType<
  InstanceType<typeof JS.Parser>['parse']
>['expression']['alternatives'][number]['elements'][number];
type RefaConcatenation = { readonly elements: readonly RefaNode[] };

interface State {
  readonly epsilon: number[];
  readonly edges: { readonly low: number; readonly high: number; readonly to: number }[];
}

/** Thompson's construction (K. Thompson, 1968) over bytes, one start state for all patterns. */
export class Nfa {
  readonly states: State[] = [];
  /** Per state: the id of its pattern. */
  readonly ids: number[] = [];
  /** Accepting states, and those of them that accept whatever follows. */
  readonly accepting = new Set<number>();
  readonly sticky = new Set<number>();
  readonly start: number;
  /** Any text before a pattern, the symbols around it included: shared, so that what is under way stays small. */
  readonly #anything: number;
  readonly #raw: boolean;
  #id = -1;

  constructor(patterns: readonly Pattern[], raw: boolean) {
    this.#raw = raw;
    this.start = this.#state();
    this.#anything = this.#state();
    this.states[this.start]!.epsilon.push(this.#anything);
    this.#edge(this.#anything, 0, END, this.#anything);
    for (const pattern of patterns) {
      this.#id = pattern.id;
      this.#add(pattern);
    }
  }

  #state(): number {
    this.ids.push(this.#id);
    return this.states.push({ epsilon: [], edges: [] }) - 1;
  }

  #edge(from: number, low: number, high: number, to: number): void {
    this.states[from]!.edges.push({ low, high, to });
  }

  #add(pattern: Pattern): void {
    const { kind, text } = pattern;
    if (kind === 'regex') {
      this.#accept(this.#alternatives(this.#anything, parseRegex(pattern), pattern), true);
      return;
    }
    const open = { suffix: true, contains: true }[kind as string] ?? false;
    const loose = { prefix: true, contains: true }[kind as string] ?? false;
    let at = open ? this.#anything : this.#symbol(this.start, START);
    if (kind === 'glob') {
      const star = text.endsWith('*');
      at = this.#glob(at, star ? text.replace(/\*+$/, '') : text, pattern);
      this.#accept(star ? at : this.#symbol(at, END), star);
      return;
    }
    at = this.#text(at, text, pattern.ignoreCase === true);
    this.#accept(loose ? at : this.#symbol(at, END), loose);
  }

  #accept(last: number, sticky: boolean): void {
    const state = this.#state();
    this.states[last]!.epsilon.push(state);
    this.accepting.add(state);
    if (!sticky) return;
    this.sticky.add(state);
    this.#edge(state, 0, END, state);
  }

  /** An anchor: takes the symbol, and any more of it. */
  #symbol(from: number, symbol: number): number {
    const to = this.#state();
    this.#edge(from, symbol, symbol, to);
    this.#edge(to, symbol, symbol, to);
    return to;
  }

  #glob(from: number, text: string, pattern: Pattern): number {
    return text.split('*').reduce((at, part, i) => {
      if (i === 0) return this.#text(at, part, pattern.ignoreCase === true);
      const loop = this.#state();
      this.states[at]!.epsilon.push(loop);
      this.#edge(loop, 0, 255, loop);
      return this.#text(loop, part, pattern.ignoreCase === true);
    }, from);
  }

  #text(from: number, text: string, ignoreCase: boolean): number {
    let at = from;
    for (const c of text) {
      const forms = new Set(
        ignoreCase ? [c, ...[c.toLowerCase(), c.toUpperCase()].filter((each) => [...each].length === 1)] : [c],
      );
      at = this.#ranges(
        at,
        [...forms].map((form) => [form.codePointAt(0)!, form.codePointAt(0)!] as const),
      );
    }
    return at;
  }

  /** One character of any of these ranges of code points. */
  #ranges(from: number, ranges: readonly ByteRange[]): number {
    const to = this.#state();
    for (const [low, high] of ranges) {
      for (const sequence of sequencesOf(low, high, this.#raw)) {
        let at = from;
        sequence.forEach(([min, max], i) => {
          const next = i === sequence.length - 1 ? to : this.#state();
          this.#edge(at, min, max, next);
          at = next;
        });
      }
    }
    return to;
  }

  #alternatives(from: number, alternatives: readonly RefaConcatenation[], pattern: Pattern): number {
    const to = this.#state();
    for (const { elements } of alternatives) {
      const last = elements.reduce((at, element) => this.#element(at, element, pattern), from);
      this.states[last]!.epsilon.push(to);
    }
    return to;
  }

  #element(from: number, node: RefaNode, pattern: Pattern): number {
    if (this.states.length > 200_000) throw new PatternError(pattern, 'it is too large');
    switch (node.type) {
      case 'CharacterClass':
        return this.#ranges(
          from,
          node.characters.ranges.map(({ min, max }) => [min, max] as const),
        );
      case 'Alternation':
        return this.#alternatives(from, node.alternatives, pattern);
      case 'Quantifier':
        return this.#repeat(from, node, pattern);
      case 'Assertion': {
        const anchor = node.negate && node.alternatives.length === 1 ? node.alternatives[0]!.elements : [];
        const [only] = anchor;
        const any = anchor.length === 1 && only?.type === 'CharacterClass' && only.characters.isAll;
        if (!any) throw new PatternError(pattern, 'lookaround and word boundaries are not regular');
        return node.kind === 'behind' ? this.#anchorStart(from) : this.#symbol(from, END);
      }
      default:
        throw new PatternError(pattern, 'it is not regular');
    }
  }

  #anchorStart(from: number): number {
    return this.#symbol(from, START);
  }

  #repeat(from: number, node: RefaNode & { type: 'Quantifier' }, pattern: Pattern): number {
    let at = from;
    for (let i = 0; i < node.min; i++) at = this.#alternatives(at, node.alternatives, pattern);
    if (node.max === Number.POSITIVE_INFINITY) {
      const loop = this.#state();
      this.states[at]!.epsilon.push(loop);
      const back = this.#alternatives(loop, node.alternatives, pattern);
      this.states[back]!.epsilon.push(loop);
      return loop;
    }
    const exits = [at];
    for (let i = node.min; i < node.max; i++) {
      at = this.#alternatives(at, node.alternatives, pattern);
      exits.push(at);
    }
    const to = this.#state();
    for (const exit of exits) this.states[exit]!.epsilon.push(to);
    return to;
  }
}

/** The syntax is ECMAScript's with `.` for any character, as RE2 with `(?s)`; what is not regular is refused. */
function parseRegex(pattern: Pattern): readonly RefaConcatenation[] {
  try {
    const flags = pattern.ignoreCase === true ? 'sui' : 'su';
    const parser = JS.Parser.fromLiteral({ source: pattern.text, flags });
    return parser.parse({ assertions: 'parse', backreferences: 'throw' }).expression.alternatives;
  } catch (error) {
    throw new PatternError(pattern, (error as Error).message);
  }
}
