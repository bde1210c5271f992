import { isScalar } from 'yaml';
import {
  boolean,
  integer,
  mapOf,
  mappingOr,
  object,
  oneOrMore,
  optional,
  type Shape,
  spanOf,
  text,
  textLike,
} from './shape.ts';
import { Text } from './text.ts';

/** How a reference looks, for messages. */
const EXAMPLE = `\${NAME}`;
const REFERENCE = /^\$\{[A-Za-z_]\w*\}$/;
const SECRET_HELP = `write \`${EXAMPLE}\`: the collector takes it from its environment or its secret store`;

/** A secret is named, never written. What was written is not repeated in the message. */
export const secret: Shape<Text> = {
  what: `a reference such as \`${EXAMPLE}\``,
  read(node, reading) {
    if (isScalar(node) && typeof node.value === 'string' && REFERENCE.test(node.value)) {
      return new Text(node.value, reading.file, spanOf(node), node);
    }
    reading.file.report(spanOf(node), 'inline_secret', 'a secret must not stand in a policy', SECRET_HELP);
    return undefined;
  },
};

/** What goes into a configuration as it stands: no references, no line breaks. */
export const plainText = textLike(
  /^[^\0-\x1f\x7f$]+$/,
  'invalid_value',
  'plain text without `$`: only secrets are references',
);

export const absolutePath = textLike(
  /^\/[^\0-\x1f\x7f$]*$/,
  'invalid_path',
  'write the path from the root: `/var/log/…`',
);

const PORT = /:(\d{1,5})$/;

/** `host:port`, the host of IPv6 in brackets. */
export const address: Shape<Text> = text((found) => {
  const port = Number(PORT.exec(found.value)?.[1] ?? 0);
  if (/^(\[[\da-fA-F:.]+\]|[\w.-]+):\d+$/.test(found.value) && port > 0 && port < 65536) return true;
  found.report('invalid_address', `\`${found.value}\` is not valid here`, 'write `host:port`');
  return false;
});

/** `http(s)://host[:port][/path]`; names and passwords have keys of their own. */
export const url: Shape<Text> = text((found) => {
  if (/^https?:\/\/[^/]*@/.test(found.value)) {
    found.report(
      'inline_secret',
      'a secret must not stand in a policy',
      'take it out of the address: use `user` and `password`',
    );
    return false;
  }
  if (/^https?:\/\/(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(\/[^\s$?#]*)?$/.test(found.value)) return true;
  // The text is not repeated: it may hold a secret.
  found.report('invalid_url', 'this is no address of a server', 'write `https://host:port/path`');
  return false;
});

const SECRET_URL = /^https?:\/\/(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?\/[^\s$?#]*\$\{[A-Za-z_]\w*\}$/;

/** An address whose last part is a secret, as webhooks have: collectors check the server's name before they know secrets. */
export const secretUrl: Shape<Text> = {
  what: `an address that ends in a reference, such as \`https://chat.example.com/hooks/${EXAMPLE}\``,
  read(node, reading) {
    if (isScalar(node) && typeof node.value === 'string' && SECRET_URL.test(node.value))
      return new Text(node.value, reading.file, spanOf(node), node);
    const help = `write \`https://hooks.slack.com/services/${EXAMPLE}\`: the reference stands for the secret rest of the address`;
    reading.file.report(spanOf(node), 'inline_secret', 'a webhook is a server, and a secret by reference', help);
    return undefined;
  },
};

/** `true`, `false`, or files; a mapping means `true`. */
export const tls = mappingOr(
  object({ ca_file: optional(absolutePath), crt_file: optional(absolutePath), key_file: optional(absolutePath) }),
  boolean,
);

/** Headers; those that hold secrets by their name must be references. */
export const headers: Shape<readonly { readonly key: Text; readonly value: Text }[]> = {
  what: 'a mapping of headers',
  read(node, reading) {
    const entries = mapOf(text()).read(node, reading);
    return entries?.filter(({ key, value }) => {
      const hidden = /auth|key|token|cookie|secret|password/i.test(key.value);
      const fine = hidden ? REFERENCE.test(value.value) : !value.value.includes('$');
      if (!fine && hidden) value.report('inline_secret', 'a secret must not stand in a policy', SECRET_HELP);
      else if (!fine) value.report('invalid_value', `header \`${key.value}\` must be plain text`);
      return fine;
    });
  },
};

export const addresses = oneOrMore(address);
export const urls = oneOrMore(url);

/** How long something is kept. */
export interface Retention {
  readonly days?: number;
  /** It must not be deleted, whatever the days say. */
  readonly legalHold: boolean;
}

/** A leap year's days, so that no year is cut short. */
const DAYS = { d: 1, w: 7, y: 366 } as const;
export const RETENTION_DAYS_MAX = 36_600;

const period = textLike(/^[1-9]\d{0,4}[dwy]$/, 'invalid_retention', 'write days, weeks or years: `400d`, `26w`, `7y`');

const keeping = mappingOr(
  object({
    days: optional(integer(1, RETENTION_DAYS_MAX), 'how many days'),
    legal_hold: optional(boolean, 'it must not be deleted, whatever the days say'),
  }),
  period,
);

/** `30d`, `26w`, `7y`, or a mapping. */
export const retention: Shape<Retention> = {
  ...keeping,
  read(node, reading) {
    const found = keeping.read(node, reading);
    if (found === undefined) return undefined;
    if (!(found instanceof Text)) {
      const { days, legal_hold: legalHold = false } = found;
      if (days === undefined && !legalHold)
        reading.file.report(found.at, 'invalid_retention', 'it says neither `days` nor `legal_hold: true`');
      return { ...(days === undefined ? {} : { days }), legalHold };
    }
    const days = Number(found.value.slice(0, -1)) * DAYS[found.value.slice(-1) as keyof typeof DAYS];
    if (days <= RETENTION_DAYS_MAX) return { days, legalHold: false };
    found.report('invalid_retention', `\`${found.value}\` is not valid here`, 'a hundred years are the most');
    return undefined;
  },
};
