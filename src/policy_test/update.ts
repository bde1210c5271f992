import { isCollection, isMap, isNode, type Node, parseDocument, stringify, type YAMLMap } from 'yaml';
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
  if (!node.range) return [];
  const [start, valueEnd] = node.range;
  const end = start + text.slice(start, valueEnd).trimEnd().length;
  const isBlock = isCollection(node) && !node.flow && typeof value === 'object' && value !== null;
  return [{ start, end, text: isBlock ? block(value, columnOf(text, start)) : flow(value) }];
}

/** Adds `expect` behind the last key, in the style of the test. */
function addExpectation(text: string, test: YAMLMap, expected: object): Edit[] {
  const written = test.items.find((pair) => String(pair.key) === 'expect');
  const value = written?.value;
  if (isNode(value)) return replaceNode(text, value, expected);
  const last = test.items.at(-1);
  const first = test.items[0]?.key;
  const node = isNode(last?.value) ? last.value : last?.key;
  if (written !== undefined || !isNode(node) || !node.range || !isNode(first) || !first.range) return [];
  const end = node.range[0] + text.slice(node.range[0], node.range[1]).trimEnd().length;
  const separator = test.flow ? ', ' : `\n${' '.repeat(columnOf(text, first.range[0]))}`;
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
