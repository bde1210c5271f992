import { EXTRA_BASE } from '../../../assembly/shared/fields.ts';
import type { FormatPlan, Plan, RedactPlan } from '../plan.ts';
import { matchesWildcard } from '../reference/wildcard.ts';

/** Names a key goes by: the whole of it, and its last part (`user[token]`, `user.token`, `tokens[7]`). */
export function namesOf(key: string): string[] {
  const bare = key.replace(/(?:\[\d*\])+$/, '').replace(/\]+$/, '');
  return [key, bare.slice(Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('[')) + 1)];
}

/** Whether a rule's keys name this one. */
export function wantsKey({ find }: RedactPlan, key: string): boolean {
  const names = namesOf(key.toLowerCase());
  return find?.keys.some((pattern) => names.some((name) => matchesWildcard(pattern, name))) ?? false;
}

/** Captures of a format without a field whose name a rule's keys name: they are redacted as a whole. By rule. */
export function wholeExtras(format: FormatPlan, rules: readonly RedactPlan[]): { slot: number; rule: number }[] {
  return rules.flatMap((each, rule) =>
    each.find?.unmapped
      ? format.extras.flatMap((name, i) => (wantsKey(each, name) ? [{ slot: EXTRA_BASE + i, rule }] : []))
      : [],
  );
}

/** Rules that redact something as a whole, whatever its text: of a line that could not be read nobody knows where that stands. */
export function wholeRules({ redact = [], formats }: Plan): number[] {
  const extras = new Set(formats.flatMap((format) => wholeExtras(format, redact).map(({ rule }) => rule)));
  return [...redact.keys()].filter((rule) => redact[rule]!.fields.length > 0 || extras.has(rule));
}
