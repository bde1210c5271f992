import type { Plan, SamplePlan } from '../plan.ts';
import { hashText, keyText, scoreOf } from './shard.ts';
import type { SlotValue } from './types.ts';

/** Apart from the hash's scores for shards. */
const PLACE = 0xffffffff;

/** The first sampling rule whose condition holds, if it does not keep the record. */
export function takingRule(
  plan: Plan,
  event: ReadonlyMap<number, SlotValue>,
  holds: (rule: number) => boolean,
): SamplePlan | undefined {
  const rule = plan.sample?.find((_, i) => holds(i));
  return rule === undefined || isKept(rule, event) ? undefined : rule;
}

/** Whether the record's key is among those the rule keeps. */
function isKept({ keep, by }: SamplePlan, event: ReadonlyMap<number, SlotValue>): boolean {
  if (keep === 0) return false;
  const key = event.get(by!);
  if (key === undefined) return true;
  return (scoreOf(hashText(keyText(key)), PLACE) >> 32n) * BigInt(keep) < 2n ** 32n;
}
