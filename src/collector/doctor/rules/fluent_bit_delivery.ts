/** Traps around inputs, buffers and outputs. */
import { type FluentBitConfig, isOn, type Rule, type Section, sizeOf } from '../model.ts';

/** Inputs whose records matter, and outputs that cannot fail for long or carry no records. */
const OWN_INPUTS: ReadonlySet<string> = new Set([
  'fluentbit_metrics',
  'fluentbit_logs',
  'node_exporter_metrics',
  'prometheus_scrape',
  'cpu',
  'mem',
  'disk',
  'health',
  'dummy',
]);
const LOCAL_OUTPUTS: ReadonlySet<string> = new Set(['stdout', 'null', 'counter', 'prometheus_exporter', 'exit']);

const records = ({ inputs }: FluentBitConfig): Section[] => inputs.filter(({ name }) => !OWN_INPUTS.has(name));
const remote = ({ outputs }: FluentBitConfig): Section[] => outputs.filter(({ name }) => !LOCAL_OUTPUTS.has(name));

export const DELIVERY_RULES: readonly Rule<FluentBitConfig>[] = [
  {
    code: 'retry_limit',
    check(config, report) {
      for (const { name, at, settings } of remote(config)) {
        const limit = settings.get('retry_limit');
        const help = 'set `retry_limit: no_limits`, or a number and keep the dead letters';
        if (limit === undefined) report(at, `output \`${name}\` gives up after one retry`, help);
        else if (/^(no_retries|0|1)$/i.test(limit.value)) report(limit.at, `output \`${name}\` gives up at once`, help);
      }
    },
  },
  {
    code: 'buffer_in_memory',
    check(config, report) {
      const path = config.service.settings.has('storage.path');
      for (const { name, at, settings } of records(config)) {
        const type = settings.get('storage.type');
        if (type?.value === 'filesystem' && path) continue;
        if (type?.value === 'filesystem')
          report(
            type.at,
            'without `storage.path` in the service there is no buffer on disk',
            'set `storage.path` in the service',
          );
        else
          report(
            type?.at ?? at,
            `input \`${name}\` buffers in memory: a crash or a long outage loses records`,
            'set `storage.type: filesystem`, and `storage.path` in the service',
          );
      }
    },
  },
  {
    code: 'dead_letters_off',
    check({ service, outputs }, report) {
      if (outputs.length === 0 || isOn(service.settings.get('storage.keep.rejected'))) return;
      report(
        service.settings.get('storage.keep.rejected')?.at ?? service.at,
        'chunks a destination refuses are dropped',
        'set `storage.keep.rejected: on` and `storage.rejected.path` (Fluent Bit 4.2)',
      );
    },
  },
  {
    code: 'chunk_left_behind',
    check({ service }, report) {
      const checksum = service.settings.get('storage.checksum');
      if (!isOn(checksum)) return;
      report(
        checksum!.at,
        'a chunk gets its checksum when it is done: the one a killed collector was writing is not read again',
        'set `storage.checksum: off`; after a restart with it, such chunks are delivered',
      );
    },
  },
  {
    code: 'line_limit',
    check(config, report) {
      for (const { name, at, settings } of config.inputs) {
        if (name !== 'tail') continue;
        const limit = settings.get('buffer_max_size');
        if (limit !== undefined && (sizeOf(limit.value) ?? 0) > 32_768) continue;
        const ends = isOn(settings.get('skip_long_lines')) ? 'is skipped' : 'ends the reading of its file';
        report(
          limit?.at ?? at,
          `a line over 32 KiB ${ends}`,
          'set `buffer_max_size: 8M` and `truncate_long_lines: on`',
        );
      }
    },
  },
  {
    code: 'tail_without_db',
    check(config, report) {
      for (const { name, at, settings } of config.inputs) {
        if (name !== 'tail' || settings.has('db')) continue;
        report(
          at,
          '`tail` forgets where it was: what is written while the collector is down is skipped or read twice',
          'set `db`, and `read_from_head: on`',
        );
      }
    },
  },
  {
    code: 'acks_off',
    check(config, report) {
      for (const { name, at, settings } of config.outputs) {
        if (name !== 'forward' || settings.has('upstream')) continue;
        const ack = settings.get('require_ack_response');
        if (!isOn(ack))
          report(
            ack?.at ?? at,
            'a chunk counts as delivered once it is in the kernel’s buffer',
            'set `require_ack_response: on`',
          );
      }
    },
  },
  {
    code: 'acks_in_output',
    check(config, report) {
      for (const { settings } of config.outputs) {
        const ignored = settings.get('require_ack_response');
        if (!settings.has('upstream') || ignored === undefined) continue;
        report(
          ignored.at,
          'with `upstream`, acknowledgements are read from each node: this is ignored',
          'set it for every node of the upstream file',
        );
      }
    },
  },
  {
    code: 'answer_awaited_forever',
    check(config, report) {
      for (const { name, at, settings } of config.outputs) {
        if (name === 'forward' && !settings.has('net.io_timeout'))
          report(at, 'an acknowledgement that never comes is waited for without end', 'set `net.io_timeout: 120`');
      }
    },
  },
  {
    code: 'status_of_last_record',
    check(config, report) {
      for (const { settings } of config.outputs) {
        const key = settings.get('body_key');
        if (key !== undefined)
          report(
            key.at,
            'with `body_key` only the answer to the last record of a chunk counts',
            'send whole chunks: `format: json_lines`',
          );
      }
    },
  },
  {
    code: 'tag_unmatched',
    check(config, report) {
      for (const input of records(config)) {
        const tag = input.settings.get('tag');
        const rewritten = input.processors.some(({ name }) => name === 'rewrite_tag');
        const tags = [
          tag?.value.replaceAll('*', 'x') ?? `${input.name}.0`,
          ...(rewritten ? ['audit.s0.unrouted'] : []),
        ];
        const lost =
          input.routes.length > 0
            ? undefined
            : tags.find((each) => !config.outputs.some((output) => takes(output, each)));
        if (lost === undefined) continue;
        report(
          tag?.at ?? input.at,
          `no output takes the tag \`${lost}\`: such records are dropped`,
          'add an output for what is left over, such as a file',
        );
      }
    },
  },
  {
    code: 'version_too_old',
    check(config, report) {
      if (config.version === undefined) return;
      for (const { at, floor, what } of floorsOf(config)) {
        if (below(config.version, floor))
          report(at, `${what} needs Fluent Bit ${floor.join('.')}`, `this is for ${config.version.join('.')}: upgrade`);
      }
    },
  },
];

