import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../diagnostic.ts';
import { loadYaml } from './document/load.ts';
import { list, object, required, type Shape, text } from './document/shape.ts';
import { SourceFile } from './document/source_file.ts';
import type { Notations } from './formats/body.ts';
import { compileFormat, type SharedFormats } from './formats/compile_format.ts';
import { commonFile, type FormatFile, formatFile, NOTATION_NAMES, notationFile } from './formats/format_shape.ts';
import { Notation } from './formats/notation.ts';
import type { FormatPlan } from './plan.ts';
import { type SchemaFile, schemaFile } from './schema/schema_file.ts';

/** A format that comes with the package. */
export interface ShippedFormat {
  readonly name: string;
  readonly title: string;
  /** The vendor's page about it. */
  readonly docs: string | undefined;
  readonly plan: FormatPlan;
}

/** A schema that comes with the package. */
export interface ShippedSchema {
  readonly schema: SchemaFile;
  readonly file: SourceFile;
}

/** Everything the package knows about formats and output schemas, each read when it is asked for. Faults in those read so far are in `diagnostics`. */
export interface Catalog {
  readonly formats: ReadonlyMap<string, ShippedFormat>;
  /** The formats `auto` tries, in order. */
  readonly auto: readonly string[];
  readonly shared: SharedFormats;
  readonly schemas: ReadonlyMap<string, ShippedSchema>;
  readonly diagnostics: readonly Diagnostic[];
}

const autoFile = object({ auto: required(list(text())) });

/** Folder of the nearest `package.json` above this module: the same from `src` and from `dist/src`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Names of the shipped policies. */
export const shippedPolicies = (): string[] =>
  readdirSync(join(packageRoot(), 'policies')).flatMap((file) => /^([^.]+)\.yaml$/.exec(file)?.[1] ?? []);

const catalogs = new Map<string, Catalog>();

/** The shipped formats, notations and schemas: of a folder always the same. */
export function loadCatalog(root: string = packageRoot()): Catalog {
  const known = catalogs.get(root) ?? openCatalog(root);
  catalogs.set(root, known);
  return known;
}

function openCatalog(root: string): Catalog {
  const diagnostics: Diagnostic[] = [];
  const loader = new Loader(root, diagnostics);
  const notation = (name: string) => loader.read(`formats/notations/${name}.yaml`, notationFile)?.value;
  const notations = NOTATION_NAMES.map((name) => {
    const file = notation(name);
    if (file === undefined) throw new Error(`no notation ${name} in ${root}`);
    return [name, new Notation(file)] as const;
  });
  const names = namesIn(loader.folder('formats').filter((path) => path !== AUTO));
  const files = new Lazy(names, (name) => loader.read(`formats/${name}.yaml`, formatFile));
  const shared: SharedFormats = {
    files: new Lazy(names, (name) => files.get(name)?.value),
    notations: Object.fromEntries(notations) as Notations,
    common: loader.folder('formats/common').flatMap((path) => loader.read(path, commonFile)?.value ?? []),
  };
  const formats = new Lazy<ShippedFormat>(names, (name) => {
    const read = files.get(name);
    return read && ship(read.value, read.file, shared);
  });
  const schemas = new Lazy<ShippedSchema>(namesIn(loader.folder('schemas')), (name) => {
    const read = loader.read(`schemas/${name}.yaml`, schemaFile);
    return read && { schema: read.value, file: read.file };
  });
  const auto = loader.read(AUTO, autoFile)?.value.auto ?? [];
  for (const name of auto) {
    if (!formats.has(name.value)) name.report('unknown_format', `unknown format \`${name.value}\``);
  }
  return { formats, auto: auto.map((name) => name.value), shared, schemas, diagnostics };
}

const namesIn = (paths: readonly string[]): string[] => paths.map((path) => basename(path, '.yaml'));

/** Values that are made when they are asked for, once; a name whose value cannot be made has none. */
class Lazy<V> implements ReadonlyMap<string, V> {
  readonly #make: (name: string) => V | undefined;
  readonly #names: ReadonlySet<string>;
  readonly #made = new Map<string, V | undefined>();

  constructor(names: readonly string[], make: (name: string) => V | undefined) {
    this.#names = new Set(names);
    this.#make = make;
  }

  get size(): number {
    return this.#names.size;
  }

  get(name: string): V | undefined {
    if (!this.#names.has(name)) return undefined;
    if (!this.#made.has(name)) this.#made.set(name, this.#make(name));
    return this.#made.get(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  keys(): MapIterator<string> {
    return this.#names.values() as MapIterator<string>;
  }

  *entries(): MapIterator<[string, V]> {
    for (const name of this.#names) {
      const value = this.get(name);
      if (value !== undefined) yield [name, value];
    }
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }
}

const AUTO = 'formats/auto.yaml';

function ship(spec: FormatFile, file: SourceFile, shared: SharedFormats): ShippedFormat {
  const name = spec.format.value;
  if (`${name}.yaml` !== basename(file.name)) spec.format.report('format_name', `\`${name}\` is not the file’s name`);
  return { name, title: spec.title.value, docs: spec.docs?.value, plan: compileFormat({ name, spec, file }, shared) };
}

class Loader {
  readonly #root: string;
  readonly #diagnostics: Diagnostic[];

  constructor(root: string, diagnostics: Diagnostic[]) {
    this.#root = root;
    this.#diagnostics = diagnostics;
  }

  /** YAML files of a folder, by name. */
  folder(path: string): string[] {
    const names = readdirSync(join(this.#root, path)).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => `${path}/${name}`);
  }

  read<T>(path: string, shape: Shape<T>): { value: T; file: SourceFile } | undefined {
    const file = new SourceFile(path, readFileSync(join(this.#root, path), 'utf8'), this.#diagnostics);
    const loaded = loadYaml(file);
    const value = loaded && shape.read(loaded.root, { file, document: loaded.document });
    return value === undefined ? undefined : { value, file };
  }
}
