import { Field } from '../../../assembly/shared/fields.ts';
import type { Draft } from './draft.ts';
import type { Piece } from './stretch.ts';

/** Splits the request line and the URL. Fills only what is missing. */
export function splitRequest(draft: Draft): void {
  const line = draft.piece(Field.http_line);
  if (line !== undefined) splitLine(line, draft);
  draft.setMissingPiece(Field.url_full, draft.piece(Field.http_target));
  const url = draft.piece(Field.url_full);
  if (url !== undefined) splitUrl(url, draft);
  const host = draft.piece(Field.http_host);
  if (host !== undefined && !draft.has(Field.url_host)) setAuthority(host, draft);
}

/** `METHOD target HTTP/x.y`; a line that is no request is kept among the unmapped. */
function splitLine(line: Piece, draft: Draft): void {
  draft.clear(Field.http_line);
  const match = /^([A-Za-z][A-Za-z0-9_.-]{0,31}) (.*)$/s.exec(line.text);
  if (match === null) {
    draft.unmapped.push(['request', line.text, line.stretch]);
    draft.request = line.stretch;
    return;
  }
  const words = match[2]!.split(' ');
  const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(words.at(-1)!)?.[1];
  const target = (version === undefined ? words : words.slice(0, -1)).join(' ');
  const begin = match[1]!.length + 1;
  draft.setMissingPiece(Field.http_method, line.slice(0, begin - 1));
  setText(draft, Field.http_target, line.slice(begin, begin + target.length));
  if (version !== undefined) draft.setMissingPiece(Field.http_version, line.slice(line.text.length - version.length));
}

function setText(draft: Draft, slot: number, piece: Piece): void {
  if (piece.text !== '') draft.setMissingPiece(slot, piece);
}

function splitUrl(url: Piece, draft: Draft): void {
  if (draft.text(Field.http_method) === 'CONNECT') {
    setAuthority(url, draft);
    return;
  }
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/s.exec(url.text);
  if (absolute !== null) {
    draft.setMissingPiece(Field.url_scheme, url.slice(0, absolute[1]!.length));
    setAuthority(url.slice(absolute[1]!.length + 3, absolute[0].length), draft);
  }
  const rest = url.slice(absolute?.[0].length ?? 0);
  const path = rest.text.split('?', 1)[0]!;
  setText(draft, Field.url_path, rest.slice(0, path.length));
  setText(draft, Field.url_query, rest.slice(Math.min(path.length + 1, rest.text.length)));
}

/** `user@host:port`: the user is not looked at. */
function setAuthority(authority: Piece, draft: Draft): void {
  const place = authority.slice(authority.text.lastIndexOf('@') + 1);
  const match = /^(.*):(\d{1,5})$/s.exec(place.text);
  const hasPort = match !== null && Number(match[2]) <= 65535;
  if (hasPort) draft.setMissing(Field.url_port, BigInt(match[2]!), place.slice(match[1]!.length + 1).span);
  const host = hasPort ? place.slice(0, match[1]!.length) : place;
  const isBracketed = /^\[.+\]$/s.test(host.text);
  setText(draft, Field.url_host, isBracketed ? host.slice(1, host.text.length - 1) : host);
}
