import type { Plain } from '../../policy/delivery.ts';
import type { tls as tlsShape } from '../../policy/document/delivery_shape.ts';
import type { Read } from '../../policy/document/shape.ts';
import type { Entry } from '../yaml_text.ts';

export type Tls = Plain<Read<typeof tlsShape>> | undefined;
type TlsFiles = Exclude<Tls, boolean | undefined>;

/** The files of TLS, if any are named. */
export const tlsFiles = (tls: Tls): Partial<TlsFiles> => (typeof tls === 'object' ? tls : {});

export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
}

/** A server of a URL; `path` is `/` where none is written. */
export function splitUrl(text: string): { host: string; port: number; path: string; secure: boolean } {
  const { hostname, port, pathname, protocol } = new URL(text);
  const secure = protocol === 'https:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    path: pathname,
    secure,
  };
}

/** TLS of a connection. Servers are verified; there is no setting for less. */
export function tlsEntries(tls: Tls, otherwise: boolean): Entry[] {
  if (tls === false || (tls === undefined && !otherwise)) return [];
  const files = tlsFiles(tls);
  return [
    ['tls', 'on'],
    ['tls.verify', 'on'],
    ['tls.ca_file', files.ca_file],
    ['tls.crt_file', files.crt_file],
    ['tls.key_file', files.key_file],
  ];
}

/** TLS of a listener. With a CA, clients must show a certificate of it. */
export function listenerTls(tls: Tls): Entry[] {
  if (tls === false || tls === undefined) return [];
  const files = tlsFiles(tls);
  return [
    ['tls', 'on'],
    ['tls.crt_file', files.crt_file],
    ['tls.key_file', files.key_file],
    ['tls.ca_file', files.ca_file],
    files.ca_file !== undefined && ['tls.verify_client_cert', 'on'],
  ];
}
