import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import type { CheckedCondition, Node } from './condition/index.ts';
import { fieldKey } from './condition/model.ts';
import { PredicateTable, type Range, type Term, TooManyTerms } from './condition/predicates.ts';
import type { PolicyDocument } from './document/policy_document.ts';
import type { Text } from './document/text.ts';
import { matchesWildcard } from './reference/wildcard.ts';

/** What is allowed in a policy and hardly meant. `conditions`: as those of a filter. Sorted. */
export function lintPolicy(document: PolicyDocument, conditions: readonly CheckedCondition[]): Diagnostic[] {
  return [
    ...lintRoutes(document, conditions),
    ...lintRest(document, conditions),
    ...lintNames(document, conditions),
    ...lintDestinations(document),
    ...lintSources(document),
    ...lintTables(document),
  ].sort(compareDiagnostics);
}

function warning(at: Text, code: string, message: string, help: string): Diagnostic {
  const start = at.offset(0);
  const written = at.file.text.slice(start, at.offset(at.value.length)).split('\n')[0]!;
  const place = { file: at.file.name, ...at.file.place(start), length: Math.max(1, written.length) };
  return { code, message, ...place, help, severity: 'warning' };
}

/** Conditions whose truth no record changes, and those another route has too. */
function lintRoutes({ routes = [] }: PolicyDocument, conditions: readonly CheckedCondition[]): Diagnostic[] {
  const table = new PredicateTable();
  const known = new Map<string, string>();
  return routes.flatMap(({ when, name }, i) => {
    const { node } = conditions[i]!;
    if (name === undefined) return [];
    const at = when ?? name;
    if (isNever(table, node))
      return warning(
        at,
        'never_true',
        `route \`${name.value}\` is never taken: no record makes this true`,
        'remove it',
      );
    if (when !== undefined && node.kind !== 'constant' && isNever(table, { kind: 'not', node, at: node.at }))
      return warning(when, 'always_true', 'every record makes this true', 'leave `when` out');
    if (node.kind === 'constant') return [];
    const meaning = meaningOf(table, node);
    const twin = known.get(meaning);
    known.set(meaning, twin ?? name.value);
    if (twin === undefined) return [];
    const help = 'one route may have several destinations: `to: [a, b]`';
    return warning(at, 'same_condition', `this is the condition of route \`${twin}\` too`, help);
  });
}

/** Routes for the rest where there is nothing else. */
function lintRest({ routes = [] }: PolicyDocument, conditions: readonly CheckedCondition[]): Diagnostic[] {
  const others = routes.filter(({ otherwise }, i) => otherwise !== true && conditions[i]!.node.kind !== 'constant');
  if (others.length > 0) return [];
  const help = 'leave `otherwise` out';
  return routes.flatMap(({ otherwise, name }) =>
    otherwise === true && name !== undefined
      ? warning(name, 'otherwise_alone', `no other route has a condition: every record is for \`${name.value}\``, help)
      : [],
  );
}

/** Conditions with names, and lists of holidays, that no rule asks for, directly or through others. */
function lintNames(
  { conditions = [], holidays = [] }: PolicyDocument,
  rules: readonly CheckedCondition[],
): Diagnostic[] {
  const used = new Set(rules.flatMap(({ node }) => namesIn(node)));
  const idle = (code: string, what: string, names: readonly { readonly key: Text }[]): Diagnostic[] =>
    names
      .filter(({ key }) => !used.has(`${what} ${key.value}`))
      .map(({ key }) =>
        warning(key, code, `nothing asks for ${what} \`${key.value}\``, 'remove it, or write its name into a `when`'),
      );
  return [...idle('unused_condition', 'condition', conditions), ...idle('unused_holidays', 'holidays', holidays)];
}

/** What a condition refers to. */
function namesIn(node: Node): string[] {
  if (node.kind === 'elsewhere') return [node.where ?? '', ...namesIn(node.condition.node)];
  if (node.kind === 'test') return node.clock?.dates === undefined ? [] : [`holidays ${node.clock.list}`];
  if (node.kind === 'not') return namesIn(node.node);
  return node.kind === 'constant' ? [] : node.nodes.flatMap(namesIn);
}

