import { EXTRA_BASE, EXTRA_MAX, Field, META_BASE, Meta } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { Text } from '../document/text.ts';
import { FIELD_BY_PATH, FIELDS, type FieldName, type FieldType } from '../fields.ts';

/** A slot a format may write or look up. */
export interface SlotRef {
  readonly slot: number;
  readonly type: FieldType;
  /** A capture without a field: takes whatever a conversion makes. */
  readonly free: boolean;
}

/** Fields without a path that formats may fill all the same. */
const RESERVED: ReadonlyMap<string, number> = new Map<string, number>([
  ['http.request.line', Field.http_line],
  ['http.request.target', Field.http_target],
  ['time.date', Field.time_date],
  ['time.clock', Field.time_clock],
  ['product.name', Meta.product_name],
  ['product.vendor', Meta.product_vendor],
]);
const UNMAPPED = 'unmapped.';

const PATHS: readonly string[] = [...FIELD_BY_PATH.keys(), ...RESERVED.keys()];

/** The slots of one format: fields by path, and captures without a field, numbered as they come. */
export class FormatSlots {
  readonly #extras = new Map<string, number>();
  /** Slots a capture fills. */
  captured = new Set<number>();
  /** Slots a default or a map sets. */
  readonly set = new Set<number>();

  /** Compiles one of several shapes: what others capture is no concern of it. */
  apart<T>(compile: () => T): T {
    const others = this.captured;
    this.captured = new Set();
    const result = compile();
    this.captured = new Set([...others, ...this.captured]);
    return result;
  }

  /** Names of the captures without a field. */
  get extras(): readonly string[] {
    return [...this.#extras.keys()];
  }

  /** Slot of a capture without a field; the same name is the same slot. `undefined`: there are too many, reported. */
  extra(name: string, at: Text): number | undefined {
    const known = this.#extras.get(name);
    if (known !== undefined) return known;
    if (this.#extras.size >= EXTRA_MAX) {
      at.report('too_many_captures', `more than ${EXTRA_MAX} captures without a field`, 'leave some of them out');
      return undefined;
    }
    const slot = EXTRA_BASE + this.#extras.size;
    this.#extras.set(name, slot);
    return slot;
  }

  /** The slot a path names. An unknown path is reported. */
  resolve(path: Text): SlotRef | undefined {
    if (path.value.startsWith(UNMAPPED)) {
      const slot = this.extra(path.value.slice(UNMAPPED.length), path);
      return slot === undefined ? undefined : { slot, type: 'text', free: true };
    }
    const found = findSlot(path.value);
    if (found === undefined) {
      const near = suggest(path.value, PATHS);
      const help = near === undefined ? 'captures without a field are `unmapped.NAME`' : `did you mean \`${near}\`?`;
      path.report('unknown_field', `unknown field \`${path.value}\``, help);
    }
    return found;
  }
}

/** The slot of a field by its path, reserved paths included. */
export function findSlot(path: string): SlotRef | undefined {
  const reserved = RESERVED.get(path);
  if (reserved !== undefined && reserved >= META_BASE) return { slot: reserved, type: 'text', free: false };
  if (reserved !== undefined) return { slot: reserved, type: FIELDS[Field[reserved] as FieldName].type, free: false };
  const name = FIELD_BY_PATH.get(path);
  return name === undefined ? undefined : { slot: Field[name], type: FIELDS[name].type, free: false };
}
