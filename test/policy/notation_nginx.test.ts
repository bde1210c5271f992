import { describe, expect, it } from 'vitest';
import { Field } from '../../assembly/shared/fields.ts';
import type { FormatPlan } from '../../src/policy/plan.ts';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const nginx = (format: string): FormatPlan => formatOf(`nginx: '${format}'`);

describe('nginx log_format', () => {
  it('ends every variable where the next text begins', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nginx writes variables so
    expect(program(nginx('$remote_addr - ${remote_user} [$time_local] "$request" $status'))).toMatchInlineSnapshot(`
      [
        "until " - " | address remote_addr -> src_ip, src_host",
        "until " [" | text remote_user -> actor_name",
        "until "] \\"" | clf_time time_local -> time",
        "until "\\" " | text request -> http_line",
        "until " " | count status -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads upstream lists up to the blank that is not part of them', () => {
    const format = nginx(
      '$remote_addr $upstream_addr $upstream_status "$upstream_response_time" $upstream_cache_status',
    );
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "until " " | address remote_addr -> src_ip, src_host",
        "until " " | last_address_port upstream_addr -> dst_ip, dst_port, dst_host, lb_targets | list",
        "until " \\"" | last_count upstream_status -> lb_target_status, lb_target_statuses | list",
        "until "\\" " | seconds_sum upstream_response_time -> target_us",
        "until null | text upstream_cache_status -> unmapped.upstream_cache_status",
      ]
    `);
  });

  it('takes known compositions as one, unless their own text would end them', () => {
    const format = nginx(
      '$remote_addr:$remote_port "$request_method $uri $server_protocol" $scheme://$host$request_uri|',
    );
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "until " \\"" | address_then_port $remote_addr:$remote_port -> src_ip, src_port, src_host",
        "until "\\" " | text $request_method $uri $server_protocol -> http_line",
        "until "|" | text $scheme://$host$request_uri -> http_target",
        "rest -> unmapped.extra",
      ]
    `);
    expect(program(nginx('$request_method $request_uri $server_protocol $status'))).toMatchInlineSnapshot(`
      [
        "until " " | text request_method -> http_method",
        "until " " | text request_uri -> http_target",
        "until " " | text server_protocol -> http_version",
        "until " " | count status -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('gives a field to the first variable that fills it, and keeps the others', () => {
    expect(program(nginx('$time_local|$msec|$bytes_sent|$body_bytes_sent|$my_own|'))).toMatchInlineSnapshot(`
      [
        "until "|" | clf_time time_local -> time",
        "until "|" | text msec -> unmapped.msec",
        "until "|" | count bytes_sent -> bytes_out",
        "until "|" | text body_bytes_sent -> unmapped.body_bytes_sent",
        "until "|" | text my_own -> unmapped.my_own",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads a pasted directive', () => {
    const pasted = `nginx: |
  log_format main escape=json '$remote_addr [$time_local] '
                  '"$request" $status';`;
    const format = formatOf(pasted);
    expect([format.escape, ...program(format)]).toMatchInlineSnapshot(`
      [
        "backslash",
        "until " [" | address remote_addr -> src_ip, src_host",
        "until "] \\"" | clf_time time_local -> time",
        "until "\\" " | text request -> http_line | quoted",
        "until " " | count status -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads a directive without its name', () => {
    const format = formatOf(`nginx: >-\n  escape=json '{"s":$status,"u":"$request_uri"}'`);
    expect(program(format)).toEqual(['s | count status -> http_status', 'u | text request_uri -> http_target']);
  });

  it('reads the strings of a directive alone', () => {
    expect(program(formatOf(`nginx: |\n  '$remote_addr - '\n  '$status';`))).toMatchInlineSnapshot(`
      [
        "until " - " | address remote_addr -> src_ip, src_host",
        "until " " | count status -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads a request that ends at a blank as its parts', () => {
    expect(program(nginx('$request $status'))).toMatchInlineSnapshot(`
      [
        "until " " | text request -> http_method",
        "until " " | text request -> http_target",
        "until " " | text request -> http_version",
        "until " " | count status -> http_status | lenient",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('takes the protocol’s name off the version', () => {
    expect(nginx('$server_protocol|$request_id').maps.map((map) => Field[map.from])).toEqual(['http_version']);
    expect(nginx('$request_id').maps).toEqual([]);
  });

  it('reads a JSON template', () => {
    const template =
      '{"time":"$time_iso8601","status":$status,"r":"$request_method $request_uri $server_protocol","x":"a$pid","h":{"ua":"$http_user_agent"},"own":"$my_own"}';
    const format = nginx(template);
    expect([format.escape, ...program(format)]).toMatchInlineSnapshot(`
      [
        "none",
        "time | iso_time time_iso8601 -> time",
        "status | count status -> http_status",
        "r | text $request_method $request_uri $server_protocol -> http_line",
        "h / ua | text http_user_agent -> http_user_agent",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = [
      `nginx: '$remote_addr$status'`,
      `nginx: '$remote_addr it''s $ $status'`,
      `nginx: "\\"$request\\" $status$body_bytes_sent"`,
      `nginx: >-\n  $remote_addr\n  $status$request`,
      `nginx: |\n  log_format x escape=yaml '$status';`,
      `nginx: '$remote_addr $time_local $status'`,
      `nginx: '$http_user_agent $status'`,
      `nginx: 'no variables'`,
      `nginx: ''`,
    ];
    expect(faulty.map(formatFaults).join('\n')).toMatchInlineSnapshot(`
      "policy.yaml:6:27: variables_adjacent: \`status\` follows \`remote_addr\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:6:34: variable_name_missing: no variable name after \`$\`
      policy.yaml:6:35: variables_adjacent: \`body_bytes_sent\` follows \`status\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:8:16: variables_adjacent: \`request\` follows \`status\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:7:22: invalid_value: \`yaml\` is not valid here
        help: one of default, json, none
      policy.yaml:6:28: blank_inside: \`time_local\` holds blanks, and a blank ends it
        help: put it in brackets or quotes, in the load balancer’s configuration too
      policy.yaml:6:15: blank_inside: \`http_user_agent\` holds blanks, and a blank ends it
        help: put it in brackets or quotes, in the load balancer’s configuration too
      policy.yaml:6:14: no_variables: the format has no variables
        help: paste it as it stands in the load balancer’s configuration
      policy.yaml:6:14: no_variables: the format has no variables
        help: paste it as it stands in the load balancer’s configuration"
    `);
  });
});
