import { dirname, resolve } from 'node:path';
import { readIncluded } from './include.ts';
import { type Loaded, loadYaml } from './load.ts';
import { type PolicyDocument, policyShape } from './policy_document.ts';
import type { SourceFile } from './source_file.ts';
import type { Text } from './text.ts';

const LISTS = ['sources', 'enrich', 'redact', 'sample', 'routes', 'tests'] as const;
const MAPS = ['conditions', 'holidays', 'tables', 'destinations'] as const;
const SETTINGS = ['schema', 'raw', 'output', 'shards'] as const;

/**
 * Reads a policy and what it includes, and checks their structure. Every fault is reported in its file. `root`: folder that included
 * files have to be in, else that of the policy.
 */
export function readPolicy(file: SourceFile, root = dirname(file.name)): PolicyDocument | undefined {
  const loaded = loadYaml(file);
  const own = loaded && readRoot(file, loaded);
  const included = own && readIncluded(file, own, { root: resolve(root), read: readOne });
  if (own === undefined || included === undefined) return undefined;
  const document = included.length === 0 ? own : merge([own, ...included]);
  // Sources that are wrong are there.
  if (document.sources === undefined && !loaded!.root.has('sources')) {
    const { start } = own.at;
    file.report({ start, end: start + 1 }, 'missing_key', 'key `sources` is missing');
  }
  return document;
}

function readOne(file: SourceFile): PolicyDocument | undefined {
  const loaded = loadYaml(file);
  return loaded && readRoot(file, loaded);
}

const readRoot = (file: SourceFile, { root, document }: Loaded): PolicyDocument | undefined =>
  policyShape.read(root, { file, document });

/** What the first has comes first; what it does not set, the others may. */
function merge(documents: readonly PolicyDocument[]): PolicyDocument {
  const [own, ...included] = documents;
  const merged: Record<string, unknown> = { ...own };
  for (const key of LISTS) merged[key] = joined<unknown>(documents.map((each) => each[key]));
  for (const key of MAPS) {
    const entries: readonly { readonly key: Text }[] | undefined = joined<{ readonly key: Text }>(
      documents.map((each) => each[key]),
    );
    reportFiles(
      key,
      (entries ?? []).map((entry) => entry.key),
    );
    merged[key] = entries;
  }
  for (const key of SETTINGS) {
    const said = own![key] === undefined ? included.filter((each) => each[key] !== undefined) : [own!];
    const [first, other] = said;
    merged[key] = first?.[key];
    if (other === undefined) continue;
    const help = `\`${first!.at.file.name}\` says it too: say in \`${own!.at.file.name}\` what counts`;
    other.at.file.report(other.at, 'setting_twice', `\`${key}\` is said by two included files`, help);
  }
  return merged as unknown as PolicyDocument;
}

function joined<T>(lists: readonly (readonly T[] | undefined)[]): readonly T[] | undefined {
  const there = lists.filter((each) => each !== undefined);
  return there.length === 0 ? undefined : there.flat();
}

/** Names of mappings that stand in two files; within one file the parser reports them. */
function reportFiles(what: string, names: readonly Text[]): void {
  const first = new Map<string, Text>();
  for (const name of names) {
    const before = first.get(name.value);
    if (before === undefined) first.set(name.value, name);
    else if (before.file !== name.file) name.reportTwice(before, what.replace(/s$/, ''));
  }
}
