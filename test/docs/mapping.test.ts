import { expect, test } from 'vitest';
import { mappingPage } from '../support/mapping_page.ts';

const HEAD = `<!-- Written by test/docs/mapping.test.ts: npx vitest run test/docs -u -->

# Where each field goes

What the output of each class holds, and the field of the event it comes from. \`schema\` in a policy selects the schema; the mappings themselves are
[schemas/](../schemas). A member whose fields are missing is left out. Fields a schema has no place for, or whose place needs another
field that is missing, are in \`auditlb.fields\` under their own names.
`;

test('docs/mapping.md tells the mappings of the schemas', async () => {
  const pages = [
    mappingPage('ocsf', 'OCSF 1.8.0'),
    mappingPage('ecs', 'Elastic Common Schema 8.17'),
    mappingPage('otel', 'OpenTelemetry log records'),
  ];
  await expect([HEAD, ...pages].join('\n')).toMatchFileSnapshot('../../docs/mapping.md');
});
