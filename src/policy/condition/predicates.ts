import type { Pattern } from '../automaton.ts';
import { clockRanges } from './clock.ts';
import { type AddressBlock, type FieldRef, fieldKey, type Node, type Test } from './model.ts';

/** Ranges of integers, inclusive, `undefined`: without end. */
export type Range = readonly [low: bigint | undefined, high: bigint | undefined];

/** Something that is true or false of one field, found for all predicates of the field at once. */
export interface Predicate {
  readonly field: FieldRef;
  readonly test:
    | { readonly present: true }
    | { readonly patterns: readonly Omit<Pattern, 'id'>[] }
    | { readonly ranges: readonly Range[] };
  /** The smaller, the rarer it is expected to be true. */
  readonly weight: number;
}

/** A predicate's number + 1, negative where it must be false. */
export type Literal = number;
/** All literals hold. */
export type Term = readonly Literal[];

/** A condition that cannot be written as few enough terms. */
export class TooManyTerms extends Error {}

const TERM_MAX = 512;
const WEIGHTS = { literal: 1, address: 2, number: 3, prefix: 4, range: 6, member: 7, negated: 8, present: 9 };

/** Collects the predicates of many conditions; equal ones are shared. */
export class PredicateTable {
  readonly predicates: Predicate[] = [];
  readonly #known = new Map<string, number>();

  /** The condition as a disjunction of terms. Throws `TooManyTerms`. */
  terms(node: Node): Term[] {
    return this.#terms(node, true);
  }

  #terms(node: Node, positive: boolean): Term[] {
    switch (node.kind) {
      case 'constant':
        return node.value === positive ? [[]] : [];
      case 'not':
        return this.#terms(node.node, !positive);
      case 'test':
        return this.#test(node, positive);
      case 'elsewhere':
        return this.#terms(node.condition.node, positive);
      default: {
        const parts = node.nodes.map((each) => this.#terms(each, positive));
        return (node.kind === 'and') === positive ? product(parts) : unique(parts.flat());
      }
    }
  }

  #test(test: Test, positive: boolean): Term[] {
    if (test.operator === '!=' && test.field.type === 'text') {
      const present = this.#intern({ field: test.field, test: { present: true }, weight: WEIGHTS.present });
      const equal = this.#intern(textPredicate({ ...test, operator: '==' }));
      return positive ? [[present, -equal]] : [[-present], [equal]];
    }
    const literal = this.#intern(predicateOf(test));
    return [[positive ? literal : -literal]];
  }

  #intern(predicate: Predicate): Literal {
    const key = JSON.stringify([fieldKey(predicate.field), predicate.test], (_, value) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
    let number = this.#known.get(key);
    if (number === undefined) {
      number = this.predicates.push(predicate);
      this.#known.set(key, number);
    }
    return number;
  }
}

function predicateOf(test: Test): Predicate {
  const { field } = test;
  if (test.operator === 'has') return { field, test: { present: true }, weight: WEIGHTS.present };
  if (test.clock !== undefined) {
    const { unit, ranges } = clockRanges(test.clock);
    return { field: { ...field, local: { zone: test.clock.zone, unit } }, test: { ranges }, weight: WEIGHTS.range };
  }
  if (field.type === 'text') return textPredicate(test);
  if (test.operator === 'isTrue') return { field, test: { ranges: [[1n, 1n]] }, weight: WEIGHTS.member };
  const exact = ['==', 'in', 'containsIP'].includes(test.operator);
  const weight = !exact
    ? WEIGHTS.range
    : field.type === 'address'
      ? WEIGHTS.address
      : field.type === 'enum'
        ? WEIGHTS.member
        : WEIGHTS.number;
  return { field, test: { ranges: rangesOf(test) }, weight };
}

function textPredicate(test: Test): Predicate {
  const kinds: Readonly<Record<string, Pattern['kind']>> = {
    startsWith: 'prefix',
    endsWith: 'suffix',
    contains: 'contains',
    matches: 'regex',
  };
  const kind = kinds[test.operator] ?? 'literal';
  const patterns = (test.operands as readonly string[])
    // Text whose letters are lowered never equals text with capitals.
    .filter((text) => !test.lower || !/[A-Z]/.test(text))
    .map((text) => ({ kind, text, ...(test.lower ? { ignoreCase: true } : {}) }));
  return { field: test.field, test: { patterns }, weight: kind === 'literal' ? WEIGHTS.literal : WEIGHTS.prefix };
}

function rangesOf(test: Test): Range[] {
  const blocks = test.operands.map((operand): Range => {
    if (typeof operand === 'bigint') return [operand, operand];
    const { low, high } = operand as AddressBlock;
    return [low, high];
  });
  const [value] = blocks[0]!;
  switch (test.operator) {
    case '!=':
      return [
        [undefined, blocks[0]![0]! - 1n],
        [blocks[0]![1]! + 1n, undefined],
      ];
    case '<':
      return [[undefined, value! - 1n]];
    case '<=':
      return [[undefined, value]];
    case '>':
      return [[value! + 1n, undefined]];
    case '>=':
      return [[value, undefined]];
    default:
      return blocks;
  }
}

/** All ways to take a term of each part; contradictions are left out. */
function product(parts: readonly (readonly Term[])[]): Term[] {
  let terms: Term[] = [[]];
  for (const part of parts) {
    const next: Term[] = [];
    for (const left of terms) {
      for (const right of part) {
        const joined = [...new Set([...left, ...right])].sort((a, b) => a - b);
        if (!joined.some((literal) => joined.includes(-literal))) next.push(joined);
      }
      if (next.length > TERM_MAX) throw new TooManyTerms();
    }
    terms = unique(next);
  }
  return terms;
}

function unique(terms: readonly Term[]): Term[] {
  const known = new Map(terms.map((term) => [term.join(','), term]));
  if (known.size > TERM_MAX) throw new TooManyTerms();
  return known.has('') ? [[]] : [...known.values()];
}
