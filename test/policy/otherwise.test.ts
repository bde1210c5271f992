import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { type BuiltFilter, buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { Twin } from '../../src/twin.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';

const HEAD =
  'auditlb: 1\nname: rest\nsources: [{name: a, tag: "*", format: {class: http_activity, json: {user: actor.name, path: url.path}}}]\n';

function built(rules: string): BuiltFilter {
  const { filter, diagnostics } = buildFilter({ text: HEAD + rules, file: 'policy.yaml' });
  expect(diagnostics).toEqual([]);
  return filter!;
}

const input = (event: object) => ({
  tag: 'x',
  timeSec: 1_770_091_506,
  timeNsec: 0,
  record: Buffer.from(JSON.stringify(event)),
});

/** Routes of each event, the same by filter and reference. */
function routesOf(rules: string, events: readonly object[]): string[] {
  const filter = built(rules);
  const instance = new FilterInstance(filter.wasm);
  const reference = referenceOf(filter);
  return events.map((event) => {
    const both = bothOutputs(instance, reference, input(event));
    expect(both.engine).toEqual(both.reference);
    return ((both.engine as { auditlb: { routes?: string[] } }).auditlb.routes ?? []).join();
  });
}

const RULES = `routes:
  - {name: admin, when: 'actor.name == "root"'}
  - {name: archive}
  - {name: cold, otherwise: true}
  - {name: pages, otherwise: true, when: 'url.path == "/"'}
`;

describe('a route for the rest', () => {
  test('gets what no route with a condition gets', () => {
    expect(routesOf(RULES, [{ user: 'root', path: '/' }, { user: 'ann' }, { path: '/' }, {}])).toEqual([
      'admin,archive',
      'archive,cold',
      'archive,cold,pages',
      'archive,cold',
    ]);
  });

  test('among more routes than a word has bits, beside other rules', () => {
    const many = Array.from({ length: 70 }, (_, i) => `  - {name: r${i}, when: 'actor.name == "u${i}"'}\n`).join('');
    const rules = `redact: [{fields: [actor.name], with: mask}]\nsample: [{name: half, when: 'url.path == "/x"', drop: true}]\nroutes:\n${many}  - {name: rest, otherwise: true}\n`;
    expect(routesOf(rules, [{ user: 'u0' }, { user: 'u33' }, { user: 'u69' }, { user: 'u70' }])).toEqual([
      'r0',
      'r33',
      'r69',
      'rest',
    ]);
  });

  test('is none of the rules behind the routes', () => {
    const rules = `redact: [{fields: [url.path], with: mask, when: 'actor.name == "a"'}]\nroutes: [{name: one, when: 'actor.name == "z"'}, {name: rest, otherwise: true}]\n`;
    expect(routesOf(rules, [{ user: 'a', path: '/' }])).toEqual(['rest']);
  });

  test('is explained', () => {
    const { routes } = explain(new Twin(built(RULES)), input({ user: 'root' }));
    expect(routes.map(({ name, holds, elsewhere }) => [name, holds, elsewhere])).toEqual([
      ['admin', true, undefined],
      ['archive', true, undefined],
      ['cold', true, true],
      ['pages', false, undefined],
    ]);
  });

  test('is warned of where there is nothing but it', () => {
    const { warnings } = buildFilter({
      text: `${HEAD}routes: [{name: all}, {name: rest, otherwise: true}]\n`,
      file: 'policy.yaml',
    });
    expect(warnings.map(formatDiagnostic)).toEqual([
      'policy.yaml:4:30: warning: otherwise_alone: no other route has a condition: every record is for `rest`\n  help: leave `otherwise` out',
    ]);
  });
});
