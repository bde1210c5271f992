/** What was measured did not do its work: its figures mean nothing. */
export class WrongOutput extends Error {}

/** A member of an event by its dotted path; undefined if it is not there. */
export function memberOf(event: unknown, path: string): unknown {
  return path.split('.').reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], event);
}

/** A line's JSON, of the case `name`. */
export function parseOutput(name: string, output: string): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    throw new WrongOutput(`${name}: the output is no JSON: ${(error as Error).message}: ${output}`);
  }
}
