import type { YAMLMap } from 'yaml';
import type { Delivery, DeliverySource, Input } from '../../policy/delivery.ts';
import { filterPath, type Places } from '../generated.ts';
import { about, type Entry, inline, list, map } from '../yaml_text.ts';
import { listenerTls, splitAddress } from './network.ts';

/** One input for each source, each with the filter. Said once: why the settings are as they are. */
export function inputs(delivery: Delivery, places: Places): YAMLMap[] {
  return delivery.sources.flatMap((source) => {
    const own = entriesOf(source.input, source, places);
    if (own === undefined) return [];
    const result = map(
      ...own.slice(0, 1),
      ['alias', source.name.value],
      ['tag', source.tag],
      ...own.slice(1),
      ['storage.type', 'filesystem', 'a full memory buffer would pause the input, a crash would empty it'],
      ['threaded', 'off', 'one thread runs WebAssembly; a second one would lose every record'],
      ['processors', map(['logs', list(processors(source.name.value, places))])],
    );
    return [about(`Source \`${source.name.value}\``, result)];
  });
}

/** The filter, and behind it exactly one `rewrite_tag`. */
export function processors(name: string, places: Places): YAMLMap[] {
  return [
    map(
      ['name', 'wasm'],
      ['event_format', 'json', 'never msgpack: its zero bytes cut records off'],
      ['wasm_path', filterPath(places)],
      ['function_name', 'filter'],
      ['wasm_heap_size', '1M'],
      ['wasm_stack_size', '1M', 'the default is 8 KiB'],
    ),
    map(
      [
        'name',
        'rewrite_tag',
        'exactly one, and last: it moves the record under the tag the filter chose; two would double records',
      ],
      ['rule', "$auditlb['tag'] ^(audit\\..+)$ $1 false"],
      ['emitter_name', `audit_${name}`, 'used only if the record cannot be moved at once'],
      ['emitter_storage.type', 'filesystem'],
      ['emitter_mem_buf_limit', '64M'],
    ),
  ];
}

type Kind = Exclude<Input['kind'], 'none' | 'aws_s3'>;
type SettingsOf<K extends Kind> = Extract<Input, { kind: K }>['settings'];
type Make<S> = (settings: S, source: DeliverySource, places: Places) => Entry[];

/** Settings of the input of each kind. The first is the plugin. */
const KINDS: { readonly [K in Kind]: Make<SettingsOf<K>> } = {
  files: ({ paths, exclude }, source, places) => tail(source, paths, exclude, places),
  kubernetes: ({ namespace = '*', container = '*' }, source, places) => [
    ...tail(
      source,
      [`/var/log/containers/*_${namespace}_${container}-*.log`],
      ['/var/log/containers/*fluent-bit*.log'],
      places,
    ),
    ['multiline.parser', 'docker, cri', 'joins what the runtime split'],
  ],
  syslog: ({ listen, mode = 'tcp', framing = 'newline', tls }) => [
    ['name', 'syslog'],
    ['mode', mode, mode === 'udp' ? 'UDP loses what comes too fast: use TCP for evidence' : undefined],
    ...listenAt(listen),
    mode === 'tcp' && ['format', framing],
    ['parser', 'auditlb_line', 'the line as it came: the filter takes the header off'],
    ['buffer_chunk_size', '64k'],
    ['buffer_max_size', '1M', 'a longer message ends the connection at the default of 32 KiB'],
    ...listenerTls(tls),
  ],
  http: ({ listen, tls }) => [
    ['name', 'http'],
    ...listenAt(listen),
    ['buffer_max_size', '16M'],
    ['successful_response_code', 200, 'post to `/`: another path would become the tag, and no source would match'],
    ...listenerTls(tls),
  ],
  forward: ({ listen, shared_key, tls }) => [
    ['name', 'forward'],
    ...listenAt(listen),
    ['buffer_max_size', '64M', 'a chunk larger than the default of 6 MiB ends the connection'],
    ['shared_key', shared_key],
    ...listenerTls(tls),
  ],
};

function entriesOf(input: Input, source: DeliverySource, places: Places): Entry[] | undefined {
  const { name } = source;
  if (input.kind === 'none') {
    name.report('input_missing', `source \`${name.value}\` has no input`, 'add `input: {files: /var/log/…}` to it');
    return undefined;
  }
  if (input.kind === 'aws_s3') {
    const help = 'generate `auditlb config vector` for it';
    name.report('input_unsupported', 'Fluent Bit cannot read objects announced in a queue', help);
    return undefined;
  }
  return (KINDS[input.kind] as Make<typeof input.settings>)(input.settings, source, places);
}

function tail(
  source: DeliverySource,
  paths: readonly string[],
  exclude: readonly string[] | undefined,
  places: Places,
): Entry[] {
  return [
    ['name', 'tail'],
    ['path', paths.join(',')],
    ['exclude_path', exclude?.join(',')],
    ['path_key', 'file', 'with the offset: the same line read again keeps its id'],
    ['offset_key', 'file_offset'],
    ['db', `${places.state}/${source.name.value}.db`, 'where reading goes on after a restart'],
    ['db.sync', 'full'],
    ['db.locking', 'on'],
    ['read_from_head', 'on', 'a file that appears between two scans is read from its start'],
    ['buffer_chunk_size', '512k'],
    ['buffer_max_size', '8M', 'at the default of 32 KiB one longer line ends the reading of its file'],
    ['truncate_long_lines', 'on', 'a line longer still is cut, not dropped, and the filter says so'],
    ['skip_long_lines', 'on'],
    ['rotate_wait', 60, 'seconds a rotated file is still read'],
    ['refresh_interval', 5],
  ];
}

function listenAt(address: string): Entry[] {
  const { host, port } = splitAddress(address);
  return [
    ['listen', host],
    ['port', port],
  ];
}

/** A parser for whole lines, if some input needs it. */
export function parsers(delivery: Delivery): YAMLMap[] {
  if (!delivery.sources.some(({ input }) => input.kind === 'syslog')) return [];
  return [inline(['name', 'auditlb_line'], ['format', 'regex'], ['regex', '^(?<log>.*)$'])];
}
