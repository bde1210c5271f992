import type { RoutePlan } from '../plan.ts';
import type { Evaluation } from './types.ts';

/** What the routes a record takes ask for: the most of each. */
export function askedFor(taken: readonly RoutePlan[]): Pick<Evaluation, 'priority' | 'retention'> {
  const priority = (['high', 'normal', 'low'] as const).find((each) => taken.some((route) => route.priority === each));
  const days = Math.max(0, ...taken.map(({ retentionDays = 0 }) => retentionDays));
  const held = taken.some(({ legalHold }) => legalHold);
  const retention = { ...(days > 0 && { days }), ...(held && { legal_hold: true as const }) };
  return { ...(priority && { priority }), ...(Object.keys(retention).length > 0 && { retention }) };
}
