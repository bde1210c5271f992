import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { childUserSeconds } from '../../src/bench/collector.ts';
import { formatCorpora, nginxLines } from '../../src/bench/corpus.ts';
import { checkAnswers } from '../../src/bench/embedded.ts';
import { interleave, ratioOf } from '../../src/bench/interleave.ts';
import { constantModule, identityModule } from '../../src/bench/modules.ts';
import { build, plainPolicy } from '../../src/bench/policies.ts';
import type { Report } from '../../src/bench/report.ts';
import { checkOutputs, type Variant } from '../../src/bench/variants.ts';
import { WrongOutput } from '../../src/bench/wrong_output.ts';
import { FilterInstance, HostModule } from '../../src/host/index.ts';
import { loadCatalog, packageRoot } from '../../src/policy/catalog.ts';

const folder = mkdtempSync(join(tmpdir(), 'auditlb-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TINY = ['--records', '50', '--rounds', '1', '--seconds', '0.01'];

/** The built bench, with this program as its Fluent Bit. */
function bench(args: readonly string[], fluentBit = join(folder, 'none')) {
  const main = join(packageRoot(), 'dist/src/bench/main.js');
  const env = { ...process.env, FLUENT_BIT_BIN: fluentBit };
  return spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' });
}

/** Commands that build and measure, on a machine with other things to do. */
const PATIENCE_MS = 180_000;

describe('the command', { timeout: PATIENCE_MS }, () => {
  test('measures every format that has fixtures, and says why Fluent Bit is skipped', () => {
    const { status, stdout } = bench([...TINY, '--soak', '2000', '--json']);
    const { formats, rules, collector, soak } = JSON.parse(stdout) as Report;
    expect(status).toBe(0);
    expect(formats.map(({ name }) => name)).toEqual(formatCorpora(loadCatalog(), 1).map(({ format }) => format));
    expect(formats.every(({ nsPerRecord: { min, median, max } }) => 0 < min && min <= median && median <= max)).toBe(
      true,
    );
    expect(rules!.sets.map(({ rules }) => rules)).toEqual([10, 1000]);
    expect(collector).toEqual({ skipped: expect.stringContaining('set FLUENT_BIT_BIN') });
    expect(soak!.embedded).toMatchObject({ records: 2000 });
  });

  test('prints a table of one format', () => {
    const { status, stdout } = bench([...TINY, '--format', 'aws_alb']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^format +records\/s +ns\/record +spread\naws_alb +[\d ]+ +[\d ]+ +\d+ %$/m);
  });

  test('refuses a format it has no lines of', () => {
    const { status, stderr } = bench([...TINY, '--format', 'aws_albb']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('no fixtures of a format `aws_albb`')]);
  });

  test('ends with 2 where a collector loses the records', () => {
    const lossy = join(folder, 'fluent-bit');
    writeFileSync(lossy, '#!/bin/sh\nexit 0\n');
    chmodSync(lossy, 0o755);
    const { status, stderr } = bench(TINY, lossy);
    expect([status, stderr]).toEqual([2, 'wrong output: no filter: 0 records came of 50 lines\n']);
  });
});

describe('an output counts only if it is right', () => {
  const lines = [...nginxLines(20)];
  const corpus = { format: 'nginx_combined', lines };
  const filterOf = (format: string) => new FilterInstance(build(plainPolicy(format), loadCatalog()).wasm);

  test('on the embedded host', async () => {
    const wrong = async (module: HostModule | Promise<Uint8Array>) => {
      const host = module instanceof HostModule ? module : new HostModule(await module);
      expect(() => checkAnswers(host, corpus)).toThrow(WrongOutput);
    };
    expect(() => checkAnswers(filterOf('nginx_combined'), corpus)).not.toThrow();
    await wrong(filterOf('aws_alb'));
    await wrong(identityModule());
    await wrong(constantModule('{"auditlb":{"format":"nginx_combined","status":"ok"}'));
    await wrong(constantModule('{"auditlb":{"format":"nginx_combined","status":"partial"}}'));
  });

  test('of a collector', () => {
    const same: Variant = { name: 'same', setup: {}, isRight: (output, line) => output === line };
    const outputs = lines.map((line) => JSON.stringify(line));
    expect(() => checkOutputs(same, outputs, lines)).not.toThrow();
    expect(() => checkOutputs(same, outputs.slice(1), lines)).toThrow('19 records came of 20 lines');
    expect(() => checkOutputs(same, outputs.with(7, '"other"'), lines)).toThrow(WrongOutput);
    expect(() => checkOutputs(same, outputs.with(7, '{'), lines)).toThrow('no JSON');
  });
});

test('rounds take turns, and ratios are of one round', async () => {
  const order: string[] = [];
  const costs: Record<string, number[]> = { a: [3, 8, 20], b: [2, 4, 5] };
  const cases = ['a', 'b'].map((name) => ({ name, measure: () => costs[name]![order.length >> 1]! }));
  const measured = await interleave(
    cases.map(({ name, measure }) => ({
      name,
      measure: () => {
        const cost = measure();
        order.push(name);
        return cost;
      },
    })),
    3,
    () => {},
  );
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(ratioOf(measured.get('a')!, measured.get('b')!)).toEqual({ median: 2, min: 1.5, max: 4 });
});

test('user CPU is that of the children of the shell', () => {
  expect(childUserSeconds('0m0.01s 0m0.00s\n2m3.250s 0m9.00s\n')).toBe(123.25);
  expect(() => childUserSeconds('sh: times: not found\n')).toThrow('`times` of sh gave');
});