/** Whether an output takes a tag. An expression that only Onigmo reads is taken at its word. */
function takes({ settings }: Section, tag: string): boolean {
  const [match, regex] = [settings.get('match'), settings.get('match_regex')];
  if (regex !== undefined) {
    try {
      return new RegExp(regex.value).test(tag);
    } catch {
      return true;
    }
  }
  const parts = match?.value.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return parts !== undefined && new RegExp(`^${parts.join('.*')}$`).test(tag);
}

type Version = readonly [number, number, number];

function floorsOf({
  inputs,
  filters,
  outputs,
  service,
}: FluentBitConfig): { at: Section['at']; floor: Version; what: string }[] {
  const plugins = [...inputs.flatMap((input) => input.processors), ...filters];
  const rejected = service.settings.get('storage.keep.rejected');
  return [
    ...plugins.flatMap(({ name, at }) =>
      name === 'wasm' ? [{ at, floor: [4, 1, 2] as const, what: 'a filter that does not run out of memory' }] : [],
    ),
    ...filters.flatMap(({ name, at }) =>
      name === 'rewrite_tag'
        ? [{ at, floor: [5, 0, 9] as const, what: 'a `rewrite_tag` filter that loses nothing when it is paused' }]
        : [],
    ),
    ...outputs.flatMap(({ name, settings }) =>
      name === 'es' && settings.has('upstream')
        ? [{ at: settings.get('upstream')!.at, floor: [5, 1, 0] as const, what: '`upstream` of `es`' }]
        : [],
    ),
    ...(isOn(rejected) ? [{ at: rejected!.at, floor: [4, 2, 0] as const, what: '`storage.keep.rejected`' }] : []),
  ];
}

function below(version: Version, floor: Version): boolean {
  const at = version.findIndex((part, i) => part !== floor[i]);
  return at >= 0 && version[at]! < floor[at]!;
}
