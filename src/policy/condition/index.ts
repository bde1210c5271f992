import type { Diagnostic } from '../../diagnostic.ts';
import { type Automaton, buildAutomaton, type Pattern, PatternError } from '../automaton.ts';
import { type ConditionSource, partsOf } from '../compile_routes.ts';
import type { FieldTests, MatchPlan } from './match_plan.ts';
import { type CheckedCondition, fieldKey } from './model.ts';
import { Names, type WrittenNames } from './names.ts';
import { type Predicate, PredicateTable, type Term, TooManyTerms } from './predicates.ts';

export { evaluateCondition, type ReadSlot, type Trace } from './evaluate.ts';
export type { MatchPlan } from './match_plan.ts';
export type { CheckedCondition, Node } from './model.ts';
export type { NamedCondition, WrittenNames } from './names.ts';
export { writeMatch } from './table.ts';

export interface CompiledConditions {
  /** Absent if there are diagnostics. */
  readonly plan?: MatchPlan;
  /** In the order of the sources; faulty ones are left out. */
  readonly checked: readonly CheckedCondition[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks conditions and compiles them into one table. `labels`: names of the labels any source has, in slot order; `written`: what
 * they refer to.
 */
export function compileConditions(
  sources: readonly ConditionSource[],
  labels: readonly string[],
  written: WrittenNames = { named: [], holidays: new Map() },
): CompiledConditions {
  const diagnostics: Diagnostic[] = [];
  const names = new Names(labels, written, (diagnostic) => diagnostics.push(diagnostic));
  names.checkNamed();
  const table = new PredicateTable();
  const checked: CheckedCondition[] = [];
  const rules: Term[][] = [];
  for (const source of sources) {
    const condition = names.check(source);
    if (condition === undefined) continue;
    checked.push(condition);
    try {
      rules.push(table.terms(condition.node));
    } catch (error) {
      if (!(error instanceof TooManyTerms)) throw error;
      diagnostics.push(
        fault(source, 'condition_too_large', 'it unfolds into too many combinations', 'split the route into several'),
      );
    }
  }
  if (diagnostics.length > 0) return { checked, diagnostics };
  const fields = groupFields(table.predicates, (pattern, message) =>
    diagnostics.push(patternFault([...written.named, ...sources.flatMap(partsOf)], pattern, message)),
  );
  if (diagnostics.length > 0) return { checked, diagnostics };
  return { plan: { predicates: table.predicates, fields, rules }, checked, diagnostics };
}

function fault(source: ConditionSource, code: string, message: string, help: string): Diagnostic {
  const { file, line, column, text } = source;
  return { code, message, file, line, column, length: text.length, help };
}

/** Points at the condition that holds the pattern's text. */
function patternFault(sources: readonly ConditionSource[], pattern: Pattern, message: string): Diagnostic {
  const source =
    sources.find(
      ({ text }) => text.includes(JSON.stringify(pattern.text).slice(1, -1)) || text.includes(pattern.text),
    ) ?? sources[0]!;
  const what = pattern.kind === 'regex' ? 'pattern' : 'text';
  return fault(
    source,
    'pattern',
    `${what} \`${pattern.text}\` cannot be compiled: ${message}`,
    'write a simpler one, or `contains`',
  );
}

function groupFields(
  predicates: readonly Predicate[],
  report: (pattern: Pattern, message: string) => void,
): FieldTests[] {
  const keys = new Map(predicates.map(({ field }) => [fieldKey(field), field.slot]));
  const sorted = [...keys].sort(([a, slotA], [b, slotB]) => slotA - slotB || (a < b ? -1 : 1));
  return sorted.map(([key]) => {
    const own = predicates
      .map((predicate, number) => ({ predicate, number }))
      .filter(({ predicate }) => fieldKey(predicate.field) === key);
    const patterns = own.flatMap(({ predicate: { test }, number }) =>
      'patterns' in test ? test.patterns.map((pattern) => ({ ...pattern, id: number })) : [],
    );
    const automaton = patterns.length === 0 ? undefined : build(patterns, report);
    return {
      field: own[0]!.predicate.field,
      present: own.find(({ predicate }) => 'present' in predicate.test)?.number ?? -1,
      ...(automaton === undefined ? {} : { automaton }),
      ranges: own.flatMap(({ predicate: { test }, number }) =>
        'ranges' in test ? [{ predicate: number, ranges: test.ranges }] : [],
      ),
    };
  });
}

function build(
  patterns: readonly Pattern[],
  report: (pattern: Pattern, message: string) => void,
): Automaton | undefined {
  try {
    return buildAutomaton(patterns, { mode: 'found' });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    report(error.pattern, error.message);
    return undefined;
  }
}
