import { readFileSync } from 'node:fs';
import type { ShippedFormat } from '../../src/policy/catalog.ts';
import { type FieldFact, formatFacts } from '../../src/policy/formats/facts.ts';
import type { FormatFixtures } from './fixtures.ts';

/** Longer lines and shapes are cut. */
const LINE_MAX = 1500;
/** What every event has, or what says nothing about the format. */
const COMMON = [
  'activity_id',
  'auditlb',
  'category_uid',
  'class_uid',
  'metadata',
  'observables',
  'severity_id',
  'status_id',
  'type_uid',
];

/** A format's section: the facts of its plan, and the first of its basic lines with what becomes of it. */
export function formatSection({ name, title, docs, plan }: ShippedFormat, fixtures: FormatFixtures): string {
  const facts = formatFacts(plan);
  const reasons = facts.reasons.map(({ code, message }) => `| ${quoted(code)} | ${cell(message ?? '')} |`);
  const own = facts.ownReasons ? ['The log brings reasons of its own, too.'] : [];
  return [
    `## ${name}`,
    docs === undefined ? title : `[${title}](${docs})`,
    facts.shape === undefined ? 'A JSON object.' : shapeText(facts.shape, facts.furtherShapes),
    `Makes: ${facts.classes.map(quoted).join(', ')}.`,
    facts.told.length === 0 ? '`auto` does not try it.' : `Told by ${facts.told.join('; or ')}.`,
    ['| field | type | from |', '| --- | --- | --- |', ...facts.fields.map(fieldRow)].join('\n'),
    ...(reasons.length === 0 ? [] : [['| reason | sentence |', '| --- | --- |', ...reasons].join('\n')]),
    ...own,
    exampleText(fixtures),
  ].join('\n\n');
}

function shapeText(shape: string, further: number): string {
  const more = further === 0 ? '' : `\n\nAnd ${further} further ${further === 1 ? 'shape' : 'shapes'}.`;
  return `${block('text', cut(shape))}${more}`;
}

const fieldRow = ({ path, type, from }: FieldFact): string =>
  `| ${quoted(path)} | ${type} | ${from.map((each) => cell(quoted(each))).join(', ')} |`;

function exampleText({ files }: FormatFixtures): string {
  const basic = files.find(({ name }) => name === 'basic')!;
  const [event] = JSON.parse(readFileSync(basic.expected, 'utf8')) as Record<string, unknown>[];
  const telling = Object.entries(event!).filter(([key]) => !COMMON.includes(key));
  return `${block('text', cut(basic.lines[0]!))}\n\n${block('json', JSON.stringify(Object.fromEntries(telling), null, 2))}`;
}

const quoted = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');
const cut = (text: string): string => (text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text);
const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
