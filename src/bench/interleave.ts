/** One of several things measured side by side. */
export interface Case {
  readonly name: string;
  /** Cost of one record in nanoseconds. */
  measure(): number | Promise<number>;
}

export interface Stats {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Costs by case, one a round. Every round measures each case once; `step` is told before each. */
export async function interleave(
  cases: readonly Case[],
  rounds: number,
  step: (name: string) => void,
): Promise<Map<string, number[]>> {
  const costs = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const one of cases) {
      step(one.name);
      costs.get(one.name)!.push(await one.measure());
    }
  return costs;
}

export function statsOf(values: readonly number[]): Stats {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** How many times as dear `a` is as `b`, by what each round measured of both. */
export function ratioOf(a: readonly number[], b: readonly number[]): Stats {
  return statsOf(a.map((cost, round) => cost / b[round]!));
}
