import { Field } from '../../../assembly/shared/fields.ts';
import type { Draft, PlaceOf } from './draft.ts';
import type { Span } from './types.ts';

/** Splits the request line and the URL. Fills only what is missing. */
export function splitRequest(draft: Draft): void {
  const line = draft.text(Field.http_line);
  if (line !== undefined) splitLine(line, draft);
  draft.setMissing(Field.url_full, draft.text(Field.http_target), draft.spans.get(Field.http_target));
  const url = draft.text(Field.url_full);
  if (url !== undefined) splitUrl(url, draft);
  const host = draft.text(Field.http_host);
  if (host !== undefined && !draft.has(Field.url_host)) setAuthority(host, draft, draft.partsOf(Field.http_host));
}

/** `METHOD target HTTP/x.y`; a line that is no request is kept among the unmapped. */
function splitLine(line: string, draft: Draft): void {
  const place = draft.partsOf(Field.http_line);
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
  draft.setMissing(Field.http_method, match[1]!, place(0, match[1]!.length));
  setText(draft, Field.http_target, target, place(match[1]!.length + 1, target.length));
  if (version !== undefined)
    draft.setMissing(Field.http_version, version, place(line.length - version.length, version.length));
}

function setText(draft: Draft, slot: number, text: string, span: Span | undefined): void {
  if (text !== '') draft.setMissing(slot, text, span);
}

function splitUrl(url: string, draft: Draft): void {
  const place = draft.partsOf(Field.url_full);
  if (draft.text(Field.http_method) === 'CONNECT') {
    setAuthority(url, draft, place);
    return;
  }
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (absolute !== null) {
    const [, scheme, authority] = absolute as unknown as [string, string, string];
    const at = scheme.length + '://'.length;
    draft.setMissing(Field.url_scheme, scheme, place(0, scheme.length));
    setAuthority(authority, draft, (from, length) => place(at + from, length));
  }
  const rest = absolute?.[3] ?? url;
  const [path, ...more] = rest.split('?');
  const query = more.join('?');
  setText(draft, Field.url_path, path!, place(url.length - rest.length, path!.length));
  setText(draft, Field.url_query, query, place(url.length - query.length, query.length));
}

/** `user@host:port`: the user is not looked at. `placeOf`: where parts of it stand. */
function setAuthority(authority: string, draft: Draft, placeOf: PlaceOf): void {
  const place = authority.split('@').at(-1)!;
  const at = authority.length - place.length;
  const match = /^(.*):(\d{1,5})$/s.exec(place);
  const hasPort = match !== null && Number(match[2]) <= 65535;
  if (hasPort)
    draft.setMissing(Field.url_port, BigInt(match[2]!), placeOf(at + match[1]!.length + 1, match[2]!.length));
  const host = hasPort ? match[1]! : place;
  const bare = /^\[(.+)\]$/s.exec(host)?.[1];
  setText(draft, Field.url_host, bare ?? host, placeOf(bare === undefined ? at : at + 1, (bare ?? host).length));
}
