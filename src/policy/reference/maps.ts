import { Field } from '../../../assembly/shared/fields.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { MapPlan } from '../plan.ts';
import type { Draft } from './draft.ts';
import type { SlotValue } from './types.ts';
import { matchesWildcard } from './wildcard.ts';

/** Applies a format's lookups, in order. */
export function applyMaps(maps: readonly MapPlan[], draft: Draft): void {
  for (const map of maps) {
    const first = draft.event.get(map.from);
    if (first === undefined) continue;
    const second = map.and === undefined ? undefined : draft.event.get(map.and);
    const key = slotText(map.from, first) + (map.and === undefined ? '' : ` ${slotText(map.and, second)}`);
    const found = map.cases.findIndex((each) => each.is.some((pattern) => matchesWildcard(pattern, key)));
    const chosen = map.cases[found];
    if (chosen === undefined) continue;
    draft.maps.push({ from: map.from, key, case: found });
    draft.assign(chosen.set);
    for (const [to, from] of chosen.copy) {
      if (to < 0) draft.clear(from);
      else draft.copy(to, from);
    }
  }
}

const jsonText = (source: string): string =>
  source.startsWith('"') ? (JSON.parse(source) as string).toWellFormed() : source;

/** A slot's value as text: an enum member by its name, JSON as written but text by its content, nothing as the empty text. */
export function slotText(slot: number, value: SlotValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'object') return jsonText(value.source);
  const names = FIELDS[Field[slot] as FieldName]?.values;
  return names?.[Number(value)] ?? String(value);
}
