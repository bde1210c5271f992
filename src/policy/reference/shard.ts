import { ln } from '../../../assembly/shared/ln.ts';
import type { ShardPlan } from '../plan.ts';
import type { SlotValue } from './types.ts';

const GOLDEN = 0x9e3779b97f4a7c15n;
const FACTOR = 0xd6e8feb86659fd93n;
const u64 = (n: bigint): bigint => BigInt.asUintN(64, n);

/** Weighted rendezvous hashing of the first of the plan's keys that is present: the shard whose score is the highest. */
export function chooseShard(plan: ShardPlan, event: ReadonlyMap<number, SlotValue>): number {
  const key = plan.by.find((slot) => event.has(slot));
  if (plan.weights.length < 2 || key === undefined) return 0;
  const hash = hashText(keyText(event.get(key)!));
  const equal = plan.weights.every((weight) => weight === plan.weights[0]);
  const scores = plan.weights.map((weight, i) => (equal ? scoreOf(hash, i) : weightedScore(hash, i, weight)));
  let best = 0;
  for (const [i, score] of scores.entries()) if (score > scores[best]!) best = i;
  return best;
}

/** Numbers in decimal, `true` as 1, raw JSON as written. */
export function keyText(value: SlotValue): string {
  if (typeof value === 'object') return value.source;
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

/** 64 bits of the text as JSON escapes it, eight bytes at a time. */
export function hashText(text: string): bigint {
  const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
  let h = GOLDEN ^ BigInt(bytes.length);
  for (let at = 0; at < bytes.length; at += 8) {
    const word = Buffer.alloc(8);
    bytes.copy(word, 0, at, at + 8);
    h = u64((h ^ word.readBigUInt64LE()) * FACTOR);
    h ^= h >> 32n;
  }
  return h;
}

export function scoreOf(hash: bigint, shard: number): bigint {
  let s = hash ^ u64(BigInt(shard + 1) * GOLDEN);
  s ^= s >> 32n;
  s = u64(s * FACTOR);
  s ^= s >> 32n;
  s = u64(s * FACTOR);
  return s ^ (s >> 32n);
}

function weightedScore(hash: bigint, shard: number, weight: number): number {
  const u = (Number(scoreOf(hash, shard) >> 11n) + 1) / 2 ** 53;
  return weight / -ln(u);
}
