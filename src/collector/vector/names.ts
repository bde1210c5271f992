import type { Tls } from '../fluent_bit/network.ts';
import { type Entry, map } from '../yaml_text.ts';

/** Component ids are unique over a whole configuration, and a dot in one means an output. */
export const sourceId = (name: string): string => `in_${name.replace(/\W/g, '_')}`;
export const sinkId = (alias: string): string => `out_${alias}`;

export const EVENTS = 'auditlb_events';
export const ROUTES = 'auditlb_routes';

/** Since 0.57 Vector takes no variables from its environment: a file of that name in the folder of secrets. */
export const secretOf = (reference: string): string => reference.replace(/\$\{(\w+)\}/, 'SECRET[files.$1]');

const yes = (value: boolean | undefined): true | undefined => (value === true ? true : undefined);

/** TLS of a client; servers are verified. `enabled` where the address does not say it. */
export function tlsOf(tls: Tls, enabled?: boolean): Entry {
  const files = typeof tls === 'object' ? tls : undefined;
  if (files === undefined && enabled !== true) return false;
  return [
    'tls',
    map(
      ['enabled', yes(enabled)],
      ['ca_file', files?.ca_file],
      ['crt_file', files?.crt_file],
      ['key_file', files?.key_file],
    ),
  ];
}

/** TLS of a listener. With a CA, clients must show a certificate of it. */
export function listenerTls(tls: Tls): Entry {
  if (tls === undefined || tls === false) return false;
  const files = typeof tls === 'object' ? tls : undefined;
  return [
    'tls',
    map(
      ['enabled', true],
      ['crt_file', files?.crt_file],
      ['key_file', files?.key_file],
      ['ca_file', files?.ca_file],
      ['verify_certificate', yes(files?.ca_file !== undefined)],
    ),
  ];
}
