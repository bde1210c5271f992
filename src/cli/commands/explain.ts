import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { explain } from '../../explain/explanation.ts';
import type { SourcePlan } from '../../policy/plan.ts';
import { hostRecord, lineKey, lineRecord, sampleTag } from '../../run/record.ts';
import { Twin } from '../../twin.ts';
import { unifiedDiff } from '../../unified_diff.ts';
import { explainText } from '../explain_text.ts';
import { checkOrReport, DEFAULT_POLICY } from '../policy_file.ts';
import { CommandError, EXIT, hostTime, paint, say } from '../terminal.ts';

interface ExplainOptions {
  readonly policy?: string;
  readonly tag?: string;
  readonly source?: string;
  readonly time?: string;
  readonly record?: boolean;
  readonly json?: boolean;
}

const NOTES = `
Every line is put through the filter itself and through the reference evaluator; where the two differ, that is said and the exit code is 2.

Examples:
  auditlb explain '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"'
  tail -n 1 access.log | auditlb explain --policy policy.yaml --source edge
  auditlb explain --policy policy.yaml --tag kube.audit --record '{"log": "…", "pod": "web-1"}' --json`;

export function explainCommand(): Command {
  return new Command('explain')
    .description('Show what a policy makes of a line, and why: format, fields, principal, routes, shard, event.')
    .argument('[line]', 'the line; without it every line of standard input')
    .option('-p, --policy <file>', 'policy to explain by')
    .option('-t, --tag <tag>', 'tag the collector gives the record')
    .option('-s, --source <name>', 'a tag of this source, instead of --tag')
    .option('--time <time>', 'time of the record by the host, RFC 3339 (default: now)')
    .option('--record', 'lines are JSON records as a collector hands them over')
    .option('--json', 'print one JSON object for each line')
    .addHelpText('after', NOTES)
    .action(explainLines);
}

function explainLines(line: string | undefined, options: ExplainOptions): void {
  const filter = checkOrReport(options.policy ?? DEFAULT_POLICY, options.json === true);
  if (filter === undefined) {
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  const { sources } = filter.plan;
  const tag = tagOf(sources, options);
  const time = hostTime(options.time);
  const twin = new Twin(filter);
  const lines = line === undefined ? linesOf(readFileSync(0, 'utf8')) : [line];
  for (const [i, each] of lines.entries()) {
    const record = options.record === true ? Buffer.from(each) : lineRecord(each, lineKey(sources, tag));
    const explanation = explain(twin, hostRecord(record, tag, time));
    if (options.json === true) process.stdout.write(`${JSON.stringify(explanation)}\n`);
    else process.stdout.write(`${i > 0 ? '\n' : ''}${explainText(explanation, process.stdout.columns || 120)}\n`);
    if (explanation.differs === undefined) continue;
    process.exitCode = EXIT.checksFailed;
    const theirs = 'output' in explanation.differs ? explanation.differs.output : explanation.differs;
    say(
      `${paint(process.stderr, 'red', 'error')}: the filter and the reference evaluator differ, a bug of auditlb, please report it\n` +
        unifiedDiff(explanation.output, theirs, 'reference', 'filter'),
    );
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** The tag asked for; of a policy with one source any tag of it. */
function tagOf(sources: readonly SourcePlan[], { tag, source }: ExplainOptions): string {
  if (tag !== undefined && source !== undefined) throw new CommandError('--tag and --source exclude each other');
  if (tag !== undefined) return tag;
  const known = sources.map((each) => `${each.name} (${each.tag})`).join(', ');
  const [only, ...others] = sources;
  const found = source === undefined ? only : sources.find(({ name }) => name === source);
  if (found === undefined) throw new CommandError(`the policy has no source \`${source}\``, `its sources: ${known}`);
  if (source === undefined && others.length > 0)
    throw new CommandError('the policy has several sources', `name one with --source, or give --tag: ${known}`);
  const sample = sampleTag(sources, found);
  if (sample === undefined)
    throw new CommandError(
      `no plain tag leads to source \`${found.name}\``,
      'a source before it takes them: give --tag',
    );
  return sample;
}
