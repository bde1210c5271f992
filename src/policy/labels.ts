import { LABEL_BASE, LABEL_MAX } from '../../assembly/shared/fields.ts';
import type { Text } from './document/text.ts';

/** Names of the labels of a policy, numbered as they come. */
export class Labels {
  readonly #slots = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#slots.keys()];
  }

  find(name: string): number | undefined {
    return this.#slots.get(name);
  }

  /** Slot of a label; the same name is the same slot. `undefined`: there are too many, reported at `at`. */
  add(name: string, at: Text): number | undefined {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    if (this.#slots.size >= LABEL_MAX) {
      at.report('too_many_labels', `more than ${LABEL_MAX} different labels`);
      return undefined;
    }
    const slot = LABEL_BASE + this.#slots.size;
    this.#slots.set(name, slot);
    return slot;
  }
}
