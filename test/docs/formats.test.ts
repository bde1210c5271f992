import { expect, test } from 'vitest';
import { loadCatalog } from '../../src/policy/catalog.ts';
import { AMBIGUOUS } from '../support/ambiguous.ts';
import { readFixtures } from '../support/fixtures.ts';
import { formatSection } from '../support/formats_page.ts';

const HEAD = `<!-- Written by test/docs/formats.test.ts: npx vitest run test/docs -u -->

# Formats

What a policy can name under \`format\`: how its lines are written, the fields they fill, the classes of their events, and the reasons of
failures. A field without a name under \`from\` has none in the log, or follows from others. Where a format says \`{name}\` the line holds that value, \`[ … ]\` may be missing.
Events are shown in the schema \`ocsf\`, without what all have. \`auditlb formats NAME\` prints the same for one.

\`format: auto\` takes the first that recognises the line.`;

const AMBIGUITIES = `What it cannot tell apart a policy names:

| format | taken for | why |
| --- | --- | --- |
${AMBIGUOUS.map(({ format, takenFor, why }) => `| \`${format}\` | \`${takenFor}\` | ${why} |`).join('\n')}`;

test('docs/formats.md tells the shipped formats', async () => {
  const { formats } = loadCatalog();
  const fixtures = new Map(readFixtures().map((each) => [each.format, each]));
  const sections = [...formats.values()].map((format) => formatSection(format, fixtures.get(format.name)!));
  await expect(`${[HEAD, AMBIGUITIES, ...sections].join('\n\n')}\n`).toMatchFileSnapshot('../../docs/formats.md');
});
