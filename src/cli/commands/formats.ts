import { Command } from 'commander';
import { EventClass } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { loadCatalog } from '../../policy/catalog.ts';
import { columns } from '../terminal.ts';

export function formatsCommand(): Command {
  return new Command('formats')
    .description('List the log formats a policy can name, and which `auto` recognises by itself.')
    .option('--json', 'print them as JSON')
    .action((options: { json?: boolean }) => {
      const catalog = loadCatalog();
      const rows = [...catalog.formats.values()].map(({ name, title, docs, plan }) => {
        const value = plan.defaults.find(({ slot }) => slot === Field.event_class)?.value;
        return {
          name,
          title,
          class: EventClass[Number(value ?? 0)],
          kind: plan.body.kind,
          auto: catalog.auto.includes(name),
          docs,
        };
      });
      if (options.json) {
        process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      const table = rows.map((row) => [row.name, row.kind, row.class ?? '', row.auto ? 'auto' : '', row.title]);
      process.stdout.write(`${columns(['format', 'kind', 'class', 'sniffed', 'title'], table)}\n`);
    });
}
