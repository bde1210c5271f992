import { Automaton } from '../shared/image_layout';

/** Runs text through an automaton: what its table holds for the last state, 0 for no match. A table of 0 matches nothing. */
export function runAutomaton(table: usize, start: usize, end: usize): u32 {
  if (table == 0) return 0;
  const transitions = <usize>load<u32>(table, Automaton.transitions);
  const width = load<u32>(table, Automaton.width);
  const final = load<u32>(table, Automaton.first_final);
  let state = load<u32>(table, Automaton.start);
  while (start < end && state < final) {
    const symbol = <u32>load<u8>(table + load<u8>(start), Automaton.classes);
    state = load<u16>(transitions + ((<usize>(state * width + symbol)) << 1));
    start++;
  }
  return load<u32>(load<u32>(table, Automaton.accept) + (state << 2));
}
