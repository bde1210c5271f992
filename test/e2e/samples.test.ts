import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FilterInstance, FilterWasm, hostMap } from '../../src/host/index.ts';
import { filterOf, SAMPLES, sampleLines } from '../support/filter.ts';
import { FLUENT_BIT, FluentBit, linesOf, temporaryFolder, until, WAMRC, withoutIds } from './support.ts';

const FILES = readdirSync(SAMPLES).filter((name) => name.endsWith('.log'));
const tagOf = (file: string): string => file.replace(/\.log$/, '');

/** Every sample by a tail input of its own through one filter, `json.escape_unicode` as it is by default. */
function config(folder: string, filter: string): string {
  const inputs = FILES.map(
    (file) => `- {name: tail, tag: ${tagOf(file)}, path: ${join(SAMPLES, file)}, read_from_head: on}`,
  );
  return `
service: {flush: 0.1}
pipeline:
  inputs:
    ${inputs.join('\n    ')}
  filters:
    - {name: wasm, match: '*', wasm_path: ${filter}, function_name: filter}
  outputs:
    - {name: file, match: '*', path: ${folder}, format: plain}
`;
}

describe.skipIf(!FLUENT_BIT)('the shipped samples in a real collector', () => {
  const wasm = filterOf('samples', 'policy.yaml');
  const host = new FilterWasm(new FilterInstance(wasm));
  const expected = FILES.map((file) => {
    const chunk = sampleLines(file).map((log) => ({ seconds: 0, nanoseconds: 0, body: hostMap({ log }) }));
    return host.chunk(tagOf(file), chunk).records.map(({ body }) => host.jsonOut(body));
  });

  async function agrees(kind: 'wasm' | 'aot'): Promise<void> {
    const folder = temporaryFolder();
    const filter = join(folder, `filter.${kind}`);
    writeFileSync(join(folder, 'filter.wasm'), wasm);
    if (kind === 'aot') execFileSync(WAMRC!, ['-o', filter, join(folder, 'filter.wasm')], { stdio: 'ignore' });
    const collector = new FluentBit(config(folder, filter), folder);
    const seen = (): string[][] => FILES.map((file) => linesOf(join(folder, tagOf(file))));
    await until('every sample', () => seen().flat().length >= expected.flat().length);
    expect(await collector.stop()).toBe(0);
    expect(seen().map(withoutIds)).toEqual(expected.map(withoutIds));
  }

  test.concurrent('are what the embedded host makes of them', () => agrees('wasm'));
  test.skipIf(!WAMRC).concurrent('are the same in native code', () => agrees('aot'));
});
