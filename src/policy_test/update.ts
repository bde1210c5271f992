import { isDeepStrictEqual } from 'node:util';
import {
  isCollection,
  isMap,
  isNode,
  isSeq,
  type Node,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { summaryOf } from './compare.ts';
import type { CaseResult } from './run.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text of a policy or test file with what tests expect replaced by what was seen. Everything else, comments too, stays as it is. */
export function updateExpectations(text: string, results: readonly CaseResult[]): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  const edits = results.flatMap(({ index, mismatches, unwritten, evaluation }): Edit[] => {
    const test: unknown = document.getIn(['tests', index], true);
    if (!isMap(test) || evaluation === undefined) return [];
    if (unwritten) return addExpectation(text, test, summaryOf(evaluation));
    return mismatches.flatMap(({ path, actual }) => {
      const node: unknown = test.getIn(['expect', ...path], true);
      return isNode(node) ? replaceNode(text, node, actual) : [];
    });
  });
  const later = edits.toSorted((a, b) => b.start - a.start);
  return later.reduce((all, { start, end, text: put }) => all.slice(0, start) + put + all.slice(end), text);
}

function replaceNode(text: string, node: Node, value: unknown): Edit[] {
  if (isSeq(node) && !node.flow && Array.isArray(value) && value.length > 0) return replaceItems(text, node, value);
  const { start, end } = extent(text, node);
  const isBlock = isCollection(node) && !node.flow && typeof value === 'object' && value !== null;
  return [{ start, end, text: isBlock ? block(value, columnOf(text, start)) : flow(value) }];
}

/** Items of a list in lines of its own, each replaced, added or taken away by itself: comments between them stay. */
function replaceItems(text: string, list: YAMLSeq, values: readonly unknown[]): Edit[] {
  const items = list.items.filter(isNode);
  const { start, end } = extent(text, list);
  const marker = `\n${' '.repeat(columnOf(text, start))}- `;
  const edits = items.flatMap((item, i): Edit[] => {
    const at = extent(text, item);
    if (i >= values.length) return [{ start: text.lastIndexOf('\n', at.start), end: at.end, text: '' }];
    return isDeepStrictEqual(item.toJSON(), values[i]) ? [] : [{ ...at, text: flow(values[i]) }];
  });
  const added = values.slice(items.length).map((value) => marker + flow(value));
  return added.length === 0 ? edits : [...edits, { start: end, end, text: added.join('') }];
}

/** Where a node stands, without the line end and blanks behind it. */
function extent(text: string, node: Node): { start: number; end: number } {
  const [start, end] = node.range ?? [0, 0];
  return { start, end: start + text.slice(start, end).trimEnd().length };
}

/** Adds `expect` behind the last key, in the style of the test. */
function addExpectation(text: string, test: YAMLMap, expected: object): Edit[] {
  const written = test.items.find((pair) => String(pair.key) === 'expect');
  const value = written?.value;
  if (isNode(value)) return replaceNode(text, value, expected);
  const last = test.items.at(-1);
  const first = test.items[0]?.key;
  const node = isNode(last?.value) ? last.value : last?.key;
  if (written !== undefined || !isNode(node) || !isNode(first)) return [];
  const { end } = extent(text, node);
  const separator = test.flow ? ', ' : `\n${' '.repeat(columnOf(text, extent(text, first).start))}`;
  return [{ start: end, end, text: `${separator}expect: ${flow(expected)}` }];
}

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1);

/** One line that is also right inside brackets. */
function flow(value: unknown): string {
  const list = stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false });
  return list.trim().slice(1, -1);
}

function block(value: object, column: number): string {
  return stringify(value, { lineWidth: 0 })
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(column)}`);
}
