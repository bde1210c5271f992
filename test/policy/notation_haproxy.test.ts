import { describe, expect, it } from 'vitest';
import { EventClass } from '../../assembly/shared/enums.ts';
import { Field } from '../../assembly/shared/fields.ts';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const haproxy = (format: string) => formatOf(`haproxy: '${format}'`);

describe('HAProxy log-format', () => {
  it('reads the HTTP log', () => {
    const format = haproxy(
      '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r',
    );
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "until " [" | address_then_port %ci:%cp -> src_ip, src_port, src_host",
        "until "] " | clf_time tr -> time",
        "until " " | frontend ft -> lb_listener, tls_used",
        "until "/" | text b -> lb_group",
        "until " " | text s -> lb_server",
        "until "/" | milliseconds TR -> request_us",
        "until "/" | milliseconds Tw -> queue_us",
        "until "/" | milliseconds Tc -> connect_us",
        "until "/" | milliseconds Tr -> target_us",
        "until " " | milliseconds Ta -> duration_us",
        "until " " | count ST -> http_status",
        "until " " | count B -> bytes_out",
        "until " " | text CC -> unmapped.request_cookie",
        "until " " | text CS -> unmapped.response_cookie",
        "until " " | text tsc -> lb_state",
        "until "/" | count ac -> unmapped.process_connections",
        "until "/" | count fc -> unmapped.frontend_connections",
        "until "/" | count bc -> unmapped.backend_connections",
        "until "/" | count sc -> unmapped.server_connections",
        "until " " | count rc -> lb_retries",
        "until "/" | count sq -> unmapped.server_queue",
        "until " " | count bq -> unmapped.backend_queue",
        "braces | text hr -> unmapped.request_headers",
        "braces | text hs -> unmapped.response_headers",
        "literal "\\""",
        "until "\\"" | text r -> http_line | quoted | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('puts quotes around text, but around no times, numbers and states', () => {
    const format = haproxy('%{+Q}o %{-Q}ci [%T] %r %ST %ft %tsc %CC');
    expect(program(format).slice(0, 7)).toEqual([
      'until " [" | address ci -> src_ip, src_host',
      'until "] \\"" | clf_time T -> time',
      'until "\\" " | text r -> http_line | quoted',
      'until " \\"" | count ST -> http_status',
      'until "\\" " | frontend ft -> lb_listener, tls_used | quoted',
      'until " \\"" | text tsc -> lb_state',
      'until "\\"" | text CC -> unmapped.request_cookie | quoted',
    ]);
  });

  it('knows what is encoded, and headers in any case', () => {
    const format = haproxy('%[capture.req.uri,json(utf8s)] %{+Q}[req.hdr(User-Agent),lower]');
    expect(program(format).slice(0, 3)).toEqual([
      'until " \\"" | text capture.req.uri,json(utf8s) -> http_target',
      'until "\\"" | text req.hdr(User-Agent),lower -> http_user_agent | quoted',
      'rest -> unmapped.extra',
    ]);
  });

  it.each([
    ['%ci:%cp [%t] %ft %b/%s %Tt %ts {%[ssl_fc_sni]}', 'network_activity'],
    ['%ci:%cp [%tr] %ft %b/%s %ST %ts', 'http_activity'],
    ['%ci:%cp %ft', 'http_activity'],
  ])('tells connections from requests: %s', (format, name) => {
    const { defaults } = haproxy(format);
    expect(defaults.find(({ slot }) => slot === Field.event_class)?.value).toBe(EventClass[name as 'http_activity']);
  });

  it('reads braces that may be absent at the end', () => {
    expect(program(haproxy('%ci %bq %hr %hs'))).toMatchInlineSnapshot(`
      [
        "until " " | address ci -> src_ip, src_host",
        "until " " | count bq -> unmapped.backend_queue | lenient",
        "braces | text hr -> unmapped.request_headers",
        "braces | text hs -> unmapped.response_headers",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads flags, sample expressions and escapes', () => {
    const format = haproxy('%{+Q}o %[ssl_fc_sni] %{-Q}ST 100%%\\ %[req.hdr(x),lower]|%{+X}pid');
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "literal "\\""",
        "until "\\" " | text ssl_fc_sni -> tls_sni | quoted",
        "until " 100% \\"" | count ST -> http_status",
        "until "\\"|" | text req.hdr(x),lower -> unmapped.req.hdr(x),lower | quoted",
        "until " " | count pid -> log_pid | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads a pasted directive', () => {
    expect(program(formatOf(`haproxy: 'log-format "%ci:%cp %ST"'`))).toMatchInlineSnapshot(`
      [
        "until " " | address_then_port %ci:%cp -> src_ip, src_port, src_host",
        "until " " | count ST -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads the object that named items make', () => {
    const format = haproxy('%{+json}o %(ip)ci, %(status)ST %B %(host)[req.hdr(host)]');
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "ip | address ci -> src_ip, src_host",
        "status | count ST -> http_status",
        "host | text req.hdr(host) -> http_host",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = [
      `haproxy: '%ci %ST%B'`,
      `haproxy: '%ci % %B'`,
      `haproxy: '%ci %[req.hdr(host) %B'`,
      `haproxy: '%{+cbor}o %ci'`,
      `haproxy: '%ci %hr|%ST'`,
    ];
    expect(faulty.map(formatFaults).join('\n')).toMatchInlineSnapshot(`
      "policy.yaml:6:24: variables_adjacent: \`B\` follows \`ST\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:6:21: variable_name_missing: no item name after \`%\`
        help: a percent sign is \`%%\`
      policy.yaml:6:21: bracket_missing: no \`]\` closes this expression
      policy.yaml:6:17: flag_unsupported: items with \`cbor\` are not read
        help: describe the lines with \`json:\` instead
      policy.yaml:6:21: blank_missing: \`hr\` must be followed by a blank"
    `);
  });
});
