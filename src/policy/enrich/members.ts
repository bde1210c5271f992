import { Field } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { Text } from '../document/text.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { LookupPlan } from '../plan.ts';

/** Reports keys that no lookup of their table can ever find: words that are no members of the closed list it is looked up by. */
export function checkMembers(keys: readonly Text[], lookups: readonly LookupPlan[]): void {
  if (lookups.length === 0) return;
  for (const key of keys) {
    const strange = lookups.map((lookup) => strangeWord(key.value, lookup));
    const [word] = strange;
    if (word === undefined || strange.includes(undefined)) continue;
    const near = suggest(word.text, word.members);
    const help = near === undefined ? `one of ${word.members.join(', ')}` : `did you mean \`${near}\`?`;
    key.report('unknown_member', `no record has \`${word.text}\` there`, help);
  }
}

interface Strange {
  readonly text: string;
  readonly members: readonly string[];
}

/** The part of a key that is no member of its field. Members hold no blanks. */
function strangeWord(key: string, { from, and }: LookupPlan): Strange | undefined {
  const first = and === undefined ? key : key.split(' ')[0]!;
  const members = membersOf(from);
  if (members === undefined) return undefined;
  if (!members.includes(first)) return { text: first, members };
  const others = and === undefined ? undefined : membersOf(and);
  const second = key.slice(first.length + 1);
  return others === undefined || second === '' || others.includes(second)
    ? undefined
    : { text: second, members: others };
}

function membersOf(slot: number): readonly string[] | undefined {
  const values = FIELDS[Field[slot] as FieldName]?.values;
  return values && Object.values(values);
}
