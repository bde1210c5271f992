import { describe, expect, it } from 'vitest';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const read = (format: string): string[] => program(formatOf(`apache: ${JSON.stringify(format)}`));

describe('Apache LogFormat', () => {
  it('reads the combined format', () => {
    expect(read(String.raw`%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"`)).toMatchInlineSnapshot(`
      [
        "until " " | address h -> src_ip, src_host",
        "until " " | text l -> unmapped.remote_logname",
        "until " [" | text u -> actor_name",
        "until "] \\"" | clf_time t -> time",
        "until "\\" " | text r -> http_line | quoted",
        "until " " | count >s -> http_status",
        "until " \\"" | count b -> bytes_out",
        "until "\\" \\"" | text {referer}i -> http_referrer | quoted",
        "until "\\"" | text {user-agent}i -> http_user_agent | quoted",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads a pasted directive with a host in front', () => {
    expect(
      read(String.raw`LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined`),
    ).toMatchInlineSnapshot(`
      [
        "until ":" | text v -> lb_listener",
        "until " " | count p -> unmapped.server_port",
        "until " " | address h -> src_ip, src_host",
        "until " " | text l -> unmapped.remote_logname",
        "until " [" | text u -> actor_name",
        "until "] \\"" | clf_time t -> time",
        "until "\\" " | text r -> http_line | quoted",
        "until " " | count >s -> http_status",
        "until " \\"" | count O -> bytes_out",
        "until "\\" \\"" | text {referer}i -> http_referrer | quoted",
        "until "\\"" | text {user-agent}i -> http_user_agent | quoted",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('knows times, timers, TLS and headers in any case', () => {
    expect(
      read(
        '%{%Y-%m-%dT%H:%M:%S%z}t %a %m "%U%q" %H %>s %D %I %O "%{X-Forwarded-For}i" %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{UNIQUE_ID}e',
      ),
    ).toMatchInlineSnapshot(`
      [
        "until " " | iso_time {%Y-%m-%dT%H:%M:%S%z}t -> time",
        "until " " | address a -> src_ip, src_host",
        "until " \\"" | text m -> http_method",
        "until "\\" " | text %U%q -> http_target | quoted",
        "until " " | text H -> http_version",
        "until " " | count >s -> http_status",
        "until " " | microseconds D -> duration_us",
        "until " " | count I -> bytes_in",
        "until " \\"" | count O -> bytes_out",
        "until "\\" " | text {x-forwarded-for}i -> http_forwarded_for | quoted",
        "until " " | text {SSL_PROTOCOL}x -> tls_version",
        "until " " | text {SSL_CIPHER}x -> tls_cipher",
        "until null | text {UNIQUE_ID}e -> trace_correlation_id",
      ]
    `);
  });

  it('reads times and their fractions as one', () => {
    const formats = [
      '[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %^FB',
      '%{%FT%T}t.%{usec_frac}t%{%z}t %s',
      '%{sec}t.%{msec_frac}t %s',
    ];
    expect(formats.map((format) => program(formatOf(`apache: '${format}'`)).slice(0, 3))).toMatchInlineSnapshot(`
      [
        [
          "literal "["",
          "until "] " | clf_time %{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t -> time",
          "until " " | microseconds ^FB -> target_us | lenient",
        ],
        [
          "until " " | iso_time %{%FT%T}t.%{usec_frac}t%{%z}t -> time",
          "until " " | count s -> http_status | lenient",
          "rest -> unmapped.extra",
        ],
        [
          "until " " | epoch_time %{sec}t.%{msec_frac}t -> time",
          "until " " | count s -> http_status | lenient",
          "rest -> unmapped.extra",
        ],
      ]
    `);
  });

  it('reads a time in pieces, with a zone behind it, in an object', () => {
    const format = formatOf(`apache: '{"time":"%{%Y-%m-%d}tT%{%T}t.%{msec_frac}tZ","query":"%q","x":"%mZ"}'`);
    expect(program(format)).toEqual([
      'time | iso_time %{%Y-%m-%d}tT%{%T}t.%{msec_frac}t -> time',
      'query | query q -> url_query',
    ]);
  });

  it('takes conditions and percent signs', () => {
    expect(read('%h 100%% %!200,304{Referer}i %<s')).toMatchInlineSnapshot(`
      [
        "until " 100% " | address h -> src_ip, src_host",
        "until " " | text {referer}i -> http_referrer",
        "until " " | count <s -> unmapped.original_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = ['%h%u', '%h % %>s', '%>s%b %h', 'plain'];
    expect(faulty.map((format) => formatFaults(`apache: ${JSON.stringify(format)}`)).join('\n')).toMatchInlineSnapshot(`
      "policy.yaml:6:18: variables_adjacent: \`u\` follows \`h\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:6:19: variable_name_missing: \`%\` names nothing
        help: a percent sign is \`%%\`
      policy.yaml:6:19: variables_adjacent: \`b\` follows \`>s\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:6:15: no_variables: the format has no variables
        help: paste it as it stands in the load balancer’s configuration"
    `);
  });
});
