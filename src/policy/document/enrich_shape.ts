/**
 * Tables a policy looks records up in, and what it takes from them:
 *
 *   tables:
 *     sites: {file: sites.csv, match: cidr}      a CSV file with a header, key in its first column unless `key` names another
 *     teams: {file: teams.yaml, match: path}     a YAML mapping of keys to columns
 *     owners: {rows: {alice: {team: payments}}}  the same, in the policy
 *   enrich:                                      in this order, after everything the line says
 *     - {table: sites, by: src.ip, set: {labels.site: site}}
 *     - {table: access, by: [event.class, event.outcome], set: {labels.control: control}}
 */
import { filled, mapOf, object, oneOrMore, optional, type Read, required, text, value, word } from './shape.ts';

/** Rows by key: of each the columns by name. */
export const tableRows = mapOf(mapOf(value));

export const table = object({
  file: optional(text(), 'a `.csv`, `.yaml` or `.yml` file beside the policy'),
  rows: optional(tableRows, 'the rows themselves, by key'),
  key: optional(text(), 'column of a CSV file that holds the keys; else its first'),
  match: optional(
    word('exact', 'cidr', 'path'),
    '`exact`, the default: the key is the text; `cidr`: it is a block of addresses, the smallest counts; `path`: it is a path or one above it, the longest counts',
  ),
});

export const enrichment = object({
  table: required(text(), 'table to look up in'),
  by: required(
    filled(oneOrMore(text())),
    'field that is looked up, or two, with a blank between; `labels.NAME` for a label',
  ),
  set: required(mapOf(text()), 'labels to set, and the column each takes its value from'),
});

export type TableDocument = Read<typeof table>;
export type EnrichDocument = Read<typeof enrichment>;
