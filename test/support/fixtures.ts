import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/policy/catalog.ts';

/** A folder of `test/formats/`: lines of one format, and what the filter makes of them. */
export interface FormatFixtures {
  /** Name of the folder: the format, and the tag of its records. */
  readonly format: string;
  readonly folder: string;
  /** Its own `policy.yaml`, or one with this format alone. */
  readonly policy: string;
  readonly files: readonly FixtureFile[];
}

export interface FixtureFile {
  /** `basic` and `tricky` are read without a fault, `malformed` holds the rest. */
  readonly name: string;
  /** Golden, written by `vitest --update`. */
  readonly expected: string;
  readonly lines: readonly string[];
}

const ROOT = join(packageRoot(), 'test', 'formats');
export const FIXTURE_FILES = ['basic', 'tricky', 'malformed'] as const;

/** Time of every fixture record by the host: 2026-02-03T04:05:06Z. */
export const FIXTURE_TIME = { timeSec: Date.UTC(2026, 1, 3, 4, 5, 6) / 1000, timeNsec: 0 } as const;

export function readFixtures(): FormatFixtures[] {
  return readdirSync(ROOT).map((format) => {
    const folder = join(ROOT, format);
    const own = join(folder, 'policy.yaml');
    const files = FIXTURE_FILES.filter((name) => existsSync(join(folder, `${name}.log`)));
    return {
      format,
      folder,
      policy: existsSync(own) ? readFileSync(own, 'utf8') : policyOf(format),
      files: files.map((name) => ({
        name,
        expected: join(folder, `${name}.expected.json`),
        lines: readFileSync(join(folder, `${name}.log`), 'utf8')
          .replace(/\n$/, '')
          .split('\n'),
      })),
    };
  });
}

/** A policy that reads every tag as `format`. */
export const policyOf = (format: string): string =>
  `auditlb: 1\nname: fixtures\nsources:\n  - { name: ${format}, tag: "*", format: ${format} }\nroutes:\n  - { name: all }\n`;

/** A line as the host hands it over. */
export const lineRecord = (tag: string, line: string) => ({
  tag,
  ...FIXTURE_TIME,
  record: Buffer.from(JSON.stringify({ log: line })),
});

/** The policy's hash changes with everything a format says. */
export const withoutHash = (key: string, value: unknown): unknown => (key === 'policy' ? undefined : value);
