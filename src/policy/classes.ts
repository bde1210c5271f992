import { EventClass } from '../../assembly/shared/enums.ts';
import { Field } from '../../assembly/shared/fields.ts';
import type { FormatPlan } from './plan.ts';

/** Numbers of the classes a format can give its events, the Base Event of failed lines among them. */
export function classesOf(format: FormatPlan): ReadonlySet<number> {
  const shapes = format.body.kind === 'shapes' ? format.body.shapes : [];
  const later = [
    ...shapes,
    ...format.within.flatMap((each) => each.shapes),
    ...format.maps.flatMap(({ cases }) => cases),
  ];
  const assigns = [...format.defaults, ...later.flatMap(({ set }) => set)];
  const classes = assigns.filter(({ slot }) => slot === Field.schema_class);
  return new Set([EventClass.base_event, ...classes.map(({ value }) => Number(value))]);
}
