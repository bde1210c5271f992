import { describe, expect, it } from 'vitest';
import { Field } from '../../assembly/shared/fields.ts';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

describe('formats of one’s own', () => {
  it('reads an ordered list of fields', () => {
    const format = formatOf(`class: network_activity
required: 1
fields:
  - {name: time, to: time, as: epoch_time}
  - {name: peer, to: [src.ip, src.port, src.host], as: address_port}
  - cluster`);
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "field | epoch_time time -> time",
        "field | address_port peer -> src_ip, src_port, src_host",
        "field | text cluster -> unmapped.cluster",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads key paths', () => {
    const format = formatOf(`class: api_activity
product: {name: Gate}
json:
  v: ignore
  at: {to: time, as: iso_time}
  who.name: actor.name
  who.labels["a.b/c"]: actor.id
  ips[0]: src.ip
  ips[]: src.peer.ip
  who.realm: {}
maps:
  - from: unmapped.who.realm
    cases: [{is: [ops, 'ops-*'], set: {actor.type: person, event.class: authentication}, copy: {user.name: actor.name}}]`);
    expect(program(format)).toMatchInlineSnapshot(`
      [
        "v | ignored",
        "at | iso_time at -> time",
        "who / name | text who.name -> actor_name",
        "who / labels / a.b/c | text who.labels["a.b/c"] -> actor_id",
        "who / realm | text who.realm -> unmapped.who.realm",
        "ips / [0] | address ips[0] -> src_ip",
        "ips / [] | address ips[] -> src_peer_ip",
      ]
    `);
    expect(format.maps[0]!.cases[0]).toEqual({
      is: ['ops', 'ops-*'],
      set: [
        { slot: Field.actor_type, value: 1 },
        { slot: Field.schema_class, value: 4 },
        { slot: Field.event_class, value: 4 },
      ],
      copy: [[Field.user_name, Field.actor_name]],
    });
  });

  it('knows what is wrong with them', () => {
    const faulty = [
      `class: detection_finding\nnginx: '$status'`,
      `title: x`,
      `json: {a: src.ip}`,
      `class: api_activity\njson: {a: src.pi, b: time, c: event.outcome, 'd..e': url.path, 'f[2]': url.path}`,
      `class: api_activity\njson: {a: {to: src.ip, as: seconds}, b: {to: [src.ip, src.port], as: count}, c: {to: url.path, all: lb.targets}}`,
      `class: api_activity\njson: {a: {to: url.path, as: secnds}}\nnginx: '$status'`,
      `nginx: '$status'\ndefaults: {event.outcome: sucess, http.response.status: many, time: 1, event.health_check: 1}`,
      `nginx: '$status'\nmaps: [{from: lb.stat, cases: [{is: x, set: {event.reson: y}, copy: {src.ip: lb.name}}, {set: {}}]}]`,
      `nginx: '$status'\nsniff: {json: [status]}`,
      `class: base_event\njson: {a: event.message}\nsniff: {json: [a]}\nwrappers: [{at: log, sniff: {text: x}}]`,
      `class: base_event\nlike: ngnix\njson: {a: event.message}\nholds: {event.message: linux_aut}`,
    ];
    expect(faulty.map(formatFaults).join('\n\n')).toMatchInlineSnapshot(`
      "policy.yaml:6:7: class_without_template: schema \`ocsf\` has no class \`detection_finding\` yet
        help: one of http_activity, network_activity, api_activity, authentication, account_change, authorize_session, entity_management, user_access, group_management, process_activity, datastore_activity, base_event

      policy.yaml:6:7: missing_key: key \`class\` is missing
        help: one of \`http_activity\`, \`network_activity\`, \`api_activity\`, \`authentication\`, \`authorize_session\`, \`account_change\`, \`user_access\`, \`group_management\`, \`entity_management\`, \`process_activity\`, \`datastore_activity\`, \`detection_finding\`, \`base_event\`
      policy.yaml:6:7: notation_missing: the format says nothing about its lines
        help: add one of \`nginx\`, \`haproxy\`, \`apache\`, \`tomcat\`, \`envoy\`, \`w3c\`, \`fields\`, \`pairs\`, \`text\`, \`json\`, \`lines\`
      policy.yaml:6:7: unknown_key: unknown key \`title\`
        help: known here: \`class\`, \`product\`, \`escape\`, \`missing\`, \`sniff\`, \`defaults\`, \`nginx\`, \`haproxy\`, \`apache\`, \`tomcat\`, \`envoy\`, \`w3c\`, \`text\`, \`fields\`, \`separator\`, \`required\`, \`pairs\`, \`lines\`, \`within\`, \`holds\`, \`json\`, \`like\`, \`wrappers\`, \`closed\`, \`maps\`

      policy.yaml:6:7: missing_key: key \`class\` is missing
        help: one of \`http_activity\`, \`network_activity\`, \`api_activity\`, \`authentication\`, \`authorize_session\`, \`account_change\`, \`user_access\`, \`group_management\`, \`entity_management\`, \`process_activity\`, \`datastore_activity\`, \`detection_finding\`, \`base_event\`

      policy.yaml:7:17: unknown_field: unknown field \`src.pi\`
        help: did you mean \`src.ip\`?
      policy.yaml:7:28: conversion_missing: \`time\` needs a conversion
        help: add \`as:\` one of \`clf_time\`, \`iso_time\`, \`epoch_time\`, \`date\`, \`clock\`, \`ctime\`, \`any_time\`
      policy.yaml:7:37: enum_target: \`event.outcome\` takes one of a few words
        help: set it with \`maps\` or \`defaults\`
      policy.yaml:7:55: path_malformed: \`d..e\` is no key path
        help: like \`a.b\`, \`a[0].b\`, \`a[].b\`, \`a[key=text].b\`, \`a["b.c"]\`
      policy.yaml:7:72: path_malformed: \`f[2]\` is no key path
        help: like \`a.b\`, \`a[0].b\`, \`a[].b\`, \`a[key=text].b\`, \`a["b.c"]\`

      policy.yaml:7:22: conversion_mismatch: \`src.ip\` is of type address
        help: \`seconds\` makes duration
      policy.yaml:7:53: conversion_mismatch: \`src.ip\` is of type address
        help: \`count\` makes int or bytes or port
      policy.yaml:7:61: too_many_targets: \`count\` fills 1 field at most
      policy.yaml:7:107: all_without_list: \`text\` reads no list
        help: \`all\` goes with last_of_list, last_address_port, last_count, seconds_sum, first_address_port

      policy.yaml:6:7: notation_twice: the format has \`nginx\` and \`json\`
        help: keep one of them
      policy.yaml:7:36: invalid_value: \`secnds\` is not valid here
        help: did you mean \`seconds\`?

      policy.yaml:7:33: invalid_value: \`sucess\` is not valid here
        help: did you mean \`success\`?
      policy.yaml:7:63: invalid_value: \`http.response.status\` cannot be set to \`many\`
        help: its type is int
      policy.yaml:7:75: invalid_value: \`time\` cannot be set to \`1\`
        help: its type is time
      policy.yaml:7:98: invalid_value: \`event.health_check\` cannot be set to \`1\`
        help: its type is bool

      policy.yaml:7:21: unknown_field: unknown field \`lb.stat\`
        help: did you mean \`lb.state\`?
      policy.yaml:7:52: unknown_field: unknown field \`event.reson\`
        help: did you mean \`event.reason\`?
      policy.yaml:7:84: copy_mismatch: \`lb.name\` is of type text, \`src.ip\` of type address
      policy.yaml:7:95: missing_key: key \`is\` is missing

      policy.yaml:7:14: sniff_mismatch: the sniffer does not fit the format
        help: a text format is told by \`sniff: {text: …}\`

      policy.yaml:9:35: sniff_mismatch: the sniffer does not fit the format
        help: a json format is told by \`sniff: {json: …}\`

      policy.yaml:7:13: unknown_format: no notation or format \`ngnix\`
        help: did you mean \`nginx\`?
      policy.yaml:9:30: unknown_format: no shipped format \`linux_aut\` has \`lines\`
        help: did you mean \`linux_auth\`?"
    `);
  });
});
