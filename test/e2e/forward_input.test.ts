import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numbered } from '../support/contract.ts';
import { filterWasm } from '../support/wat.ts';
import { chunkOf } from './filters.ts';
import { FLUENT_BIT, FluentBit, forward, linesOf, temporaryFolder } from './support.ts';

test.skipIf(!FLUENT_BIT)('a forward input acknowledges, then loses, every record a filter should see', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'filter.wasm'), filterWasm('(local.get $rec)'));
  const config = `
service: {flush: 0.1}
pipeline:
  inputs: [{name: forward, unix_path: ${join(folder, 'socket')}}]
  filters: [{name: wasm, match: '*', wasm_path: ${join(folder, 'filter.wasm')}, function_name: filter}]
  outputs: [{name: file, match: '*', path: ${folder}, format: plain}]
`;
  const collector = new FluentBit(config, folder);
  await collector.said('listening on');
  expect(await forward(join(folder, 'socket'), 'direct', chunkOf([numbered(1)]))).toBe(true);
  await collector.said('native stack overflow');
  expect(await collector.stop()).toBe(0);
  expect(linesOf(join(folder, 'direct'))).toEqual([]);
});
