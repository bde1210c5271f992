import type { SourceFile } from '../../policy/document/source_file.ts';
import type { FluentBitConfig, Section, Setting } from './model.ts';

type Open = { readonly kind: string; readonly section: Section; readonly settings: Map<string, Setting> };

/** Fluent Bit’s older form: `[INPUT]`, and under it keys and values set apart by blanks. It knows no processors. */
export function readClassic(file: SourceFile): FluentBitConfig {
  const sections: Open[] = [];
  let offset = 0;
  for (const line of file.text.split('\n')) {
    file.lines.addNewLine(offset);
    const [, kind] = /^\s*\[(\w+)\]/.exec(line) ?? [];
    const [, indent, key, value] = /^(\s*)([^\s#@[]\S*)\s+(.*?)\s*$/.exec(line) ?? [];
    const open = sections.at(-1);
    if (kind !== undefined) {
      const settings = new Map<string, Setting>();
      const start = offset + line.indexOf('[');
      const at = { start, end: start + kind.length + 2 };
      sections.push({
        kind: kind.toLowerCase(),
        settings,
        section: { name: '', at, settings, processors: [], routes: [] },
      });
    } else if (open !== undefined && key !== undefined) {
      const start = offset + indent!.length;
      open.settings.set(key.toLowerCase(), { value: value!, at: { start, end: start + key.length } });
    }
    offset += line.length + 1;
  }
  const of = (kind: string): Section[] =>
    sections.filter((each) => each.kind === kind).map(({ section, settings }) => named(section, settings));
  const none: Section = { name: 'service', at: { start: 0, end: 1 }, settings: new Map(), processors: [], routes: [] };
  return {
    kind: 'fluent-bit',
    file,
    service: of('service')[0] ?? none,
    inputs: of('input'),
    filters: of('filter'),
    outputs: of('output'),
  };
}

function named(section: Section, settings: ReadonlyMap<string, Setting>): Section {
  const name = settings.get('name');
  return { ...section, name: (name?.value ?? '').toLowerCase(), at: name?.at ?? section.at };
}
