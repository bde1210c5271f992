import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { packageRoot } from '../src/policy/catalog.ts';
import { bothOutputs, referenceOf, SCHEMAS } from './support/differential.ts';
import { validateEcs } from './support/ecs/validate.ts';
import { validateOcsf } from './support/ocsf/validate.ts';

const SAMPLES = join(packageRoot(), 'samples');
const policy = readFileSync(join(SAMPLES, 'policy.yaml'), 'utf8');

describe.each(SCHEMAS)('the shipped samples as %s', (schema) => {
  const { filter, diagnostics } = buildFilter({
    text: policy.replace('schema: ocsf', `schema: ${schema}`),
    file: 'samples/policy.yaml',
  });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.log'))) {
    const lines = readFileSync(join(SAMPLES, file), 'utf8').trimEnd().split('\n');
    test.each(lines.map((line, i) => [i + 1, line] as const))(`${file}:%i`, (_, line) => {
      const record = Buffer.from(JSON.stringify({ log: line }));
      const both = bothOutputs(instance, reference, {
        tag: file.replace(/\.log$/, ''),
        timeSec: 1_770_091_600,
        timeNsec: 0,
        record,
      });
      expect(both.engine).toEqual(both.reference);
      if (schema === 'ocsf') expect(validateOcsf(both.engine)).toEqual([]);
      if (schema === 'ecs') expect(validateEcs(both.engine as Record<string, unknown>)).toEqual([]);
      expect(both.engine).toMatchObject({ auditlb: { status: 'ok' } });
    });
  }
});
