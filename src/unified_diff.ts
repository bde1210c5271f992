import canonicalize from 'canonicalize';
import { createTwoFilesPatch } from 'diff';

/** What differs between two JSON values, key order aside: a unified diff of their indented texts; empty if nothing does. */
export function unifiedDiff(before: unknown, after: unknown, beforeName: string, afterName: string): string {
  return textDiff(indented(before), indented(after), beforeName, afterName);
}

export function textDiff(before: string, after: string, beforeName: string, afterName: string): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(beforeName, afterName, before, after, undefined, undefined, { context: 2 });
  return patch.replace(/^=+\n/, '');
}

/** Indented JSON with sorted keys. */
function indented(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalize(value) ?? 'null'), null, 2)}\n`;
}
