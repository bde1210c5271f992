import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { SourceFile, Span } from '../../policy/document/source_file.ts';
import type { Component, Setting, VectorConfig } from './model.ts';

const spanOf = ({ range: [start, end] }: { readonly range: readonly [number, number] }): Span => ({ start, end });

const textOf = (node: AST.TOMLValue): string => {
  if (node.kind === 'integer' || node.kind === 'float') return node.number;
  return node.kind === 'string' || node.kind === 'boolean' ? String(node.value) : node.datetime;
};

const namesOf = ({ keys }: AST.TOMLKey): string[] =>
  keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));

/** Values by their dotted path; an element of a list has its number. Of tables, where their names stand. */
class Flat {
  readonly settings = new Map<string, Setting>();
  readonly tables = new Map<string, Span>();

  table(path: readonly string[], body: readonly AST.TOMLKeyValue[]): void {
    for (const { key, value } of body) {
      const names = namesOf(key);
      for (let i = 1; i <= names.length; i++) this.#name([...path, ...names.slice(0, i)], spanOf(key.keys[i - 1]!));
      this.#value([...path, ...names], value, spanOf(key));
    }
  }

  heading({ key, resolvedKey, body }: AST.TOMLTable): void {
    const path = resolvedKey.map(String);
    for (let i = 1; i <= key.keys.length; i++) this.#name(path.slice(0, i), spanOf(key.keys[i - 1]!));
    this.table(path, body);
  }

  #name(path: readonly string[], at: Span): void {
    const name = path.join('.');
    if (!this.tables.has(name)) this.tables.set(name, at);
  }

  #value(path: readonly string[], node: AST.TOMLContentNode, at: Span): void {
    if (node.type === 'TOMLValue') this.settings.set(path.join('.'), { value: textOf(node), at });
    else if (node.type === 'TOMLInlineTable') this.table(path, node.body);
    else for (const [i, each] of node.elements.entries()) this.#value([...path, String(i)], each, spanOf(each));
  }
}

/** `undefined`: it is no TOML, and reported. */
export function readVectorToml(file: SourceFile): VectorConfig | undefined {
  for (let at = 0; at >= 0; at = file.text.indexOf('\n', at) + 1 || -1) file.lines.addNewLine(at);
  const flat = new Flat();
  try {
    for (const node of parseTOML(file.text).body[0].body) {
      if (node.type === 'TOMLTable') flat.heading(node);
      else flat.table([], [node]);
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    file.report({ start: error.index, end: error.index + 1 }, 'toml_syntax', error.message);
    return undefined;
  }
  const isComponent = /^(sources|transforms|sinks|tests)\./;
  return {
    kind: 'vector',
    file,
    globals: new Map([...flat.settings].filter(([path]) => !isComponent.test(path))),
    sources: components(flat, 'sources'),
    transforms: components(flat, 'transforms'),
    sinks: components(flat, 'sinks'),
  };
}

function components({ settings, tables }: Flat, kind: string): Component[] {
  const names = [...tables].filter(([path]) => path.startsWith(`${kind}.`) && path.split('.').length === 2);
  return names.map(([path, at]) => {
    const own = [...settings].filter(([name]) => name.startsWith(`${path}.`));
    const inside = new Map(own.map(([name, setting]) => [name.slice(path.length + 1), setting]));
    return {
      id: path.slice(kind.length + 1),
      type: inside.get('type')?.value ?? '',
      at,
      inputs: [...inside].filter(([name]) => /^inputs\.\d+$/.test(name)).map(([, { value }]) => value),
      settings: inside,
    };
  });
}
