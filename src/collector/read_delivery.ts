import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import { type BuiltFilter, buildFilter } from '../filter.ts';
import type { PolicyInput } from '../policy/compile.ts';
import { compileDelivery, type Delivery } from '../policy/delivery.ts';
import { readPolicy } from '../policy/document/read_policy.ts';
import { SourceFile } from '../policy/document/source_file.ts';
import { matchesWildcard } from '../policy/reference/wildcard.ts';
import { checkDelivery } from './delivery_checks.ts';

export interface Configured<T> {
  /** Absent if there are diagnostics. */
  readonly result?: { readonly made: T; readonly filter: BuiltFilter };
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files the policy includes, by their names in diagnostics. */
  readonly included: ReadonlyMap<string, string>;
}

/** Checks a policy as a whole, and makes something of its delivery if nothing is wrong with it. `key`: of pseudonyms. */
export function configure<T>(
  input: PolicyInput,
  make: (delivery: Delivery, filter: BuiltFilter) => T,
  key?: Uint8Array,
): Configured<T> {
  const { filter, diagnostics: faults, included } = buildFilter(input, key === undefined ? {} : { key });
  if (filter === undefined) return { diagnostics: faults, included };
  const diagnostics: Diagnostic[] = [];
  const document = readPolicy(new SourceFile(input.file, input.text, diagnostics), input.includeRoot);
  if (document === undefined) throw new Error('a policy that compiles can be read');
  const delivery = compileDelivery(document, filter.plan.name);
  checkDelivery(delivery, (tag) => filter.plan.sources.findIndex((source) => matchesWildcard(source.tag, tag)));
  const made = make(delivery, filter);
  diagnostics.sort(compareDiagnostics);
  return diagnostics.length > 0 ? { diagnostics, included } : { result: { made, filter }, diagnostics, included };
}
