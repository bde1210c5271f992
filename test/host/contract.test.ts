import { describe, expect, test } from 'vitest';
import { FilterWasm, HostModule } from '../../src/host/index.ts';
import { CASES } from '../support/contract.ts';

describe('the contract of filter_wasm', () => {
  test.each(CASES.map((one) => [one.name, one] as const))('%s', (_, { name, wasm, records, fates, lines, crash }) => {
    const host = new FilterWasm(new HostModule(wasm));
    const chunk = records.map((body, i) => ({ seconds: 1_770_000_000 + i, nanoseconds: i, body }));
    const result = host.chunk(name, chunk);
    expect(result.fates.map(({ kind }) => kind[0]).join('')).toBe(fates);
    expect(result.records.map(({ body }) => host.jsonOut(body))).toEqual(lines);
    expect(result.crash).toBe(crash);
  });
});
