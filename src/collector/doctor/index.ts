import { isMap } from 'yaml';
import { compareDiagnostics, type Diagnostic } from '../../diagnostic.ts';
import { loadYaml } from '../../policy/document/load.ts';
import { SourceFile } from '../../policy/document/source_file.ts';
import type { FluentBitConfig, Rule, VectorConfig } from './model.ts';
import { readClassic } from './read_classic.ts';
import { readVectorToml } from './read_toml.ts';
import { readFluentBitYaml, readVectorYaml } from './read_yaml.ts';
import { DELIVERY_RULES } from './rules/fluent_bit_delivery.ts';
import { FILTER_RULES } from './rules/fluent_bit_filter.ts';
import { VECTOR_RULES } from './rules/vector.ts';

export const FLUENT_BIT_RULES: readonly Rule<FluentBitConfig>[] = [...FILTER_RULES, ...DELIVERY_RULES];
export { VECTOR_RULES };

export interface Checked {
  /** `unknown`: it could not be read, and the diagnostics say why. */
  readonly kind: 'fluent-bit' | 'vector' | 'unknown';
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks for traps in the configuration of a collector. A finding is accepted by a comment on its line or the one above:
 * `auditlb: allow CODE`. `version`: of Fluent Bit, for what older ones cannot do.
 */
export function checkConfig(name: string, text: string, version?: readonly [number, number, number]): Checked {
  const file = new SourceFile(name, text, []);
  const config = read(file);
  if (config === undefined) return { kind: 'unknown', diagnostics: file.diagnostics };
  if (config.kind === 'vector') apply(config, VECTOR_RULES);
  else apply(version === undefined ? config : { ...config, version }, FLUENT_BIT_RULES);
  const lines = text.split('\n');
  const allowed = ({ line, code }: Diagnostic): boolean =>
    [lines[line - 1], lines[line - 2]].some((each) => each?.includes(`auditlb: allow ${code}`));
  const diagnostics = file.diagnostics.filter((each) => !allowed(each)).sort(compareDiagnostics);
  return { kind: config.kind, diagnostics };
}

function apply<C extends FluentBitConfig | VectorConfig>(config: C, rules: readonly Rule<C>[]): void {
  for (const { code, check } of rules) {
    check(config, (at, message, help) => config.file.report(at, code, message, help));
  }
}

function read(file: SourceFile): FluentBitConfig | VectorConfig | undefined {
  if (/^\s*\[(SERVICE|INPUT|FILTER|OUTPUT)\]/im.test(file.text)) return readClassic(file);
  if (/^\s*\[+"?(sources|transforms|sinks)"?\./m.test(file.text)) return readVectorToml(file);
  const root = loadYaml(file)?.root;
  if (root === undefined) return undefined;
  if (root.has('pipeline') || root.has('service')) return readFluentBitYaml(file, root);
  if (isMap(root.get('sources')) || isMap(root.get('sinks'))) return readVectorYaml(file, root);
  const help = 'Fluent Bit has `pipeline`, Vector has `sources` and `sinks`';
  file.report({ start: 0, end: 1 }, 'collector_unknown', 'neither a configuration of Fluent Bit nor of Vector', help);
  return undefined;
}
