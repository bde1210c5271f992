import { Field } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { Entry, Value } from '../document/shape.ts';
import type { Text } from '../document/text.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { Assign, MapCase, MapPlan } from '../plan.ts';
import type { MapCaseSpec, MapSpec } from './format_shape.ts';
import type { FormatSlots, SlotRef } from './slots.ts';

/** Conditions for a shape, as lookups of one case that sets nothing. */
export function compileWhen(entries: readonly Entry<readonly Text[]>[], slots: FormatSlots): MapPlan[] {
  return entries.flatMap(({ key, value }) => {
    const ref = slots.resolve(key);
    const is = value.map((pattern) => pattern.value);
    return ref === undefined ? [] : [{ from: ref.slot, cases: [{ is, set: [], copy: [] }] }];
  });
}

/** Constants written to fields. The OCSF class shapes the output too, so `event.class` sets both. */
export function compileAssigns(entries: readonly Entry<Value>[], slots: FormatSlots): Assign[] {
  return entries.flatMap(({ key, value }) => {
    const ref = slots.resolve(key);
    const constant = ref === undefined ? undefined : constantOf(ref, key, value);
    if (ref === undefined || constant === undefined) return [];
    slots.set.add(ref.slot);
    const assign = { slot: ref.slot, value: constant };
    return ref.slot === Field.event_class ? [{ slot: Field.schema_class, value: constant }, assign] : [assign];
  });
}

/** The constant as the slot holds it. A value of another type is reported. */
function constantOf(ref: SlotRef, path: Text, { value, text }: Value): string | number | undefined {
  switch (ref.type) {
    case 'text':
    case 'address':
      return text.value;
    case 'bool':
      if (typeof value === 'boolean') return value ? 1 : 0;
      break;
    case 'enum':
      return memberOf(ref.slot, text);
    case 'json':
    case 'time':
      break;
    default:
      if (typeof value === 'number' && Number.isInteger(value)) return value;
  }
  text.report('invalid_value', `\`${path.value}\` cannot be set to \`${text.value}\``, `its type is ${ref.type}`);
  return undefined;
}

function memberOf(slot: number, text: Text): number | undefined {
  const values = FIELDS[Field[slot] as FieldName].values ?? {};
  const found = Object.entries(values).find(([, name]) => name === text.value);
  if (found !== undefined) return Number(found[0]);
  const near = suggest(text.value, Object.values(values));
  const help = near === undefined ? `one of ${Object.values(values).join(', ')}` : `did you mean \`${near}\`?`;
  text.report('invalid_value', `\`${text.value}\` is not valid here`, help);
  return undefined;
}

/** A lookup of the format's own. */
export function compileMap(map: MapSpec, slots: FormatSlots): MapPlan | undefined {
  const from = slots.resolve(map.from);
  const and = map.and === undefined ? undefined : slots.resolve(map.and);
  const cases = map.cases.map((each) => compileCase(each, slots));
  if (from === undefined) return undefined;
  return { from: from.slot, ...(and === undefined ? {} : { and: and.slot }), cases };
}

function compileCase(spec: MapCaseSpec, slots: FormatSlots): MapCase {
  return {
    is: spec.is.map((pattern) => pattern.value),
    set: compileAssigns(spec.set ?? [], slots),
    copy: [
      ...compileCopies(spec.copy ?? [], slots),
      ...compileCopies(spec.move ?? [], slots).flatMap((pair) => [pair, [CLEARED, pair[1]] as const]),
    ],
  };
}

/** Instead of the slot to copy to: the other one is cleared. */
const CLEARED = -1;

function compileCopies(entries: readonly Entry<Text>[], slots: FormatSlots): (readonly [to: number, from: number])[] {
  return entries.flatMap(({ key, value }) => {
    const to = slots.resolve(key);
    const from = slots.resolve(value);
    if (to === undefined || from === undefined) return [];
    if (to.type !== from.type && !to.free && !from.free) {
      value.report('copy_mismatch', `\`${value.value}\` is of type ${from.type}, \`${key.value}\` of type ${to.type}`);
    }
    slots.set.add(to.slot);
    return [[to.slot, from.slot] as const];
  });
}

/** A lookup shared by many formats: only for one that fills the field it looks at. */
export function compileSharedMap(map: MapSpec, slots: FormatSlots): MapPlan | undefined {
  const from = slots.resolve(map.from);
  if (from === undefined || !(slots.captured.has(from.slot) || slots.set.has(from.slot))) return undefined;
  return compileMap(map, slots);
}
