export { type Automaton, type AutomatonOptions, buildAutomaton, groupAutomata } from './automaton/dfa.ts';
export { type Pattern, PatternError } from './automaton/nfa.ts';
export { writeAutomaton } from './automaton/table.ts';
