import { formatDiagnostic } from '../../src/diagnostic.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { type CompiledPolicy, compilePolicy } from '../../src/policy/compile.ts';
import type { FormatPlan, Plan } from '../../src/policy/plan.ts';

export const catalog = loadCatalog();

export const compile = (text: string): CompiledPolicy => compilePolicy({ text, file: 'policy.yaml' }, { catalog });

/** What is wrong with a policy, as a person sees it. */
export const faults = (text: string): string => compile(text).diagnostics.map(formatDiagnostic).join('\n');

/** The plan of a policy that must be right. */
export function planOf(text: string): Plan {
  const { plan, diagnostics } = compile(text);
  if (plan === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}

const policyWith = (format: string): string =>
  `auditlb: 1\nsources:\n  - name: edge\n    tag: '*'\n    format:\n${format.replace(/^/gm, '      ')}\n`;

/** The plan of one inline format. */
export const formatOf = (format: string): FormatPlan => planOf(policyWith(format)).formats[0]!;

/** What is wrong with one inline format, whose first line is line 6 and starts at column 7. */
export const formatFaults = (format: string): string => faults(policyWith(format));
