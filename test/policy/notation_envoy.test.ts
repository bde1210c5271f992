import { describe, expect, it } from 'vitest';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const read = (format: string): string[] => program(formatOf(`envoy: ${JSON.stringify(format)}`));

describe('Envoy format strings', () => {
  it('reads the default format', () => {
    expect(
      read(
        '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n',
      ),
    ).toMatchInlineSnapshot(`
      [
        "literal "["",
        "until "] \\"" | any_time START_TIME -> time",
        "until " " | text REQ(:METHOD) -> http_method",
        "until " " | text REQ(X-ENVOY-ORIGINAL-PATH?:PATH) -> http_target",
        "until "\\" " | text PROTOCOL -> http_version",
        "until " " | count RESPONSE_CODE -> http_status",
        "until " " | text RESPONSE_FLAGS -> lb_state",
        "until " " | count BYTES_RECEIVED -> bytes_in",
        "until " " | count BYTES_SENT -> bytes_out",
        "until " " | milliseconds DURATION -> duration_us",
        "until " \\"" | milliseconds RESP(X-ENVOY-UPSTREAM-SERVICE-TIME) -> target_us",
        "until "\\" \\"" | text REQ(X-FORWARDED-FOR) -> http_forwarded_for",
        "until "\\" \\"" | text REQ(USER-AGENT) -> http_user_agent",
        "until "\\" \\"" | text REQ(X-REQUEST-ID) -> trace_correlation_id",
        "until "\\" \\"" | text REQ(:AUTHORITY) -> http_host",
        "until "\\"" | address_port UPSTREAM_HOST -> dst_ip, dst_port, dst_host",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads details, lengths and addresses', () => {
    expect(
      read(
        '%RESPONSE_CODE_DETAILS% %REQ(X-Custom):10% %UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%',
      ),
    ).toMatchInlineSnapshot(`
      [
        "until " " | text RESPONSE_CODE_DETAILS -> lb_classification_reason",
        "until " " | text REQ(X-CUSTOM) -> unmapped.REQ(X-CUSTOM)",
        "until " " | text UPSTREAM_CLUSTER -> lb_group",
        "until " " | text UPSTREAM_LOCAL_ADDRESS -> unmapped.upstream_local_address",
        "until " " | address_port DOWNSTREAM_LOCAL_ADDRESS -> lb_ip, unmapped.downstream_local_port, unmapped.downstream_local_address",
        "until " " | address_port DOWNSTREAM_REMOTE_ADDRESS -> src_ip, src_port, src_host",
        "until " " | text REQUESTED_SERVER_NAME -> tls_sni",
        "until null | text ROUTE_NAME -> lb_rule",
      ]
    `);
  });

  it('reads a JSON format', () => {
    expect(
      read('{"t":"%START_TIME%","m":"%REQ(:METHOD)%","c":"%RESPONSE_CODE%","x":"%REQ(X-OWN)%"}'),
    ).toMatchInlineSnapshot(`
      [
        "t | any_time START_TIME -> time",
        "m | text REQ(:METHOD) -> http_method",
        "c | count RESPONSE_CODE -> http_status",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = ['%START_TIME%%DURATION%', '%START_TIME% 100% sure', 'nothing'];
    expect(faulty.map((format) => formatFaults(`envoy: ${JSON.stringify(format)}`)).join('\n')).toMatchInlineSnapshot(`
      "policy.yaml:6:27: variables_adjacent: \`DURATION\` follows \`START_TIME\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:6:31: variable_name_missing: no command after \`%\`
        help: a percent sign is \`%%\`
      policy.yaml:6:14: no_variables: the format has no variables
        help: paste it as it stands in the load balancer’s configuration"
    `);
  });
});
