import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { compareDiagnostics } from './diagnostic.ts';
import { packageRoot } from './policy/catalog.ts';
import { type CompileOptions, compilePolicy, type PolicyInput } from './policy/compile.ts';
import { type CheckedCondition, compileConditions } from './policy/condition/index.ts';
import type { TestDocument } from './policy/document/test_document.ts';
import { ImageTooLarge } from './policy/image/builder.ts';
import { stamp } from './policy/image/stamp.ts';
import { writeImage } from './policy/image/write_image.ts';
import { lintPolicy } from './policy/lint.ts';
import type { Plan } from './policy/plan.ts';

/** A policy that is fine: what it means, and the filter that does it. */
export interface BuiltFilter {
  readonly plan: Plan;
  /** One per route, then one per redaction rule and one per sampling rule. */
  readonly conditions: readonly CheckedCondition[];
  /** The policy's own tests, as written. */
  readonly tests: readonly TestDocument[];
  /** The module a collector loads. The same policy and engine give the same bytes. */
  readonly wasm: Uint8Array;
}

export interface BuildResult {
  /** Absent if there are diagnostics. */
  readonly filter?: BuiltFilter;
  readonly diagnostics: readonly Diagnostic[];
  /** What is allowed and hardly meant, if there is nothing worse. */
  readonly warnings: readonly Diagnostic[];
  /** Texts of the files the policy includes, by their names in diagnostics. */
  readonly included: ReadonlyMap<string, string>;
}

export interface BuildOptions extends CompileOptions {
  /** The engine without a policy; the package's own if left out. */
  readonly engine?: Uint8Array;
}

/** The engine of this package; `debug` is the one with assertions, for tests. */
export function readEngine(kind: 'release' | 'debug' = 'release'): Uint8Array {
  const path = join(packageRoot(), 'dist', kind === 'release' ? 'engine.wasm' : 'engine.debug.wasm');
  if (!existsSync(path)) throw new Error(`${path} is not there: run \`npm run build\``);
  return readFileSync(path);
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** Compiles a policy and stamps it into the engine. */
export function buildFilter(input: PolicyInput, options: BuildOptions = {}): BuildResult {
  const compiled = compilePolicy(input, options);
  const checked = compileConditions(compiled.conditions, compiled.labels, compiled.names);
  const diagnostics = [...compiled.diagnostics, ...checked.diagnostics].sort(compareDiagnostics);
  const { plan, document, included } = compiled;
  if (plan === undefined || document === undefined || checked.plan === undefined || diagnostics.length > 0)
    return { diagnostics, warnings: [], included };
  const engine = options.engine ?? readEngine();
  const hash = createHash('sha256').update(engine).digest('hex');
  try {
    const image = writeImage(plan, checked.plan, { version: packageVersion(), hash }, options.key);
    const filter = { plan, conditions: checked.checked, tests: document.tests ?? [], wasm: stamp(engine, image) };
    return { filter, diagnostics, warnings: lintPolicy(document, checked.checked), included };
  } catch (error) {
    if (!(error instanceof ImageTooLarge)) throw error;
    const fault = { code: 'policy_too_large', message: error.message, file: input.file, line: 0, column: 0 };
    return { diagnostics: [{ ...fault, help: 'split the policy over several filters' }], warnings: [], included };
  }
}
