import { EventClass } from '../../../assembly/shared/enums.ts';
import { Field } from '../../../assembly/shared/fields.ts';
import { classesOf } from '../classes.ts';
import { FIELD_BY_PATH, FIELDS, type FieldName, type FieldType } from '../fields.ts';
import type { Assign, Capture, FormatPlan, JsonMark, JsonNode, LineShape, MapCase, ScanOp } from '../plan.ts';
import { STATUS_REASONS } from '../status_reasons.ts';

/** What can be said about a format without a line: for `auditlb formats` and docs/formats.md. */
export interface FormatFacts {
  /** How its first shape is written: its text with `{name}` for what varies; of JSON nothing. */
  readonly shape: string | undefined;
  /** Further shapes tried. */
  readonly furtherShapes: number;
  readonly classes: readonly string[];
  /** Fields a line fills, in the order of the field table. */
  readonly fields: readonly FieldFact[];
  readonly reasons: readonly ReasonFact[];
  /** The log brings reasons of its own. */
  readonly ownReasons: boolean;
  /** How it is told from others: any of these. */
  readonly told: readonly string[];
}

export interface FieldFact {
  readonly path: string;
  readonly type: FieldType;
  /** What the log calls it; none: it has no name there, or follows from something else. */
  readonly from: readonly string[];
}

export interface ReasonFact {
  readonly code: string;
  readonly message: string | undefined;
}

/** What is split later. */
const PARTS: Partial<Record<FieldName, readonly FieldName[]>> = {
  http_line: ['http_method', 'url_full', 'url_path', 'url_query', 'http_version'],
  http_target: ['url_full', 'url_path', 'url_query'],
  time_date: ['time'],
  time_clock: ['time'],
};

export function formatFacts(plan: FormatPlan): FormatFacts {
  const shapes = shapesOf(plan);
  const cases = plan.maps.flatMap((each) => each.cases);
  const captures = [
    ...capturesOf(plan),
    ...plan.within.flatMap((each) => each.shapes.flatMap(({ ops }) => ofOps(ops))),
  ];
  const sets = [plan.defaults, ...shapes, ...plan.within.flatMap((each) => each.shapes), ...cases].map((each) =>
    'set' in each ? each.set : each,
  );
  const classes = [...classesOf(plan)].filter((number) => number !== EventClass.base_event || isBase(plan));
  return {
    shape: shapes[0] && shapeText(shapes[0].ops),
    furtherShapes: Math.max(0, shapes.length - 1),
    classes: classes.map((number) => EventClass[number]!),
    fields: fieldsOf(captures, cases, sets),
    reasons: reasonsOf(
      sets,
      classes.includes(EventClass.http_activity) && captures.some(({ slots }) => slots.includes(Field.http_status)),
    ),
    ownReasons: captures.some(({ slots }) => slots.includes(Field.event_reason)),
    told: toldBy(plan),
  };
}

const isBase = ({ defaults }: FormatPlan): boolean =>
  defaults.some(({ slot, value }) => slot === Field.schema_class && value === EventClass.base_event);

function shapesOf({ body }: FormatPlan): readonly Pick<LineShape, 'ops' | 'set'>[] {
  if (body.kind === 'json') return [];
  return body.kind === 'text' ? [{ ops: body.ops, set: [] }] : body.shapes;
}

const capturesOf = (plan: FormatPlan): Capture[] =>
  plan.body.kind === 'json' ? ofNode(plan.body.root) : shapesOf(plan).flatMap(({ ops }) => ofOps(ops));

const ofOps = (ops: readonly ScanOp[]): Capture[] =>
  ops.flatMap((op) =>
    op.op === 'pairs' ? [...ofNode(op.node), ...(op.joined ? [op.joined] : [])] : 'capture' in op ? [op.capture] : [],
  );

const ofNode = ({ keys }: JsonNode): Capture[] =>
  keys.flatMap((key) => [...(key.capture ? [key.capture] : []), ...(key.node ? ofNode(key.node) : [])]);

function fieldsOf(
  captures: readonly Capture[],
  cases: readonly MapCase[],
  sets: readonly (readonly Assign[])[],
): FieldFact[] {
  const from = new Map<number, Set<string>>();
  const note = (slot: number, name?: string): void => {
    const names = from.get(slot) ?? new Set();
    from.set(slot, name === undefined || FIELD_BY_PATH.has(name) ? names : names.add(name));
    const parts = PARTS[Field[slot] as FieldName] ?? [];
    for (const part of parts) note(Field[part], name);
  };
  for (const { slots, all, name } of captures)
    for (const slot of [...slots, all ?? -1]) if (slot >= 0) note(slot, name);
  for (const { copy } of cases) for (const [to] of copy) if (to >= 0) note(to);
  for (const set of sets) for (const { slot } of set) note(slot);
  return [...from]
    .filter(([slot]) => slot < Field.COUNT)
    .sort(([a], [b]) => a - b)
    .flatMap(([slot, names]) => {
      const { path, type } = FIELDS[Field[slot] as FieldName];
      return path === undefined ? [] : [{ path, type, from: [...names] }];
    });
}

/** The codes a format gives, each with the sentence that goes with it; with those statuses of HTTP tell. */
function reasonsOf(sets: readonly (readonly Assign[])[], ofStatus: boolean): ReasonFact[] {
  const known = new Map<string, string | undefined>(
    ofStatus ? Object.values(STATUS_REASONS).map((code) => [code, undefined]) : [],
  );
  for (const set of sets) {
    const code = set.find(({ slot }) => slot === Field.event_reason)?.value;
    const message = set.find(({ slot }) => slot === Field.event_message)?.value;
    if (code !== undefined)
      known.set(String(code), known.get(String(code)) ?? (message === undefined ? undefined : String(message)));
  }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, message]) => ({ code, message }));
}

function toldBy({ sniff }: FormatPlan): string[] {
  if (sniff.kind === 'none') return [];
  if (sniff.kind === 'json') return sniff.any.map((marks) => `keys ${marks.map(markText).join(', ')}`);
  const apps = sniff.apps.length === 0 ? [] : [`programs ${sniff.apps.map((app) => `\`${app}\``).join(', ')}`];
  return [...(sniff.pattern === undefined ? [] : [`lines that begin as \`${sniff.pattern}\``]), ...apps];
}

const markText = ({ keys, is }: JsonMark): string =>
  `\`${keys.join('.')}\`${is === undefined ? '' : ` (${is.map((each) => `\`${each}\``).join(' or ')})`}`;

const shapeText = (ops: readonly ScanOp[]): string => ops.map(opText).join('').trimEnd();

function opText(op: ScanOp): string {
  switch (op.op) {
    case 'literal':
      return op.ahead ? '' : op.text;
    case 'optional':
      return `[${op.text}]`;
    case 'until':
      return `{${op.capture.name}}${op.until ?? ''}`;
    case 'field':
      return `{${op.capture.name}} `;
    case 'separated':
      return `{${op.capture.name}}${op.separator}`;
    case 'braces':
      return `[{${op.capture.name}} ]`;
    case 'pairs':
      return op.colon ? 'key: value, …' : `key=value${op.separator === ' ' ? ' ' : op.separator}…`;
    case 'rest':
      return '';
  }
}
