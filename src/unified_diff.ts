import canonicalize from 'canonicalize';
import { createTwoFilesPatch } from 'diff';

/** What differs between two JSON values, key order aside: a unified diff of their indented texts; empty if nothing does. */
export function unifiedDiff(before: unknown, after: unknown, beforeName: string, afterName: string): string {
  const texts = [indented(before), indented(after)] as const;
  if (texts[0] === texts[1]) return '';
  const patch = createTwoFilesPatch(beforeName, afterName, texts[0], texts[1], '', '', { context: 2 });
  return patch.replace(/^=+\n/, '').replaceAll('\\ No newline at end of file\n', '').replace(/\t$/gm, '');
}

/** Indented JSON with sorted keys. */
function indented(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalize(value) ?? 'null'), null, 2)}\n`;
}
