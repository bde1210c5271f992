import { Field } from '../../../assembly/shared/fields.ts';
import type { Text } from '../document/text.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import { type Guard, hasGuard, type Member } from '../plan.ts';
import { memberNames } from './members.ts';

/** Where the fields go that no other member shows. */
export interface Rest {
  /** Stands in the class's members, empty. */
  readonly place: Member;
  /** Slots that may be left out: what they say, others say too. */
  readonly except: ReadonlySet<number>;
}

/** Everything that must hold for a member to show a slot: of each list of `any` one present, none of `none`. */
interface Conditions {
  readonly any: readonly (readonly number[])[];
  readonly none: readonly number[];
}

/** The members with the rest in its place. */
export function addRest(members: readonly Member[], { place, except }: Rest, at: Text): Member[] {
  const shown = new Map<number, Conditions[]>();
  collect(members, { any: [], none: [] }, shown);
  const rest = (Object.keys(FIELDS) as FieldName[]).flatMap((name): Member[] => {
    const slot = Field[name];
    const path = FIELDS[name].path;
    if (path === undefined || except.has(slot)) return [];
    const guard = missingWhen(slot, shown.get(slot) ?? []);
    if (guard === 'unclear') at.report('rest_unclear', `cannot tell when members leave out \`${path}\``);
    if (guard === undefined || guard === 'unclear') return [];
    const isEnum = FIELDS[name].type === 'enum';
    return [{ kind: 'slot', key: path, slots: [slot], ...shape(slot, isEnum), ...guard }];
  });
  rest.sort((a, b) => (a.key < b.key ? -1 : 1));
  return replace(members, place, rest);
}

const shape = (slot: number, isEnum: boolean) =>
  isEnum ? ({ as: 'enum', table: memberNames(slot) } as const) : ({ as: 'value' } as const);

/** Under which conditions members show which slots. */
function collect(members: readonly Member[], outer: Conditions, shown: Map<number, Conditions[]>): void {
  for (const member of members) {
    if (!hasGuard(member)) continue;
    const inner = within(outer, member);
    if (member.kind === 'object' || member.kind === 'list') collect(member.members, inner, shown);
    if (member.kind !== 'slot') continue;
    if (member.as === 'other') {
      shown.set(member.slots[0]!, [...(shown.get(member.slots[0]!) ?? []), inner]);
      continue;
    }
    member.slots.forEach((slot, i) => {
      const conditions = within(inner, { unless: member.as === 'text_list' ? [] : member.slots.slice(0, i) });
      shown.set(slot, [...(shown.get(slot) ?? []), conditions]);
    });
  }
}

const within = (outer: Conditions, { if: needed = [], unless = [] }: Guard): Conditions => ({
  any: needed.length === 0 ? outer.any : [...outer.any, needed],
  none: [...outer.none, ...unless],
});

/** When a slot is present and none of its members stands; `undefined`: never. */
function missingWhen(slot: number, places: readonly Conditions[]): Guard | undefined | 'unclear' {
  const possible = places.filter(({ none }) => !none.includes(slot)).map((place) => openConditions(slot, place));
  if (possible.some(({ any, none }) => any.length + none.length === 0)) return undefined;
  if (possible.some(({ any, none }) => any.length > 1 || (any.length > 0 && none.length > 0))) return 'unclear';
  const absent = [...new Set(possible.flatMap(({ any }) => any.flat()))];
  const present = possible.flatMap(({ none }) => (none.length > 0 ? [none] : []));
  const smallest = present.toSorted((a, b) => a.length - b.length)[0];
  if (smallest === undefined) return absent.length === 0 ? {} : { unless: absent };
  if (!present.every((list) => isWithin(smallest, list))) return 'unclear';
  const needed = [...new Set(smallest)].filter((each) => !absent.includes(each));
  return needed.length === 0 ? undefined : { if: needed, unless: absent };
}

/** What must hold besides the slot's own presence, without what follows from the rest. */
function openConditions(slot: number, { any, none }: Conditions): Conditions {
  const strict = any.filter((needed) => !needed.includes(slot));
  return { any: strict.filter((one) => !strict.some((other) => other !== one && isWithin(other, one))), none };
}

const isWithin = (part: readonly number[], whole: readonly number[]): boolean =>
  part.every((each) => whole.includes(each));

function replace(members: readonly Member[], place: Member, rest: readonly Member[]): Member[] {
  return members.map((member) => {
    if (member === place && member.kind === 'object') return { ...member, members: rest };
    return 'members' in member ? { ...member, members: replace(member.members, place, rest) } : member;
  });
}
