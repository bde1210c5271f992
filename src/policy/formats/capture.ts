import { Convert } from '../../../assembly/shared/convert.ts';
import type { Text } from '../document/text.ts';
import type { FieldType } from '../fields.ts';
import type { Capture } from '../plan.ts';
import type { ConvertName, TargetSpec } from './format_shape.ts';
import type { FormatSlots, SlotRef } from './slots.ts';

const NUMBERS: readonly FieldType[] = ['int', 'bytes', 'port'];

/** Types of the fields each conversion can fill, target by target; `at`: the capture's slot each of them is. */
interface Signature {
  readonly targets: readonly (readonly FieldType[])[];
  readonly at?: readonly number[];
}

const TEXT: Signature = { targets: [['text']] };
const NUMBER: Signature = { targets: [NUMBERS] };
const DURATION: Signature = { targets: [['duration']] };
const TIME: Signature = { targets: [['time']] };

const SIGNATURES: Readonly<Record<ConvertName, Signature>> = {
  text: TEXT,
  verbatim: TEXT,
  int: NUMBER,
  count: NUMBER,
  seconds: DURATION,
  milliseconds: DURATION,
  microseconds: DURATION,
  nanoseconds: DURATION,
  clf_time: TIME,
  iso_time: TIME,
  epoch_time: TIME,
  address: { targets: [['address'], ['text']], at: [0, 2] },
  address_port: { targets: [['address'], ['port'], ['text']] },
  last_of_list: TEXT,
  seconds_sum: DURATION,
  last_address_port: { targets: [['address'], ['port'], ['text']] },
  boolean: { targets: [['bool']] },
  json: { targets: [['json']] },
  amzn_trace: TEXT,
  frontend: { targets: [['text'], ['bool']] },
  last_count: NUMBER,
  hex_text: TEXT,
  percent_text: TEXT,
  cef_lines: TEXT,
  plus_text: TEXT,
  date: TIME,
  clock: TIME,
  ctime: TIME,
  duration: DURATION,
  any_time: TIME,
  first_address_port: { targets: [['address'], ['port'], ['text']] },
  positive: NUMBER,
  query: TEXT,
  last_segment: TEXT,
  quoted_list: TEXT,
  status: NUMBER,
  address_then_port: { targets: [['address'], ['port'], ['text']] },
  socket_address: { targets: [['address'], ['port'], ['text']] },
};

/** Conversions whose text is a list with `, ` between its elements. */
const LISTS: ReadonlySet<ConvertName> = new Set([
  'last_of_list',
  'last_address_port',
  'last_count',
  'seconds_sum',
  'first_address_port',
]);

const DEFAULTS: Readonly<Partial<Record<FieldType, ConvertName>>> = {
  text: 'text',
  int: 'count',
  bytes: 'count',
  port: 'count',
  address: 'address',
  bool: 'boolean',
  json: 'json',
};

const none = (name: string): Capture => ({ convert: Convert.text, slots: [-1, -1, -1], name });

export const isList = (spec: TargetSpec): boolean => spec.list || (spec.as !== undefined && LISTS.has(spec.as));

/** A capture into the format's own slot for what has no field. */
export function extraCapture(spec: TargetSpec, name: Text, slots: FormatSlots): Capture {
  const slot = slots.extra(spec.name?.value ?? name.value, name) ?? -1;
  return { convert: Convert[spec.as ?? 'text'], slots: [slot, -1, -1], name: name.value };
}

/** A capture by a variable: a field an earlier one fills already stays with that; this one is then kept without a field. */
export function captureOnce(spec: TargetSpec, name: Text, slots: FormatSlots): Capture {
  const capture = makeCapture(spec, name, slots);
  const taken = capture.slots.some((slot) => slot >= 0 && slots.captured.has(slot));
  const chosen = taken ? extraCapture({ ...spec, as: undefined }, name, slots) : capture;
  markCaptured(chosen, slots);
  return chosen;
}

export function markCaptured(capture: Capture, slots: FormatSlots): void {
  for (const slot of [...capture.slots, capture.all ?? -1]) if (slot >= 0) slots.captured.add(slot);
}

/** A capture as its target says. Faults are reported; what is left of the target is kept, so that compiling can go on. */
export function makeCapture(spec: TargetSpec, name: Text, slots: FormatSlots): Capture {
  if (spec.ignore) return none(name.value);
  if (spec.to.length === 0) return extraCapture(spec, name, slots);
  const refs = spec.to.map((path) => slots.resolve(path));
  const first = refs[0];
  if (first === undefined) return none(name.value);
  const as = spec.as ?? DEFAULTS[first.type];
  if (as === undefined) {
    missingConversion(spec.to[0]!, first.type);
    return none(name.value);
  }
  return {
    convert: Convert[as],
    slots: assignSlots(spec.to, refs, as),
    name: name.value,
    ...resolveAll(spec, as, slots),
  };
}

function missingConversion(path: Text, type: FieldType): void {
  if (type === 'enum') {
    path.report('enum_target', `\`${path.value}\` takes one of a few words`, 'set it with `maps` or `defaults`');
    return;
  }
  const fit = Object.keys(SIGNATURES).filter((each) => SIGNATURES[each as ConvertName].targets[0]!.includes(type));
  path.report(
    'conversion_missing',
    `\`${path.value}\` needs a conversion`,
    `add \`as:\` one of ${fit.map((each) => `\`${each}\``).join(', ')}`,
  );
}

function assignSlots(
  paths: readonly Text[],
  refs: readonly (SlotRef | undefined)[],
  as: ConvertName,
): [number, number, number] {
  const { targets, at = [0, 1, 2] } = SIGNATURES[as];
  const result: [number, number, number] = [-1, -1, -1];
  for (const [i, ref] of refs.entries()) {
    const path = paths[i]!;
    const types = targets[i];
    if (types === undefined) {
      path.report(
        'too_many_targets',
        `\`${as}\` fills ${targets.length} field${targets.length > 1 ? 's' : ''} at most`,
      );
    } else if (ref !== undefined && !ref.free && !types.includes(ref.type)) {
      const help = `\`${as}\` makes ${types.join(' or ')}`;
      path.report('conversion_mismatch', `\`${path.value}\` is of type ${ref.type}`, help);
    } else if (ref !== undefined) result[at[i] as 0 | 1 | 2] = ref.slot;
  }
  return result;
}

function resolveAll(spec: TargetSpec, as: ConvertName, slots: FormatSlots): { all?: number } {
  if (spec.all === undefined) return {};
  const ref = slots.resolve(spec.all);
  if (ref === undefined) return {};
  if (ref.type !== 'text') {
    spec.all.report('conversion_mismatch', `\`${spec.all.value}\` is of type ${ref.type}`, '`all` fills a text field');
    return {};
  }
  if (!LISTS.has(as)) {
    spec.all.report('all_without_list', `\`${as}\` reads no list`, `\`all\` goes with ${[...LISTS].join(', ')}`);
    return {};
  }
  return { all: ref.slot };
}
