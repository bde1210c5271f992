import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FilterInstance } from '../host/index.ts';
import { type Catalog, packageRoot } from '../policy/catalog.ts';
import type { Collector } from './collector.ts';
import { type Corpus, nginxLines, START_SECONDS } from './corpus.ts';
import { recordsOf, TAG } from './embedded.ts';
import { build } from './policies.ts';
import type { Variant } from './variants.ts';
import { WrongOutput } from './wrong_output.ts';

/** Memory while records go through one instance, in bytes: when a tenth was through, at the end, and the most of all samples. */
export interface Soak {
  readonly records: number;
  readonly warmBytes: number;
  readonly endBytes: number;
  readonly maxBytes: number;
}

/** Samples taken of a soak, the first of them while it warms up. */
export const SAMPLES = 100;
const WARM_SAMPLES = SAMPLES / 10;

type Step = (name: string) => void;

function soakOf(records: number, samples: readonly number[]): Soak {
  const [warmBytes, endBytes] = [samples[WARM_SAMPLES - 1]!, samples.at(-1)!];
  return { records, warmBytes, endBytes, maxBytes: Math.max(...samples) };
}

/** Every format's lines in turn through the default policy on the embedded host: the memory of the module. */
export function soakEmbedded(records: number, corpora: readonly Corpus[], catalog: Catalog, step: Step): Soak {
  const policy = readFileSync(join(packageRoot(), 'policies', 'default.yaml'), 'utf8');
  const instance = new FilterInstance(build(policy, catalog).wasm);
  const mixed = recordsOf(corpora.flatMap(({ lines }) => lines));
  const samples: number[] = [];
  for (let sample = 0, done = 0; sample < SAMPLES; sample++) {
    step('embedded');
    for (const end = Math.ceil((records * (sample + 1)) / SAMPLES); done < end; done++) {
      const answer = instance.call(TAG, START_SECONDS + done, 0, mixed[done % mixed.length]!);
      if (answer.kind !== 'kept') throw new WrongOutput(`soak: record ${done} is ${answer.kind}`);
    }
    samples.push(instance.memoryBytes);
  }
  return soakOf(records, samples);
}

/** Lines of one part of a soak in a collector. */
const CYCLE_LINES = 10_000;

/** nginx lines over the standard input of one collector: its resident memory. */
export async function soakCollector(
  collector: Collector,
  variant: Variant,
  records: number,
  step: Step,
): Promise<Soak> {
  const running = collector.fromStdin(variant.setup);
  const cycle = [...nginxLines(CYCLE_LINES)].map((line) => `${JSON.stringify({ log: line })}\n`);
  const samples: number[] = [];
  for (let sample = 0, done = 0; sample < SAMPLES; sample++) {
    step('Fluent Bit');
    const end = Math.ceil((records * (sample + 1)) / SAMPLES);
    while (done < end) {
      const from = done % CYCLE_LINES;
      const part = cycle.slice(from, Math.min(from + 1000, from + end - done));
      done += part.length;
      if (!running.input.write(part.join(''))) await once(running.input, 'drain');
    }
    samples.push(residentBytes(running.pid));
  }
  running.input.end();
  const counted = await running.counted;
  if (counted !== records) throw new WrongOutput(`soak: ${counted} records came of ${records} lines`);
  return soakOf(records, samples);
}

function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) * 1024;
}
