import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, FLUENT_BIT_RULES, VECTOR_RULES } from '../../src/collector/doctor/index.ts';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { packageRoot } from '../../src/policy/catalog.ts';

/** Each a configuration with one `HERE`: the finding stands right behind it. */
interface Case {
  readonly code: string;
  readonly text: string;
  readonly version?: readonly [number, number, number];
}

const SAFE_SERVICE = 'service: {storage.path: /s, storage.keep.rejected: on}\n';
const SAFE_TAIL = 'name: tail, tag: t, path: /l, db: /d, buffer_max_size: 8M, storage.type: filesystem';
const SAFE_OUTPUT = "{name: file, match: '*', retry_limit: no_limits}";
const WASM = '{name: wasm, wasm_stack_size: 1M, wasm_heap_size: 1M}';

/** A pipeline with nothing wrong but what the case puts in. */
const pipeline = (parts: { input?: string; filters?: string; output?: string; service?: string }): string =>
  `${parts.service ?? SAFE_SERVICE}pipeline:
  inputs:
    - {${parts.input ?? SAFE_TAIL}}
  filters: [${parts.filters ?? ''}]
  outputs:
    - ${parts.output ?? SAFE_OUTPUT}
`;
const processors = (chain: string): string => pipeline({ input: `${SAFE_TAIL}, processors: {logs: [${chain}]}` });

const FLUENT_BIT: readonly Case[] = [
  { code: 'wasm_memory', text: processors('{HEREname: wasm, wasm_heap_size: 1M}') },
  { code: 'wasm_msgpack', text: processors(`${WASM.slice(0, -1)}, HEREevent_format: msgpack}`) },
  { code: 'wasm_threaded', text: pipeline({ input: `${SAFE_TAIL}, HEREthreaded: on, processors: {logs: [${WASM}]}` }) },
  {
    code: 'wasm_threaded',
    text: pipeline({
      output: `{name: file, match: '*', retry_limit: 5, processors: {logs: [${WASM.replace('name', 'HEREname')}]}}`,
    }),
  },
  { code: 'rewrite_tag_before_filter', text: processors(`{HEREname: rewrite_tag}, ${WASM}`) },
  { code: 'several_rewrite_tags', text: processors(`${WASM}, {name: rewrite_tag}, {HEREname: rewrite_tag}`) },
  { code: 'rewrite_tag_in_memory', text: pipeline({ filters: "{HEREname: rewrite_tag, match: '*'}" }) },
  {
    code: 'paused_in_batch',
    text: pipeline({
      input: `${SAFE_TAIL}, HEREstorage.pause_on_chunks_overlimit: on, processors: {logs: [${WASM}, {name: rewrite_tag}]}`,
    }),
  },
  { code: 'changed_after_filter', text: processors(`${WASM}, {HEREname: modify, remove: x}`) },
  {
    code: 'changed_after_filter',
    text: pipeline({ input: `${SAFE_TAIL}, processors: {logs: [${WASM}]}`, filters: "{HEREname: grep, match: '*'}" }),
  },
  {
    code: 'routes_before_filter',
    text: pipeline({ input: `${SAFE_TAIL}, routes: {logs: [{name: a, to: {outputs: [HEREfile]}}]}`, filters: WASM }),
  },
  {
    code: 'routes_share_output',
    text: pipeline({
      input: `${SAFE_TAIL}, routes: {logs: [{name: a, to: {outputs: [x]}}, {name: b, to: {outputs: [HEREx]}}]}`,
    }),
  },
  { code: 'retry_limit', text: pipeline({ output: "{HEREname: http, match: '*'}" }) },
  { code: 'retry_limit', text: pipeline({ output: "{name: http, match: '*', HEREretry_limit: no_retries}" }) },
  {
    code: 'buffer_in_memory',
    text: pipeline({ input: SAFE_TAIL.replace('storage.type: filesystem', 'HEREstorage.type: memory') }),
  },
  { code: 'buffer_in_memory', text: pipeline({ input: 'HEREname: forward, tag: t' }) },
  {
    code: 'buffer_in_memory',
    text: pipeline({
      service: 'service: {storage.keep.rejected: on}\n',
      input: SAFE_TAIL.replace('storage.type', 'HEREstorage.type'),
    }),
  },
  {
    code: 'dead_letters_off',
    text: pipeline({ service: 'service: {storage.path: /s, HEREstorage.keep.rejected: off}\n' }),
  },
  {
    code: 'chunk_left_behind',
    text: pipeline({ service: SAFE_SERVICE.replace('}', ', HEREstorage.checksum: on}') }),
  },
  {
    code: 'line_limit',
    text: pipeline({ input: SAFE_TAIL.replace('buffer_max_size: 8M', 'HEREbuffer_max_size: 32k') }),
  },
  { code: 'tail_without_db', text: pipeline({ input: `HERE${SAFE_TAIL.replace('db: /d, ', '')}` }) },
  {
    code: 'acks_off',
    text: pipeline({ output: "{HEREname: forward, match: '*', retry_limit: 5, net.io_timeout: 9}" }),
  },
  {
    code: 'acks_in_output',
    text: pipeline({
      output:
        "{name: forward, match: '*', retry_limit: 5, net.io_timeout: 9, upstream: /u, HERErequire_ack_response: on}",
    }),
  },
  {
    code: 'answer_awaited_forever',
    text: pipeline({ output: "{HEREname: forward, match: '*', retry_limit: 5, upstream: /u}" }),
  },
  {
    code: 'status_of_last_record',
    text: pipeline({ output: "{name: http, match: '*', retry_limit: 5, HEREbody_key: $body}" }),
  },
  {
    code: 'tag_unmatched',
    text: pipeline({
      input: SAFE_TAIL.replace('tag: t', 'HEREtag: t'),
      output: '{name: file, match: other.*, retry_limit: 5}',
    }),
  },
  {
    code: 'tag_unmatched',
    text: pipeline({
      input: `${SAFE_TAIL.replace('tag: t', 'HEREtag: t')}, processors: {logs: [${WASM}, {name: rewrite_tag}]}`,
      output: "{name: file, match_regex: '^(t|audit\\.s\\d+\\.siem)$', retry_limit: 5}",
    }),
  },
  {
    code: 'version_too_old',
    text: pipeline({ output: "{name: es, match: '*', retry_limit: 5, HEREupstream: /u}" }),
    version: [5, 0, 9],
  },
];

