import { isMap } from 'yaml';
import { suggest } from '../../diagnostic.ts';
import { anything, mapOf, type Read, type Shape, spanOf } from './shape.ts';
import type { Place } from './source_file.ts';

type Kinds = Readonly<Record<string, Shape<unknown>>>;

/** One of several kinds with its settings: `{file: /var/log/x}`. */
export type KindOf<K extends Kinds> = {
  readonly [N in keyof K]: { readonly kind: N; readonly settings: Read<K[N]> };
}[keyof K];

/** A mapping whose only key is a kind. An empty one is `none`, a name without more; so is one with faults, once reported. */
export function kind<K extends Kinds>(what: string, kinds: K): Shape<KindOf<K> | { readonly kind: 'none' }> {
  const names = Object.keys(kinds);
  const keys = mapOf(anything);
  return {
    what: `a mapping with one of ${names.join(', ')}`,
    read(node, reading) {
      const entries = keys.read(node, reading);
      if (entries === undefined) return undefined;
      const [first, second] = entries;
      if (second !== undefined) {
        second.key.report('several_kinds', `${what} is of one kind only`, 'give the other a name of its own');
        return { kind: 'none' };
      }
      if (first === undefined) return { kind: 'none' };
      const { key, value } = first;
      if (!Object.hasOwn(kinds, key.value)) {
        const near = suggest(key.value, names);
        const help = near === undefined ? `one of ${names.join(', ')}` : `did you mean \`${near}\`?`;
        key.report('unknown_kind', `unknown kind of ${what} \`${key.value}\``, help);
        return { kind: 'none' };
      }
      const settings = kinds[key.value]!.read(value, reading);
      return settings === undefined ? { kind: 'none' } : ({ kind: key.value, settings } as KindOf<K>);
    },
  };
}

/** The settings in full, or the one that matters alone. */
export const shorthand = <F, S>(full: Shape<F>, short: Shape<S>, make: (short: S, at: Place) => F): Shape<F> => ({
  what: `${short.what} or a mapping`,
  read(node, reading) {
    if (isMap(node)) return full.read(node, reading);
    const found = short.read(node, reading);
    return found === undefined ? undefined : make(found, { ...spanOf(node), file: reading.file });
  },
});
