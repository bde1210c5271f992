import type { Automaton } from '../automaton.ts';
import type { FieldRef } from './model.ts';
import type { Predicate, Range, Term } from './predicates.ts';

/** All predicates of one field. Predicates are known by their numbers. */
export interface FieldTests {
  readonly field: FieldRef;
  /** Predicate that says the field is there; -1 none asks. */
  readonly present: number;
  readonly automaton?: Automaton;
  readonly ranges: readonly { readonly predicate: number; readonly ranges: readonly Range[] }[];
}

/** All conditions together, ready to be written. */
export interface MatchPlan {
  readonly predicates: readonly Predicate[];
  readonly fields: readonly FieldTests[];
  /** Terms of each rule. An empty term always holds. */
  readonly rules: readonly (readonly Term[])[];
}
