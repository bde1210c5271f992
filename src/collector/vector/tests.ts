import { generatedBy } from '../generated.ts';
import { type Entry, inline, list, map, yamlText } from '../yaml_text.ts';
import { ROUTES } from './names.ts';
import type { Sink } from './sinks.ts';

/** Unit tests for `vector test`: every sink gets what it should, and nothing is left unconsumed. */
export function vectorTests(policy: string, sinks: readonly Sink[]): string {
  const tests = [
    ...sinks.map((sink) =>
      testOf(
        `${sink.destination.routes[0]} goes to ${sink.alias}`,
        [sink.destination.routes[0]!],
        sink.shards?.[0] ?? 0,
        sink.alias,
      ),
    ),
    testOf('an event without a route is kept', [], 0, '_unmatched'),
    testOf('a route of a similar name is another', [`${sinks[0]?.destination.routes[0] ?? ''}_x`], 0, '_unmatched'),
  ];
  return yamlText(generatedBy(policy), map(['tests', list(tests)]));
}

function testOf(name: string, routes: readonly string[], shard: number, output: string) {
  const source = `.auditlb.routes = ${JSON.stringify(routes)}\n.auditlb.shard = ${shard}\n.id = "1"\n`;
  const input: Entry[] = [
    ['insert_at', ROUTES],
    ['type', 'vrl'],
    ['source', source],
  ];
  const condition = inline(['type', 'vrl'], ['source', 'assert_eq!(.id, "1")']);
  return map(
    ['name', name],
    ['inputs', list([map(...input)])],
    ['outputs', list([map(['extract_from', `${ROUTES}.${output}`], ['conditions', list([condition])])])],
  );
}
