/**
 * How captured text becomes a slot. The member name is the `as:` of a format file.
 * `-`, and an empty capture, leave the slot missing in every conversion but `verbatim`.
 */
export enum Convert {
  /** Text as logged, escapes of the format decoded when that yields printable UTF-8. */
  text,
  /** Text, with `-` and the empty text kept. */
  verbatim,
  /** Integer, sign allowed. */
  int,
  /** Integer; a negative one means missing. */
  count,
  /** Decimal seconds, or as `duration`, to microseconds; a negative one means missing. */
  seconds,
  /** Decimal milliseconds to microseconds; a negative one means missing. */
  milliseconds,
  /** Integer microseconds; a negative one means missing. */
  microseconds,
  /** Integer nanoseconds to microseconds; a negative one means missing. */
  nanoseconds,
  /** `10/Oct/2000:13:55:36 -0700` to epoch milliseconds; fraction and zone optional. */
  clf_time,
  /** RFC 3339, blank for T and missing zone allowed, to epoch milliseconds. */
  iso_time,
  /** Epoch number, unit by magnitude (s, ms, us, ns), fraction allowed, to epoch milliseconds. */
  epoch_time,
  /** Address; what is no IP address goes to the second target, a host name. */
  address,
  /** Address and port, split at the last colon; targets: address, port, host. */
  address_port,
  /** `a, b : c` list as nginx writes for several tries: the last element that is not `-`. */
  last_of_list,
  /** List of decimal seconds, summed, to microseconds. */
  seconds_sum,
  /** List of addresses with ports: the last one, split like `address_port`. */
  last_address_port,
  /** `true`/`false`, `on`/`off`, `yes`/`no`, `1`/`0`. */
  boolean,
  /** JSON value of any type, kept as it is. */
  json,
  /** `Root=1-…` of an `X-Amzn-Trace-Id`: what follows `Root=`, up to `;`. Text without it is kept whole. */
  amzn_trace,
  /** HAProxy frontend: a trailing `~` means TLS and is cut off; second target: a boolean for it. */
  frontend,
  /** List as for `last_of_list`: its last element as an integer; a negative one means missing. */
  last_count,
  /** Linux audit: an even number of upper-case hexadecimal digits is text in hexadecimal, NUL between its words; anything else is text. */
  hex_text,
  /** Percent-encoded text, decoded when that yields printable UTF-8. */
  percent_text,
  /** Text with `+` for a blank. */
  plus_text,
  /** `2026-02-03`, or `2/3/26`, to epoch milliseconds of its midnight. */
  date,
  /** `04:05:06` or `4:05:06`, fraction allowed, to milliseconds since midnight. */
  clock,
  /** `Tue Feb 03 04:05:06.123456 2026` to epoch milliseconds; weekday and fraction optional. */
  ctime,
  /** Decimals with units, `1m2.5s`, `0.005s`, `6.31ms`, to microseconds; a negative one means missing. */
  duration,
  /** What `iso_time`, `clf_time` or `epoch_time` accepts. */
  any_time,
  /** Comma list of addresses with ports: the first one that says something, split like `address_port`. */
  first_address_port,
  /** Integer; zero and negative ones mean missing. */
  positive,
  /** Text without a leading `?`. */
  query,
  /** What follows the last `/`. */
  last_segment,
  /** Elements in quotes, `"h2","http/1.1"`: the text without its quotes and a backslash before them. */
  quoted_list,
  /** As `address_port`, of a writer that always puts a port behind the address, IPv6 without brackets included. */
  address_then_port,
  /** Three digits. */
  status,
  /** Linux audit: `struct sockaddr` in hexadecimal; targets: address, port, and the path or what is no address. */
  socket_address,
  /** Text of CEF: `\n` and `\r` are line breaks. */
  cef_lines,
}
