import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/diagnostic.ts';
import { explain } from '../../src/explain/explanation.ts';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { runCase } from '../../src/policy_test/run.ts';
import { hostRecord } from '../../src/run/record.ts';
import { Twin } from '../../src/twin.ts';
import { faults } from './compile_support.ts';

const HEAD = 'auditlb: 1\nsources: [{name: edge, tag: edge, format: nginx_combined}]\n';

describe('tables and what is taken from them', () => {
  test('name what is wrong in the policy', () => {
    const policy = `${HEAD}tables:
  sites: {match: cidr, rows: {10.0.0.0/8: {site: hq}, 10.0.0.9/8: {site: lab}, hq: {site: x}}}
  teams: {match: path, rows: {/shop: {team: a}, /shop/: {team: b}}}
  both: {file: a.csv, rows: {}}
  gone: {file: gone.csv}
  odd: {file: odd.json, mach: exact}
  people: {rows: {alice: {team: a}}}
enrich:
  - {table: sitess, by: src.ip, set: {labels.site: site}}
  - {table: sites, by: http.request.host, set: {labels.site: site}}
  - {table: people, by: src.ip, set: {labels.team: team}}
  - {table: people, by: [actor.name, url.pth, src.ip], set: {actor.groups: team, labels.x: tem}}
  - {table: teams, by: labels.rout, set: {labels.route: team}}
  - {table: people, by: duration, set: {labels.team: team}}
`;
    expect(faults(policy)).toMatchInlineSnapshot(`
      "policy.yaml:4:55: duplicate_key: \`10.0.0.9/8\` is \`10.0.0.0/8\`
        help: keep one of the rows
      policy.yaml:4:80: invalid_key: \`hq\` is no block of addresses
        help: write one such as \`10.0.0.0/8\`, or an address
      policy.yaml:5:49: duplicate_key: \`/shop/\` is \`/shop\`
        help: keep one of the rows
      policy.yaml:6:3: invalid_table: table \`both\` has neither a file nor rows, or both
        help: give it \`file\` or \`rows\`
      policy.yaml:7:16: file_unreadable: cannot read \`gone.csv\`: no such file
      policy.yaml:8:15: unknown_file_type: cannot read \`odd.json\`
        help: a table is a \`.csv\`, \`.yaml\` or \`.yml\` file
      policy.yaml:8:25: unknown_key: unknown key \`mach\`
        help: did you mean \`match\`?
      policy.yaml:11:13: unknown_table: unknown table \`sitess\`
        help: did you mean \`sites\`?
      policy.yaml:12:24: invalid_field: \`http.request.host\` is of type text: no \`cidr\` table is looked up by it
        help: use \`match: exact\`
      policy.yaml:13:25: invalid_field: \`src.ip\` is of type address: no \`exact\` table is looked up by it
        help: use \`match: cidr\`
      policy.yaml:14:47: too_many_fields: with \`match: exact\` a table is looked up by two fields
      policy.yaml:14:62: invalid_target: \`actor.groups\` cannot be set from a table
        help: labels can: \`labels.groups\`
      policy.yaml:14:92: unknown_column: the table has no column \`tem\`
        help: did you mean \`team\`?
      policy.yaml:15:24: unknown_field: unknown field \`labels.rout\`
      policy.yaml:16:25: invalid_field: \`duration\` is of type duration: no \`exact\` table is looked up by it
        help: take another field"
    `);
  });

  test('name keys no record has', () => {
    const policy = `${HEAD}tables:
  kinds: {rows: {authentification: {a: x}, http_activity: {a: y}, failure: {a: z}}}
  both: {rows: {http_activity success: {a: x}, http_activity sucess: {a: y}, 'http_activity ': {a: z}}}
enrich:
  - {table: kinds, by: event.class, set: {labels.a: a}}
  - {table: kinds, by: event.outcome, set: {labels.b: a}}
  - {table: both, by: [event.class, event.outcome], set: {labels.c: a}}
`;
    expect(faults(policy)).toMatchInlineSnapshot(`
      "policy.yaml:4:18: unknown_member: no record has \`authentification\` there
        help: did you mean \`authentication\`?
      policy.yaml:5:48: unknown_member: no record has \`sucess\` there
        help: did you mean \`success\`?"
    `);
  });

  test('name what is wrong in their files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'auditlb-tables-'));
    const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    file(
      'sites.csv',
      'network,site,site\r\n10.0.0.0/8,"hq, Bonn"\r\n\r\n10.0.0.0/33,lab,x\r\n10.1.0.0/16,"a ""b""",x\r\n10.1.0.0/16,"y" z,"open',
    );
    file('teams.yaml', '/shop: {team: a}\n/pay: {team: [b]}\n/shop: {team: c}\n/cart: team\n');
    file('empty.csv', '');
    file('keyed.csv', 'site,network\nhq,10.0.0.0/8\n');
    const text = `${HEAD}tables:
  sites: {file: sites.csv, match: cidr}
  teams: {file: teams.yaml, match: path}
  empty: {file: empty.csv}
  keyed: {file: keyed.csv, key: netwrk, match: cidr}
`;
    const { diagnostics } = buildFilter({ text, file: join(folder, 'policy.yaml') });
    expect(diagnostics.map(formatDiagnostic).join('\n').replaceAll(`${folder}/`, '')).toMatchInlineSnapshot(`
      "empty.csv:1:1: csv_empty: the file is empty
        help: its first line names the columns
      policy.yaml:7:33: unknown_column: the table has no column \`netwrk\`
        help: did you mean \`network\`?
      sites.csv:1:14: csv_header: column \`site\` is there twice
      sites.csv:2:1: csv_cells: 2 cells, the header has 3
        help: cells with a comma need quotes
      sites.csv:4:1: invalid_key: \`10.0.0.0/33\` is no block of addresses
        help: write one such as \`10.0.0.0/8\`, or an address
      sites.csv:6:1: duplicate_key: key \`10.1.0.0/16\` is there twice
        help: keep one of the rows
      sites.csv:6:13: csv_quote: text behind the closing quote: \`z\`
      sites.csv:6:19: csv_quote: the quote is never closed
        help: a quote inside quotes is written twice
      teams.yaml:2:14: wrong_type: expected text, a number or a boolean, found a list
      teams.yaml:3:1: duplicate_key: key \`/shop\` is there twice
        help: keep one of them
      teams.yaml:4:8: wrong_type: expected a mapping, found text"
    `);
  });

  test('read CSV as spreadsheets write it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'auditlb-tables-'));
    writeFileSync(
      join(folder, 'people.csv'),
      '\ufeffname , team\r\n"alice", "pay, ""all"""\r\n bob ,\r\n\r\ncarol,"two\nlines"',
    );
    const text = `${HEAD}tables: {people: {file: people.csv}}
enrich: [{table: people, by: actor.name, set: {labels.team: team}}]
`;
    const { filter, diagnostics } = buildFilter({ text, file: join(folder, 'policy.yaml') });
    expect(diagnostics).toEqual([]);
    expect(filter!.plan.enrich!.tables[0]).toEqual({
      name: 'people',
      match: 'exact',
      columns: ['team'],
      rows: [
        { key: 'alice', values: ['pay, "all"'] },
        { key: 'bob', values: [''] },
        { key: 'carol', values: ['two\nlines'] },
      ],
    });
  });

  test('of the documentation do what it says', () => {
    const page = readFileSync(join(packageRoot(), 'docs/tables.md'), 'utf8');
    const block = (language: string): string => page.split(`\`\`\`${language}\n`)[1]!.split('```')[0]!;
    const folder = mkdtempSync(join(tmpdir(), 'auditlb-tables-'));
    writeFileSync(join(folder, 'sites.csv'), block('csv'));
    const { filter, diagnostics, warnings } = buildFilter({ text: block('yaml'), file: join(folder, 'policy.yaml') });
    expect({ diagnostics, warnings }).toEqual({ diagnostics: [], warnings: [] });
    expect(filter!.tests.map((each, i) => runCase(new Twin(filter!), each, i).problem)).toEqual(['', '']);
  });

  test('that nothing is looked up in are warned of', () => {
    const { warnings } = buildFilter({ text: `${HEAD}tables: {sites: {rows: {a: {b: c}}}}\n`, file: 'policy.yaml' });
    expect(warnings.map(formatDiagnostic)).toEqual([
      'policy.yaml:3:10: warning: unused_table: nothing is looked up in table `sites`\n  help: name it in `enrich`, or remove it',
    ]);
  });

  test('decide routes, redaction and sampling, and explanations name the row', () => {
    const text = `${HEAD}tables:
  sites: {match: cidr, rows: {203.0.113.0/24: {site: berlin}, 198.51.100.0/24: {site: probe}}}
enrich: [{table: sites, by: src.ip, set: {labels.site: site}}]
redact: [{fields: [actor.name], when: 'labels.site == "berlin"', with: mask}]
sample: [{name: probes, when: 'labels.site == "probe"', drop: true}]
routes: [{name: de, when: 'labels.site == "berlin"'}, {name: rest, when: '!has(labels.site)'}]
`;
    const { filter, diagnostics } = buildFilter({ text, file: 'policy.yaml' });
    expect(diagnostics).toEqual([]);
    const twin = new Twin(filter!);
    const ask = (address: string) => {
      const log = `${address} - alice [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"`;
      return explain(twin, hostRecord(Buffer.from(JSON.stringify({ log })), 'edge', new Date(0)));
    };
    const berlin = ask('203.0.113.9');
    expect(berlin).not.toHaveProperty('differs');
    expect(berlin.routes.filter(({ holds }) => holds).map(({ name }) => name)).toEqual(['de']);
    expect(berlin.fields.find(({ path }) => path === 'labels.site')).toEqual({
      path: 'labels.site',
      type: 'text',
      value: 'berlin',
      from: 'table',
      row: { table: 'sites', key: '203.0.113.0/24' },
    });
    expect(berlin.principal.name).toBe('[redacted]');
    expect(ask('192.0.2.1')).toMatchObject({ route_tag: 'audit.s0.rest', principal: { name: 'alice' } });
    expect(ask('198.51.100.1').dropped).toBe(true);
  });
});
