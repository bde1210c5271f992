import canonicalize from 'canonicalize';
import { FilterInstance, FilterWasm, hostMap } from '../../src/host/index.ts';

interface Event {
  timestamp?: unknown;
  '@timestamp'?: unknown;
  auditlb: { readonly routes?: readonly string[] };
  metadata: { uid: string };
}

const eventOf = (line: string): Event => JSON.parse(line) as Event;
export const routesOf = (line: string): readonly string[] => eventOf(line).auditlb.routes ?? [];
export const idOf = (line: string): string => eventOf(line).metadata.uid;

/** Events in no order, keys sorted, without the times collectors put beside them; without ids where those stand for a time. */
export function comparable(lines: readonly string[], ids: 'with ids' | 'without ids'): string[] {
  const texts = lines.map((line) => {
    const { timestamp: _, '@timestamp': __, ...event } = eventOf(line);
    if (ids === 'without ids') event.metadata.uid = '';
    return canonicalize(event)!;
  });
  return texts.sort();
}

/** What the embedded host makes of lines; `path`: of a file, with the places they stand at. */
export function expectedEvents(wasm: Uint8Array, tag: string, lines: readonly string[], path?: string): string[] {
  const host = new FilterWasm(new FilterInstance(wasm), { escapeUnicode: false });
  let offset = 0;
  const chunk = lines.map((log) => {
    const place = path === undefined ? {} : { file: path, file_offset: offset };
    offset += Buffer.byteLength(log) + 1;
    return { seconds: 0, nanoseconds: 0, body: hostMap({ ...place, log }) };
  });
  return host.chunk(tag, chunk).records.map(({ body }) => host.jsonOut(body));
}