const VECTOR_SINK = 'type: file, path: /x';
const vector = (parts: { top?: string; source?: string; transforms?: string; sink?: string; input?: string }): string =>
  `${parts.top ?? 'acknowledgements: {enabled: true}'}
sources:
  in: {${parts.source ?? 'type: file, max_line_bytes: 8388608'}}
transforms: {${parts.transforms ?? ''}}
sinks:
  HERE?out: {inputs: [${parts.input ?? 'in'}], ${parts.sink ?? VECTOR_SINK}}
`;
const atSink = (text: string): string => text.replace('HERE?', 'HERE');
const inside = (text: string): string => text.replace('HERE?', '');

const VECTOR: readonly Case[] = [
  { code: 'acknowledgements_off', text: atSink(vector({ top: 'data_dir: /d' })) },
  {
    code: 'acknowledgements_off',
    text: inside(vector({ sink: `${VECTOR_SINK}, acknowledgements: {HEREenabled: false}` })),
  },
  {
    code: 'unmatched_route',
    text: inside(vector({ transforms: 'HEREby: {type: route, inputs: [in], route: {a: "true"}}', input: 'by.a' })),
  },
  {
    code: 'unmatched_route',
    text: inside(
      vector({
        transforms: 'by: {type: route, inputs: [in], HEREreroute_unmatched: false, route: {a: "true"}}',
        input: 'by.a',
      }),
    ),
  },
  {
    code: 'dropped_unconsumed',
    text: inside(vector({ transforms: 'made: {type: remap, inputs: [in], HEREdrop_on_error: true}', input: 'made' })),
  },
  { code: 'refused_is_dropped', text: atSink(vector({ sink: 'type: http, uri: http://127.0.0.1:9701/v1/batch/x' })) },
  { code: 'buffer_in_memory', text: atSink(vector({ source: 'type: syslog' })) },
  {
    code: 'buffer_in_memory',
    text: inside(
      vector({
        source: 'type: socket',
        transforms: 'made: {type: remap, inputs: [in]}',
        input: 'made',
        sink: `${VECTOR_SINK}, buffer: {HEREtype: memory}`,
      }),
    ),
  },
  {
    code: 'full_buffer_drops',
    text: inside(vector({ sink: `${VECTOR_SINK}, buffer: {type: disk, HEREwhen_full: drop_newest}` })),
  },
  {
    code: 'line_limit',
    text: inside(vector({})).replace('in: {type: file, max_line_bytes: 8388608}', 'HEREin: {type: file}'),
  },
  { code: 'unix_without_acks', text: inside(vector({ source: 'type: fluent, HEREmode: unix' })) },
  {
    code: 'replay_refused',
    text: inside(vector({ sink: 'type: elasticsearch, request_retry_partial: true, bulk: {HEREaction: create}' })),
  },
  { code: 'refused_with_batch', text: atSink(vector({ sink: 'type: elasticsearch' })) },
  { code: 'message_times_out', text: atSink(vector({ sink: 'type: kafka' })) },
  { code: 'variable_not_read', text: inside(vector({ sink: `${VECTOR_SINK}, HEREtoken: '\${TOKEN}'` })) },
  { code: 'option_removed', text: inside(vector({ source: 'type: http_server, HEREencoding: json' })) },
];

function placeOf(marked: string): { text: string; line: number; column: number } {
  const before = marked.slice(0, marked.indexOf('HERE')).split('\n');
  return { text: marked.replace('HERE', ''), line: before.length, column: before.at(-1)!.length + 1 };
}

