/** Why, where a status of HTTP tells: what only proxies answer, and what nginx made up. */
export const STATUS_REASONS: Readonly<Record<number, string>> = {
  494: 'request_header_too_large',
  495: 'client_certificate_invalid',
  496: 'client_certificate_missing',
  497: 'plain_http_to_https_port',
  499: 'client_closed',
  502: 'upstream_failed',
  504: 'upstream_timeout',
};
