import { Document, isScalar, type Node, Pair, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml';

/** What a configuration is made of before it is text: plain values, or maps and lists made here, with comments. */
export type Value = Node | string | number | boolean | readonly Value[];

/** Key, value, and why it is there: said behind a scalar, above anything else. `false`: nothing. */
export type Entry = readonly [key: string, value: Value | undefined, why?: string | undefined] | false;

const comment = (text: string): string => text.replace(/^/gm, ' ');

function node(value: Value): Node {
  if (typeof value === 'object') return Array.isArray(value) ? list(value) : (value as Node);
  const scalar = new Scalar(value);
  if (typeof value === 'string' && value.includes('\n')) scalar.type = Scalar.BLOCK_LITERAL;
  else if (typeof value === 'string' && value.includes('\\')) scalar.type = Scalar.QUOTE_SINGLE;
  return scalar;
}

/** A mapping in the order given; entries without a value are left out. */
export function map(...entries: readonly Entry[]): YAMLMap {
  const result = new YAMLMap();
  for (const entry of entries) {
    if (entry === false || entry[1] === undefined) continue;
    const [key, value, why] = entry;
    const name = new Scalar(key);
    const content = node(value);
    if (why !== undefined && isScalar(content) && content.type !== Scalar.BLOCK_LITERAL) content.comment = comment(why);
    else if (why !== undefined) name.commentBefore = comment(why);
    result.items.push(new Pair(name, content));
  }
  return result;
}

/** A mapping on one line. */
export function inline(...entries: readonly Entry[]): YAMLMap {
  const result = map(...entries);
  result.flow = true;
  return result;
}

export function list(values: readonly Value[]): YAMLSeq {
  const result = new YAMLSeq();
  result.items.push(...values.map(node));
  result.flow = values.every((each) => typeof each !== 'object');
  return result;
}

/** A node with a comment of its own above it. */
export function about<N extends Node>(text: string, of: N): N {
  of.commentBefore = comment(text);
  return of;
}

/** The same thing about the same key is said where it comes first. */
function sayOnce(root: YAMLMap): void {
  const said = new Set<string>();
  visit(root, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.comment !== 'string') return;
      const text = `${String(key.value)}:${value.comment}`;
      if (said.has(text)) value.comment = null;
      said.add(text);
    },
  });
}

/** One YAML document under a comment. Of equal comments behind equal keys the first stays. `version` 1.1 quotes what old readers take for booleans. */
export function yamlText(head: string, root: YAMLMap, version: '1.1' | '1.2' = '1.2'): string {
  sayOnce(root);
  const document = new Document(root, { version });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true, blockQuote: 'literal' });
  return `${head.replace(/^/gm, '# ')}\n${text}`;
}
