import { Automaton as At } from '../../../assembly/shared/image_layout.ts';
import type { Automaton } from './dfa.ts';

/** The automaton as the engine walks it (`Automaton` in `assembly/shared/image_layout.ts`), for this address. */
export function writeAutomaton(automaton: Automaton, address: number): Uint8Array {
  const { accept, classes, classOf, next } = automaton;
  const transitions = At.size;
  const accepted = (transitions + (accept.length * classes * 2 + 7)) & ~7;
  const lists = accept.map((ids) => (automaton.mode === 'set' && ids.length > 0 ? [ids.length, ...ids] : []));
  const listsAt = accepted + accept.length * 4;
  const bytes = new Uint8Array((listsAt + lists.flat().length * 4 + 7) & ~7);
  const view = new DataView(bytes.buffer);
  view.setUint32(At.transitions, address + transitions, true);
  view.setUint32(At.accept, address + accepted, true);
  view.setUint32(At.width, classes, true);
  view.setUint32(At.start, automaton.start, true);
  view.setUint32(At.first_final, automaton.firstFinal, true);
  bytes.set(classOf, At.classes);
  let list = listsAt;
  accept.forEach((ids, state) => {
    for (let c = 0; c < classes; c++)
      view.setUint16(transitions + (state * classes + c) * 2, next[state * classes + c]!, true);
    const values = lists[state]!;
    const first = ids[0] === undefined ? 0 : ids[0] + 1;
    view.setUint32(
      accepted + state * 4,
      automaton.mode === 'first' ? first : values.length === 0 ? 0 : address + list,
      true,
    );
    for (const value of values) {
      view.setUint32(list, value, true);
      list += 4;
    }
  });
  return bytes;
}
