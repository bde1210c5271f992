import { stringEnd, valueEnd } from './json_scan.ts';

/** What the filter says about a record it answered: the `auditlb` object of its output. */
export interface Verdict {
  readonly tag?: string;
  readonly routes?: readonly string[];
  readonly shard?: number;
  readonly priority?: 'high' | 'normal' | 'low';
  readonly retention?: { readonly days?: number; readonly legal_hold?: boolean };
  readonly source?: string;
  readonly format?: string;
  readonly status?: 'ok' | 'partial' | 'failed';
  readonly drift?: boolean;
  /** Records dropped before this one, by sampling rule. */
  readonly dropped?: Readonly<Record<string, number>>;
  readonly error?: { readonly code: string; readonly offset?: number; readonly expected?: string };
}

const OPENING = '"auditlb":';
/** Distinct objects kept; most records of a run share a few. */
const CACHE_MAX = 4096;

/** Reads the `auditlb` object out of outputs without parsing the whole of each. */
export class VerdictReader {
  readonly #cache = new Map<string, Verdict>();

  read(output: string): Verdict {
    const from = verdictStart(output);
    if (from < 0) return {};
    const object = output.slice(from, valueEnd(output, from));
    const known = this.#cache.get(object);
    if (known !== undefined) return known;
    const verdict = JSON.parse(object) as Verdict;
    if (this.#cache.size < CACHE_MAX) this.#cache.set(object, verdict);
    return verdict;
  }
}

/** Where the value of the output's own member begins; an object below may have one of the same name. -1: there is none. */
function verdictStart(output: string): number {
  let depth = 0;
  for (let i = 0; i < output.length; i++) {
    const c = output.charCodeAt(i);
    if (c === 0x22) {
      if (depth === 1 && output.startsWith(OPENING, i)) return i + OPENING.length;
      i = stringEnd(output, i + 1);
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return -1;
}
