/** Traps around the WebAssembly filter and what stands behind it. */
import { type FluentBitConfig, isOn, type Rule, type Section } from '../model.ts';

/** Chains a record goes through, the processors of each input first. */
const chainsOf = (config: FluentBitConfig): (readonly Section[])[] => [
  ...config.inputs.map((input) => input.processors),
  config.filters,
];
const pluginsOf = (config: FluentBitConfig): Section[] => chainsOf(config).flat();
const isFilter = (section: Section): boolean => section.name === 'wasm';

/** These neither change nor drop a record. */
const HARMLESS: ReadonlySet<string> = new Set(['wasm', 'rewrite_tag', 'log_to_metrics', 'stdout']);

export const FILTER_RULES: readonly Rule<FluentBitConfig>[] = [
  {
    code: 'wasm_memory',
    check(config, report) {
      for (const { settings, at } of pluginsOf(config).filter(isFilter)) {
        const missing = ['wasm_stack_size', 'wasm_heap_size'].filter((key) => !settings.has(key));
        if (missing.length === 0) continue;
        report(
          at,
          `\`${missing.join('` and `')}\` left at 8 KiB: a record that needs more is lost`,
          `set ${missing.map((key) => `\`${key}: 1M\``).join(' and ')}`,
        );
      }
    },
  },
  {
    code: 'wasm_msgpack',
    check(config, report) {
      for (const { settings } of pluginsOf(config).filter(isFilter)) {
        const format = settings.get('event_format');
        if (format?.value !== 'msgpack') continue;
        report(
          format.at,
          'msgpack answers end at their first zero byte: records are cut off',
          'set `event_format: json`',
        );
      }
    },
  },
  {
    code: 'wasm_threaded',
    check(config, report) {
      for (const { settings, processors } of config.inputs) {
        const threaded = settings.get('threaded');
        if (!isOn(threaded) || !processors.some(isFilter)) continue;
        report(
          threaded!.at,
          'WebAssembly on a second thread loses every record',
          'set `threaded: off`; scale by more Fluent Bit processes',
        );
      }
      for (const { processors } of config.outputs) {
        const filter = processors.find(isFilter);
        if (filter === undefined) continue;
        report(
          filter.at,
          'WebAssembly in an output runs on its workers’ threads and loses every record',
          'move it to the processors of the input',
        );
      }
    },
  },
  {
    code: 'rewrite_tag_before_filter',
    check(config, report) {
      for (const chain of chainsOf(config)) {
        const filter = chain.findIndex(isFilter);
        const early = chain.slice(0, Math.max(filter, 0)).find(({ name }) => name === 'rewrite_tag');
        if (early === undefined) continue;
        report(
          early.at,
          '`rewrite_tag` stands before the filter, which has not yet said the tag',
          'put it behind the filter, last',
        );
      }
    },
  },
  {
    code: 'several_rewrite_tags',
    check(config, report) {
      for (const chain of chainsOf(config)) {
        const [, second] = chain.filter(({ name }) => name === 'rewrite_tag');
        if (second === undefined) continue;
        report(
          second.at,
          'a second `rewrite_tag` in a row doubles records',
          'keep one, with several `rule`s if need be',
        );
      }
    },
  },
  {
    code: 'rewrite_tag_in_memory',
    check(config, report) {
      for (const { name, at } of config.filters) {
        if (name !== 'rewrite_tag') continue;
        const message = '`rewrite_tag` as a filter holds records in memory, whatever its storage: a crash loses them';
        report(at, message, 'make it the last processor of the input (YAML configuration)');
      }
    },
  },
  {
    code: 'paused_in_batch',
    check(config, report) {
      for (const { name, settings, processors } of config.inputs) {
        const pause = settings.get('storage.pause_on_chunks_overlimit');
        if (!isOn(pause) || !processors.some((each) => each.name === 'rewrite_tag')) continue;
        report(
          pause!.at,
          `input \`${name}\` is paused between two records: \`rewrite_tag\` keeps what it had read in memory, and a restart loses it`,
          'leave it off, and run Fluent Bit under `guard.sh`',
        );
      }
    },
  },
  {
    code: 'changed_after_filter',
    check(config, report) {
      const all = (chain: readonly Section[], from: number) =>
        chain.slice(from).filter(({ name }) => !HARMLESS.has(name));
      const late = chainsOf(config).flatMap((chain) => {
        const filter = chain.findIndex(isFilter);
        return filter < 0 ? [] : all(chain, filter + 1);
      });
      const processed = config.inputs.some(({ processors }) => processors.some(isFilter));
      for (const { name, at } of new Set([...late, ...(processed ? all(config.filters, 0) : [])])) {
        report(
          at,
          `\`${name}\` works on records the filter has finished: digests no longer fit, and what it drops is not counted`,
          'put it before the filter, or leave it to the policy',
        );
      }
    },
  },
  {
    code: 'routes_before_filter',
    check(config, report) {
      if (!config.filters.some(isFilter)) return;
      for (const { routes } of config.inputs) {
        if (routes[0] === undefined) continue;
        report(
          routes[0].at,
          '`routes` are decided before filters run: they never see what the filter says',
          'make the filter a processor of the input',
        );
      }
    },
  },
  {
    code: 'routes_share_output',
    check(config, report) {
      for (const { routes } of config.inputs) {
        const seen = new Set<string>();
        for (const { output, at } of routes) {
          if (seen.has(output))
            report(
              at,
              `a second route to \`${output}\` is silently ignored`,
              'give the output a twin with another alias, or route by tag',
            );
          seen.add(output);
        }
      }
    },
  },
];