function termsOf(table: PredicateTable, node: Node): readonly Term[] | undefined {
  try {
    return table.terms(node);
  } catch (error) {
    if (error instanceof TooManyTerms) return undefined;
    throw error;
  }
}

const isNever = (table: PredicateTable, node: Node): boolean =>
  termsOf(table, node)?.every((term) => contradicts(table, term)) ?? false;

/** Equal texts for conditions that are the same but for order, brackets and blanks. */
function meaningOf(table: PredicateTable, node: Node): string {
  const terms = termsOf(table, node)?.map((term) => term.join('&'));
  return terms === undefined ? '' : terms.sort().join('|');
}

/** Whether a term wants one field to be two things at once. */
function contradicts({ predicates }: PredicateTable, term: Term): boolean {
  const wanted = term.filter((literal) => literal > 0).map((literal) => predicates[literal - 1]!);
  return wanted.some((one, i) =>
    wanted.slice(i + 1).some((other) => {
      if (fieldKey(one.field) !== fieldKey(other.field)) return false;
      if ('ranges' in one.test && 'ranges' in other.test) return !overlap(one.test.ranges, other.test.ranges);
      const texts = [one, other].map(({ test }) => ('patterns' in test ? exactTexts(test.patterns) : undefined));
      const [some, more] = texts;
      return some !== undefined && more !== undefined && !some.some((text) => more.includes(text));
    }),
  );
}

function overlap(some: readonly Range[], more: readonly Range[]): boolean {
  const apart = ([low, high]: Range, [from, to]: Range): boolean =>
    (high !== undefined && from !== undefined && high < from) || (to !== undefined && low !== undefined && to < low);
  return some.some((range) => more.some((other) => !apart(range, other)));
}

/** The texts a field may be; `undefined` if they are not a list of whole texts. */
function exactTexts(
  patterns: readonly { readonly kind: string; readonly text: string; readonly ignoreCase?: boolean }[],
): readonly string[] | undefined {
  const exact = patterns.every(({ kind, ignoreCase }) => kind === 'literal' && ignoreCase !== true);
  return exact ? patterns.map(({ text }) => text) : undefined;
}

function lintDestinations({ routes = [], destinations = [] }: PolicyDocument): Diagnostic[] {
  const homeless = routes.flatMap(({ name, to }) =>
    name !== undefined && to?.length === 0
      ? warning(name, 'no_destination', `route \`${name.value}\` goes nowhere`, 'name a destination in `to`')
      : [],
  );
  const used = new Set(routes.flatMap(({ name, to }) => (to ?? [name]).map((each) => each?.value)));
  const unused = destinations.filter(({ key }) => !used.has(key.value));
  const idle = unused.map(({ key }) =>
    warning(key, 'unused_destination', `no route goes to \`${key.value}\``, 'remove it, or name it in a route’s `to`'),
  );
  return [...homeless, ...idle];
}

/** Sources all of whose tags belong to one before them. */
function lintSources({ sources = [] }: PolicyDocument): Diagnostic[] {
  return sources.flatMap(({ tag, name }, i) => {
    // A character no tag has stands for any text: what matches it matches every tag of the pattern.
    const any = tag?.value.replaceAll('*', '\u0000');
    const before = sources
      .slice(0, i)
      .find((each) => each.tag && any !== undefined && matchesWildcard(each.tag.value, any));
    if (tag === undefined || before === undefined) return [];
    const message = `source \`${name.value}\` gets no record: \`${before.name.value}\` takes all its tags`;
    return warning(tag, 'source_unreachable', message, 'put it first');
  });
}

/** Tables nothing is looked up in. */
function lintTables({ tables = [], enrich = [] }: PolicyDocument): Diagnostic[] {
  const unused = tables.filter(({ key }) => !enrich.some(({ table }) => table.value === key.value));
  return unused.map(({ key }) =>
    warning(key, 'unused_table', `nothing is looked up in table \`${key.value}\``, 'name it in `enrich`, or remove it'),
  );
}
