import { EventClass } from '../../assembly/shared/enums.ts';
import { suggest } from '../diagnostic.ts';
import type { Catalog } from './catalog.ts';
import { classesOf } from './classes.ts';
import { addressBlock } from './condition/address.ts';
import type { SourceDocument } from './document/policy_document.ts';
import type { Place } from './document/source_file.ts';
import { Text } from './document/text.ts';
import { compileFormat } from './formats/compile_format.ts';
import type { Labels } from './labels.ts';
import type { FormatPlan, SourcePlan } from './plan.ts';
import { classNumber } from './schema/schema_file.ts';

const AUTO = 'auto';

export interface SourcePlans {
  readonly sources: readonly SourcePlan[];
  readonly formats: readonly FormatPlan[];
}

/** Resolves the sources of a policy: their formats, each once, and their labels, which are added to `labels`. */
export function compileSources(
  documents: readonly SourceDocument[],
  schema: string,
  catalog: Catalog,
  labels: Labels,
): SourcePlans {
  return new SourceCompiler(schema, catalog, labels).compile(documents);
}

class SourceCompiler {
  readonly #schema: string;
  readonly #catalog: Catalog;
  readonly #formats: FormatPlan[] = [];
  readonly #shipped = new Map<string, number>();
  readonly #labels: Labels;

  constructor(schema: string, catalog: Catalog, labels: Labels) {
    this.#schema = schema;
    this.#catalog = catalog;
    this.#labels = labels;
  }

  compile(documents: readonly SourceDocument[]): SourcePlans {
    reportTwice(
      documents.map((each) => each.name),
      'source',
    );
    const sources = documents.map((each) => this.#source(each));
    return { sources, formats: this.#formats };
  }

  #source(document: SourceDocument): SourcePlan {
    const formats = (document.format ?? []).flatMap((format) => {
      if (format instanceof Text) return this.#named(format);
      const plan = compileFormat(
        { name: document.name.value, spec: format, file: format.at.file },
        this.#catalog.shared,
      );
      this.#checkClasses(plan, format.at);
      this.#formats.push(plan);
      return this.#formats.length - 1;
    });
    this.#checkSniffers(document, formats);
    return {
      name: document.name.value,
      tag: document.tag?.value ?? '',
      formats: [...new Set(formats)],
      ...(document.line === undefined ? {} : { lineKey: document.line.value }),
      ...(document.file_key === undefined ? {} : { fileKey: document.file_key.value }),
      ...(document.offset_key === undefined ? {} : { offsetKey: document.offset_key.value }),
      ...(document.trusted_proxies === undefined ? {} : { trusted: document.trusted_proxies.flatMap(trusted) }),
      zoneMinutes: zoneMinutes(document.timezone?.value ?? 'Z'),
      labels: (document.labels ?? []).flatMap(({ key, value }) => {
        const slot = this.#labels.add(key.value, key);
        return slot === undefined ? [] : [[slot, value.text.value] as const];
      }),
    };
  }

  /** The schema must know every class a format of the policy's own uses. */
  #checkClasses(format: FormatPlan, at: Place): void {
    const known = this.#catalog.schemas.get(this.#schema)?.schema.classes.map((each) => each.key.value) ?? [];
    const numbers = new Set(known.map(classNumber));
    for (const number of classesOf(format)) {
      if (numbers.has(number)) continue;
      const message = `schema \`${this.#schema}\` has no class \`${EventClass[number]}\` yet`;
      at.file.report(at, 'class_without_template', message, `one of ${known.join(', ')}`);
    }
  }

  /** Indexes of a shipped format, or of all that `auto` tries. */
  #named(name: Text): number[] {
    if (name.value === AUTO) return this.#catalog.auto.flatMap((each) => this.#add(each) ?? []);
    const index = this.#add(name.value);
    if (index !== undefined) return [index];
    const known = [AUTO, ...this.#catalog.formats.keys()];
    const near = suggest(name.value, known);
    const help =
      near === undefined ? `one of ${known.join(', ')}, or a format of your own` : `did you mean \`${near}\`?`;
    name.report('unknown_format', `unknown format \`${name.value}\``, help);
    return [];
  }

  #add(name: string): number | undefined {
    const known = this.#shipped.get(name);
    if (known !== undefined) return known;
    const shipped = this.#catalog.formats.get(name);
    if (shipped === undefined) return undefined;
    this.#shipped.set(name, this.#formats.push(shipped.plan) - 1);
    return this.#formats.length - 1;
  }

  /** One of several formats is picked by its sniffer. */
  #checkSniffers(document: SourceDocument, formats: readonly number[]): void {
    if (formats.length < 2) return;
    for (const index of formats) {
      const format = this.#formats[index]!;
      if (format.sniff.kind !== 'none') continue;
      const help = 'add `sniff: {text: …}` or `sniff: {json: […]}` to it';
      document.name.report('sniff_missing', `format \`${format.name}\` is one of several and has no sniffer`, help);
    }
  }
}

/** A proxy's address, or a block of them. */
function trusted(text: Text): string[] {
  if (addressBlock(text.value) !== undefined) return [text.value];
  const message = `\`${text.value}\` is no address and no block of addresses`;
  text.report('invalid_block', message, 'write an address, or a block such as `10.0.0.0/8` or `2001:db8::/32`');
  return [];
}

/** Minutes east of UTC of `Z` or `+hh:mm`. */
function zoneMinutes(zone: string): number {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(zone);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** Reports names that are there more than once. */
export function reportTwice(names: readonly Text[], what: string): void {
  const seen = new Map<string, Text>();
  for (const name of names) {
    const before = seen.get(name.value);
    if (before !== undefined) name.reportTwice(before, what);
    else seen.set(name.value, name);
  }
}
