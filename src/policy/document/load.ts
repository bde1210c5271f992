import { type Document, isMap, isNode, type Node, parseAllDocuments, type YAMLError, type YAMLMap } from 'yaml';
import type { SourceFile } from './source_file.ts';

const CODES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'duplicate_key',
  TAB_AS_INDENT: 'yaml_tab',
};
const HELP: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of them',
  TAB_AS_INDENT: 'indent with blanks',
  BAD_DQ_ESCAPE: 'write it in single quotes, where a backslash is just a backslash',
};

/** A parsed document: its root, and what aliases are resolved against. */
export interface Loaded {
  readonly root: YAMLMap;
  readonly document: Document.Parsed;
}

/** Parses one YAML document whose root is a mapping. Whatever is wrong is reported; `undefined` if nothing can be read. */
export function loadYaml(file: SourceFile): Loaded | undefined {
  const parsed = parseAllDocuments(file.text, {
    lineCounter: file.lines,
    prettyErrors: false,
    keepSourceTokens: true,
    version: '1.2',
  });
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const document = documents[0];
  for (const each of documents) for (const error of [...each.errors, ...each.warnings]) reportError(file, error);
  if (documents.length > 1) {
    const start = documents[1]!.range[0];
    file.report({ start, end: start + 1 }, 'yaml_documents', 'more than one YAML document', 'write one file for each');
  }
  if (documents.some((each) => each.errors.some((error) => error.code !== 'DUPLICATE_KEY'))) return undefined;
  const root = document?.contents;
  if (document === undefined || !isNode(root) || !isMap(root)) {
    reportRoot(file, root);
    return undefined;
  }
  return { root, document };
}

function reportRoot(file: SourceFile, root: Node | null | undefined): void {
  const [start, end] = root?.range ?? [0, 0];
  file.report({ start, end }, 'wrong_type', 'the document must be a mapping of keys to values');
}

function reportError(file: SourceFile, error: YAMLError): void {
  const [start, end] = error.pos;
  const code = CODES[error.code] ?? `yaml_${error.code.toLowerCase()}`;
  file.report({ start, end: Math.max(end, start + 1) }, code, messageOf(file, error), HELP[error.code]);
}

/** The library's message in this project's manner. */
function messageOf(file: SourceFile, error: YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:#]+/.exec(file.text.slice(error.pos[0]))?.[0] ?? '';
    return `key \`${key}\` is there twice`;
  }
  const plain = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, '');
  return plain.replace(/: (\S+)$/, ' `$1`');
}
