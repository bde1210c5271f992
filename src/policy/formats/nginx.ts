import type { Text } from '../document/text.ts';
import { type Item, pushLiteral } from './items.ts';

/**
 * Splits the strings of an nginx `log_format`, joined as nginx joins them: `$name` and `${name}` are variables, everything else stands as it is.
 * https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export function readNginx(strings: readonly Text[]): Item[] {
  const items: Item[] = [];
  for (const each of strings) readString(each, items);
  return items;
}

function readString(format: Text, items: Item[]): void {
  const pattern = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))|\$|[^$]+/g;
  for (const match of format.value.matchAll(pattern)) {
    const at = format.slice(match.index, match.index + match[0].length);
    const name = match[1] ?? match[2];
    if (name !== undefined) items.push({ kind: 'variable', name, at, quoted: false });
    else if (match[0] === '$') {
      format.reportAt(match.index, match.index + 1, 'variable_name_missing', 'no variable name after `$`');
    } else pushLiteral(items, match[0], at);
  }
}
