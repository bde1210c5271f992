import type { Text } from '../document/text.ts';
import type { Escape } from '../plan.ts';

const NGINX_ESCAPES: Readonly<Record<string, Escape>> = { default: 'hex', json: 'backslash', none: 'none' };
const NGINX_DIRECTIVE = /^\s*(?:log_format\s+[^\s'"]+\s+(?:escape=(\w+)\s*)?|escape=(\w+)\s+)/;
/** Its strings without the directive. */
const NGINX_STRINGS = /^\s*('[^']*'|"(?:[^"\\]|\\.)*")(\s+('[^']*'|"(?:[^"\\]|\\.)*"))*\s*;?\s*$/;
/** The pattern of a whole `<Valve …/>`, or of its attribute alone. */
const TOMCAT_ATTRIBUTE = /(?:^|\s)pattern\s*=\s*(["'])(.*?)\1(?=\s*(?:$|\/?>|[A-Za-z]+\s*=\s*["']))/s;
const TOMCAT_NAMES: Readonly<Record<string, string>> = {
  common: '%h %l %u %t "%r" %s %b',
  combined: '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"',
};
const HAPROXY_DIRECTIVE = /^\s*log-format\s+/;
const STRING = /'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s;'"]+)/g;

/** Takes the strings out of a whole `log_format name escape=… '…' '…';`, or of its strings alone; anything else is one string. */
export function pastedNginx(format: Text): readonly Text[] {
  const directive = NGINX_DIRECTIVE.exec(format.value);
  if (directive === null && !NGINX_STRINGS.test(format.value)) return [format];
  const name = directive?.[1] ?? directive?.[2];
  const head = directive?.[0].length ?? 0;
  if (name !== undefined && !Object.hasOwn(NGINX_ESCAPES, name)) {
    const at = format.value.indexOf(`escape=${name}`);
    const message = `\`${name}\` is not valid here`;
    format.reportAt(at, at + 7 + name.length, 'invalid_value', message, 'one of default, json, none');
  }
  return [...format.value.slice(head).matchAll(STRING)].map((match) => {
    const start = head + match.index + (match[3] === undefined ? 1 : 0);
    return format.slice(start, start + (match[1] ?? match[2] ?? match[3] ?? '').length);
  });
}

/** Escapes a whole `log_format` asks for; `undefined` for anything else. */
export function nginxEscape(format: Text): Escape | undefined {
  const directive = NGINX_DIRECTIVE.exec(format.value);
  return directive === null ? undefined : NGINX_ESCAPES[directive[1] ?? directive[2] ?? 'default'];
}

/** Takes the string out of a whole `log-format "…"`; anything else is the string itself. */
export function pastedHaproxy(format: Text): Text {
  const directive = HAPROXY_DIRECTIVE.exec(format.value);
  if (directive === null) return format;
  const start = directive[0].length;
  const rest = format.value.slice(start).trimEnd();
  const quoted = rest.length > 1 && (rest[0] === '"' || rest[0] === "'") && rest.endsWith(rest[0]);
  return quoted ? format.slice(start + 1, start + rest.length - 1) : format.slice(start, start + rest.length);
}

/** Takes the string out of an attribute `pattern="…"`, and what `common` and `combined` stand for; anything else is the string itself. */
export function pastedTomcat(format: Text): Text {
  const name = format.value.trim();
  if (Object.hasOwn(TOMCAT_NAMES, name)) return format.renamed(TOMCAT_NAMES[name]!);
  const attribute = TOMCAT_ATTRIBUTE.exec(format.value);
  if (attribute === null) return format;
  const start = format.value.indexOf(attribute[1]!, attribute.index) + 1;
  return format.slice(start, start + attribute[2]!.length);
}
