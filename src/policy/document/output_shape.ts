/**
 * How the schema's output is shaped, the same for every class. Paths are those of docs/mapping.md:
 *
 *   output:
 *     drop: [unmapped, auditlb.timing]            left out
 *     rename: {src_endpoint.ip: client_ip}        moved to another path
 *     set: {environment: prod}                    the same in every event
 */
import { filled, list, mapOf, object, optional, type Read, text, value } from './shape.ts';

export const output = object({
  drop: optional(filled(list(text())), 'paths that are left out, with all below them'),
  rename: optional(mapOf(text()), 'paths that are moved, and where to'),
  set: optional(mapOf(value), 'paths that are added, and their values'),
});

export type OutputDocument = Read<typeof output>;
