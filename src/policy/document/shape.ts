import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { suggest } from '../../diagnostic.ts';
import type { JsonSchema } from './json_schema.ts';
import type { Place, SourceFile, Span } from './source_file.ts';
import { Text } from './text.ts';

/** What a shape reads from: the file, and the document that knows its anchors. */
export interface Reading {
  readonly file: SourceFile;
  readonly document: Document.Parsed;
}

/** How a part of a document must look, and what is made of it. Every fault is reported; `undefined` means it was. */
export interface Shape<T> {
  /** What it is, for messages: `a list`. */
  readonly what: string;
  /** The same for editors; anything at all if left out. */
  readonly schema?: JsonSchema;
  read(node: Node, reading: Reading): T | undefined;
}

export interface Property<T> {
  readonly shape: Shape<NonNullable<T>>;
  /** `needed`: without it nothing can be made of the object; `expected`: missing or wrong, it is reported and left out. */
  readonly kind: 'needed' | 'expected' | 'optional';
  /** What it is for. */
  readonly doc?: string;
}

export interface Entry<T> {
  readonly key: Text;
  readonly value: T;
}

/** A scalar as YAML types it, and the text it was written as. */
export interface Value {
  readonly value: string | number | boolean;
  readonly text: Text;
}

export type Read<S> = S extends Shape<infer T> ? T : never;
type Properties = Readonly<Record<string, Property<unknown>>>;
type ObjectOf<P extends Properties> = {
  readonly [K in keyof P]: P[K] extends Property<infer T> ? T : never;
} & { readonly at: Place };

export const required = <T>(shape: Shape<T>, doc?: string): Property<T> => property(shape, 'needed', doc);
export const expected = <T>(shape: Shape<T>, doc?: string): Property<T | undefined> => property(shape, 'expected', doc);
export const optional = <T>(shape: Shape<T>, doc?: string): Property<T | undefined> => property(shape, 'optional', doc);

const property = <T>(shape: Shape<T>, kind: Property<T>['kind'], doc?: string) => ({
  shape: shape as Shape<NonNullable<T>>,
  kind,
  ...(doc === undefined ? {} : { doc }),
});

export function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

function wrongType(node: Node, reading: Reading, what: string): undefined {
  reading.file.report(spanOf(node), 'wrong_type', `expected ${what}, found ${kindOf(node)}`);
}

function kindOf(node: Node): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'text' : `${typeof node.value} \`${String(node.value)}\``;
}

/** The node an alias stands for; any other node is itself. */
function resolve(node: unknown, reading: Reading): Node | undefined {
  if (!isNode(node)) return undefined;
  if (!isAlias(node)) return node;
  const target = node.resolve(reading.document);
  if (target === undefined) {
    reading.file.report(spanOf(node), 'yaml_alias', `no anchor \`&${node.source}\` before this alias`);
  }
  return target;
}

const textOf = (node: Scalar, reading: Reading, value: string): Text =>
  new Text(value, reading.file, spanOf(node), node);

/** Key of a pair as text; keys that are no plain scalars are reported. */
function keyOf(pair: Pair, reading: Reading): Text | undefined {
  if (isScalar(pair.key) && pair.key.value !== null) return textOf(pair.key, reading, String(pair.key.value));
  if (isNode(pair.key)) reading.file.report(spanOf(pair.key), 'wrong_type', 'a key must be plain text');
  return undefined;
}

/** Reads the value of a pair; a key without a value is reported as such. */
function readPair<T>(pair: Pair, key: Text, shape: Shape<T>, reading: Reading): T | undefined {
  const node = isNode(pair.value) ? resolve(pair.value, reading) : undefined;
  if (node !== undefined) return shape.read(node, reading);
  if (!isAlias(pair.value)) key.report('wrong_type', `expected ${shape.what} for \`${key.value}\`, found nothing`);
  return undefined;
}

/** Text; numbers and booleans are asked to be quoted. */
export function text(check?: (text: Text) => boolean): Shape<Text> {
  return {
    what: 'text',
    schema: { type: 'string' },
    read(node, reading) {
      if (!isScalar(node) || typeof node.value !== 'string') return wrongType(node, reading, 'text');
      const found = textOf(node, reading, node.value);
      return check === undefined || check(found) ? found : undefined;
    },
  };
}

/** Text that must match; `rule` says how, for people. */
export const textLike = (pattern: RegExp, code: string, rule: string): Shape<Text> => ({
  ...text((found) => {
    if (pattern.test(found.value)) return true;
    found.report(code, `\`${found.value}\` is not valid here`, rule);
    return false;
  }),
  schema: { type: 'string', pattern: pattern.source },
});

/** One of a few words. */
export function word<W extends string>(...words: readonly W[]): Shape<W> {
  const what = `one of ${words.map((each) => `\`${each}\``).join(', ')}`;
  return {
    what,
    schema: { enum: words },
    read(node, reading) {
      if (!isScalar(node)) return wrongType(node, reading, what);
      const found = words.find((each) => each === node.value);
      if (found !== undefined) return found;
      const near = suggest(String(node.value), words);
      const help = near === undefined ? what : `did you mean \`${near}\`?`;
      reading.file.report(spanOf(node), 'invalid_value', `\`${String(node.value)}\` is not valid here`, help);
      return undefined;
    },
  };
}

/** A whole number in a range. */
export function integer(min: number, max: number): Shape<number> {
  const what = min === max ? `${min}` : `a whole number from ${min} to ${max}`;
  return {
    what,
    schema: min === max ? { const: min } : { type: 'integer', minimum: min, maximum: max },
    read(node, reading) {
      if (!isScalar(node) || typeof node.value !== 'number') return wrongType(node, reading, what);
      if (Number.isInteger(node.value) && node.value >= min && node.value <= max) return node.value;
      reading.file.report(spanOf(node), 'invalid_value', `\`${node.value}\` is not valid here`, `write ${what}`);
      return undefined;
    },
  };
}

