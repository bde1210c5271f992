import type { Entry } from '../document/shape.ts';
import type { Text } from '../document/text.ts';
import type { JsonBody, JsonKey, JsonNode } from '../plan.ts';
import { makeCapture, markCaptured } from './capture.ts';
import type { TargetSpec, WrapperSpec } from './format_shape.ts';
import type { FormatSlots } from './slots.ts';

interface Branch {
  readonly children: Map<string, Branch>;
  target?: Entry<TargetSpec>;
  closed?: true;
  top?: true;
  others?: true;
}

const FIRST = '[0]';
const EVERY = '[]';
const SEGMENT = /\[(?:"([^"]+)"|'([^']+)'|(\d*)|(?:\w+=[^\]]+))\]|([^.[\]]+)/y;
const SELECT = /^\[(\w+)=(.+)\]$/;

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
        'like `a.b`, `a[0].b`, `a[].b`, `a[key=text].b`, `a["b.c"]`',
      );
      return undefined;
    }
    keys.push(match[1] ?? match[2] ?? match[4] ?? match[0]);
    p += match[0].length;
    if (source[p] === '.') p++;
  }
  return keys;
}

/** What a format says about its JSON. */
export interface JsonSpec {
  readonly paths: readonly Entry<TargetSpec>[];
  readonly wrappers: readonly WrapperSpec[];
  readonly closed: readonly Text[];
}

/** Turns tables of key paths into the tree the reader walks. */
export function compileJsonPaths(spec: JsonSpec, slots: FormatSlots): JsonBody {
  const root: Branch = { children: new Map() };
  addPaths(root, [], spec.paths);
  closePaths(root, [], spec.closed);
  for (const { at, json } of spec.wrappers) {
    const keys = splitPath(at);
    if (keys === undefined) continue;
    addPaths(root, [], json ?? []);
    addPaths(root, keys, spec.paths);
    branchAt(root, keys).top = true;
    closePaths(root, keys, spec.closed);
    const first = keys.lastIndexOf(FIRST);
    if (first >= 0) branchAt(root, [...keys.slice(0, first), EVERY]).others = true;
  }
  const ranks = rankTargets([...spec.paths, ...spec.wrappers.flatMap(({ json }) => json ?? [])]);
  return { kind: 'json', root: compileNode(root, slots, ranks) };
}

type Ranks = ReadonlyMap<Entry<TargetSpec>, number>;

/** Places, from 1, of the paths that fill the same field, in the format's order; those of every element of an array are several as well. */
function rankTargets(entries: readonly Entry<TargetSpec>[]): Ranks {
  const byField = new Map<string, Entry<TargetSpec>[]>();
  for (const entry of entries) {
    const field = entry.value.to[0]?.value;
    if (field !== undefined) byField.set(field, [...(byField.get(field) ?? []), entry]);
  }
  const rivals = [...byField.values()].filter((all) => all.length > 1 || /\[\]|\[\w+=/.test(all[0]!.key.value));
  return new Map(rivals.flatMap((all) => all.map((entry, i) => [entry, i + 1] as const)));
}

function addPaths(root: Branch, prefix: readonly string[], entries: readonly Entry<TargetSpec>[]): void {
  for (const entry of entries) {
    const keys = splitPath(entry.key);
    if (keys === undefined) continue;
    const branch = branchAt(root, [...prefix, ...keys]);
    if (branch.target !== undefined) entry.key.report('duplicate_key', `path \`${entry.key.value}\` is there twice`);
    branch.target = entry;
  }
}

function closePaths(root: Branch, prefix: readonly string[], paths: readonly Text[]): void {
  for (const path of paths) {
    const keys = splitPath(path);
    if (keys !== undefined) branchAt(root, [...prefix, ...keys]).closed = true;
  }
}

function branchAt(root: Branch, keys: readonly string[]): Branch {
  let branch = root;
  for (const key of keys) {
    const child = branch.children.get(key) ?? { children: new Map() };
    branch.children.set(key, child);
    branch = child;
  }
  return branch;
}

/** An object where only elements of an array are expected is read as the first of them. */
function compileNode(branch: Branch, slots: FormatSlots, ranks: Ranks): JsonNode {
  const keys = [...branch.children].map(([key, child]) => compileKey(key, child, slots, ranks));
  const lone = keys.every(({ key, select }) => key === FIRST || key === EVERY || select !== undefined)
    ? keys.find(({ key }) => key === FIRST)
    : undefined;
  return {
    keys: [...keys, ...(lone?.node?.keys ?? [])],
    ...(branch.closed && { closed: true }),
    ...(branch.top && { top: true }),
  };
}

function compileKey(key: string, branch: Branch, slots: FormatSlots, ranks: Ranks): JsonKey {
  const { target, others } = branch;
  const node = branch.children.size > 0 ? { node: compileNode(branch, slots, ranks) } : {};
  const ignore = target?.value.ignore === true;
  const [, name, is] = SELECT.exec(key) ?? [];
  const select = name === undefined || is === undefined ? {} : { select: { key: name, is } };
  const rest = { ...select, ...node, ignore, ...(others && { others }) };
  if (target === undefined || ignore || target.value.keep) return { key, ...rest };
  const capture = makeCapture(target.value, target.key, slots);
  markCaptured(capture, slots);
  const rank = ranks.get(target);
  return { key, capture: rank === undefined ? capture : { ...capture, rank }, ...rest };
}
