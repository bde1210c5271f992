/** Traps of Vector. */
import type { Component, Rule, Setting, VectorConfig } from '../model.ts';

const METRICS: ReadonlySet<string> = new Set([
  'prometheus_exporter',
  'prometheus_remote_write',
  'blackhole',
  'console',
]);
/** Sources that send no acknowledgement back. */
const DEAF: ReadonlySet<string> = new Set([
  'socket',
  'syslog',
  'kubernetes_logs',
  'journald',
  'docker_logs',
  'exec',
  'stdin',
  'statsd',
]);

const sinksOf = ({ sinks }: VectorConfig): Component[] => sinks.filter(({ type }) => !METRICS.has(type));
const is = (setting: Setting | undefined, value: string): boolean => setting?.value === value;

/** Sources a component’s events come from. */
function originsOf(component: Component, config: VectorConfig, seen = new Set<string>()): Component[] {
  return component.inputs.flatMap((input) => {
    const id = input.split('.')[0]!;
    if (seen.has(id)) return [];
    seen.add(id);
    const source = config.sources.find((each) => each.id === id);
    if (source !== undefined) return [source];
    const transform = config.transforms.find((each) => each.id === id);
    return transform === undefined ? [] : originsOf(transform, config, seen);
  });
}

const consumes = (config: VectorConfig, output: string): boolean =>
  [...config.transforms, ...config.sinks].some(({ inputs }) =>
    inputs.some((input) => input === output || (input.endsWith('*') && output.startsWith(input.slice(0, -1)))),
  );

export const VECTOR_RULES: readonly Rule<VectorConfig>[] = [
  {
    code: 'acknowledgements_off',
    check(config, report) {
      const everywhere = is(config.globals.get('acknowledgements.enabled'), 'true');
      for (const { at, settings, id } of sinksOf(config)) {
        const own = settings.get('acknowledgements.enabled') ?? settings.get('acknowledgements');
        if (own === undefined ? everywhere : own.value === 'true') continue;
        report(
          own?.at ?? at,
          `sink \`${id}\` acknowledges nothing: its sources move on before it has delivered`,
          'set `acknowledgements: {enabled: true}` at the top',
        );
      }
    },
  },
  {
    code: 'unmatched_route',
    check(config, report) {
      for (const { id, type, at, settings } of config.transforms) {
        if (type !== 'route' && type !== 'exclusive_route') continue;
        if (is(settings.get('reroute_unmatched'), 'false') || consumes(config, `${id}._unmatched`)) continue;
        report(
          at,
          `what no route of \`${id}\` takes is acknowledged and gone`,
          `give \`${id}._unmatched\` to a sink, such as a file`,
        );
      }
      for (const { id, type, settings } of config.transforms) {
        const off = settings.get('reroute_unmatched');
        if (type === 'route' && off?.value === 'false')
          report(
            off.at,
            `what no route of \`${id}\` takes is acknowledged and gone`,
            `remove it, and give \`${id}._unmatched\` to a sink`,
          );
      }
    },
  },
  {
    code: 'dropped_unconsumed',
    check(config, report) {
      for (const { id, type, settings } of config.transforms) {
        const drops = settings.get('drop_on_error') ?? settings.get('drop_on_abort');
        if (type !== 'remap' || drops?.value !== 'true') continue;
        if (is(settings.get('reroute_dropped'), 'true') && consumes(config, `${id}.dropped`)) continue;
        report(
          drops.at,
          `what \`${id}\` drops is acknowledged and gone`,
          `set \`reroute_dropped: true\` and give \`${id}.dropped\` to a sink`,
        );
      }
    },
  },
  {
    code: 'refused_is_dropped',
    check(config, report) {
      for (const { id, type, at, settings } of config.sinks) {
        const uri = settings.get('uri')?.value ?? '';
        if (type !== 'http' || !uri.includes('/v1/batch') || is(settings.get('retry_strategy.type'), 'all')) continue;
        report(
          at,
          `sink \`${id}\` drops a batch the filter answers with 400 to 499, and its file is read on`,
          'set `retry_strategy: {type: all}`',
        );
      }
    },
  },
  {
    code: 'buffer_in_memory',
    check(config, report) {
      for (const sink of sinksOf(config)) {
        if (is(sink.settings.get('buffer.type'), 'disk')) continue;
        const deaf = originsOf(sink, config).find(({ type }) => DEAF.has(type));
        if (deaf === undefined) continue;
        report(
          sink.settings.get('buffer.type')?.at ?? sink.at,
          `sink \`${sink.id}\` buffers in memory what \`${deaf.id}\` cannot send again: a crash loses it`,
          'set `buffer: {type: disk, max_size: 1073741824, when_full: block}`',
        );
      }
    },
  },
  {
    code: 'full_buffer_drops',
    check(config, report) {
      for (const { id, settings } of config.sinks) {
        const full = settings.get('buffer.when_full');
        if (full?.value === 'drop_newest')
          report(full.at, `a full buffer of \`${id}\` drops events`, 'set `when_full: block`');
      }
    },
  },
  {
    code: 'line_limit',
    check(config, report) {
      for (const { at, type, settings } of config.sources) {
        if (type === 'file' && !settings.has('max_line_bytes'))
          report(at, 'lines over 100 KiB are discarded', 'set `max_line_bytes: 8388608`');
      }
    },
  },
  {
    code: 'unix_without_acks',
    check(config, report) {
      for (const { type, settings } of config.sources) {
        const mode = settings.get('mode');
        if (type === 'fluent' && mode?.value === 'unix')
          report(mode.at, 'the `fluent` source acknowledges over TCP only', 'set `mode: tcp`');
      }
    },
  },
  {
    code: 'replay_refused',
    check(config, report) {
      for (const { type, settings } of config.sinks) {
        const action = settings.get('bulk.action');
        if (type === 'elasticsearch' && action?.value === 'create')
          report(action.at, 'a batch sent again is read as refused, all of it', 'set `action: index` and an `id_key`');
      }
    },
  },
  {
    code: 'refused_with_batch',
    check(config, report) {
      for (const { id, at, type, settings } of config.sinks) {
        if (type !== 'elasticsearch' || is(settings.get('request_retry_partial'), 'true')) continue;
        report(at, `one refused document drops its whole batch in \`${id}\``, 'set `request_retry_partial: true`');
      }
    },
  },
  {
    code: 'message_times_out',
    check(config, report) {
      for (const { id, at, type, settings } of config.sinks) {
        const timeout = settings.get('message_timeout_ms');
        if (type === 'kafka' && timeout?.value !== '0')
          report(
            timeout?.at ?? at,
            `a message \`${id}\` cannot deliver in time is dropped`,
            'set `message_timeout_ms: 0`',
          );
      }
    },
  },
  {
    code: 'variable_not_read',
    check(config, report) {
      const all = [config, ...config.sources, ...config.transforms, ...config.sinks].map((each) =>
        'globals' in each ? each.globals : each.settings,
      );
      for (const { value, at } of all.flatMap((settings) => [...settings.values()])) {
        const [name] = /\$\{\w+\}/.exec(value) ?? [];
        if (name !== undefined)
          report(at, `\`${name}\` is not replaced since Vector 0.57`, 'use a secret backend: `SECRET[files.NAME]`');
      }
    },
  },
  {
    code: 'option_removed',
    check(config, report) {
      for (const { type, settings } of config.sources) {
        const encoding = settings.get('encoding');
        if (type === 'http_server' && encoding !== undefined)
          report(encoding.at, '`encoding` is gone since Vector 0.58', 'use `framing` and `decoding`');
      }
    },
  },
];
