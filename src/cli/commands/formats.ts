import { Argument, Command } from 'commander';
import { EventClass } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { suggest } from '../../diagnostic.ts';
import { type Catalog, loadCatalog, type ShippedFormat } from '../../policy/catalog.ts';
import { formatFacts } from '../../policy/formats/facts.ts';
import { CommandError, columns, paint } from '../terminal.ts';

export function formatsCommand(): Command {
  return new Command('formats')
    .description('List the log formats a policy can name, and which `auto` recognises by itself; or tell about one.')
    .addArgument(new Argument('[name]', 'a format'))
    .option('--json', 'print them as JSON')
    .action((name: string | undefined, options: { json?: boolean }) => {
      const catalog = loadCatalog();
      const text = name === undefined ? listText(catalog, options) : oneText(named(catalog, name), options);
      process.stdout.write(`${text}\n`);
    });
}

const classOf = ({ plan }: ShippedFormat): string =>
  EventClass[Number(plan.defaults.find(({ slot }) => slot === Field.event_class)?.value ?? 0)]!;

function listText(catalog: Catalog, { json }: { json?: boolean }): string {
  const rows = [...catalog.formats.values()].map((format) => ({
    name: format.name,
    title: format.title,
    class: classOf(format),
    kind: format.plan.body.kind,
    auto: catalog.auto.includes(format.name),
    docs: format.docs,
  }));
  if (json) return JSON.stringify(rows, null, 2);
  const table = rows.map((row) => [row.name, row.kind, row.class, row.auto ? 'auto' : '', row.title]);
  return columns(['format', 'kind', 'class', 'sniffed', 'title'], table);
}

function named({ formats }: Catalog, name: string): ShippedFormat {
  const format = formats.get(name);
  if (format !== undefined) return format;
  const near = suggest(name, [...formats.keys()]);
  throw new CommandError(
    `unknown format \`${name}\``,
    near === undefined ? 'see `auditlb formats`' : `did you mean \`${near}\`?`,
  );
}

function oneText(format: ShippedFormat, { json }: { json?: boolean }): string {
  const { name, title, docs, plan } = format;
  const facts = formatFacts(plan);
  if (json)
    return JSON.stringify({ name, title, docs, kind: plan.body.kind, class: classOf(format), ...facts }, null, 2);
  const plain = (text: string): string => text.replaceAll('`', '');
  const more = facts.furtherShapes === 0 ? '' : `\n(and ${facts.furtherShapes} further shapes)`;
  const fields = facts.fields.map(({ path, type, from }) => [path, type, from.join(' ')]);
  const reasons = facts.reasons.map(({ code, message = '' }) => [code, message]);
  return [
    `${paint(process.stdout, 'bold', name)}: ${title}`,
    docs ?? '',
    `classes: ${facts.classes.join(', ')}`,
    facts.shape === undefined ? 'a JSON object' : `${facts.shape}${more}`,
    facts.told.length === 0 ? 'not tried by auto' : `told by ${plain(facts.told.join('\n     or '))}`,
    columns(['field', 'type', 'from'], fields),
    reasons.length === 0 ? '' : columns(['reason', 'sentence'], reasons),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
