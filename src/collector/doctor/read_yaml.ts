import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { spanOf } from '../../policy/document/shape.ts';
import type { SourceFile, Span } from '../../policy/document/source_file.ts';
import type { Component, FluentBitConfig, Section, Setting, VectorConfig } from './model.ts';

const textOf = (node: Scalar): string =>
  typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));

/** Pairs of a mapping; of what is none, none. */
function pairsOf(node: unknown): { key: string; at: Span; value: Node }[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) && value !== null && typeof value === 'object'
      ? [{ key: textOf(key), at: spanOf(key), value: value as Node }]
      : [],
  );
}

const child = (node: unknown, key: string): Node | undefined =>
  pairsOf(node).find((pair) => pair.key.toLowerCase() === key)?.value;

const itemsOf = (node: unknown): Node[] => (isSeq(node) ? (node.items as Node[]) : []);

function scalars(node: Node | undefined): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const { key, at, value } of pairsOf(node)) {
    if (isScalar(value)) settings.set(key.toLowerCase(), { value: textOf(value), at });
  }
  return settings;
}

function sectionOf(node: Node): Section {
  const settings = scalars(node);
  return {
    name: (settings.get('name')?.value ?? '').toLowerCase(),
    at: settings.get('name')?.at ?? spanOf(node),
    settings,
    processors: itemsOf(child(child(node, 'processors'), 'logs')).map(sectionOf),
    routes: itemsOf(child(child(node, 'routes'), 'logs')).flatMap((route) =>
      itemsOf(child(child(route, 'to'), 'outputs')).flatMap((output) =>
        isScalar(output) ? [{ output: textOf(output), at: spanOf(output) }] : [],
      ),
    ),
  };
}

export function readFluentBitYaml(file: SourceFile, root: YAMLMap): FluentBitConfig {
  const pipeline = child(root, 'pipeline');
  const sections = (key: string): Section[] => itemsOf(child(pipeline, key)).map(sectionOf);
  const service = child(root, 'service');
  return {
    kind: 'fluent-bit',
    file,
    service: { name: 'service', at: spanOf(service ?? root), settings: scalars(service), processors: [], routes: [] },
    inputs: sections('inputs'),
    filters: sections('filters'),
    outputs: sections('outputs'),
  };
}

/** Scalars under a node by their dotted path; an element of a list has its number. */
function flatten(node: Node, path = '', into = new Map<string, Setting>()): Map<string, Setting> {
  for (const { key, at, value } of pairsOf(node)) {
    const name = path === '' ? key : `${path}.${key}`;
    if (isScalar(value)) into.set(name, { value: textOf(value), at });
    else flatten(value, name, into);
  }
  for (const [i, item] of itemsOf(node).entries()) {
    if (isScalar(item)) into.set(`${path}.${i}`, { value: textOf(item), at: spanOf(item) });
    else flatten(item, `${path}.${i}`, into);
  }
  return into;
}

export function readVectorYaml(file: SourceFile, root: YAMLMap): VectorConfig {
  const components = (kind: string): Component[] =>
    pairsOf(child(root, kind)).map(({ key, at, value }) => {
      const settings = flatten(value);
      return {
        id: key,
        type: settings.get('type')?.value ?? '',
        at,
        inputs: itemsOf(child(value, 'inputs')).flatMap((input) => (isScalar(input) ? [textOf(input)] : [])),
        settings,
      };
    });
  const globals = new Map([...flatten(root)].filter(([path]) => !/^(sources|transforms|sinks|tests)\./.test(path)));
  return {
    kind: 'vector',
    file,
    globals,
    sources: components('sources'),
    transforms: components('transforms'),
    sinks: components('sinks'),
  };
}
