import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { configure } from '../../src/collector/read_delivery.ts';
import { showDiagnostic } from '../../src/diagnostic.ts';
import { type BuildResult, buildFilter } from '../../src/filter.ts';
import { TEST_KEY } from '../../src/policy/redact/pseudonym.ts';
import { loadPolicy } from '../../src/testing/index.ts';
import { Workspace } from '../cli/cli.ts';

const root = mkdtempSync(join(tmpdir(), 'auditlb-include-'));
const workspace = new Workspace();
afterAll(() => {
  rmSync(root, { recursive: true });
  workspace.remove();
});

let folders = 0;

/** A folder of its own with these files; the path of the first. */
function write(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(folders++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0]!);
}

function build(
  files: Readonly<Record<string, string>>,
  options: { includeRoot?: string } = {},
): BuildResult & { said: string } {
  const file = write(files);
  const text = Object.values(files)[0]!;
  const result = buildFilter({ text, file, ...options }, { key: TEST_KEY });
  const said = [...result.diagnostics, ...result.warnings]
    .map((each) => showDiagnostic(each, each.file === file ? text : result.included.get(each.file)))
    .join('\n')
    .replaceAll(dirname(file), '');
  return { ...result, said };
}

const SOURCE = 'sources: [{name: web, tag: web, format: nginx_combined, labels: {team: shop}}]\n';
const A = 'routes: [{name: a}]\ndestinations: {a: {stdout: true}}\n';
const LINE = '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET /admin HTTP/1.1" 502 0 "-" "curl"';

describe('included policies', () => {
  test('stand behind what includes them, in order, each once', () => {
    const { filter, said } = build({
      'policy.yaml': `auditlb: 1\ninclude: [shared/a.yaml, b.yml]\nroutes: [{name: own, when: is_broken}]\nsample: [{name: s1, when: 'false', drop: true}]\n`,
      'shared/a.yaml': `auditlb: 1\ninclude: ./deep/c.yaml\n${SOURCE}routes: [{name: a}]\nconditions: {is_broken: http.response.status >= 500 && from_c}\nschema: ecs\n`,
      'shared/deep/c.yaml': `auditlb: 1\nname: c\nroutes: [{name: c, to: x}]\nconditions: {from_c: labels.team == "shop"}\nredact: [{keys: token, with: mask}]\n`,
      'b.yml': `auditlb: 1\ninclude: [shared/deep/c.yaml]\nsources: [{name: rest, tag: '*', format: auto}]\nsample: [{name: s2, when: 'false', drop: true}]\nroutes: [{name: b, to: x}]\ndestinations: {own: {}, a: {}, b: {}, x: {}}\nshards: {count: 3}\ntests: [{name: t, tag: web, line: '${LINE}', expect: {routes: [own, a, c, b]}}]\n`,
    });
    expect(said).toContain('/b.yml:6:32: warning: unused_destination: no route goes to `b`');
    const { plan, tests } = filter!;
    expect(plan.name).toBe('policy');
    expect(plan.schema).toBe('ecs');
    expect(plan.shards.weights).toHaveLength(3);
    expect(plan.sources.map(({ name }) => name)).toEqual(['web', 'rest']);
    expect(plan.routes.map(({ name }) => name)).toEqual(['own', 'a', 'c', 'b']);
    expect(plan.sample!.map(({ name }) => name)).toEqual(['s1', 's2']);
    expect(plan.redact).toHaveLength(1);
    expect(tests).toHaveLength(1);
  });

  test('may be shipped policies, by their names', () => {
    const { filter, said } = build({
      'policy.yaml': `auditlb: 1\ninclude: baseline\n${SOURCE}routes: [{name: own}]\n`,
    });
    expect(said).toBe('');
    expect(filter!.plan.sources.map(({ name }) => name)).toEqual(['web', 'any']);
    expect(filter!.plan.routes.map(({ name }) => name)).toEqual(['own', 'review', 'archive']);
  });

  test('are part of the hash', () => {
    const hash = (limit: number) =>
      build({
        'policy.yaml': 'auditlb: 1\ninclude: a.yaml\n',
        'a.yaml': `auditlb: 1\n${SOURCE}routes: [{name: a, when: http.response.status > ${limit}}]\n`,
      }).filter!.plan.hash;
    expect(hash(500)).not.toBe(hash(501));
    expect(hash(500)).toBe(hash(500));
  });

  test('are read by tests, configurations and commands alike', async () => {
    const policy = 'auditlb: 1\ninclude: a.yaml\n';
    workspace.write('policy.yaml', policy);
    workspace.write('a.yaml', `auditlb: 1\n${SOURCE}${A}tests: [{name: t, line: '${LINE}', expect: {routes: [a]}}]\n`);
    workspace.write('bad.yaml', 'auditlb: 1\ninclude: worse.yaml\n');
    workspace.write('worse.yaml', `auditlb: 1\n${SOURCE}routes: [{name: a, when: has(actor.nam)}]\n`);
    const path = workspace.path('policy.yaml');
    expect(loadPolicy(path).line(LINE).routes).toEqual(['a']);
    expect(loadPolicy(pathToFileURL(path)).line(LINE).routes).toEqual(['a']);
    const { result } = configure({ text: policy, file: path }, ({ routes }) => routes.length);
    expect(result!.made).toBe(1);
    expect(await workspace.auditlb(['test', 'policy.yaml'])).toMatchObject({ code: 0 });
    const checked = await workspace.auditlb(['check', 'bad.yaml']);
    expect(checked.code).toBe(1);
    expect(checked.stderr).toContain('worse.yaml:3:');
    expect(checked.stderr).toContain('  3 | routes: [{name: a, when: has(actor.nam)}]');
  });
});

