import { conditionAt } from './compile_routes.ts';
import type { NamedCondition, WrittenNames } from './condition/index.ts';
import type { PolicyDocument } from './document/policy_document.ts';
import { FIELD_BY_PATH } from './fields.ts';

/** Words of CEL. */
const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);
/** First parts of what conditions read. */
const ROOTS: ReadonlySet<string> = new Set(['labels', ...[...FIELD_BY_PATH.keys()].map((path) => path.split('.')[0]!)]);

/** The conditions of a policy that have names; those whose names cannot be told from something else are reported. */
function compileNamed({ conditions = [] }: PolicyDocument): NamedCondition[] {
  for (const { key } of conditions) {
    const name = key.value;
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
      key.report(
        'invalid_name',
        `\`${name}\` is not valid here`,
        'a condition’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`, a letter first',
      );
    } else if (ROOTS.has(name) || RESERVED.has(name)) {
      const what = ROOTS.has(name) ? 'fields begin with' : 'CEL has';
      key.report('name_taken', `\`${name}\` is a word ${what}`, `call it \`is_${name}\``);
    }
  }
  return conditions.map(({ key, value }) => ({ name: key.value, ...conditionAt(value) }));
}

/** What the conditions of a policy may refer to. */
export function compileNames(document: PolicyDocument): WrittenNames {
  const holidays = (document.holidays ?? []).map(
    ({ key, value }) => [key.value, value.map((date) => date.value)] as const,
  );
  return { named: compileNamed(document), holidays: new Map(holidays) };
}
