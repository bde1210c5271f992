import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Generated, type Places, textFiles } from '../../src/collector/generated.ts';
import { configure } from '../../src/collector/read_delivery.ts';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import type { BuiltFilter } from '../../src/filter.ts';
import type { Delivery } from '../../src/policy/delivery.ts';

type Make = (delivery: Delivery, places: Places) => Generated;

const POLICIES = join(import.meta.dirname, 'policies');
export const GOLDEN = join(import.meta.dirname, 'golden');

export const PLACES: Places = { config: '/etc/fluent-bit', state: '/var/lib/fluent-bit' };

export const policyText = (name: string): string => readFileSync(join(POLICIES, `${name}.yaml`), 'utf8');
export const policyNames = (): string[] => readdirSync(POLICIES).map((file) => file.replace(/\.yaml$/, ''));

/** The text files made of a policy that must be right. */
export function generate(text: string, make: Make, places = PLACES): Map<string, string> {
  return made(text, (delivery) => make(delivery, places));
}

/** The text files of a generator that needs the filter too. */
export function made(text: string, make: (delivery: Delivery, filter: BuiltFilter) => Generated): Map<string, string> {
  const { result, diagnostics } = configure({ text, file: 'policy.yaml' }, make);
  if (result === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return textFiles(result.made);
}

/** What is wrong with a policy for a collector, as a person sees it. */
export const configFaults = (text: string, make: Make): string =>
  configure({ text, file: 'policy.yaml' }, (delivery) => make(delivery, PLACES))
    .diagnostics.map(formatDiagnostic)
    .join('\n');

/** Why no Fluent Bit can be run here; `undefined` if one can. */
export function fluentBitMissing(): string | undefined {
  const { status, error } = spawnSync('fluent-bit', ['--version'], { encoding: 'utf8' });
  return status === 0 ? undefined : `no fluent-bit on the path (${error?.message ?? `exit ${status}`})`;
}
