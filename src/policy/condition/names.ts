import type { Diagnostic } from '../../diagnostic.ts';
import type { ConditionSource } from '../compile_routes.ts';
import { checkCondition } from './check.ts';
import { Fault } from './fault.ts';
import type { CheckedCondition, Extent } from './model.ts';

/** A condition others refer to by its name. */
export interface NamedCondition extends ConditionSource {
  readonly name: string;
}

/** What conditions refer to by name, and the conditions that were checked so far. */
export class Names {
  readonly labels: readonly string[];
  /** Names of conditions. */
  readonly conditions: readonly string[];
  readonly #named: ReadonlyMap<string, NamedCondition>;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #checked = new Map<ConditionSource, CheckedCondition | undefined>();
  /** Names of the conditions that are being checked, each referred to by the one before it. */
  readonly #open: string[] = [];

  constructor(labels: readonly string[], named: readonly NamedCondition[], report: (diagnostic: Diagnostic) => void) {
    this.labels = labels;
    this.conditions = named.map(({ name }) => name);
    this.#named = new Map(named.map((each) => [each.name, each]));
    this.#report = report;
  }

  /** Checks a condition, once; it has none if it has faults, which are reported. */
  check(source: ConditionSource): CheckedCondition | undefined {
    if (!this.#checked.has(source)) this.#checked.set(source, checkCondition(source, this, this.#report));
    return this.#checked.get(source);
  }

  /** The condition of a name; a `Fault` if it is one of those that are being checked. */
  condition(name: string, at: Extent): CheckedCondition | undefined {
    const from = this.#open.indexOf(name);
    if (from >= 0) {
      const way = [...this.#open.slice(from), name].map((each) => `\`${each}\``).join(' → ');
      throw new Fault('condition_cycle', `condition \`${name}\` leads back to itself: ${way}`, at);
    }
    this.#open.push(name);
    const checked = this.check(this.#named.get(name)!);
    this.#open.pop();
    return checked;
  }

  /** Checks all that have a name, whether or not something refers to them. */
  checkNamed(): void {
    for (const name of this.conditions) this.condition(name, { start: 0, end: 0 });
  }
}
