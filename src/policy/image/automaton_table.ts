import { type Automaton, buildAutomaton, type Pattern, writeAutomaton } from '../automaton.ts';
import type { ImageBuilder } from './builder.ts';

export function placeAutomaton(image: ImageBuilder, automaton: Automaton): number {
  return image.place(writeAutomaton(automaton, image.next()));
}

/** Automata of patterns met before: many formats share lookups. */
const built = new Map<string, Automaton>();
const placed = new WeakMap<ImageBuilder, Map<string, number>>();

/** Places the automaton (`first`) of globs, in an image once. */
export function placeGlobs(image: ImageBuilder, patterns: readonly Pattern[]): number {
  const key = JSON.stringify(patterns);
  const here = placed.get(image) ?? new Map<string, number>();
  placed.set(image, here);
  const known = here.get(key);
  if (known !== undefined) return known;
  const automaton = built.get(key) ?? buildAutomaton(patterns, { mode: 'first' });
  built.set(key, automaton);
  const address = placeAutomaton(image, automaton);
  here.set(key, address);
  return address;
}
