import { addressBits } from './address.ts';
import { clockHolds } from './clock_evaluate.ts';
import type { AddressBlock, CheckedCondition, Node, Operand, Test } from './model.ts';

/** Reads a field by its slot: text, integers (times in ms, durations in us, enum members by number), booleans. */
export type ReadSlot = (slot: number) => string | bigint | number | boolean | object | null | undefined;

/** Truth of a part of a condition, for explanations. */
export interface Trace {
  /** The part as written. */
  readonly text: string;
  readonly node: Node;
  readonly value: boolean;
  /** Where it is written, if not in the condition itself: `condition is_admin`. */
  readonly where?: string;
  /** Value of the field a test reads; `undefined`: it is missing, and the test false. */
  readonly actual?: ReturnType<ReadSlot>;
  readonly parts: readonly Trace[];
}

/** Evaluates a condition the plain way. */
export function evaluateCondition(condition: CheckedCondition, read: ReadSlot): Trace {
  return trace(condition.node, { text: condition.text }, read);
}

function trace(node: Node, source: Pick<Trace, 'text' | 'where'>, read: ReadSlot): Trace {
  const text = source.text.slice(node.at.start, node.at.end);
  const part = { ...source, text, node };
  if (node.kind === 'constant') return { ...part, value: node.value, parts: [] };
  if (node.kind === 'not') {
    const denied = trace(node.node, source, read);
    return { ...part, value: !denied.value, parts: [denied] };
  }
  if (node.kind === 'elsewhere') {
    const { condition, where } = node;
    const there = trace(condition.node, { text: condition.text, ...(where === undefined ? {} : { where }) }, read);
    return { ...part, value: there.value, parts: [there] };
  }
  if (node.kind === 'test') {
    const actual = read(node.field.slot);
    return { ...part, value: actual !== undefined && holds(node, actual), actual, parts: [] };
  }
  const parts = node.nodes.map((each) => trace(each, source, read));
  const value = node.kind === 'and' ? parts.every((part) => part.value) : parts.some((part) => part.value);
  return { ...part, value, parts };
}

function holds(test: Test, value: NonNullable<ReturnType<ReadSlot>> | null): boolean {
  if (test.operator === 'has') return true;
  if (test.clock !== undefined) return clockHolds(test.clock, Number(value));
  if (test.field.type === 'text') return textHolds(test, String(value));
  if (test.field.type === 'address') {
    const bits = addressBits(String(value));
    return (
      bits !== undefined &&
      compare(test, bits, (block) => bits >= (block as AddressBlock).low && bits <= (block as AddressBlock).high)
    );
  }
  const number = typeof value === 'boolean' ? (value ? 1n : 0n) : BigInt(value as bigint | number);
  if (test.operator === 'isTrue') return number === 1n;
  return compare(test, number, (operand) => operand === number);
}

function compare(test: Test, number: bigint, equals: (operand: Operand) => boolean): boolean {
  const [operand] = test.operands as readonly bigint[];
  switch (test.operator) {
    case '!=':
      return !test.operands.some(equals);
    case '<':
      return number < operand!;
    case '<=':
      return number <= operand!;
    case '>':
      return number > operand!;
    case '>=':
      return number >= operand!;
    default:
      return test.operands.some(equals);
  }
}

function textHolds(test: Test, value: string): boolean {
  const text = test.lower ? value.replace(/[A-Z]/g, (c) => c.toLowerCase()) : value;
  const [operand] = test.operands as readonly string[];
  switch (test.operator) {
    case '!=':
      return text !== operand;
    case 'startsWith':
      return text.startsWith(operand!);
    case 'endsWith':
      return text.endsWith(operand!);
    case 'contains':
      return text.includes(operand!);
    case 'matches':
      return new RegExp(operand!, 'su').test(text);
    default:
      return test.operands.includes(text);
  }
}