describe('what is wrong', () => {
  test('stands in the file it is in; of names in two files both places are said', () => {
    const { said } = build({
      'policy.yaml': `auditlb: 1\ninclude: [a.yaml]\n${SOURCE}routes: [{name: twice}]\nconditions: {c: has(src.ip)}\ndestinations: {d: {}}\nsample: [{name: s, when: c, drop: true}]\n`,
      'a.yaml': `auditlb: 1
sources: [{name: web, tag: '*', format: nginx_combine}]
routes: [{name: twice, when: url.pth == "/"}]
conditions: {c: has(src.ip), d: has(actor.nme)}
destinations: {d: {}}
redact: [{name: r, with: mask}]
sample: [{name: s, when: c}]
shards: {count: 2, weights: [1]}
rotes: []
`,
    });
    expect(said).toMatchInlineSnapshot(`
      "/a.yaml:2:18: duplicate_name: source \`web\` is there twice
        2 | sources: [{name: web, tag: '*', format: nginx_combine}]
          |                  ^^^
        help: rename one of them: the other is at /policy.yaml:3:18
      /a.yaml:2:41: unknown_format: unknown format \`nginx_combine\`
        2 | sources: [{name: web, tag: '*', format: nginx_combine}]
          |                                         ^^^^^^^^^^^^^
        help: did you mean \`nginx_combined\`?
      /a.yaml:3:17: duplicate_name: route \`twice\` is there twice
        3 | routes: [{name: twice, when: url.pth == "/"}]
          |                 ^^^^^
        help: rename one of them: the other is at /policy.yaml:4:17
      /a.yaml:3:17: unknown_destination: unknown destination \`twice\`
        3 | routes: [{name: twice, when: url.pth == "/"}]
          |                 ^^^^^
        help: add it to \`destinations\`
      /a.yaml:3:30: unknown_field: unknown field \`url.pth\`
        3 | routes: [{name: twice, when: url.pth == "/"}]
          |                              ^^^^^^^
        help: did you mean \`url.path\`?
      /a.yaml:4:14: duplicate_name: condition \`c\` is there twice
        4 | conditions: {c: has(src.ip), d: has(actor.nme)}
          |              ^
        help: rename one of them: the other is at /policy.yaml:5:14
      /a.yaml:4:33: unknown_field: unknown field \`actor.nme\`
        4 | conditions: {c: has(src.ip), d: has(actor.nme)}
          |                                 ^^^^^^^^^^^^^^
        help: did you mean \`actor.name\`?
      /a.yaml:5:16: duplicate_name: destination \`d\` is there twice
        5 | destinations: {d: {}}
          |                ^
        help: rename one of them: the other is at /policy.yaml:6:16
      /a.yaml:6:10: nothing_to_redact: the rule says nothing to look for
        6 | redact: [{name: r, with: mask}]
          |          ^^^^^^^^^^^^^^^^^^^^^
        help: add \`fields\`, \`keys\` or \`patterns\`
      /a.yaml:7:10: invalid_sample: a rule either drops or keeps a share
        7 | sample: [{name: s, when: c}]
          |          ^^^^^^^^^^^^^^^^^^
        help: write \`drop: true\`, or \`keep: 1/100\` and \`by\`
      /a.yaml:7:17: duplicate_name: rule \`s\` is there twice
        7 | sample: [{name: s, when: c}]
          |                 ^
        help: rename one of them: the other is at /policy.yaml:7:17
      /a.yaml:8:9: weights_mismatch: 1 weights for 2 shards
        8 | shards: {count: 2, weights: [1]}
          |         ^^^^^^^^^^^^^^^^^^^^^^^^
        help: give one weight for each shard
      /a.yaml:9:1: unknown_key: unknown key \`rotes\`
        9 | rotes: []
          | ^^^^^
        help: did you mean \`routes\`?
      /policy.yaml:4:17: unknown_destination: unknown destination \`twice\`
        4 | routes: [{name: twice}]
          |                 ^^^^^
        help: add it to \`destinations\`"
    `);
  });

  test('cycles, files that cannot be read, and paths that lead outside', () => {
    const { said } = build({
      'policy.yaml': `auditlb: 1\ninclude: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]\n${SOURCE}`,
      'a.yaml': 'auditlb: 1\ninclude:\n  - b.yaml\n',
      'b.yaml': 'auditlb: 1\ninclude: [a.yaml, ./b.yaml, policy.yaml]\n',
      'folder.d/x.yaml': '',
    });
    expect(said.replaceAll(root, '')).toMatchInlineSnapshot(`
      "/b.yaml:2:11: include_cycle: \`a.yaml\` leads back to itself: \`/a.yaml\` → \`/b.yaml\` → \`/a.yaml\`
        2 | include: [a.yaml, ./b.yaml, policy.yaml]
          |           ^^^^^^
        help: remove one of them
      /b.yaml:2:19: include_cycle: \`./b.yaml\` leads back to itself: \`/b.yaml\` → \`/b.yaml\`
        2 | include: [a.yaml, ./b.yaml, policy.yaml]
          |                   ^^^^^^^^
        help: remove one of them
      /b.yaml:2:29: include_cycle: \`policy.yaml\` leads back to itself: \`/policy.yaml\` → \`/a.yaml\` → \`/b.yaml\` → \`/policy.yaml\`
        2 | include: [a.yaml, ./b.yaml, policy.yaml]
          |                             ^^^^^^^^^^^
        help: remove one of them
      /policy.yaml:2:19: include_unreadable: \`./none.yaml\` cannot be read: there is no such file
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                   ^^^^^^^^^^^
      /policy.yaml:2:32: include_unreadable: \`folder.d\` cannot be read: it is a folder
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                                ^^^^^^^^
      /policy.yaml:2:42: include_outside: \`../0/policy.yaml\` is not below \`\`
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                                          ^^^^^^^^^^^^^^^^
        help: copy it there, or set AUDITLB_INCLUDE_ROOT to a folder that holds both
      /policy.yaml:2:60: include_outside: \`/etc/passwd\` is not below \`\`
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                                                            ^^^^^^^^^^^
        help: copy it there, or set AUDITLB_INCLUDE_ROOT to a folder that holds both
      /policy.yaml:2:73: unknown_pack: there is no shipped policy \`baselin\`
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                                                                         ^^^^^^^
        help: did you mean \`baseline\`?
      /policy.yaml:2:82: unknown_pack: there is no shipped policy \`nothing_like_it\`
        2 | include: [a.yaml, ./none.yaml, folder.d, ../0/policy.yaml, /etc/passwd, baselin, nothing_like_it]
          |                                                                                  ^^^^^^^^^^^^^^^
        help: write a path such as \`./nothing_like_it.yaml\`, or one of aws_account, baseline, default, gdpr_minimal, kubernetes, pci_dss, soc2"
    `);
  });

  test('settings two included files say, and sources nobody says', () => {
    const { said } = build({
      'policy.yaml': 'auditlb: 1\ninclude: [a.yaml, b.yaml]\nraw: never\n',
      'a.yaml': 'auditlb: 1\nschema: ecs\nraw: always\n',
      'b.yaml': 'auditlb: 1\nschema: otel\nraw: always\n',
    });
    expect(said).toMatchInlineSnapshot(`
      "/b.yaml:1:1: setting_twice: \`schema\` is said by two included files
        1 | auditlb: 1
          | ^^^^^^^^^^
        help: \`/a.yaml\` says it too: say in \`/policy.yaml\` what counts
      /policy.yaml:1:1: missing_key: key \`sources\` is missing
        1 | auditlb: 1
          | ^"
    `);
  });

  test('a folder that holds both lets paths out of the policy’s own', () => {
    const files = {
      'one/policy.yaml': 'auditlb: 1\ninclude: ../shared.yaml\n',
      'shared.yaml': `auditlb: 1\n${SOURCE}`,
    };
    expect(build(files).said).toContain('include_outside');
    const path = write(files);
    const { filter } = buildFilter({ text: files['one/policy.yaml'], file: path, includeRoot: dirname(dirname(path)) });
    expect(filter!.plan.sources).toHaveLength(1);
  });
});
