import { JS } from 'refa';

/** Characters of a pattern that are shown. */
const SHOWN = 32;

/** How far a line fits a pattern for its start, and what of the pattern is missing there. */
export function patternMismatch(pattern: string, line: string): string {
  const { alternatives } = JS.Parser.fromLiteral({ source: pattern, flags: 'su' }).ast.pattern;
  const [best] = alternatives
    .map(({ elements }) =>
      longestPrefix(
        elements.map(({ raw }) => raw),
        line,
      ),
    )
    .sort((a, b) => b.length - a.length);
  const missing = short(best!.missing);
  if (best!.length === 0) return `it does not start with \`${missing}\``;
  return `it fits up to column ${best!.length}, there \`${missing}\` is missing`;
}

/** Characters the longest fitting beginning of a pattern takes, and the rest of the pattern. */
function longestPrefix(
  elements: readonly string[],
  line: string,
): { readonly length: number; readonly missing: string } {
  for (let count = elements.length - 1; count > 0; count--) {
    const match = new RegExp(`^${elements.slice(0, count).join('')}`, 'su').exec(line);
    if (match !== null) return { length: [...match[0]].length, missing: elements.slice(count).join('') };
  }
  return { length: 0, missing: elements.join('') };
}

const short = (pattern: string): string => (pattern.length <= SHOWN ? pattern : `${pattern.slice(0, SHOWN - 1)}…`);
