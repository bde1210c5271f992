/**
 * The toolkit as a library. A policy becomes a filter, a filter answers records:
 *
 *     import { buildFilter, FilterInstance, formatDiagnostic } from 'auditlb';
 *
 *     const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
 *     if (filter === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
 *     const instance = new FilterInstance(filter.wasm);
 *     const answer = instance.call(Buffer.from('nginx.access'), 1770091506, 0, Buffer.from('{"log":"…"}'));
 *
 * `call` takes the time by the host as seconds and nanoseconds, and answers with the bytes of one JSON object, or with why there is none.
 * Why a record went where it went is told by the second implementation that runs beside the filter:
 *
 *     const twin = new Twin(filter);
 *     const { fields, routes, differs } = explain(twin, hostRecord(lineRecord('…'), 'nginx.access', new Date()));
 *
 * Faults in a policy are `Diagnostic`s, never thrown: there is no filter then. `warnings` stop nothing. A module that is no filter throws `FilterError`. For tests see `auditlb/testing`.
 */
export { compareDiagnostics, type Diagnostic, formatDiagnostic, showDiagnostic } from './diagnostic.ts';
export { type Explanation, explain } from './explain/explanation.ts';
export {
  type BuildOptions,
  type BuildResult,
  type BuiltFilter,
  buildFilter,
  packageVersion,
  readEngine,
} from './filter.ts';
export { type Answer, type Description, FilterError, type FilterErrorCode, FilterInstance } from './host/index.ts';
export { type Catalog, loadCatalog, type ShippedFormat } from './policy/catalog.ts';
export type { PolicyInput } from './policy/compile.ts';
export type { Plan } from './policy/plan.ts';
export type { Evaluation, HostRecord } from './policy/reference/index.ts';
export { hostRecord, lineRecord } from './run/record.ts';
export { referenceOf, Twin, type TwinResult } from './twin.ts';
