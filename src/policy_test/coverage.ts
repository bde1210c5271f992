import type { BuiltFilter } from '../filter.ts';
import { evaluateCondition, type Trace } from '../policy/condition/index.ts';
import type { Evaluation } from '../policy/reference/index.ts';

/** What the tests of a policy went through. */
export interface Coverage {
  readonly routes: readonly RouteCoverage[];
}

export interface RouteCoverage {
  readonly name: string;
  /** Records that took it. */
  readonly taken: number;
  /** Single tests of its condition, and of how many records each was true. */
  readonly conditions: readonly { readonly test: string; readonly held: number }[];
}

export function coverageOf({ plan, conditions }: BuiltFilter, evaluations: readonly Evaluation[]): Coverage {
  const routes = plan.routes.map(({ name }, i) => {
    const held = new Map<string, number>();
    let taken = 0;
    for (const { logged } of evaluations) {
      const trace = evaluateCondition(conditions[i]!, (slot) => logged.get(slot));
      if (trace.value) taken++;
      for (const { text, value } of tests(trace)) held.set(text, (held.get(text) ?? 0) + Number(value));
    }
    return { name, taken, conditions: [...held].map(([test, count]) => ({ test, held: count })) };
  });
  return { routes };
}

const tests = (trace: Trace): readonly Trace[] =>
  trace.node.kind === 'test' ? [trace] : trace.parts.flatMap((part) => tests(part));
