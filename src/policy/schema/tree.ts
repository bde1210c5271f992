import { type Guard, hasGuard, type Member } from '../plan.ts';

/** A member, its path, and the guards of the objects around it. */
export interface Placed {
  readonly member: Member;
  readonly path: string;
  readonly around: readonly Guard[];
}

const byCodeUnit = (a: Member, b: Member): number => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1);

/** Every member with its dotted path; keys may hold dots themselves. */
export function placedMembers(members: readonly Member[], prefix = '', around: readonly Guard[] = []): Placed[] {
  return members.flatMap((member) => {
    const path = prefix + member.key;
    const own = { member, path, around };
    if (!('members' in member)) return [own];
    return [own, ...placedMembers(member.members, `${path}.`, [...around, member])];
  });
}

/** The members with those of a path made into others. Objects that are empty then are gone. */
export function editAt(
  members: readonly Member[],
  path: string,
  change: (member: Member) => readonly Member[],
): Member[] {
  const edited = members.flatMap((member): readonly Member[] => {
    if (member.key === path) return change(member);
    if (!('members' in member) || !path.startsWith(`${member.key}.`)) return [member];
    const inside = editAt(member.members, path.slice(member.key.length + 1), change);
    return inside.length === 0 ? [] : [{ ...member, members: inside }];
  });
  return edited.sort(byCodeUnit);
}

/** Adds members at a path, in objects made for it where there are none. `undefined`: an object on the way only stands under conditions. */
export function addAt(
  members: readonly Member[],
  path: string,
  make: (key: string) => readonly Member[],
): Member[] | undefined {
  const around = members.filter((member) => 'members' in member && path.startsWith(`${member.key}.`));
  const [object] = around;
  if (object !== undefined && 'members' in object) {
    if (around.length > 1 || object.kind === 'list' || isGuarded(object)) return undefined;
    const inside = addAt(object.members, path.slice(object.key.length + 1), make);
    return inside && members.map((member) => (member === object ? { ...object, members: inside } : member));
  }
  const dot = members.some(({ key }) => key.includes('.')) ? -1 : path.indexOf('.');
  if (dot < 0) return [...members, ...make(path)].sort(byCodeUnit);
  const inside = addAt([], path.slice(dot + 1), make)!;
  return [...members, { kind: 'object' as const, key: path.slice(0, dot), members: inside }].sort(byCodeUnit);
}

const isGuarded = ({ if: needed = [], unless = [] }: Guard): boolean => needed.length + unless.length > 0;

/** The member as it stands under the conditions of the objects it was in; `undefined`: that cannot be said in one guard. */
export function carryGuards({ member, around }: Placed): Member | undefined {
  const guards = [...around, hasGuard(member) ? member : {}];
  const needs = guards.flatMap(({ if: needed = [] }) => (needed.length === 0 ? [] : [needed]));
  const open = needs.filter((needed) => !isImplied(member, needed));
  const strict = open.filter(
    (one, i) => !open.some((other, j) => isStricter(other, one) && (j < i || !isStricter(one, other))),
  );
  const unless = [...new Set(guards.flatMap((guard) => guard.unless ?? []))];
  if (strict.length > 1 || (!hasGuard(member) && strict.length + unless.length > 0)) return undefined;
  return hasGuard(member) ? { ...member, if: strict[0] ?? [], unless } : member;
}

/** A member without a value of its own stands only with one of its slots. */
const isImplied = (member: Member, needed: readonly number[]): boolean =>
  member.kind === 'slot' && member.otherwise === undefined && member.slots.every((slot) => needed.includes(slot));

const isStricter = (one: readonly number[], other: readonly number[]): boolean =>
  one.every((slot) => other.includes(slot));
