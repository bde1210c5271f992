import { Field, LABEL_BASE } from '../../assembly/shared/fields.ts';
import { FIELD_BY_PATH, FIELDS, type FieldName, type FieldType } from '../policy/fields.ts';
import type { Plan } from '../policy/plan.ts';
import type { Evaluation, SlotValue } from '../policy/reference/index.ts';

/** A field of the event as people write it. */
export interface EventField {
  /** As in conditions; `labels.NAME` for labels. */
  readonly path: string;
  readonly slot: number;
  readonly type: FieldType;
  /** Enum members by name, times in RFC 3339, durations in microseconds. */
  readonly value: unknown;
}

/** A value as people write it: enum members by name, times in RFC 3339. */
export function plainValue(type: FieldType, value: SlotValue, names?: Readonly<Record<number, string>>): unknown {
  if (typeof value === 'object') return value.json;
  if (typeof value !== 'bigint') return value;
  if (type === 'time') return new Date(Number(value)).toISOString();
  return names?.[Number(value)] ?? Number(value);
}

/** Fields of the event that are there, in the order of the field table, then the labels. */
export function eventFields(plan: Plan, evaluation: Evaluation): EventField[] {
  const fields = [...FIELD_BY_PATH].flatMap(([path, name]) => fieldOf(path, name, evaluation.event.get(Field[name])));
  const labels = plan.labels.flatMap((name, i) => {
    const slot = LABEL_BASE + i;
    const value = evaluation.event.get(slot);
    return value === undefined ? [] : [{ path: `labels.${name}`, slot, type: 'text' as const, value }];
  });
  return [...fields, ...labels];
}

function fieldOf(path: string, name: FieldName, value: SlotValue | undefined): EventField[] {
  const { type, values } = FIELDS[name];
  return value === undefined ? [] : [{ path, slot: Field[name], type, value: plainValue(type, value, values) }];
}

/** The event by path; what has no field is there as `unmapped.NAME`. */
export function eventByPath(plan: Plan, evaluation: Evaluation): Record<string, unknown> {
  const fields = eventFields(plan, evaluation).map(({ path, value }) => [path, value] as const);
  const unmapped = Object.entries(evaluation.unmapped).map(([name, value]) => [`unmapped.${name}`, value] as const);
  return Object.fromEntries([...fields, ...unmapped]);
}
