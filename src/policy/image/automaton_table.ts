import { type Automaton, writeAutomaton } from '../automaton.ts';
import type { ImageBuilder } from './builder.ts';

export function placeAutomaton(image: ImageBuilder, automaton: Automaton): number {
  return image.place(writeAutomaton(automaton, image.next()));
}
