import { Automaton as At } from '../../../assembly/shared/image_layout.ts';
import type { Automaton } from './dfa.ts';

/** The automaton as the engine walks it (`Automaton` in `assembly/shared/image_layout.ts`), for this address. */
export function writeAutomaton(automaton: Automaton, address: number): Uint8Array {
  const { accept, classes, classOf, found, mode, next, skips } = automaton;
  const transitions = At.size;
  const accepted = (transitions + (accept.length * classes * 2 + 7)) & ~7;
  const foundAt = accepted + accept.length * 4;
  const skipsAt = foundAt + found.length * 4;
  const listed = [...(mode === 'first' ? [] : accept), ...found].filter((ids) => ids.length > 0);
  const lists = new Map(listed.map((ids) => [ids.join(), ids]));
  const places = new Map<string, number>();
  let end = (skipsAt + skips.length * 2 + 3) & ~3;
  for (const [key, ids] of lists) {
    places.set(key, address + end);
    end += 4 + ids.length * 4;
  }
  const bytes = new Uint8Array((end + 7) & ~7);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: number): void => view.setUint32(at, value, true);
  set(At.transitions, address + transitions);
  set(At.accept, address + accepted);
  set(At.width, classes);
  set(At.start, automaton.start);
  set(At.first_final, automaton.firstFinal);
  set(At.found, address + foundAt);
  set(At.first_found, automaton.firstFound);
  set(At.skips, address + skipsAt);
  set(At.first_skip, automaton.firstSkip);
  bytes.set(classOf, At.classes);
  next.forEach((to, i) => {
    view.setUint16(transitions + i * 2, to, true);
  });
  const answer = (ids: readonly number[]): number => {
    if (ids.length === 0) return 0;
    return mode === 'first' ? ids[0]! + 1 : places.get(ids.join())!;
  };
  accept.forEach((ids, state) => {
    set(accepted + state * 4, answer(ids));
  });
  found.forEach((ids, i) => {
    set(foundAt + i * 4, answer(ids));
  });
  for (const [i, pair] of skips.entries()) bytes.set(pair, skipsAt + i * 2);
  for (const [key, ids] of lists)
    [ids.length, ...ids].forEach((value, i) => {
      set(places.get(key)! - address + i * 4, value);
    });
  return bytes;
}
