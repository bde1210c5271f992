import { jsonText } from '../host/index.ts';
import type { HostRecord } from '../policy/reference/index.ts';
import { sourceOf } from '../policy/reference/wildcard.ts';

/** What decides where a record without a collector belongs: names and tag patterns of a policy's sources. */
export interface SourceTag {
  readonly name: string;
  readonly tag: string;
  /** Key its line is under, if the policy names one. */
  readonly lineKey?: string;
}

/** Time of records in tests that name none: they do not depend on the clock. */
export const TEST_TIME = '2026-01-01T00:00:00Z';

const DEFAULT_KEY = 'log';

/**
 * `{"log": line}` as a collector's file input with `json.escape_unicode: off` makes it: bytes that are no UTF-8 become U+FFFD each.
 * `key`: another name than `log`.
 */
export function lineRecord(line: string | Uint8Array, key = DEFAULT_KEY): Buffer {
  return Buffer.from(`{${JSON.stringify(key)}:${jsonText(line, false)}}`);
}

/** A moment as the host gives it: whole seconds, and nanoseconds of the next. */
export function hostTime(time: Date): { seconds: number; nanoseconds: number } {
  const milliseconds = time.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: (milliseconds - seconds * 1000) * 1e6 };
}

/** A record with its tag and its time by the host. */
export function hostRecord(record: Uint8Array, tag: string, time: Date): HostRecord {
  const { seconds, nanoseconds } = hostTime(time);
  return { tag, timeSec: seconds, timeNsec: nanoseconds, record };
}

/** A tag the source's pattern matches; `undefined` if a source before it takes every such tag. */
export function sampleTag(sources: readonly SourceTag[], source: SourceTag): string | undefined {
  const tag = source.tag.replaceAll('*', 'any');
  return sourceOf(sources, tag) === source ? tag : undefined;
}

/** Key under which the source of a tag reads its line. */
export function lineKey(sources: readonly SourceTag[], tag: string): string {
  return sourceOf(sources, tag)?.lineKey ?? DEFAULT_KEY;
}
