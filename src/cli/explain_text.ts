import type { ExplainedField, ExplainedRoute, Explanation } from '../explain/explanation.ts';
import { drawLine, marksOf } from '../explain/picture.ts';
import type { Reason } from '../explain/reasons.ts';
import { columns, paint } from './terminal.ts';

/** Characters of a value a table shows. */
const VALUE_MAX = 72;

const EVIDENCE: Readonly<Record<string, string>> = {
  none: 'nothing in the line says who',
  mtls_subject: 'the subject of the client’s TLS certificate',
  authenticated_user: 'the user the log names',
  token_subject: 'the subject of the token',
  iam_arn: 'the ARN of the caller',
  forwarded_for: 'the address a trusted proxy forwarded',
  address: 'the client’s address, no better evidence',
};

const bold = (text: string): string => paint(process.stdout, 'bold', text);
const dim = (text: string): string => paint(process.stdout, 'dim', text);

/** An explanation for people. `width`: characters of a terminal line. */
export function explainText(explanation: Explanation, width: number): string {
  const marks = marksOf(explanation.fields);
  const parts = [
    picture(explanation, marks, width),
    facts(explanation),
    fieldTable(explanation, marks),
    unmappedTable(explanation),
    routeText(explanation),
    explanation.dropped ? '' : `${bold('event')}\n${indent(JSON.stringify(explanation.output, null, 2))}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const indent = (text: string): string => text.replace(/^/gm, '  ');

function picture({ line, error }: Explanation, markOf: ReadonlyMap<ExplainedField, string>, width: number): string {
  if (line === undefined) return '';
  const drawn = drawLine(line, markOf, Math.max(40, width - 2), error?.offset);
  const styled = drawn.map(({ text, marks }) => (marks ? dim(text) : text));
  return `${bold('line')}\n${indent(styled.join('\n'))}`;
}

function facts(explanation: Explanation): string {
  const { status, error, drift, principal, shard, envelopes } = explanation;
  const rows = [
    ['policy', `${explanation.policy.name} ${explanation.policy.hash.slice(0, 16)}`],
    ...explanation.sources.map(({ name, tag, matches }) => [
      'source',
      `${name}: tag ${explanation.tag} ${matches ? 'matches' : 'does not match'} ${tag}`,
    ]),
    ...(envelopes.length === 0 ? [] : [['envelope', envelopes.join(', then ')]]),
    ...explanation.formats.map(({ format, accepted, why }) => ['format', `${accepted ? '' : 'not '}${format}: ${why}`]),
    ['status', [status, drift ? 'drift: more fields than the format knows' : ''].filter(Boolean).join('; ')],
    ...(error === undefined ? [] : [['error', errorText(error)]]),
    [
      'principal',
      `${principal.name ?? 'nobody'} (${principal.type ?? 'unknown'}): ${evidence(principal.attributed_by)}`,
    ],
    ['shard', shardText(shard)],
    ['tag', explanation.route_tag],
    ['sent to', sentTo(explanation)],
    ...(explanation.priority === undefined ? [] : [['priority', explanation.priority]]),
    ...(explanation.retention === undefined ? [] : [['retention', retentionText(explanation.retention)]]),
    ...explanation.redacted.map(({ count, field, rule }) => [
      'redacted',
      `${field} by ${rule}${count === 1 ? '' : `, ${count} times`}`,
    ]),
  ];
  return columns(
    ['', ''],
    rows.map(([head, ...row]) => [bold(head!), ...row]),
  ).replace(/^\s*\n/, '');
}

function retentionText({ days, legal_hold }: NonNullable<Explanation['retention']>): string {
  return [days === undefined ? '' : `${days} days`, legal_hold ? 'legal hold' : ''].filter(Boolean).join(', ');
}

function sentTo({ destinations, sampled, dropped }: Explanation): string {
  if (dropped) return `nowhere: dropped by sampling rule ${sampled}`;
  const taken = sampled === undefined ? '' : `, as evidence: sampling rule ${sampled} took it from the others`;
  return `${destinations.join(', ') || 'no destination'}${taken}`;
}

const evidence = (by: unknown): string => EVIDENCE[String(by)] ?? String(by);

function errorText({ code, offset, expected }: NonNullable<Explanation['error']>): string {
  const place = offset === undefined ? '' : ` at byte ${offset}`;
  return `${code}${place}${expected === undefined ? '' : `, expected ${JSON.stringify(expected)}`}`;
}

function shardText({ number, of, key, value }: Explanation['shard']): string {
  if (of === 1) return '0, the only one';
  if (key === undefined) return `${number} of ${of}: no shard key is present`;
  return `${number} of ${of} by ${key} ${short(value)}`;
}

function fieldTable({ fields }: Explanation, marks: ReadonlyMap<ExplainedField, string>): string {
  const rows = fields.map((field) => [marks.get(field) ?? '', field.path, valueText(field), ...origin(field)]);
  return rows.length === 0 ? '' : columns(['', 'field', 'value', 'conversion', 'from', 'columns'].map(bold), rows);
}

const valueText = ({ type, value }: ExplainedField): string => short(value) + (type === 'duration' ? ' µs' : '');

const ORIGINS: Readonly<Record<ExplainedField['from'], string>> = {
  envelope: 'envelope',
  label: 'label of the source',
  default: 'the format says so',
  capture: 'part of a capture',
  host: 'time by the host',
  map: 'lookup of the format',
  derived: 'derived',
  table: 'table',
};

/** Conversion, origin and columns. */
function origin({ from, capture, row, columns: place }: ExplainedField): string[] {
  if (row !== undefined) return ['', `table ${row.table}, row ${short(row.key)}`, ''];
  const columnText = place === undefined ? '' : place[1] < place[0] ? String(place[0]) : `${place[0]}-${place[1]}`;
  return [capture?.as ?? '', capture?.name ?? ORIGINS[from], columnText];
}

function unmappedTable({ unmapped }: Explanation): string {
  const rows = Object.entries(unmapped).map(([name, value]) => [name, short(value)]);
  return rows.length === 0 ? '' : columns(['unmapped', 'value'].map(bold), rows);
}

/** Text as it is, everything else as JSON, on one line. */
function short(value: unknown): string {
  const plain = typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
  const characters = [...plain];
  return characters.length <= VALUE_MAX ? plain : `${characters.slice(0, VALUE_MAX - 1).join('')}…`;
}

function routeText({ routes }: Explanation): string {
  if (routes.length === 0) return '';
  return [bold('routes'), ...routes.map((route) => indent(oneRoute(route)))].join('\n');
}

function oneRoute(route: ExplainedRoute): string {
  const { name, holds, near, destinations, reasons, sampled, elsewhere, priority, retention } = route;
  const away =
    sampled !== undefined
      ? `it holds, but sampling rule ${sampled} takes the record`
      : 'not taken: another route takes the record';
  const isAway = sampled !== undefined || elsewhere === true;
  const verdict = isAway
    ? away
    : holds
      ? paint(process.stdout, 'green', 'taken')
      : near
        ? 'not taken, a near miss'
        : 'not taken';
  const asked = [
    destinations.length === 0 ? '' : `, to ${destinations.join(', ')}`,
    priority === undefined ? '' : `, priority ${priority}`,
    retention === undefined ? '' : `, kept ${retentionText(retention)}`,
  ];
  return [
    `${bold(name)}: ${verdict}${holds && !isAway ? asked.join('') : ''}`,
    ...reasons.map((reason) => `  ${reasonText(reason)}`),
  ].join('\n');
}

export function reasonText({ test, holds, field, where, local, ...rest }: Reason): string {
  const place = where === undefined ? '' : `, in ${where}`;
  if (field === undefined) return `${test === 'false' ? 'false never holds' : `${test} always holds`}${place}`;
  const seen =
    'actual' in rest ? `it is ${local ?? short(rest.actual)}` : `there is no ${field}, so every test of it is false`;
  return `${test} is ${holds}: ${seen}${place}`;
}