describe.each([
  { collector: 'Fluent Bit', cases: FLUENT_BIT, rules: FLUENT_BIT_RULES.map(({ code }) => code) },
  { collector: 'Vector', cases: VECTOR, rules: VECTOR_RULES.map(({ code }) => code) },
])('traps of $collector', ({ cases, rules }) => {
  it.each(cases)('finds $code where it is', ({ code, text: marked, version }) => {
    const { text, line, column } = placeOf(marked);
    const { diagnostics } = checkConfig('collector.yaml', text, version);
    expect(diagnostics.map((each) => [each.code, each.line, each.column])).toEqual([[code, line, column]]);
    expect(diagnostics[0]!.help).toBeTruthy();
  });

  it('has a case for every rule', () => {
    expect(new Set(cases.map(({ code }) => code))).toEqual(new Set(rules));
  });
});

describe('the doctor', () => {
  it('reads the classic form', () => {
    const text = `[SERVICE]
    Flush 1

[INPUT]
    # a comment
    Name  tail
    Path  /var/log/x.log
    Tag   x
[OUTPUT]
    Name  forward
    Match *
    Retry_Limit 1
`;
    const { kind, diagnostics } = checkConfig('fluent-bit.conf', text);
    expect(kind).toBe('fluent-bit');
    expect(diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`)).toMatchInlineSnapshot(`
      [
        "1:1 dead_letters_off",
        "6:5 buffer_in_memory",
        "6:5 line_limit",
        "6:5 tail_without_db",
        "10:5 acks_off",
        "10:5 answer_awaited_forever",
        "12:5 retry_limit",
      ]
    `);
  });

  it('finds in TOML what it finds in YAML', () => {
    const toml = `data_dir = "/var/lib/vector"
acknowledgements.enabled = true

[sources.in]
type = "file"
include = ["/var/log/*.log"]

[transforms."by kind"]
type = "route"
inputs = ["in"]
route = { a = "true" }

[sinks.out]
type = "http"
inputs = [ "by kind.a" ]
uri = "http://127.0.0.1:9701/v1/batch/x"
  [sinks.out.buffer]
  type = "disk"
  max_size = 268_435_488
`;
    const yaml = `data_dir: /var/lib/vector
acknowledgements: {enabled: true}
sources: {in: {type: file, include: [/var/log/*.log]}}
transforms: {by kind: {type: route, inputs: [in], route: {a: "true"}}}
sinks: {out: {type: http, inputs: [by kind.a], uri: "http://127.0.0.1:9701/v1/batch/x", buffer: {type: disk, max_size: 268435488}}}
`;
    const found = (text: string): string[] =>
      checkConfig('vector', text)
        .diagnostics.map(({ code }) => code)
        .sort();
    expect(found(toml)).toEqual(found(yaml));
    expect(checkConfig('vector.toml', toml).diagnostics.map(formatDiagnostic)).toMatchInlineSnapshot(`
      [
        "vector.toml:4:10: line_limit: lines over 100 KiB are discarded
        help: set \`max_line_bytes: 8388608\`",
        "vector.toml:8:13: unmatched_route: what no route of \`by kind\` takes is acknowledged and gone
        help: give \`by kind._unmatched\` to a sink, such as a file",
        "vector.toml:13:8: refused_is_dropped: sink \`out\` drops a batch the filter answers with 400 to 499, and its file is read on
        help: set \`retry_strategy: {type: all}\`",
      ]
    `);
  });

  it('accepts what a comment allows, on the line or above it', () => {
    const text = pipeline({ output: '{name: http, match: t}' });
    const marked = text.replace('    - {name: http', '    # auditlb: allow retry_limit\n    - {name: http');
    expect(checkConfig('a.yaml', text).diagnostics).toHaveLength(1);
    expect(checkConfig('a.yaml', marked).diagnostics).toEqual([]);
    expect(
      checkConfig('a.yaml', text.replace('match: t}', 'match: t} # auditlb: allow retry_limit')).diagnostics,
    ).toEqual([]);
  });

  it('says what it cannot read', () => {
    const codes = ['[sources.in]\ntype = "file\n', 'a: 1\n', 'pipeline: [\n'].map(
      (text) => checkConfig('x', text).diagnostics[0]?.code,
    );
    expect(codes).toEqual(['toml_syntax', 'collector_unknown', expect.stringMatching(/^yaml_/)]);
  });
});

describe('what this project generates and ships has no trap', () => {
  const files = ['test/collector/golden', 'fluent-bit', 'vector'].flatMap((folder) =>
    readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(^|\/)(fluent-bit|aggregator|vector)\.yaml$/.test(file))
      .map((file) => join(folder, file)),
  );
  it.each(files)('%s', (file) => {
    expect(checkConfig(file, readFileSync(join(packageRoot(), file), 'utf8'), [5, 1, 1]).diagnostics).toEqual([]);
  });
});
