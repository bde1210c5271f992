import type { Diagnostic } from '../../diagnostic.ts';
import { type ConditionSource, partsOf, wholeText } from '../compile_routes.ts';
import { checkCondition } from './check.ts';
import type { Holidays } from './clock.ts';
import { Fault } from './fault.ts';
import type { CheckedCondition, Extent, Node } from './model.ts';

/** A condition others refer to by its name. */
export interface NamedCondition extends ConditionSource {
  readonly name: string;
}

/** What a policy gives names to for its conditions. */
export interface WrittenNames {
  readonly named: readonly NamedCondition[];
  /** Dates as `2026-12-25`. */
  readonly holidays: Holidays;
}

/** What conditions refer to by name, and the conditions that were checked so far. */
export class Names {
  readonly labels: readonly string[];
  /** Names of conditions. */
  readonly conditions: readonly string[];
  readonly holidays: Holidays;
  readonly #named: ReadonlyMap<string, NamedCondition>;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #checked = new Map<ConditionSource, CheckedCondition | undefined>();
  /** Names of the conditions that are being checked, each referred to by the one before it. */
  readonly #open: string[] = [];

  constructor(labels: readonly string[], { named, holidays }: WrittenNames, report: (diagnostic: Diagnostic) => void) {
    this.labels = labels;
    this.conditions = named.map(({ name }) => name);
    this.#named = new Map(named.map((each) => [each.name, each]));
    this.holidays = holidays;
    this.#report = report;
  }

  /** Checks a condition, once; it has none if it has faults, which are reported. */
  check(source: ConditionSource): CheckedCondition | undefined {
    if (!this.#checked.has(source)) {
      const checked = source.groups === undefined ? checkCondition(source, this, this.#report) : this.#join(source);
      this.#checked.set(source, checked);
    }
    return this.#checked.get(source);
  }

  /** A condition and those of the groups around it: `(group) && (own)`. */
  #join(source: ConditionSource): CheckedCondition | undefined {
    const parts = partsOf(source);
    let start = 0;
    const nodes = parts.flatMap((part): Node[] => {
      const condition = this.check(part);
      const at = { start, end: start + part.text.length + 2 };
      start = at.end + ' && '.length;
      const where = 'where' in part ? { where: part.where } : {};
      return condition === undefined ? [] : [{ kind: 'elsewhere', ...where, condition, at }];
    });
    const text = wholeText(source);
    if (nodes.length < parts.length) return undefined;
    return { text, node: { kind: 'and', nodes, at: { start: 0, end: text.length } } };
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
