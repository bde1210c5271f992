import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../src/policy/catalog.ts';
import type { HostRecord } from './differential.ts';

const SAMPLES = join(packageRoot(), 'samples');
const TAGS: Readonly<Record<string, string>> = {
  'nginx.access.log': 'nginx.access',
  'alb.log': 'alb',
  'haproxy.log': 'haproxy',
  'kube.audit.log': 'kube.audit',
  'cloudtrail.log': 'cloudtrail',
};

/** Sample lines with their tags. */
export const sampleLines: readonly (readonly [tag: string, line: string])[] = readdirSync(SAMPLES).flatMap((name) => {
  const tag = TAGS[name];
  if (tag === undefined) return [];
  const lines = readFileSync(join(SAMPLES, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => [tag, line] as const);
});

/** Sample lines with texts put into them, or in the place of a few characters. */
export function tampered(
  fragments: readonly string[],
  lines: readonly (readonly [tag: string, line: string])[] = sampleLines,
): fc.Arbitrary<readonly [tag: string, line: string]> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(8),
    put: fc.constantFrom('', ...fragments),
  });
  return fc.tuple(fc.constantFrom(...lines), fc.array(edit, { maxLength: 4 })).map(([[tag, line], edits]) => {
    const changed = edits.reduce((text, { at, cut, put }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + put + text.slice(start + cut);
    }, line);
    return [tag, changed] as const;
  });
}

/** JSON with some characters of its texts written as escapes; of other lines what stands in double quotes. */
export function respelled(line: string, characters: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/\\u[0-9a-f]{4}|\\.|[^"]/gisu, (c) =>
      c.length === 1 && characters.includes(c) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c,
    ),
  );
}

/** Records of such lines as hosts make them: the line under a key, or for JSON the line itself, with keys beside it. */
export function tamperedRecord(
  fragments: readonly string[],
  lines: readonly (readonly [tag: string, line: string])[] = sampleLines,
): fc.Arbitrary<HostRecord> {
  const beside = fc.dictionary(fc.constantFrom('pod', 'token', 'note'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 });
  const form = fc.constantFrom('log', 'message', 'itself');
  // Equal records of one moment are told apart by their number, which the reference does not know: no two share one.
  const time = fc.noBias(fc.nat(999_999_999));
  const escaped = fc.constantFrom('', '', '', '{', '-/', 'aeiou', 'tm', '0123456789:.', '"}[]@+= ');
  return fc
    .tuple(tampered(fragments, lines), beside, form, time, escaped, escaped)
    .map(([[tag, line], rest, key, nanoseconds, inside, around]) => {
      const json = line.startsWith('{') ? respelled(line, inside) : line;
      const record = key === 'itself' ? json : respelled(JSON.stringify({ ...rest, [key]: json }), around);
      return { tag, timeSec: 1_770_000_001, timeNsec: nanoseconds, record: Buffer.from(record) };
    });
}
