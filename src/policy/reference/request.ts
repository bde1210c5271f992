import { Field } from '../../../assembly/shared/fields.ts';
import type { Draft } from './draft.ts';

/** Splits the request line and the URL. Fills only what is missing. */
export function splitRequest(draft: Draft): void {
  const line = draft.text(Field.http_line);
  if (line !== undefined) splitLine(line, draft);
  draft.setMissing(Field.url_full, draft.text(Field.http_target));
  const url = draft.text(Field.url_full);
  if (url !== undefined) splitUrl(url, draft);
  const host = draft.text(Field.http_host);
  if (host !== undefined && !draft.has(Field.url_host)) setAuthority(host, draft);
}

/** `METHOD target HTTP/x.y`; a line that is no request is kept among the unmapped. */
function splitLine(line: string, draft: Draft): void {
  draft.clear(Field.http_line);
  const match = /^([A-Za-z][A-Za-z0-9_.-]{0,31}) (.*)$/s.exec(line);
  if (match === null) {
    draft.unmapped.push(['request', line]);
    draft.noRequest = true;
    return;
  }
  const words = match[2]!.split(' ');
  const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(words.at(-1)!)?.[1];
  const target = (version === undefined ? words : words.slice(0, -1)).join(' ');
  draft.setMissing(Field.http_method, match[1]!);
  setText(draft, Field.http_target, target);
  draft.setMissing(Field.http_version, version);
}

function setText(draft: Draft, slot: number, text: string): void {
  if (text !== '') draft.setMissing(slot, text);
}

function splitUrl(url: string, draft: Draft): void {
  if (draft.text(Field.http_method) === 'CONNECT') {
    setAuthority(url, draft);
    return;
  }
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (absolute !== null) {
    draft.setMissing(Field.url_scheme, absolute[1]!);
    setAuthority(absolute[2]!, draft);
  }
  const rest = absolute?.[3] ?? url;
  const [path, ...query] = rest.split('?');
  setText(draft, Field.url_path, path!);
  setText(draft, Field.url_query, query.join('?'));
}

/** `user@host:port`: the user is not looked at. */
function setAuthority(authority: string, draft: Draft): void {
  const place = authority.split('@').at(-1)!;
  const match = /^(.*):(\d{1,5})$/s.exec(place);
  const hasPort = match !== null && Number(match[2]) <= 65535;
  if (hasPort) draft.setMissing(Field.url_port, BigInt(match[2]!));
  const host = hasPort ? match[1]! : place;
  setText(draft, Field.url_host, /^\[(.+)\]$/s.exec(host)?.[1] ?? host);
}
