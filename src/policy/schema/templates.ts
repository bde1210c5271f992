import { Activity } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import type { Entry } from '../document/shape.ts';
import type { SourceFile } from '../document/source_file.ts';
import type { Text } from '../document/text.ts';
import type { Guard, Member, TemplatePlan } from '../plan.ts';
import { constantMember, guardOf, memberNames, slotMember, slotsOf } from './members.ts';
import { addRest, type Rest } from './rest.ts';
import { classNumber, type SchemaClass, type SchemaFile, type Tree, type TreeMap } from './schema_file.ts';

/** A class's output. `policy` stands where the template names the policy. */
export function compileTemplate(
  name: Text,
  schemaClass: SchemaClass,
  schema: SchemaFile,
  policy: string,
): TemplatePlan | undefined {
  const number = classNumber(name.value);
  if (number === undefined) {
    name.report('unknown_class', `unknown class \`${name.value}\``, 'a class is a member of `EventClass`');
    return undefined;
  }
  const compiler = new TemplateCompiler(name.file, schema, schemaClass, policy);
  const members = compiler.object(schemaClass.members);
  return {
    schema_class: number,
    members: compiler.rest === undefined ? members : addRest(members, compiler.rest, name),
  };
}

const byCodeUnit = (a: Member, b: Member): number => {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
};

/** Directives beside an object's members. */
const OBJECT_DIRECTIVES: readonly string[] = ['$use', '$if', '$unless'];

class TemplateCompiler {
  readonly #file: SourceFile;
  readonly #schema: SchemaFile;
  readonly #class: SchemaClass;
  readonly #policy: string;
  /** Where the fields go that no other member shows. */
  rest: Rest | undefined;

  constructor(file: SourceFile, schema: SchemaFile, schemaClass: SchemaClass, policy: string) {
    this.#file = file;
    this.#schema = schema;
    this.#class = schemaClass;
    this.#policy = policy;
  }

  /** Members of an object, in JCS order: keys by UTF-16 code units. */
  object(tree: TreeMap): Member[] {
    const entries = new Map<string, Entry<Tree>>();
    for (const entry of [tree, ...this.#blocks(tree)].flatMap((block) => block.entries)) {
      const key = entry.key.value;
      if (!OBJECT_DIRECTIVES.includes(key) && !entries.has(key)) entries.set(key, entry);
    }
    return [...entries.values()].flatMap((entry) => this.#members(entry)).sort(byCodeUnit);
  }

  /** The blocks a mapping uses. Blocks may use blocks. */
  #blocks(tree: TreeMap): TreeMap[] {
    const use = tree.entries.find((entry) => entry.key.value === '$use')?.value;
    if (use === undefined) return [];
    const names = use.kind === 'list' ? use.items : [use];
    return names.flatMap((name) => {
      if (name.kind !== 'value') return [];
      const { text } = name.value;
      const block = this.#schema.blocks?.find((each) => each.key.value === text.value)?.value;
      if (block !== undefined) return [block, ...this.#blocks(block)];
      const near = suggest(
        text.value,
        (this.#schema.blocks ?? []).map((each) => each.key.value),
      );
      text.report('unknown_block', `unknown block \`${text.value}\``, near && `did you mean \`${near}\`?`);
      return [];
    });
  }

  #members({ key, value: tree }: Entry<Tree>): Member[] {
    const name = key.value;
    if (tree.kind === 'list' && tree.items.every((item) => item.kind === 'map')) {
      return tree.items.flatMap((item) => this.#members({ key, value: item }));
    }
    if (tree.kind === 'list') return slotMember(name, tree, []);
    if (tree.kind === 'value') {
      const { value, text } = tree.value;
      if (typeof value !== 'string') return [{ kind: 'constant', key: name, value }];
      return value.startsWith('$') ? this.#builtin(name, text) : slotMember(name, tree, []);
    }
    const directive = tree.entries.find(
      ({ key }) => key.value.startsWith('$') && !OBJECT_DIRECTIVES.includes(key.value),
    );
    switch (directive?.key.value) {
      case undefined:
        return [{ kind: 'object', key: name, members: this.object(tree), ...this.#guard(tree) }];
      case '$list':
        if (directive!.value.kind !== 'map') break;
        return [{ kind: 'list', key: name, members: this.object(directive!.value), ...this.#guard(directive!.value) }];
      case '$rest': {
        const place: Member = { kind: 'object', key: name, members: [] };
        this.rest = { place, except: new Set(slotsOf(directive!.value)) };
        return [place];
      }
      case '$const':
        return constantMember(name, tree.entries);
      case '$from':
        return slotMember(name, directive!.value, tree.entries);
    }
    this.#file.report(tree.at, 'unknown_directive', `\`${directive!.key.value}\` cannot stand here`);
    return [];
  }

  /** An object's own guard, else that of the first of its blocks with one. */
  #guard(tree: TreeMap): Guard {
    const guarded = [tree, ...this.#blocks(tree)].find(({ entries }) =>
      entries.some(({ key }) => key.value === '$if' || key.value === '$unless'),
    );
    return guarded === undefined ? {} : guardOf(guarded.entries);
  }

  #builtin(key: string, text: Text): Member[] {
    const { uid = 0, category = 0, activities } = this.#class;
    const constant = (value: unknown): Member[] => [{ kind: 'constant', key, value }];
    switch (text.value) {
      case '$class_uid':
        return constant(uid);
      case '$category_uid':
        return constant(category);
      case '$version':
        return constant(this.#schema.version.value);
      case '$policy':
        return constant(this.#policy);
      case '$unmapped':
        return [{ kind: 'unmapped', key }];
      case '$labels':
        return [{ kind: 'labels', key }];
      case '$label_object':
        return [{ kind: 'label_object', key }];
      case '$activity_id':
        return activities === undefined ? constant(0) : [this.#activity(key, activities, 0)];
      case '$activity_name':
        return [this.#activityName(key, activities ?? [])];
      case '$type_uid':
        return activities === undefined ? constant(uid * 100) : [this.#activity(key, activities, uid * 100)];
    }
    text.report('unknown_builtin', `unknown \`${text.value}\``);
    return [];
  }

  #activityName(key: string, known: readonly Entry<number>[]): Member {
    const strangers = Object.entries(memberNames(Field.event_activity)).filter(
      ([, name]) => name !== 'other' && !known.some((entry) => entry.key.value === name),
    );
    return { kind: 'slot', key, slots: [Field.event_activity], as: 'enum', table: Object.fromEntries(strangers) };
  }

  /** The class's id for the activity; one the class does not know is 99, none is 0. */
  #activity(key: string, activities: readonly Entry<number>[], base: number): Member {
    const ids = new Map(activities.map((entry) => [entry.key.value, entry.value]));
    for (const { key: name } of activities) {
      if (!Object.hasOwn(Activity, name.value)) name.report('unknown_activity', `unknown activity \`${name.value}\``);
    }
    const table: Record<number, number> = {};
    for (const [name, number] of Object.entries(Activity)) {
      if (typeof number === 'number') table[number] = base + (name === 'unknown' ? 0 : (ids.get(name) ?? 99));
    }
    return { kind: 'slot', key, slots: [Field.event_activity], as: 'enum', table, otherwise: base };
  }
}
