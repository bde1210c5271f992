import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { suggest } from '../../diagnostic.ts';
import { packageRoot, shippedPolicies } from '../catalog.ts';
import type { PolicyDocument } from './policy_document.ts';
import { SourceFile } from './source_file.ts';
import type { Text } from './text.ts';

/** Where included files are, and what reads one of them. */
export interface Includes {
  /** Folder no path leads out of. */
  readonly root: string;
  readonly read: (file: SourceFile) => PolicyDocument | undefined;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
};

/** A file that is being read, and those it was included by. */
interface Branch {
  readonly file: SourceFile;
  readonly path: string;
  readonly root: string;
  readonly above?: Branch;
}

/**
 * All that a policy includes, in order, each file once: what a file includes stands behind it. Faults are reported where they stand;
 * `undefined` if some file cannot be read, for then what it has would be missed everywhere.
 */
export function readIncluded(
  file: SourceFile,
  document: PolicyDocument,
  includes: Includes,
): PolicyDocument[] | undefined {
  const path = resolve(file.name);
  return new Reader(file, includes.read, new Set([path])).below(document, { file, path, root: includes.root });
}

class Reader {
  readonly #top: SourceFile;
  readonly #read: Includes['read'];
  readonly #seen: Set<string>;

  constructor(top: SourceFile, read: Includes['read'], seen: Set<string>) {
    this.#top = top;
    this.#read = read;
    this.#seen = seen;
  }

  below(document: PolicyDocument, branch: Branch): PolicyDocument[] | undefined {
    const found = (document.include ?? []).map((name) => this.#one(name, branch));
    return found.every((each) => each !== undefined) ? found.flat() : undefined;
  }

  #one(name: Text, above: Branch): PolicyDocument[] | undefined {
    const place = placeOf(name, above);
    if (place === undefined || isCycle(name, place.path, above)) return undefined;
    if (this.#seen.has(place.path)) return [];
    this.#seen.add(place.path);
    const text = textOf(name, place.path);
    if (text === undefined) return undefined;
    const file = new SourceFile(place.shown, text, this.#top.diagnostics);
    this.#top.included.push(file);
    const document = this.#read(file);
    const below = document && this.below(document, { file, path: place.path, root: place.root, above });
    return document && below && [document, ...below];
  }
}

/** The file that is meant, how it is shown, and what its own paths may not lead out of. */
function placeOf(name: Text, { file, root }: Branch): { path: string; shown: string; root: string } | undefined {
  if (!/[./\\]/.test(name.value)) {
    const packs = join(packageRoot(), 'policies');
    const known = shippedPolicies();
    if (known.includes(name.value)) {
      const path = join(packs, `${name.value}.yaml`);
      return { path, shown: path, root: packs };
    }
    const near = suggest(name.value, known);
    const help =
      near === undefined
        ? `write a path such as \`./${name.value}.yaml\`, or one of ${known.join(', ')}`
        : `did you mean \`${near}\`?`;
    name.report('unknown_pack', `there is no shipped policy \`${name.value}\``, help);
    return undefined;
  }
  const shown = join(dirname(file.name), name.value);
  const path = resolve(shown);
  const way = relative(root, path);
  if (isAbsolute(name.value) || way.split(sep)[0] === '..' || isAbsolute(way)) {
    name.report(
      'include_outside',
      `\`${name.value}\` is not below \`${root}\``,
      'copy it there, or set AUDITLB_INCLUDE_ROOT to a folder that holds both',
    );
    return undefined;
  }
  return { path, shown, root };
}

function isCycle(name: Text, path: string, above: Branch): boolean {
  const way: Branch[] = [];
  for (let each: Branch | undefined = above; each !== undefined; each = each.above) {
    way.unshift(each);
    if (each.path !== path) continue;
    const files = [...way, each].map(({ file }) => `\`${file.name}\``).join(' → ');
    name.report('include_cycle', `\`${name.value}\` leads back to itself: ${files}`, 'remove one of them');
    return true;
  }
  return false;
}

function textOf(name: Text, path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    name.report('include_unreadable', `\`${name.value}\` cannot be read: ${UNREADABLE[code] ?? message}`);
    return undefined;
  }
}
