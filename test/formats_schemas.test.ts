import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { bothOutputs, referenceOf } from './support/differential.ts';
import { validateEcs } from './support/ecs/validate.ts';
import { lineRecord, readFixtures, withoutHash } from './support/fixtures.ts';

/** `formats.test.ts` has the schema `ocsf`. */
describe.each(['ecs', 'otel'])('fixtures as %s', (schema) => {
  test.each(readFixtures().map((fixtures) => [fixtures.format, fixtures] as const))('%s', async (format, fixtures) => {
    const { filter, diagnostics } = buildFilter({
      text: fixtures.policy.replace('auditlb: 1\n', `auditlb: 1\nschema: ${schema}\n`),
      file: join(fixtures.folder, 'policy.yaml'),
    });
    expect(diagnostics).toEqual([]);
    expect(filter!.plan.schema).toBe(schema);
    const instance = new FilterInstance(filter!.wasm);
    const reference = referenceOf(filter!);
    for (const { name, lines } of fixtures.files) {
      const outputs = lines.map((line) => bothOutputs(instance, reference, lineRecord(format, line)));
      const events = outputs.map(({ engine }) => engine as Record<string, unknown>);
      expect(outputs.map((each) => each.reference)).toEqual(events);
      if (schema === 'ecs')
        expect(
          events.flatMap((event, i) => validateEcs(event).map((fault) => `${name}.log:${i + 1}: ${fault}`)),
        ).toEqual([]);
      if (name === 'basic') {
        const golden = join(fixtures.folder, `basic.${schema}.json`);
        await expect(`${JSON.stringify(events, withoutHash, 2)}\n`).toMatchFileSnapshot(golden);
      }
    }
  });
});
