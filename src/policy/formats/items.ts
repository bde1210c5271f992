import type { Text } from '../document/text.ts';

/** One piece of a format string: text that stands there, or a variable. */
export type Item =
  | { readonly kind: 'literal'; readonly text: string; readonly at: Text }
  | {
      readonly kind: 'variable';
      /** Without sigil and flags: `remote_addr`, `ci`, `ssl_fc_sni`. */
      readonly name: string;
      /** Names it is looked up by where there is none of its own. */
      readonly also?: readonly string[];
      readonly at: Text;
      /** Between quotes that its writer puts there. */
      readonly quoted: boolean;
    };

/** Adds literal text, joined to a literal before it. */
export function pushLiteral(items: Item[], text: string, at: Text): void {
  const last = items.at(-1);
  if (last?.kind === 'literal') items[items.length - 1] = { ...last, text: last.text + text };
  else items.push({ kind: 'literal', text, at });
}
