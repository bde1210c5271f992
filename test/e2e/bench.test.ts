import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Collector } from '../../src/bench/collector.ts';
import { nginxLines } from '../../src/bench/corpus.ts';
import { soakCollector } from '../../src/bench/soak.ts';
import { checkOutputs, NAMES, type Variant, variants } from '../../src/bench/variants.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { FLUENT_BIT } from './support.ts';

const lines = [...nginxLines(2000)];

describe.skipIf(FLUENT_BIT === undefined)('what the bench measures in Fluent Bit', () => {
  let collector: Collector;
  let pipelines: Variant[];
  let input: string;
  const named = (name: string): Variant => pipelines.find((pipeline) => pipeline.name === name)!;

  beforeAll(async () => {
    collector = new Collector(FLUENT_BIT!);
    pipelines = await variants(collector, undefined, loadCatalog(), lines);
    input = join(collector.folder, 'input.log');
    writeFileSync(input, `${lines.join('\n')}\n`);
  });

  test.each([NAMES.parser, NAMES.constant, NAMES.auditlb, NAMES.lua])('%s', async (name) => {
    checkOutputs(named(name), await collector.outputs(named(name).setup, input), lines);
  });

  test('the Lua filter writes what auditlb writes, and no other pipeline does', async () => {
    const outputs = await collector.outputs(named(NAMES.lua).setup, input);
    expect(() => checkOutputs(named(NAMES.auditlb), outputs, lines)).not.toThrow();
    expect(() => checkOutputs(named(NAMES.constant), outputs, lines)).toThrow('is wrong for');
    expect(() => checkOutputs(named(NAMES.parser), outputs, lines)).toThrow('is wrong for');
  });

  test('counts, user CPU and memory', async () => {
    const { setup } = named(NAMES.auditlb);
    expect(await collector.count(setup, input)).toBe(lines.length);
    expect(await collector.userSeconds(setup, input)).toBeLessThan(20);
    const soak = await soakCollector(collector, named(NAMES.auditlb), 3000, () => {});
    expect(soak.records).toBe(3000);
    expect(soak.warmBytes).toBeGreaterThan(1 << 20);
  });
});
