/** Where the records of a source come from. In short: `{files: /var/log/nginx/*.log}`, `{syslog: 0.0.0.0:6514}`. */
import { absolutePath, address, plainText, secret, tls, url } from './delivery_shape.ts';
import { kind, shorthand } from './kind_shape.ts';
import { filled, object, oneOrMore, optional, type Read, required, textLike, word } from './shape.ts';

const paths = filled(oneOrMore(absolutePath));
const label = textLike(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'invalid_name',
  'a Kubernetes name: `a`-`z`, `0`-`9`, `-`',
);

export const input = kind('input', {
  files: shorthand(object({ paths: required(paths), exclude: optional(paths) }), paths, (found, at) => ({
    paths: found,
    exclude: undefined,
    at,
  })),
  /** Lines as they come: the filter takes the syslog header off. */
  syslog: shorthand(
    object({
      listen: required(address),
      mode: optional(word('tcp', 'udp')),
      framing: optional(word('newline', 'octet_counting')),
      tls: optional(tls),
    }),
    address,
    (listen, at) => ({ listen, mode: undefined, framing: undefined, tls: undefined, at }),
  ),
  http: shorthand(object({ listen: required(address), tls: optional(tls) }), address, (listen, at) => ({
    listen,
    tls: undefined,
    at,
  })),
  forward: shorthand(
    object({ listen: required(address), shared_key: optional(secret), tls: optional(tls) }),
    address,
    (listen, at) => ({ listen, shared_key: undefined, tls: undefined, at }),
  ),
  /** Logs of containers on the node; without more, of all of them. */
  kubernetes: object({ namespace: optional(label), container: optional(label) }),
  /** Objects announced in a queue. Vector only. */
  aws_s3: object({ queue_url: required(url), region: required(plainText) }),
});

export type InputDocument = Read<typeof input>;
