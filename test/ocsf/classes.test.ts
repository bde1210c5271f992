import { describe, expect, test } from 'vitest';
import { EventClass } from '../../assembly/shared/enums.ts';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { bothOutputs, referenceOf } from '../support/differential.ts';
import { classByUid, facts } from '../support/ocsf/facts.ts';
import { validateOcsf } from '../support/ocsf/validate.ts';

const { schema } = loadCatalog().schemas.get('ocsf')!;

const PATHS = [
  'user.name',
  'actor.name',
  'src.ip',
  'resource.name',
  'privileges',
  'group.name',
  'process.pid',
  'db.name',
  'http.request.user_agent',
];

/** A format of this class, of blank-separated fields. */
const policy = (eventClass: string) => `
auditlb: 1
sources:
  - name: own
    tag: own
    format:
      class: ${eventClass}
      product: { name: own }
      fields:
${PATHS.map((path) => `        - { name: ${path}, to: ${path}, as: ${path === 'process.pid' ? 'int' : path === 'src.ip' ? 'address' : 'text'} }`).join('\n')}
`;

describe('a format of one’s own', () => {
  test.each(schema.classes.map(({ key, value }) => [key.value, value] as const))('of class %s', (name, { uid }) => {
    const { filter, diagnostics } = buildFilter({ text: policy(name), file: 'policy.yaml' });
    expect(diagnostics).toEqual([]);
    for (const line of ['ann root 203.0.113.7 r1 admin wheel 7 orders done', '- - - - - - - - -']) {
      const record = {
        tag: 'own',
        timeSec: 1_770_091_600,
        timeNsec: 0,
        record: Buffer.from(JSON.stringify({ log: line })),
      };
      const both = bothOutputs(new FilterInstance(filter!.wasm), referenceOf(filter!), record);
      expect(both.engine).toEqual(both.reference);
      expect(both.engine).toMatchObject({ class_uid: uid, auditlb: { status: 'ok' } });
      if (line.startsWith('ann')) expect(validateOcsf(both.engine)).toEqual([]);
    }
  });
});

test('ids of classes and activities are the published ones', () => {
  const known = Object.keys(EventClass);
  for (const { key, value } of schema.classes) {
    const published = classByUid(value.uid)!;
    expect(known).toContain(key.value);
    expect(value.category).toBe(published.category_uid);
    const captions = facts.enums[published.attributes.activity_id!.enum!]!;
    for (const { key: activity, value: id } of value.activities ?? [])
      for (const word of activity.value.split('_')) expect(captions[id]?.toLowerCase()).toContain(word);
  }
});
