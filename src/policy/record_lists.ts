import type { FormatPlan, JsonMark, JsonNode, Plan } from './plan.ts';

/** A list whose elements are records, of which a format takes one: CloudTrail's `Records`, an `EventList`'s `items`. */
export interface RecordList {
  /** Keys that lead to it. */
  readonly at: readonly string[];
  /** What tells its format, `[0]` the first element; none: it is the source's only format. */
  readonly told?: readonly JsonMark[];
}

const FIRST = '[0]';
const EVERY = '[]';

/** The lists of a source's formats. */
export function recordLists({ formats }: Plan, source: { readonly formats: readonly number[] }): RecordList[] {
  const only = source.formats.length === 1;
  const lists = source.formats.flatMap((i) => {
    const format = formats[i]!;
    return listsOf(format).flatMap((at) => (only ? [{ at }] : toldLists(format, at)));
  });
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
}

function toldLists({ sniff }: FormatPlan, at: readonly string[]): RecordList[] {
  if (sniff.kind !== 'json') return [];
  return sniff.any
    .filter((marks) => marks.some((mark) => leadsThrough(mark, at)))
    .map((marks) => ({ at, told: marks }));
}

const leadsThrough = ({ keys }: JsonMark, at: readonly string[]): boolean =>
  [...at, FIRST].every((key, i) => keys[i] === key);

const listsOf = ({ body }: FormatPlan): string[][] => (body.kind === 'json' ? below(body.root) : []);

const below = ({ keys }: JsonNode): string[][] =>
  keys.flatMap(({ key, node, others }) => {
    if (others) return [[]];
    return node === undefined || key === EVERY || key === FIRST ? [] : below(node).map((rest) => [key, ...rest]);
  });
