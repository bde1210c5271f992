import type { ParseStatus } from '../../../assembly/shared/enums.ts';
import type { ErrorCode } from '../../../assembly/shared/errors.ts';
import type { Capture, RoutePlan } from '../plan.ts';

/** What the host hands the filter. */
export interface HostRecord {
  readonly tag: string;
  readonly timeSec: number;
  readonly timeNsec: number;
  /** Bytes of one JSON object, if all is well. */
  readonly record: Uint8Array;
}

/** A JSON value carried as it is, and how it was written. */
export interface JsonValue {
  readonly json: unknown;
  readonly source: string;
}

/** Value of a slot: text, a number (integers, times in ms, durations in µs, enum members), a boolean, or raw JSON. */
export type SlotValue = string | bigint | boolean | JsonValue;

/** Character positions in the line, half open. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The step that gave a slot its value. */
export type Stage = 'envelope' | 'label' | 'default' | 'capture' | 'host' | 'map' | 'derived' | 'table';

/** Where a slot's value came from. */
export interface Origin {
  readonly stage: Stage;
  /** What was captured, and how it was converted. */
  readonly capture?: Capture;
}

export type ErrorName = keyof typeof ErrorCode;
export type StatusName = keyof typeof ParseStatus;
export type EnvelopeName = 'docker' | 'cri' | 'rfc5424' | 'rfc3164' | 'cee';

/** The first thing that could not be read. */
export interface ParseError {
  readonly code: ErrorName;
  /** Bytes into the line's UTF-8; `undefined` where the error has no place in it. */
  readonly offset?: number;
  readonly expected?: string;
}

export interface Sniffed {
  readonly format: string;
  readonly accepted: boolean;
  readonly why: string;
}

/** A lookup that found a case. */
export interface AppliedMap {
  /** Slot looked up. */
  readonly from: number;
  /** Text looked up. */
  readonly key: string;
  /** Index of the case among the map's. */
  readonly case: number;
}

/** A row of one of the policy's tables that was found. */
export interface FoundRow {
  readonly table: string;
  /** Text looked up. */
  readonly text: string;
  /** Key of the row, as the table has it. */
  readonly key: string;
  /** Labels the row set. */
  readonly set: readonly number[];
}

/** Value of a field or, as `labels.NAME`, of a label; `undefined` if it is absent. An enum gives its member's number. */
export type ReadPath = (path: string) => SlotValue | undefined;
/** Whether the condition of a route, or of another rule, holds. */
export type Conditions = (rule: number, read: ReadPath) => boolean;

/** What was redacted: how often, where, by which rule. */
export interface Redaction {
  readonly rule: string;
  readonly field: string;
  readonly count: number;
}

/** All there is to say about one record. */
export interface Evaluation {
  readonly output: Record<string, unknown>;
  /** Present slots, those of `Meta` included. */
  readonly event: ReadonlyMap<number, SlotValue>;
  /** The event as it was logged: what conditions and sampling saw. */
  readonly logged: ReadonlyMap<number, SlotValue>;
  /** What was redacted in it since: by field, then by rule. */
  readonly redacted: readonly Redaction[];
  /** Where in the line a captured slot came from; derived and constant slots have none. */
  readonly spans: ReadonlyMap<number, Span>;
  /** Of every present slot. */
  readonly origins: ReadonlyMap<number, Origin>;
  readonly unmapped: Readonly<Record<string, unknown>>;
  readonly status: StatusName;
  readonly error?: ParseError;
  readonly drift: boolean;
  readonly source?: string;
  readonly format?: string;
  /** Outermost first. */
  readonly envelopes: readonly EnvelopeName[];
  /** What the format parsed: the text after envelopes, or the record itself. */
  readonly line?: string;
  readonly sniffed: readonly Sniffed[];
  readonly maps: readonly AppliedMap[];
  /** In the order of the policy's lookups; of those that set a label the last counts. */
  readonly lookups: readonly FoundRow[];
  readonly routes: readonly string[];
  /** The highest of its routes, if the policy says any. */
  readonly priority?: NonNullable<RoutePlan['priority']>;
  /** The longest of its routes; `legal_hold`: one of them must not be deleted. */
  readonly retention?: { readonly days?: number; readonly legal_hold?: true };
  /** The sampling rule that took the record from all routes but evidence. */
  readonly sampled?: string;
  /** The sampling rule that drops the record. Then there is no output, whatever stands in `output`. */
  readonly dropped?: string;
  readonly shard: number;
  readonly tag: string;
}
