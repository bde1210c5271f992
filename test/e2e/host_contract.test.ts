import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FilterWasm, HostModule } from '../../src/host/index.ts';
import { CASES, type ContractCase, HEX, numbered } from '../support/contract.ts';
import { ODD_REPLIES, ODD_VALUES, UNSPEAKABLE_VALUES } from '../support/odd.ts';
import { filterWasm, replies } from '../support/wat.ts';
import { FLUENT_BIT, FluentBit, forward, linesOf, type SentRecord, temporaryFolder, until } from './support.ts';

const END = { name: 'the_end', wasm: filterWasm('(local.get $rec)'), records: [numbered(0)] };

type Cases = readonly Pick<ContractCase, 'name' | 'wasm' | 'records'>[];

/** A filter per case behind a `rewrite_tag`: a forward input itself calls filters on a stack that WebAssembly does not accept. */
function config(folder: string, cases: Cases, escapeUnicode: boolean): string {
  const filters = cases.map(
    ({ name }) => `- {name: wasm, match: ${name}, wasm_path: ${join(folder, name)}.wasm, function_name: filter}`,
  );
  return `
service: {flush: 0.1, grace: 5, json.escape_unicode: ${escapeUnicode ? 'on' : 'off'}}
pipeline:
  inputs:
    - {name: forward, unix_path: ${join(folder, 'socket')}, tag_prefix: in., buffer_max_size: 64M, buffer_chunk_size: 1M}
  filters:
    - {name: rewrite_tag, match: in.*, rule: "$n .* $TAG[1] false", emitter_mem_buf_limit: 256M}
    ${filters.join('\n    ')}
  outputs:
    - {name: file, match: '*', path: ${folder}, format: plain}
`;
}

export const chunkOf = (records: ContractCase['records']): SentRecord[] =>
  records.map((body, i) => ({ seconds: 1_770_000_000 + i, nanoseconds: i, body }));

/** The lines each case's records became in a real collector. */
async function realLines(cases: Cases, escapeUnicode: boolean): Promise<Map<string, string[]>> {
  const folder = temporaryFolder();
  const all = [...cases, END];
  for (const { name, wasm } of all) writeFileSync(join(folder, `${name}.wasm`), wasm);
  const collector = new FluentBit(config(folder, all, escapeUnicode), folder);
  await collector.said('listening on');
  for (const { name, records } of all) await forward(join(folder, 'socket'), name, chunkOf(records));
  await until('the last record', () => linesOf(join(folder, END.name)).length > 0);
  expect(await collector.stop()).toBe(0);
  return new Map(cases.map(({ name }) => [name, linesOf(join(folder, name))]));
}

describe.skipIf(!FLUENT_BIT)('a real collector', () => {
  const sound = CASES.filter(({ crash }) => crash === undefined);
  let real: Map<string, string[]>;
  beforeAll(async () => {
    real = await realLines(sound, true);
  });
  test.each(sound.map((one) => [one.name, one] as const))('%s', (name, { wasm, records }) => {
    const host = new FilterWasm(new HostModule(wasm));
    const expected = host.chunk(name, chunkOf(records)).records.map(({ body }) => host.jsonOut(body));
    expect(real.get(name)).toEqual(expected);
  });
});

describe.skipIf(!FLUENT_BIT)('odd records and replies in a real collector', () => {
  const values = [...ODD_VALUES, ...UNSPEAKABLE_VALUES];
  test.each([true, false])('json.escape_unicode %s', async (escapeUnicode) => {
    const cases = [
      { name: 'in', wasm: HEX, records: values.map(([, value], i) => numbered(i, [['v', value]])) },
      ...ODD_REPLIES.map(([, reply], i) => ({
        name: `reply${i}`,
        wasm: replies(Buffer.concat([Buffer.from('{"v":'), Buffer.from(reply), Buffer.from('}')])),
        records: [numbered(i)],
      })),
    ];
    const real = await realLines(cases, escapeUnicode);
    const seen = [
      ...real.get('in')!.map((line) => Buffer.from((JSON.parse(line) as { hex: string }).hex, 'hex').toString()),
      ...ODD_REPLIES.map((_, i) => real.get(`reply${i}`)!.join()),
    ];
    const expected = [
      ...values.map(([, , on, off], i) => `{"n":"${i}","v":${escapeUnicode ? on : (off ?? on)}}`),
      ...ODD_REPLIES.map(([, , on, off]) => (on === null ? '' : `{"v":${escapeUnicode ? on : (off ?? on)}}`)),
    ];
    expect(seen).toEqual(expected);
  });
});
