/**
 * Filters in tests, for any test runner:
 *
 *     import { loadPolicy } from 'auditlb/testing';
 *     import { expect, test } from 'vitest';
 *
 *     const filter = loadPolicy('policy.yaml');
 *
 *     test('a failed login goes to the SIEM', () => {
 *       const seen = filter.line('203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin HTTP/1.1" 401 0 "-" "curl"', {
 *         tag: 'nginx.access',
 *       });
 *       expect(seen).toMatchObject({ status: 'ok', routes: ['siem', 'archive'], shard: 2 });
 *       expect(seen.fields['actor.name']).toBe('alice');
 *       expect(seen.reasons.errors).toMatchObject({ near: true, reasons: [{ field: 'http.response.status', actual: 401 }] });
 *       expect(seen.output).toMatchObject({ class_uid: 4002, status_id: 2 });
 *     });
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, formatDiagnostic } from '../diagnostic.ts';
import { explainRoutes } from '../explain/explanation.ts';
import { eventByPath } from '../explain/field_values.ts';
import type { Decision } from '../explain/reasons.ts';
import { buildFilter } from '../filter.ts';
import { FilterInstance } from '../host/index.ts';
import { TEST_KEY } from '../policy/redact/pseudonym.ts';
import type { HostRecord } from '../policy/reference/index.ts';
import { hostRecord, lineKey, lineRecord, type SourceTag, sampleTag, TEST_TIME } from '../run/record.ts';
import type { Verdict } from '../run/verdict.ts';
import { callFilter, type ParsedAnswer, Twin } from '../twin.ts';

export { TEST_TIME };

/** How the collector hands a record over. */
export interface Delivery {
  /** May be left out where the policy has one source. */
  readonly tag?: string;
  /** Time by the host, RFC 3339 or `Date`; `TEST_TIME` if left out. */
  readonly time?: string | Date;
}

/** What became of a record. */
export interface Seen {
  /** `kept`: there is an output; `unchanged`: it is the record as it came; `dropped` by the policy; `lost`: the module failed. */
  readonly kind: ParsedAnswer['kind'];
  /** The event as destinations get it; empty if there is none. */
  readonly output: Readonly<Record<string, unknown>>;
  readonly status: 'ok' | 'partial' | 'failed' | undefined;
  /** Why the line could not be read in full: its code, the byte of the line, and what was expected there. */
  readonly error: Verdict['error'];
  /** The line held more fields than its format knows. */
  readonly drift: boolean;
  readonly source: string | undefined;
  readonly format: string | undefined;
  /** Names of the routes taken, in policy order. */
  readonly routes: readonly string[];
  readonly shard: number | undefined;
  /** The most urgent of the routes, if the policy says any; and the longest they keep it, and whether one holds it. */
  readonly priority: Verdict['priority'];
  readonly retention: Verdict['retention'];
  /** The tag outputs select by: `audit.s<shard>.<route>…`. */
  readonly tag: string | undefined;
}

/** What became of a record, and what the policy saw in it. */
export interface SeenByPolicy extends Seen {
  /** Fields by the path conditions use, `labels.NAME` and `unmapped.NAME`. Times in RFC 3339, durations in µs, enum members by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** By route: whether it was taken, and the parts of its condition that decided it. */
  readonly reasons: Readonly<Record<string, Decision>>;
}

/** A filter in a test. Both methods throw `Error` if the tag is needed and missing, or the time is none. */
export interface TestFilter<S extends Seen> {
  /** A line of text, as a collector reads it from a file. */
  line(text: string, delivery?: Delivery): S;
  /** A record as a collector hands it over: a JSON object, or the bytes of one. */
  record(record: object | Uint8Array, delivery?: Delivery): S;
}

/** A policy with faults: all of them are in the message. */
export class PolicyError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(`the policy has faults\n${diagnostics.map(formatDiagnostic).join('\n')}`);
    this.diagnostics = diagnostics;
  }
}

/** The filter of a policy file. Throws `PolicyError`, or what reading the file throws. */
export function loadPolicy(path: string | URL): TestFilter<SeenByPolicy> {
  return policyOf(readFileSync(path, 'utf8'), path instanceof URL ? fileURLToPath(path) : path);
}

/** The filter of a policy in a text. Throws `PolicyError`. */
export function policyOf(text: string, file = 'policy.yaml'): TestFilter<SeenByPolicy> {
  const { filter, diagnostics } = buildFilter({ text, file }, { key: TEST_KEY });
  if (filter === undefined) throw new PolicyError(diagnostics);
  const twin = new Twin(filter);
  const { plan } = filter;
  return new Filter(plan.sources, (record) => {
    const { answer, evaluation, differ } = twin.run(record);
    if (differ) throw new Error('the filter and the reference evaluator differ: a bug of auditlb, please report it');
    const reasons = explainRoutes(filter, evaluation).map(({ name, holds, near, reasons }) => [
      name,
      { holds, near, reasons },
    ]);
    return { ...seen(answer), fields: eventByPath(plan, evaluation), reasons: Object.fromEntries(reasons) };
  });
}

/** A built filter, a `.wasm` file or its bytes. Throws `FilterError`, or what reading the file throws. */
export function loadFilter(wasm: string | URL | Uint8Array): TestFilter<Seen> {
  const instance = new FilterInstance(wasm instanceof Uint8Array ? wasm : readFileSync(wasm));
  const sources = instance
    .describe()
    .sources.map(({ line, ...source }) => (line === undefined ? source : { ...source, lineKey: line }));
  return new Filter(sources, (record) => seen(callFilter(instance, record)));
}

class Filter<S extends Seen> implements TestFilter<S> {
  readonly #sources: readonly SourceTag[];
  readonly #run: (record: HostRecord) => S;

  constructor(sources: readonly SourceTag[], run: (record: HostRecord) => S) {
    this.#sources = sources;
    this.#run = run;
  }

  line(text: string, delivery: Delivery = {}): S {
    const tag = this.#tag(delivery);
    return this.#deliver(lineRecord(text, lineKey(this.#sources, tag)), tag, delivery);
  }

  record(record: object | Uint8Array, delivery: Delivery = {}): S {
    const bytes = record instanceof Uint8Array ? record : Buffer.from(JSON.stringify(record));
    return this.#deliver(bytes, this.#tag(delivery), delivery);
  }

  #tag({ tag }: Delivery): string {
    const [only, ...others] = this.#sources;
    const found = tag ?? (only !== undefined && others.length === 0 ? sampleTag(this.#sources, only) : undefined);
    if (found !== undefined) return found;
    const known = this.#sources.map((source) => `${source.name}: ${source.tag}`).join(', ');
    throw new Error(`give a tag, the filter has several sources (${known})`);
  }

  #deliver(record: Uint8Array, tag: string, delivery: Delivery): S {
    const time = new Date(delivery.time ?? TEST_TIME);
    if (Number.isNaN(time.getTime())) throw new Error(`\`${delivery.time}\` is no time`);
    return this.#run(hostRecord(record, tag, time));
  }
}

function seen(answer: ParsedAnswer): Seen {
  const output = 'output' in answer ? answer.output : {};
  const { drift, routes, ...said } = (output.auditlb ?? {}) as Verdict;
  const { status, error, source, format, shard, priority, retention, tag } = said;
  const asked = { routes: routes ?? [], shard, priority, retention, tag };
  const verdict = { status, error, drift: drift === true, source, format, ...asked };
  return { kind: answer.kind, output, ...verdict };
}
