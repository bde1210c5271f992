/** Bytes a state is left by. */
export type Skip = readonly [number, number];

/** Printable ASCII as it stands in JSON-escaped text: a quote has a backslash before it. */
export const PLAIN = Array.from({ length: 0x60 }, (_, i) => 0x20 + i).filter((byte) => byte !== 0x22);

interface Rows {
  readonly classOf: Uint8Array;
  /** Next state by state and class. */
  readonly rows: readonly (readonly number[])[];
}

/** The one or two bytes that lead out of the state, all other characters leading back to it; `undefined` if they are more, or none. */
export function skipIn({ classOf, rows }: Rows, state: number): Skip | undefined {
  const next = (from: number, byte: number): number => rows[from]![classOf[byte]!]!;
  const exits = PLAIN.filter((byte) => next(state, byte) !== state);
  if (exits.length === 0 || exits.length > 2) return undefined;
  const back = LEADS.every(({ lead, tails }) => {
    let reached = new Set([next(state, lead)]);
    for (const tail of tails) reached = new Set([...reached].flatMap((from) => tail.map((byte) => next(from, byte))));
    return reached.size === 1 && reached.has(state);
  });
  return back ? [exits[0]!, exits.at(-1)!] : undefined;
}

/** Bytes of UTF-8 sequences (RFC 3629, section 4). */
const LEADS = range(0xc2, 0xf4).map((lead) => {
  const second = range(
    lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80,
    lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf,
  );
  const others = range(0x80, 0xbf);
  return { lead, tails: [second, ...Array.from({ length: lead < 0xe0 ? 0 : lead < 0xf0 ? 1 : 2 }, () => others)] };
});

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}
