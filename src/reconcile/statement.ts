import type { RouteCount } from './match.ts';

/**
 * What became of the inputs: `records` = `delivered` + `unparsed` + `dropped` + `missing` + `lost_by_filter`, and of a route
 * `expected` = `delivered` + `missing`.
 */
export interface Statement {
  /** Lines of the inputs. Empty ones are not counted, unless they were delivered. */
  readonly records: number;
  /** In every destination they belong to, parsed. */
  readonly delivered: number;
  /** In every destination they belong to, kept though they could not be parsed. */
  readonly unparsed: number;
  /** By the policy. */
  readonly dropped: number;
  /** Not in at least one destination they belong to. */
  readonly missing: number;
  /** Records the filter made no event of. */
  readonly lost_by_filter: number;
  /** Events found in the outputs. */
  readonly events: number;
  /** Lines of the outputs that hold no whole event. */
  readonly unreadable: number;
  /** By destination; `elsewhere` is every output no route is known of. */
  readonly routes: readonly ({ readonly route: string } & Readonly<RouteCount>)[];
  /** The first of them. */
  readonly missing_lines: readonly {
    readonly path: string;
    readonly line: number;
    readonly from: readonly string[];
    readonly text: string;
  }[];
}

/** Events that are there more than once. */
export const duplicatesOf = ({ routes }: Statement): number => routes.reduce((sum, each) => sum + each.duplicates, 0);
export const unexpectedOf = ({ routes }: Statement): number => routes.reduce((sum, each) => sum + each.unexpected, 0);

/** Whether everything that had to be delivered was. */
export const isComplete = ({ missing, lost_by_filter }: Statement): boolean => missing === 0 && lost_by_filter === 0;
