import { clockText } from '../policy/condition/clock_evaluate.ts';
import type { Trace } from '../policy/condition/index.ts';
import { plainValue } from './field_values.ts';

/** One part of a condition that decided it. */
export interface Reason {
  /** The part as written. */
  readonly test: string;
  readonly holds: boolean;
  /** Where it is written, if not in the route: `condition is_admin`. */
  readonly where?: string;
  /** Field it reads; absent for constants. */
  readonly field?: string;
  /** What the field was; absent if it was missing, which makes every test false. */
  readonly actual?: unknown;
  /** A time as the clocks of the zone asked for show it. */
  readonly local?: string;
}

export interface Decision {
  readonly holds: boolean;
  /** The parts that decided it. Of a near miss only the one that failed. */
  readonly reasons: readonly Reason[];
  /** All but one of several parts that had to hold did. */
  readonly near: boolean;
}

export function decisionOf(trace: Trace): Decision {
  const missed = trace.value ? undefined : nearMiss(trace);
  const leaves = missed === undefined ? deciding(trace) : [missed];
  const reasons = new Map(leaves.map((leaf) => [leaf.text, reasonOf(leaf)]));
  return { holds: trace.value, reasons: [...reasons.values()], near: missed !== undefined };
}

/** The tests a truth rests on: all parts of a true `&&` and of a false `||`, else the parts that are as the whole is. */
function deciding(trace: Trace): readonly Trace[] {
  const { node, value, parts } = trace;
  if (node.kind === 'not' || node.kind === 'elsewhere') return parts.flatMap(deciding);
  if (node.kind === 'and' || node.kind === 'or') return parts.filter((part) => part.value === value).flatMap(deciding);
  return [trace];
}

/** The one test that failed where everything beside it held. */
function nearMiss(trace: Trace): Trace | undefined {
  const { node, parts } = trace;
  if (node.kind === 'or' || node.kind === 'elsewhere') return parts.map(nearMiss).find((part) => part !== undefined);
  if (node.kind !== 'and') return undefined;
  const conjuncts = flatten(trace);
  const [failed, ...others] = conjuncts.filter((part) => !part.value);
  if (failed === undefined || others.length > 0 || conjuncts.length < 2) return undefined;
  const [leaf, ...more] = deciding(failed);
  return nearMiss(failed) ?? (more.length === 0 ? leaf : undefined);
}

/** Parts of `a && b && c`, however it nests and wherever it is written. */
const flatten = (trace: Trace): readonly Trace[] =>
  trace.node.kind === 'and' || trace.node.kind === 'elsewhere' ? trace.parts.flatMap(flatten) : [trace];

function reasonOf({ text, where, node, value, actual }: Trace): Reason {
  const part = { test: text, holds: value, ...(where === undefined ? {} : { where }) };
  if (node.kind !== 'test') return part;
  const { path, type, values } = node.field;
  const known = actual === undefined || actual === null ? undefined : plainValue(type, actual as never, values);
  const local = node.clock && known !== undefined ? { local: clockText(node.clock, Number(actual)) } : {};
  return { ...part, field: path, ...(known === undefined ? {} : { actual: known }), ...local };
}
