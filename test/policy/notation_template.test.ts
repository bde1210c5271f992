import { describe, expect, it } from 'vitest';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const read = (format: string): string[] => program(formatOf(`class: base_event\ntext: ${JSON.stringify(format)}`));

describe('templates', () => {
  it('ends a place where the next text begins', () => {
    expect(
      read('{time: iso_time} {src.ip src.port src.host: address_port} [{event.type}] {event.message}'),
    ).toMatchInlineSnapshot(`
      [
        "until " " | iso_time time -> time",
        "until " [" | address_port src.ip -> src_ip, src_port, src_host",
        "until "] " | text event.type -> event_type",
        "until null | text event.message -> event_message",
      ]
    `);
  });

  it('reads up to the last occurrence, skips, and takes what may be there', () => {
    expect(
      read('{-} {?Backup }Server {lb.group}/{lb.server} is {event.message...}, by {actor.name}'),
    ).toMatchInlineSnapshot(`
      [
        "until " " | text - -> ",
        "optional "Backup "",
        "literal "Server "",
        "until "/" | text lb.group -> lb_group",
        "until " is " | text lb.server -> lb_server",
        "until ", by " | text event.message -> event_message | last",
        "until null | text actor.name -> actor_name",
      ]
    `);
  });

  it('skips up to the last occurrence', () => {
    expect(read('{-...}.{event.action}')).toMatchInlineSnapshot(`
      [
        "until "." | text - ->  | last",
        "until null | text event.action -> event_action",
      ]
    `);
  });

  it('looks ahead', () => {
    expect(read('[{log.pid}] {=AH}{event.status_code}: {event.message}')).toMatchInlineSnapshot(`
      [
        "literal "["",
        "until "] " | count log.pid -> log_pid",
        "ahead "AH"",
        "until ": " | text event.status_code -> event_status_code",
        "until null | text event.message -> event_message",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = [
      '{src.ip}{src.port}',
      '{src.ipp} x',
      '{time} {event.message}',
      '{event.message: loud}',
      'a { b',
      '{} x',
      '{event.message}{?x}',
    ];
    expect(
      faulty.map((format) => formatFaults(`class: base_event\ntext: ${JSON.stringify(format)}`)).join('\n'),
    ).toMatchInlineSnapshot(`
      "policy.yaml:7:22: variables_adjacent: \`src.port\` follows \`src.ip\` with nothing between them
        help: put a character between them that neither can hold
      policy.yaml:7:15: unknown_field: unknown field \`src.ipp\`
        help: did you mean \`src.ip\`?
      policy.yaml:7:15: conversion_missing: \`time\` needs a conversion
        help: add \`as:\` one of \`clf_time\`, \`iso_time\`, \`epoch_time\`, \`date\`, \`clock\`, \`ctime\`, \`any_time\`
      policy.yaml:7:15: invalid_value: \`loud\` is no conversion
      policy.yaml:7:16: brace_unpaired: \`{\` has no counterpart
      policy.yaml:7:15: path_missing: no field is named here
        help: what is not wanted is \`{-}\`
      "
    `);
  });
});
