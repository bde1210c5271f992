import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { buildFilter, readEngine } from '../../src/index.ts';
import { Workspace } from './cli.ts';

const POLICY = `auditlb: 1
name: edge
sources: [{name: edge, tag: nginx.*, format: nginx_combined}]
routes:
  - {name: siem, when: 'http.response.status >= 500', to: siem}
  - {name: archive, to: [archive, siem]}
`;
const FAULTY = `auditlb: 1
sources: [{name: edge, tag: nginx.*, format: nginx_combind}]
routes:
  - {name: siem, when: 'http.response.status >= "500" || actor.nam == "root"'}
  - name: folded
    when: >-
      event.outcome == "failure" && (http.response.status in [401, 403] ||
      src.ip == "10.0.0.0/8")
`;

const work = new Workspace();
work.write('policy.yaml', POLICY);
work.write('faulty.yaml', FAULTY);
afterAll(() => work.remove());

describe('build', () => {
  test('writes the filter the library makes', async () => {
    const { code, stdout, stderr } = await work.auditlb(['build', 'policy.yaml', '-o', 'filter.wasm']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^filter\.wasm: [\d.]+ KiB, policy edge [0-9a-f]{16}, sha256 [0-9a-f]{64}\n$/);
    const { wasm } = buildFilter({ text: POLICY, file: 'policy.yaml' }).filter!;
    expect(readFileSync(work.path('filter.wasm')).equals(wasm)).toBe(true);
  });

  test('reads a policy from standard input and prints JSON', async () => {
    const { code, stdout } = await work.auditlb(['build', '-', '-o', 'piped.wasm', '--json'], POLICY);
    expect(code).toBe(0);
    const bytes = readFileSync(work.path('piped.wasm')).length;
    expect(JSON.parse(stdout)).toMatchObject({ file: 'piped.wasm', bytes, policy: { name: 'edge' } });
  });

  test('writes nothing for a policy with faults', async () => {
    const { code, stderr } = await work.auditlb(['build', 'faulty.yaml', '-o', 'faulty.wasm']);
    expect(code).toBe(1);
    expect(stderr).toContain('4 errors');
    expect(existsSync(work.path('faulty.wasm'))).toBe(false);
  });

  test('says where it cannot write', async () => {
    const { code, stderr } = await work.auditlb(['build', 'policy.yaml', '-o', 'none/filter.wasm']);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: cannot write \`none/filter.wasm\`: ENOENT: no such file or directory, open 'none/filter.wasm'
      "
    `);
  });
});

describe('check', () => {
  test('passes what is fine', async () => {
    const { code, stdout, stderr } = await work.auditlb(['check', 'policy.yaml']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "policy.yaml: fine (sources 1, formats 1, routes 2)
      "
    `);
  });

  test('shows every fault of every file, underlined', async () => {
    const { code, stdout, stderr } = await work.auditlb(['check', 'faulty.yaml', 'missing.yaml', 'policy.yaml']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "faulty.yaml:2:46: unknown_format: unknown format \`nginx_combind\`
        2 | sources: [{name: edge, tag: nginx.*, format: nginx_combind}]
          |                                              ^^^^^^^^^^^^^
        help: did you mean \`nginx_combined\`?
      faulty.yaml:4:49: wrong_type: \`http.response.status\` cannot be compared with this
        4 |   - {name: siem, when: 'http.response.status >= "500" || actor.nam == "root"'}
          |                                                 ^^^^^
        help: write an integer
      faulty.yaml:4:58: unknown_field: unknown field \`actor.nam\`
        4 |   - {name: siem, when: 'http.response.status >= "500" || actor.nam == "root"'}
          |                                                          ^^^^^^^^^
        help: did you mean \`actor.name\`?
      faulty.yaml:8:17: wrong_type: \`src.ip\` cannot be compared with this
        8 |       src.ip == "10.0.0.0/8")
          |                 ^^^^^^^^^^^^
        help: write an address such as \`"203.0.113.9"\`
      missing.yaml: file_unreadable: no such file
      5 errors
      policy.yaml: fine (sources 1, formats 1, routes 2)
      "
    `);
  });

  test('warns of what is hardly meant, which is no fault', async () => {
    work.write('odd.yaml', POLICY.replace('http.response.status >= 500', 'http.response.status >= 500 && false'));
    const { code, stderr } = await work.auditlb(['check', 'odd.yaml']);
    expect(code).toBe(0);
    expect(stderr).toMatchInlineSnapshot(`
      "odd.yaml:5:25: warning: never_true: route \`siem\` is never taken: no record makes this true
        5 |   - {name: siem, when: 'http.response.status >= 500 && false', to: siem}
          |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        help: remove it
      1 warning
      odd.yaml: fine (sources 1, formats 1, routes 2)
      "
    `);
  });

  test('prints JSON for tools', async () => {
    const { code, stdout, stderr } = await work.auditlb(['check', '--json', 'faulty.yaml']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: object[] };
    expect(diagnostics).toHaveLength(4);
    expect(diagnostics[0]).toEqual({
      code: 'unknown_format',
      file: 'faulty.yaml',
      line: 2,
      column: 46,
      length: 13,
      message: 'unknown format `nginx_combind`',
      help: 'did you mean `nginx_combined`?',
    });
    expect(JSON.parse((await work.auditlb(['check', '--json', 'policy.yaml'])).stdout)).toEqual({ diagnostics: [] });
  });
});

describe('inspect', () => {
  test('shows what a filter is', async () => {
    await work.auditlb(['build', 'policy.yaml', '-o', 'inspected.wasm']);
    const { code, stdout } = await work.auditlb(['inspect', 'inspected.wasm']);
    expect(code).toBe(0);
    const steady = stdout.replace(/[0-9a-f]{64}/g, '<hash>').replace(/\([\d.]+ KiB\)/, '(<size>)');
    expect(steady).toMatchInlineSnapshot(`
      "file    inspected.wasm (<size>)
      sha256  <hash>
      engine  0.1.0 <hash>
      abi     1
      policy  edge <hash>
      schema  ocsf
      source  edge: tag nginx.*, nginx_combined
      route   siem to siem
      route   archive to archive, siem
      shards  1
      "
    `);
    const json = JSON.parse((await work.auditlb(['inspect', '--json', 'inspected.wasm'])).stdout) as object;
    expect(json).toMatchObject({ file: 'inspected.wasm', policy: { name: 'edge' }, shards: 1 });
  });

  test('refuses what is no filter', async () => {
    work.write('engine.wasm', readEngine());
    for (const [file, refusal] of [
      ['engine.wasm', 'error: `engine.wasm` is refused: no_policy: it is an engine without a policy'],
      ['policy.yaml', 'error: `policy.yaml` is refused: not_wasm: it is no WebAssembly module'],
      ['missing.wasm', 'error: cannot read filter `missing.wasm`: no such file'],
    ] as const) {
      const { code, stdout, stderr } = await work.auditlb(['inspect', file]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(refusal);
    }
  });
});

describe('formats', () => {
  test('lists what a policy can name', async () => {
    const { code, stdout, stderr } = await work.auditlb(['formats']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^format +kind +class +sniffed +title$/);
    expect(rows.map((row) => row.replace(/ +/g, ' '))).toContain(
      'aws_alb shapes http_activity auto AWS Application Load Balancer access log',
    );
    const json = JSON.parse((await work.auditlb(['formats', '--json'])).stdout) as { name: string }[];
    expect(json.map(({ name }) => name)).toEqual(rows.map((row) => row.split(' ')[0]));
  });
});
