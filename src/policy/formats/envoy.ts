import type { Text } from '../document/text.ts';
import { type Item, pushLiteral } from './items.ts';

const OPERATOR = /%(?:%|([A-Z0-9_]+)(?:\(([^)]*)\))?(?::\d+)?%)|[^%]+|%/g;

/**
 * Splits an Envoy format string: `%COMMAND%`, `%COMMAND(argument):length%`, `%%`. `%REQ(A?B)%` is also looked up as `%REQ(B)%` and
 * `%REQ(A)%`. A line feed at the end is not part of the line.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function readEnvoy(format: Text): Item[] {
  const items: Item[] = [];
  const source = format.value.replace(/(?:\\n|\n)$/, '');
  for (const match of source.matchAll(OPERATOR)) {
    const at = format.slice(match.index, match.index + match[0].length);
    const [whole, command, argument] = match;
    if (whole === '%%') pushLiteral(items, '%', at);
    else if (command !== undefined) items.push({ kind: 'variable', ...namesOf(command, argument), at, quoted: false });
    else if (whole === '%') at.report('variable_name_missing', 'no command after `%`', 'a percent sign is `%%`');
    else pushLiteral(items, whole, at);
  }
  return items;
}

function namesOf(command: string, argument: string | undefined): { name: string; also: readonly string[] } {
  if (argument === undefined) return { name: command, also: [] };
  const [main, otherwise] = argument.toUpperCase().split('?');
  const names = [otherwise, main].filter((each) => each !== undefined).map((each) => `${command}(${each})`);
  return { name: `${command}(${argument.toUpperCase()})`, also: [...names, command] };
}
