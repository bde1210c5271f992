import { beforeAll, describe, expect, test } from 'vitest';
import { Field } from '../../assembly/shared/fields.ts';
import { buildFilter, readEngine } from '../../src/filter.ts';
import { FilterInstance } from '../../src/host/index.ts';
import { chooseShard } from '../../src/policy/reference/shard.ts';

/** Keys of each kind. */
const KEYS = 100_000;
/** How far a count may be from what is expected: chance alone does so once in some million counts. */
const SIGMAS = 5;

const KINDS: Readonly<Record<string, (i: number) => string>> = {
  'names that count up': (i) => `user-${i}`,
  'addresses in a row': (i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
  'ids of one length': (i) => (BigInt(i) * 0x9e3779b97f4a7c15n).toString(16).slice(-12).padStart(12, '0'),
  'texts with escapes': (i) => `DOMÄNE\\"${i}"`,
};

const policy = (weights: readonly number[]): string => `auditlb: 1
name: shards
sources:
  - {name: app, tag: app, format: {class: base_event, json: {user: actor.name, note: event.message}}}
shards: {by: actor.name, weights: [${weights.join()}]}
`;

/** The shard the filter itself gives each key, in records that have nothing else in common. */
function shardsOf(weights: readonly number[], keyOf: (i: number) => string, backwards = false): Uint16Array {
  const { filter, diagnostics } = buildFilter({ text: policy(weights), file: 'policy.yaml' }, { engine: readEngine() });
  expect(diagnostics).toEqual([]);
  const instance = new FilterInstance(filter!.wasm);
  const tag = Buffer.from('app');
  const shards = new Uint16Array(KEYS);
  for (let n = 0; n < KEYS; n++) {
    const i = backwards ? KEYS - 1 - n : n;
    const record = { user: keyOf(i), note: backwards ? `again ${n}` : `${n % 7}` };
    const answer = instance.call(tag, 1_770_000_000 + n, 0, Buffer.from(JSON.stringify(record)));
    if (answer.kind !== 'kept') throw new Error(answer.kind);
    shards[i] = Number(/"tag":"audit\.s(\d+)\./.exec(Buffer.from(answer.output).toString())![1]);
  }
  return shards;
}

const total = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0);

/** Whether so many of all keys are what chance makes of the share. */
function expectShare(count: number, share: number): void {
  const deviation = Math.sqrt(KEYS * share * (1 - share));
  expect(Math.abs(count - KEYS * share), `${count} of ${KEYS} keys, ${KEYS * share} expected`).toBeLessThan(
    SIGMAS * deviation,
  );
}

function expectShares(shards: Uint16Array, weights: readonly number[]): void {
  const counts = weights.map((_, shard) => shards.reduce((sum, each) => sum + Number(each === shard), 0));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(KEYS);
  for (const [shard, count] of counts.entries()) expectShare(count, weights[shard]! / total(weights));
}

/** Keys that are elsewhere now: where from, and where to. */
const movesOf = (before: Uint16Array, after: Uint16Array): (readonly [from: number, to: number])[] =>
  [...before].flatMap((from, i) => (from === after[i] ? [] : [[from, after[i]!] as const]));

describe.each(Object.keys(KINDS))('%s', (kind) => {
  const keyOf = KINDS[kind]!;
  const EVEN = [1, 1, 1, 1];
  const UNEVEN = [1, 2, 3, 4];
  let even: Uint16Array;
  let uneven: Uint16Array;

  beforeAll(() => {
    even = shardsOf(EVEN, keyOf);
    uneven = shardsOf(UNEVEN, keyOf);
  });

  test('find the same shard in another instance, in another order, in other records', () => {
    expect(shardsOf(EVEN, keyOf, true)).toEqual(even);
    expect(shardsOf(UNEVEN, keyOf, true)).toEqual(uneven);
  });

  test('are spread by weight', () => {
    expectShares(even, EVEN);
    expectShares(uneven, UNEVEN);
  });

  test.each([
    ['even', 'one more of the same weight', [1, 1, 1, 1, 1]],
    ['even', 'one more of another weight', [1, 1, 1, 1, 3]],
    ['uneven', 'one more', [1, 2, 3, 4, 2]],
  ] as const)('%s shards, %s: only its share moves, and only there', (start, _, weights) => {
    const before = start === 'even' ? even : uneven;
    const after = shardsOf(weights, keyOf);
    expectShares(after, weights);
    const moves = movesOf(before, after);
    expect(moves.filter(([, to]) => to !== weights.length - 1)).toEqual([]);
    expectShare(moves.length, weights.at(-1)! / total(weights));
  });

  test('a weight that is raised takes keys from all others and gives none away', () => {
    const raised = [1, 2, 5, 4];
    const moves = movesOf(uneven, shardsOf(raised, keyOf));
    expect(moves.filter(([, to]) => to !== 2)).toEqual([]);
    expect(new Set(moves.map(([from]) => from))).toEqual(new Set([0, 1, 3]));
    const grown = 5 / total(raised) - 3 / total(UNEVEN);
    expectShare(moves.length, grown);
  });

  test('find the shards of the reference', () => {
    for (let i = 0; i < KEYS; i += 97) {
      const event = new Map([[Field.actor_name, keyOf(i)]]);
      expect(chooseShard({ by: [Field.actor_name], weights: EVEN }, event)).toBe(even[i]);
      expect(chooseShard({ by: [Field.actor_name], weights: UNEVEN }, event)).toBe(uneven[i]);
    }
  });
});
