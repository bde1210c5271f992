import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { placedMembers } from '../../src/policy/schema/tree.ts';
import { engineOutput, referenceOf, SCHEMAS } from '../support/differential.ts';
import { templatesOf } from '../support/events.ts';
import { tamperedRecord } from '../support/secret_lines.ts';

interface Shape {
  readonly drop: readonly string[];
  readonly rename: Readonly<Record<string, string>>;
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

function build(schema: string, output?: Shape) {
  const text = JSON.stringify({
    auditlb: 1,
    schema,
    raw: 'always',
    ...(output === undefined ? {} : { output: { ...output, drop: output.drop.length > 0 ? output.drop : undefined } }),
    sources: [
      { name: 'edge', tag: 'nginx.*', format: 'nginx_combined', labels: { service: 'shop' } },
      { name: 'alb', tag: 'alb', format: 'aws_alb' },
      { name: 'kubernetes', tag: 'kube.audit', format: 'kubernetes_audit' },
    ],
    routes: [{ name: 'all' }],
  });
  return buildFilter({ text, file: 'policy.yaml' });
}

/** Leaves by dotted path; a list of one object is that object. */
function flatten(value: unknown, path = ''): [path: string, value: unknown][] {
  const one = Array.isArray(value) && value.length === 1 ? (value as unknown[])[0] : value;
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return [[path, value]];
  return Object.entries(one).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
}

const isAt = (path: string, root: string): boolean => path === root || path.startsWith(`${root}.`);

/** The plain output shaped leaf by leaf. */
function shaped(plain: unknown, { drop, rename, set }: Shape): Record<string, unknown> {
  const kept = flatten(plain).filter(([path]) => !drop.some((root) => isAt(path, root)));
  const moved = kept.map(([path, value]) => {
    const from = Object.keys(rename).find((root) => isAt(path, root));
    return [from === undefined ? path : rename[from]! + path.slice(from.length), value] as const;
  });
  return Object.fromEntries([...moved, ...Object.entries(set)].filter(([path]) => path !== 'auditlb.policy'));
}

const NEEDED =
  /^(auditlb|auditlb\.(tag|routes|shard|source|status|dropped|uid|policy)|metadata|metadata\.uid|time|@timestamp|Timestamp)$/;

const paths = new Map(
  SCHEMAS.map((schema) => {
    const all = templatesOf(schema).flatMap(([, { members }]) => placedMembers(members).map(({ path }) => path));
    return [schema, [...new Set(all)].filter((path) => !NEEDED.test(path))] as const;
  }),
);

/** Of one schema: some paths left out, some moved, some added, none below another. */
const shapes = fc.constantFrom(...SCHEMAS).chain((schema) =>
  fc
    .record({
      picked: fc.uniqueArray(fc.constantFrom(...paths.get(schema)!), { minLength: 2, maxLength: 8 }),
      targets: fc.uniqueArray(fc.constantFrom('a.b', 'a.c', 'client_ip', 'zone.name', 'new.deep.er'), {
        minLength: 3,
        maxLength: 5,
      }),
      value: fc.oneof(fc.constantFrom('prod', '"ü"', ''), fc.integer(), fc.boolean()),
    })
    .map(({ picked, targets, value }) => {
      const apart = picked.filter((path) => !picked.some((other) => other !== path && isAt(path, other)));
      const moved = apart.slice(0, 2);
      return {
        schema,
        output: {
          drop: apart.slice(2),
          rename: Object.fromEntries(moved.map((path, i) => [path, targets[i]!])),
          set: { [targets[2]!]: value },
        },
      };
    }),
);

describe('shaped output', () => {
  const plain = new Map(SCHEMAS.map((schema) => [schema, new FilterInstance(build(schema).filter!.wasm)] as const));

  test('is the plain output without what is dropped, with the rest where it is wanted', () => {
    let built = 0;
    fc.assert(
      fc.property(
        shapes,
        fc.array(tamperedRecord(['a', '"', '500', ' ']), { minLength: 4, maxLength: 8 }),
        (shape, records) => {
          const { filter, diagnostics } = build(shape.schema, shape.output);
          // What only stands under conditions cannot always be moved.
          if (diagnostics.some(({ code }) => code === 'cannot_move')) return;
          expect(diagnostics).toEqual([]);
          built++;
          const instance = new FilterInstance(filter!.wasm);
          const reference = referenceOf(filter!);
          for (const record of records) {
            const engine = engineOutput(instance, record);
            expect(engine).toEqual(JSON.parse(JSON.stringify(reference(record).output)));
            const wanted = shaped(engineOutput(plain.get(shape.schema)!, record), shape.output);
            expect(shaped(engine, { drop: [], rename: {}, set: {} })).toEqual(wanted);
          }
        },
      ),
      { numRuns: 30, endOnFailure: true },
    );
    expect(built).toBeGreaterThan(15);
  });
});