export const boolean: Shape<boolean> = {
  what: '`true` or `false`',
  schema: { type: 'boolean' },
  read(node, reading) {
    if (!isScalar(node) || typeof node.value !== 'boolean') return wrongType(node, reading, boolean.what);
    return node.value;
  },
};

/** Text, a number or a boolean. */
export const value: Shape<Value> = {
  what: 'text, a number or a boolean',
  schema: { type: ['string', 'number', 'boolean'] },
  read(node, reading) {
    if (!isScalar(node) || !['string', 'number', 'boolean'].includes(typeof node.value)) {
      return wrongType(node, reading, value.what);
    }
    const plain = node.value as string | number | boolean;
    return {
      value: plain,
      text: textOf(node, reading, typeof plain === 'string' ? plain : (node.source ?? `${plain}`)),
    };
  },
};

/** Anything at all, unread. */
export const anything: Shape<Node> = { what: 'a value', read: (node) => node };

export const list = <T>(of: Shape<T>): Shape<readonly T[]> => ({
  what: 'a list',
  schema: { type: 'array', items: of.schema ?? {} },
  read(node, reading) {
    if (!isSeq(node)) return wrongType(node, reading, 'a list');
    return node.items.flatMap((item) => {
      const each = resolve(item, reading);
      const read = each === undefined ? undefined : of.read(each, reading);
      return read === undefined ? [] : [read];
    });
  },
});

/** Lists with something in them; what is no list stays as it is. */
const filledSchema = (schema: JsonSchema): JsonSchema =>
  schema.anyOf === undefined
    ? { ...schema, ...(schema.type === 'array' ? { minItems: 1 } : {}) }
    : { ...schema, anyOf: schema.anyOf.map(filledSchema) };

/** A list with something in it. */
export const filled = <T>(of: Shape<readonly T[]>): Shape<readonly T[]> => ({
  what: of.what,
  schema: filledSchema(of.schema ?? {}),
  read(node, reading) {
    if (isSeq(node) && node.items.length === 0) reading.file.report(spanOf(node), 'list_empty', 'the list is empty');
    return of.read(node, reading);
  },
});

/** One, or a list of them. */
export const oneOrMore = <T>(of: Shape<T>): Shape<readonly T[]> => ({
  what: `${of.what} or a list`,
  schema: { anyOf: [of.schema ?? {}, { type: 'array', items: of.schema ?? {} }] },
  read(node, reading) {
    if (isSeq(node)) return list(of).read(node, reading);
    const one = of.read(node, reading);
    return one === undefined ? undefined : [one];
  },
});

/** A mapping with any keys, in the order written. */
export const mapOf = <T>(of: Shape<T>): Shape<readonly Entry<T>[]> => ({
  what: 'a mapping',
  schema: { type: 'object', additionalProperties: of.schema ?? {} },
  read(node, reading) {
    if (!isMap(node)) return wrongType(node, reading, 'a mapping');
    return node.items.flatMap((pair) => {
      const key = keyOf(pair, reading);
      const read = key === undefined ? undefined : readPair(pair, key, of, reading);
      return key === undefined || read === undefined ? [] : [{ key, value: read }];
    });
  },
});

/** The first shape for a mapping, the second for anything else. */
export const mappingOr = <A, B>(mapping: Shape<A>, other: Shape<B>): Shape<A | B> => ({
  what: `a mapping or ${other.what}`,
  schema: { anyOf: [mapping.schema ?? {}, other.schema ?? {}] },
  read: (node, reading) => (isMap(node) ? mapping.read(node, reading) : other.read(node, reading)),
});

/** A mapping with known keys. Unknown and missing ones are reported; without a required one the whole is `undefined`. */
export function object<P extends Properties>(properties: P): Shape<ObjectOf<P>> {
  const names = Object.keys(properties);
  return {
    what: 'a mapping',
    schema: objectSchema(properties),
    read(node, reading) {
      if (!isMap(node)) return wrongType(node, reading, 'a mapping');
      const result: Record<string, unknown> = { at: { ...spanOf(node), file: reading.file } };
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = keyOf(pair, reading);
        if (key === undefined) continue;
        const property = Object.hasOwn(properties, key.value) ? properties[key.value] : undefined;
        if (property === undefined) unknownKey(key, names);
        else result[key.value] = readPair(pair, key, property.shape, reading);
        seen.add(key.value);
      }
      const start = spanOf(node).start;
      for (const name of names) {
        if (properties[name]!.kind === 'optional' || seen.has(name)) continue;
        reading.file.report({ start, end: start + 1 }, 'missing_key', `key \`${name}\` is missing`);
      }
      const incomplete = names.some((name) => properties[name]!.kind === 'needed' && result[name] === undefined);
      return incomplete ? undefined : (result as ObjectOf<P>);
    },
  };
}

function objectSchema(properties: Properties): JsonSchema {
  const entries = Object.entries(properties);
  const needed = entries.filter(([, { kind }]) => kind !== 'optional').map(([name]) => name);
  const described = entries.map(([name, { shape, doc }]) => {
    return [name, { ...(doc === undefined ? {} : { description: doc }), ...shape.schema }] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(described),
    ...(needed.length > 0 ? { required: needed } : {}),
    additionalProperties: false,
  };
}

function unknownKey(key: Text, names: readonly string[]): void {
  const near = suggest(key.value, names);
  const known = `known here: ${names.map((name) => `\`${name}\``).join(', ')}`;
  key.report('unknown_key', `unknown key \`${key.value}\``, near === undefined ? known : `did you mean \`${near}\`?`);
}
