import type { HostModule } from '../host/index.ts';
import { lineRecord } from '../run/record.ts';
import { type Corpus, START_SECONDS } from './corpus.ts';
import type { Case } from './interleave.ts';
import { memberOf, parseOutput, WrongOutput } from './wrong_output.ts';

export const TAG = Buffer.from('nginx');

/** Records as a collector hands them over. */
export const recordsOf = (lines: readonly string[]): Buffer[] => lines.map((line) => lineRecord(line));

/** Throws `WrongOutput` unless the module reads every line in full, as `format`. */
export function checkAnswers(module: HostModule, { format, lines }: Corpus): void {
  for (const line of lines) {
    const answer = module.call(TAG, START_SECONDS, 0, lineRecord(line));
    if (answer.kind !== 'kept') throw new WrongOutput(`${format}: ${answer.kind}: ${line}`);
    const event = parseOutput(format, Buffer.from(answer.output).toString());
    const found = `${memberOf(event, 'auditlb.format')}, ${memberOf(event, 'auditlb.status')}`;
    if (found !== `${format}, ok`) throw new WrongOutput(`${format}: read as ${found}: ${line}`);
  }
}

/** Passes over the corpus on the embedded host until they took `sliceSeconds` of CPU, which other programs do not disturb as they do the clock. */
export function embeddedCase(name: string, module: HostModule, lines: readonly string[], sliceSeconds: number): Case {
  const records = recordsOf(lines);
  return {
    name,
    measure() {
      const start = process.cpuUsage();
      for (let done = records.length; ; done += records.length) {
        for (let i = 0; i < records.length; i++) module.call(TAG, START_SECONDS + i, 0, records[i]!);
        const { user, system } = process.cpuUsage(start);
        if (user + system >= sliceSeconds * 1e6) return ((user + system) * 1000) / done;
      }
    },
  };
}
