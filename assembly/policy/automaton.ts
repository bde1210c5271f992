import { HIGHS, ONES } from '../bytes/ascii';
import { Automaton } from '../shared/image_layout';

/** Runs text through an automaton: what its table holds for the last state, 0 for no match. A table of 0 matches nothing. */
export function runAutomaton(table: usize, start: usize, end: usize): u32 {
  if (table == 0) return 0;
  const transitions = <usize>load<u32>(table, Automaton.transitions);
  const width = load<u32>(table, Automaton.width);
  const skip = load<u32>(table, Automaton.first_skip);
  const final = load<u32>(table, Automaton.first_final);
  let state = load<u32>(table, Automaton.start);
  while (start < end) {
    if (state >= skip) {
      if (state >= final) break;
      start = skipTo(<usize>load<u32>(table, Automaton.skips) + ((<usize>(state - skip)) << 1), start, end);
      if (start >= end) break;
    }
    const symbol = <u32>load<u8>(table + load<u8>(start), Automaton.classes);
    state = load<u16>(transitions + ((<usize>(state * width + symbol)) << 1));
    start++;
  }
  return load<u32>(<usize>load<u32>(table, Automaton.accept) + ((<usize>state) << 2));
}

/** The first of either byte; `end` or behind it if there is none. */
function skipTo(pair: usize, p: usize, end: usize): usize {
  const one = <u64>load<u8>(pair) * ONES;
  const other = <u64>load<u8>(pair, 1) * ONES;
  for (; p < end; p += 8) {
    const word = load<u64>(p);
    const a = word ^ one;
    const b = word ^ other;
    const hit = (((a - ONES) & ~a) | ((b - ONES) & ~b)) & HIGHS;
    if (hit != 0) return p + <usize>(ctz(hit) >> 3);
  }
  return end;
}
