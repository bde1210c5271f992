import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import canonicalize from 'canonicalize';
import { EventClass } from '../../assembly/shared/enums.ts';
import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { classesOf } from './classes.ts';
import { compileNames } from './compile_conditions.ts';
import { type ConditionSource, compileRoutes, compileShards } from './compile_routes.ts';
import { compileSample } from './compile_sample.ts';
import { compileSources } from './compile_sources.ts';
import { checkTests } from './compile_tests.ts';
import type { WrittenNames } from './condition/index.ts';
import { compileDelivery } from './delivery.ts';
import type { PolicyDocument } from './document/policy_document.ts';
import { readPolicy } from './document/read_policy.ts';
import { SourceFile } from './document/source_file.ts';
import { compileEnrich } from './enrich/compile.ts';
import { Labels } from './labels.ts';
import type { Plan, TemplatePlan } from './plan.ts';
import { compileRedact } from './redact/compile.ts';
import { pseudonym } from './redact/pseudonym.ts';
import { compileOutput, type ShapeTemplate } from './schema/output.ts';
import { compileTemplate } from './schema/templates.ts';

export interface PolicyInput {
  readonly text: string;
  /** Shown in diagnostics. */
  readonly file: string;
  /** Used if the policy names itself nowhere; else the file's name without extension. */
  readonly name?: string;
  /** Folder that included files have to be in; else the one of `file`. */
  readonly includeRoot?: string;
}

export interface CompileOptions {
  /** Formats and schemas; those of the package if left out. */
  readonly catalog?: Catalog;
  /** Key of pseudonyms, for policies that give any. */
  readonly key?: Uint8Array;
}

export interface CompiledPolicy {
  /** Absent if there are diagnostics. Its conditions are still text. */
  readonly plan?: Plan;
  readonly conditions: readonly ConditionSource[];
  /** What these refer to. */
  readonly names: WrittenNames;
  /** Names of the labels of the policy, whether it is right or not. */
  readonly labels: readonly string[];
  /** The policy as written; absent if it cannot be read. */
  readonly document?: PolicyDocument;
  /** Texts of the files it includes, by their names in diagnostics. */
  readonly included: ReadonlyMap<string, string>;
  /** Everything that is wrong, sorted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Digits of the hash that the output shows. */
const SHORT_HASH = 16;

/** Compiles a policy: YAML to a plan in which every name is a slot. The same input always gives the same plan. */
export function compilePolicy(input: PolicyInput, options: CompileOptions = {}): CompiledPolicy {
  const catalog = options.catalog ?? loadCatalog();
  const diagnostics: Diagnostic[] = [];
  const file = new SourceFile(input.file, input.text, diagnostics);
  const document = readPolicy(file, input.includeRoot);
  const draft = document && draftPlan(document, input, catalog, options.key);
  diagnostics.push(...catalog.diagnostics);
  diagnostics.sort(compareDiagnostics);
  const always = {
    conditions: draft?.conditions ?? [],
    names: draft?.names ?? NO_NAMES,
    labels: draft?.plan.labels ?? [],
    included: new Map(file.included.map(({ name, text }) => [name, text])),
  };
  if (document === undefined) return { ...always, diagnostics };
  if (draft === undefined || diagnostics.length > 0) return { document, ...always, diagnostics };
  const plan = finishPlan(draft.plan, catalog, draft.shape);
  const { key } = options;
  const keyed = key !== undefined && plan.redact?.some((rule) => rule.with === 'pseudonym');
  return {
    plan: keyed ? { ...plan, pseudonym: (value) => pseudonym(key, value) } : plan,
    document,
    ...always,
    diagnostics,
  };
}

const NO_NAMES: WrittenNames = { named: [], holidays: new Map() };

type Draft = Omit<Plan, 'hash' | 'templates'>;

function draftPlan(
  document: PolicyDocument,
  input: PolicyInput,
  catalog: Catalog,
  key: Uint8Array | undefined,
): Pick<CompiledPolicy, 'conditions' | 'names'> & { readonly plan: Draft; readonly shape: ShapeTemplate } {
  const schema = document.schema ?? 'ocsf';
  const labels = new Labels();
  const sources = compileSources(document.sources ?? [], schema, catalog, labels);
  const enrich = compileEnrich(document, labels);
  const names = compileNames(document);
  const { routes, conditions } = compileRoutes(document);
  const redact = compileRedact(document.redact ?? [], key);
  const sample = compileSample(document.sample ?? []);
  const shards = compileShards(document.shards, (message) => {
    const { at } = document.shards!;
    at.file.report(at, 'weights_mismatch', message, 'give one weight for each shard');
  });
  const name = document.name?.value ?? input.name ?? basename(input.file).replace(/\.ya?ml$/, '');
  compileDelivery(document, name);
  const plan: Draft = {
    name,
    schema,
    raw: document.raw ?? 'incomplete',
    sources: sources.sources,
    formats: sources.formats,
    labels: labels.names,
    ...plannedNames(names),
    routes,
    ...(enrich === undefined ? {} : { enrich }),
    ...(redact.rules.length === 0 ? {} : { redact: redact.rules }),
    ...(sample.rules.length === 0 ? {} : { sample: sample.rules }),
    shards,
  };
  checkTests(document.tests ?? [], plan);
  const shape = compileOutput(document.output, document.output ? schemaTemplates(schema, catalog, '') : []);
  return { plan, shape, names, conditions: [...conditions, ...redact.conditions, ...sample.conditions] };
}

/** As the plan has them: what there is none of is left out. */
function plannedNames({ named, holidays }: WrittenNames): Pick<Plan, 'conditions' | 'holidays'> {
  return {
    ...(named.length === 0 ? {} : { conditions: named.map(({ name, text }) => ({ name, when: text })) }),
    ...(holidays.size === 0 ? {} : { holidays: Object.fromEntries(holidays) }),
  };
}

/** Adds the templates and the hash. The hash covers the plan with the place of the hash in its templates empty. */
function finishPlan(draft: Draft, catalog: Catalog, shape: ShapeTemplate): Plan {
  const used = new Set<number>([EventClass.base_event, ...draft.formats.flatMap((format) => [...classesOf(format)])]);
  const templates = (policy: string) =>
    schemaTemplates(draft.schema, catalog, policy)
      .filter((template) => used.has(template.schema_class))
      .map(shape);
  const canonical = canonicalize({ ...draft, templates: templates('') }) ?? '';
  const hash = createHash('sha256').update(canonical).digest('hex');
  return { ...draft, hash, templates: templates(hash.slice(0, SHORT_HASH)) };
}

/** Templates of all classes of a schema. */
function schemaTemplates(schema: Draft['schema'], catalog: Catalog, policy: string): TemplatePlan[] {
  const found = catalog.schemas.get(schema);
  if (found === undefined) throw new Error(`schema ${schema} is not in the package`);
  return found.schema.classes.flatMap(({ key, value }) => compileTemplate(key, value, found.schema, policy) ?? []);
}
