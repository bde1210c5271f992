import { suggest } from '../../diagnostic.ts';
import type { OutputDocument } from '../document/output_shape.ts';
import type { Text } from '../document/text.ts';
import type { Member, TemplatePlan } from '../plan.ts';
import { addAt, carryGuards, editAt, placedMembers } from './tree.ts';

/** What collectors, `auditlb run` and `auditlb reconcile` read. */
const NEEDED: readonly string[] = [
  ...['tag', 'routes', 'shard', 'source', 'status', 'dropped', 'uid'].map((key) => `auditlb.${key}`),
  'metadata.uid',
  'time',
  '@timestamp',
  'Timestamp',
];
const OWN = 'auditlb';

/** Makes a class's template what the policy wants of it. */
export type ShapeTemplate = (template: TemplatePlan) => TemplatePlan;

/** Checks how a policy shapes its output. `classes`: every template of the schema. */
export function compileOutput(document: OutputDocument | undefined, classes: readonly TemplatePlan[]): ShapeTemplate {
  if (document === undefined) return (template) => template;
  const shaper = new Shaper(document, classes);
  for (const template of classes) shaper.shape(template);
  return (template) => shaper.shape(template);
}

class Shaper {
  readonly #document: OutputDocument;
  readonly #known: ReadonlySet<string>;
  /** What is reported already: templates of many classes have the same faults. */
  readonly #reported = new Set<Text>();

  constructor(document: OutputDocument, classes: readonly TemplatePlan[]) {
    this.#document = document;
    this.#known = new Set(classes.flatMap(({ members }) => placedMembers(members).map(({ path }) => path)));
    for (const path of document.drop ?? []) this.#checkFrom(path);
    for (const { key, value } of document.rename ?? []) if (this.#checkFrom(key)) this.#checkTo(value);
    for (const { key } of document.set ?? []) this.#checkTo(key);
  }

  shape({ schema_class, members }: TemplatePlan): TemplatePlan {
    let left: readonly Member[] = members;
    for (const path of this.#document.drop ?? []) left = editAt(left, path.value, () => []);
    for (const { key, value } of this.#document.rename ?? []) left = this.#rename(left, key, value);
    for (const { key: path, value } of this.#document.set ?? [])
      left = this.#add(left, path, (key) => [{ kind: 'constant', key, value: value.value }]);
    return { schema_class, members: left };
  }

  #rename(members: readonly Member[], from: Text, to: Text): readonly Member[] {
    const found = placedMembers(members).filter(({ path }) => path === from.value);
    if (found.length === 0) return members;
    const parent = from.value.slice(0, from.value.length - found[0]!.member.key.length);
    const key = to.value.slice(parent.length);
    if (to.value.startsWith(parent) && !key.includes('.'))
      return this.#isTaken(members, to) ? members : editAt(members, from.value, (member) => [{ ...member, key }]);
    const carried = found.flatMap((each) => carryGuards(each) ?? []);
    if (carried.length < found.length) {
      const help = `give it another name where it is: \`${parent}${to.value.split('.').at(-1)}\``;
      this.#report(from, 'cannot_move', `\`${from.value}\` stands under conditions that do not go with it`, help);
      return members;
    }
    const left = editAt(members, from.value, () => []);
    return this.#add(left, to, (last) => carried.map((member) => ({ ...member, key: last })));
  }

  #add(members: readonly Member[], to: Text, make: (key: string) => readonly Member[]): readonly Member[] {
    if (this.#isTaken(members, to)) return members;
    const added = addAt(members, to.value, make);
    if (added !== undefined) return added;
    this.#report(to, 'conditional_object', `\`${to.value}\` is in an object not every event has`, 'take another path');
    return members;
  }

  /** Whether the path, or one on the way to it, is that of a value. */
  #isTaken(members: readonly Member[], to: Text): boolean {
    const taken = placedMembers(members).find(
      ({ path, member }) => path === to.value || (!('members' in member) && to.value.startsWith(`${path}.`)),
    );
    if (taken !== undefined)
      this.#report(to, 'path_taken', `\`${taken.path}\` is in the output already`, 'drop it, or take another path');
    return taken !== undefined;
  }

  /** A path that is in the schema and may be taken away. */
  #checkFrom(path: Text): boolean {
    if (!this.#known.has(path.value)) {
      const near = suggest(path.value, this.#known);
      const help = near === undefined ? 'the paths of the schema are in docs/mapping.md' : `did you mean \`${near}\`?`;
      this.#report(path, 'unknown_path', `the schema has no \`${path.value}\``, help);
      return false;
    }
    const needed = NEEDED.find((each) => each === path.value || each.startsWith(`${path.value}.`));
    if (needed === undefined || !this.#known.has(needed)) return true;
    this.#report(path, 'path_needed', `\`${needed}\` must stay: collectors and auditlb itself go by it`);
    return false;
  }

  #checkTo(path: Text): void {
    const keys = path.value.split('.');
    if (keys.includes(''))
      this.#report(path, 'invalid_path', `\`${path.value}\` is no path`, 'write keys with dots between');
    else if (keys[0] === OWN)
      this.#report(path, 'path_needed', `nothing can be added to \`${OWN}\`: it is what the filter says of the record`);
  }

  #report(at: Text, code: string, message: string, help?: string): void {
    if (!this.#reported.has(at)) at.report(code, message, help);
    this.#reported.add(at);
  }
}
