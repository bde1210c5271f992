import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildFilter } from '../../src/filter.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { schemaDocument } from '../../src/policy/document/json_schema.ts';
import { policyShape } from '../../src/policy/document/policy_document.ts';
import { keyReference, markdownTable } from '../../src/policy/document/reference.ts';
import { testFile } from '../../src/policy/document/test_document.ts';
import { FIELD_BY_PATH, FIELDS } from '../../src/policy/fields.ts';
import { formatFile } from '../../src/policy/formats/format_shape.ts';
import { runCase } from '../../src/policy_test/run.ts';
import { Twin } from '../../src/twin.ts';

const path = (name: string): string => join(packageRoot(), name);

/** The text with what stands between two marks replaced. */
function replaceSection(text: string, name: string, section: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  expect(text).toContain(open);
  return `${text.slice(0, text.indexOf(open))}${open}\n\n${section}\n\n${text.slice(text.indexOf(close))}`;
}

/** Where documents are stale: `npx vitest run test/policy/reference_docs.test.ts -u`. */
describe('generated references', () => {
  test.each([
    ['policy', 'auditlb policy', policyShape],
    ['policy.test', 'Tests of an auditlb policy', testFile],
    ['format', 'auditlb log format', formatFile],
  ] as const)('schemas/%s.schema.json', async (name, title, shape) => {
    const text = `${JSON.stringify(schemaDocument(title, shape.schema!), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(path(`schemas/${name}.schema.json`));
  });

  test('docs/policy.md', async () => {
    const fields = [...FIELD_BY_PATH].map(([field, name]) => {
      const { type, values, doc } = FIELDS[name];
      const members = values === undefined ? '' : `: ${Object.values(values).join(', ')}`;
      return [`\`${field}\``, type, `${doc}${members}`];
    });
    const written = readFileSync(path('docs/policy.md'), 'utf8');
    const withKeys = replaceSection(written, 'keys', keyReference(policyShape.schema!, 'policy', 3));
    const text = replaceSection(withKeys, 'fields', markdownTable(['field', 'type', 'meaning'], fields));
    await expect(text).toMatchFileSnapshot(path('docs/policy.md'));
  });
});

const validatorOf = (name: string): ValidateFunction =>
  new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(
    JSON.parse(readFileSync(path(`schemas/${name}.schema.json`), 'utf8')) as object,
  );

describe('the schemas', () => {
  test.each([
    ['policy', 'samples/policy.yaml'],
    ['policy', 'policies/default.yaml'],
    ['policy', 'fluent-bit/edge/policy.yaml'],
    ['policy.test', 'samples/policy.test.yaml'],
    ['format', 'formats/aws_alb.yaml'],
    ['format', 'formats/kubernetes_audit.yaml'],
    ['format', 'formats/haproxy_tcp.yaml'],
  ])('%s accepts %s', (schema, file) => {
    const validate = validatorOf(schema);
    validate(parse(readFileSync(path(file), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  test('refuse what the compiler refuses', () => {
    const policy = parse(readFileSync(path('samples/policy.yaml'), 'utf8')) as Record<string, unknown>;
    const validate = validatorOf('policy');
    for (const wrong of [{ auditlb: 2 }, { raw: 'sometimes' }, { routs: [] }, { routes: [{ name: 'Siem' }] }]) {
      const text = JSON.stringify({ ...policy, ...wrong });
      expect(buildFilter({ text, file: 'policy.yaml' }).diagnostics).not.toEqual([]);
      expect(validate(JSON.parse(text))).toBe(false);
    }
  });
});

const examples = [...readFileSync(path('docs/policy.md'), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/gu)].map(
  ([, text]) => text!,
);

test.each(examples)('the policy of the documentation passes its own tests: %#', (text) => {
  const { filter, diagnostics, warnings } = buildFilter({ text, file: 'policy.yaml' });
  expect({ diagnostics, warnings }).toEqual({ diagnostics: [], warnings: [] });
  const problems = filter!.tests.map((each, i) => runCase(new Twin(filter!), each, i).problem);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.filter((problem) => problem !== '')).toEqual([]);
});
