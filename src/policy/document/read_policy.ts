import { loadYaml } from './load.ts';
import { type PolicyDocument, policyShape } from './policy_document.ts';
import type { SourceFile } from './source_file.ts';

/** Reads a policy and checks its structure. Every fault is reported in `file`. */
export function readPolicy(file: SourceFile): PolicyDocument | undefined {
  const loaded = loadYaml(file);
  return loaded && policyShape.read(loaded.root, { file, document: loaded.document });
}
