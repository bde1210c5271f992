import type { Entry } from '../document/shape.ts';
import type { Text } from '../document/text.ts';
import type { JsonBody, JsonKey, JsonNode } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import type { TargetSpec } from './format_shape.ts';
import type { FormatSlots } from './slots.ts';

interface Branch {
  readonly children: Map<string, Branch>;
  target?: Entry<TargetSpec>;
}

const SEGMENT = /\[(?:"([^"]+)"|'([^']+)'|(\d*))\]|([^.[\]]+)/y;

/** Splits `a.b[0]["c.d"]` into its keys. A malformed path is reported. */
export function splitPath(path: Text): readonly string[] | undefined {
  const keys: string[] = [];
  const source = path.value;
  for (let p = 0; p < source.length; ) {
    SEGMENT.lastIndex = p;
    const match = SEGMENT.exec(source);
    if (match === null || (match[3] ?? '0') > '0') {
      path.reportAt(
        p,
        p + 1,
        'path_malformed',
        `\`${source}\` is no key path`,
        'like `a.b`, `a[0].b`, `a[].b`, `a["b.c"]`',
      );
      return undefined;
    }
    keys.push(match[1] ?? match[2] ?? match[4] ?? match[0]);
    p += match[0].length;
    if (source[p] === '.') p++;
  }
  return keys;
}

/** Turns a table of key paths into the tree the reader walks. */
export function compileJsonPaths(entries: readonly Entry<TargetSpec>[], slots: FormatSlots): JsonBody {
  const root: Branch = { children: new Map() };
  for (const entry of entries) {
    const keys = splitPath(entry.key);
    if (keys !== undefined) addPath(root, keys, entry);
  }
  return { kind: 'json', root: compileNode(root, slots) };
}

function addPath(root: Branch, keys: readonly string[], entry: Entry<TargetSpec>): void {
  let branch = root;
  for (const key of keys) {
    const child = branch.children.get(key) ?? { children: new Map() };
    branch.children.set(key, child);
    branch = child;
  }
  if (branch.target !== undefined) entry.key.report('duplicate_key', `path \`${entry.key.value}\` is there twice`);
  branch.target = entry;
}

function compileNode(branch: Branch, slots: FormatSlots): JsonNode {
  return { keys: [...branch.children].map(([key, child]) => compileKey(key, child, slots)) };
}

function compileKey(key: string, branch: Branch, slots: FormatSlots): JsonKey {
  const { target } = branch;
  const node = branch.children.size > 0 ? { node: compileNode(branch, slots) } : {};
  if (target === undefined || target.value.ignore) return { key, ...node, ignore: target !== undefined };
  const capture = makeCapture(target.value, target.key, slots);
  markCaptured(capture, slots);
  return { key, capture, ...node, ignore: false };
}
