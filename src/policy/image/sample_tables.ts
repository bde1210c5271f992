import { SampleRule as RuleAt, Sample as SampleAt } from '../../../assembly/shared/image_layout.ts';
import type { Plan } from '../plan.ts';
import type { ImageBuilder } from './builder.ts';

const NO_KEY = 0xffffffff;

/** Places the rules of sampling (`Sample` in `assembly/shared/image_layout.ts`); 0 without any. */
export function placeSample(image: ImageBuilder, plan: Plan): number {
  const { sample: rules, routes, redact = [] } = plan;
  if (rules === undefined) return 0;
  const evidence = new Array<number>(Math.ceil(routes.length / 32)).fill(0xffffffff);
  routes.forEach((route, i) => {
    if (!route.evidence) evidence[i >> 5] = (evidence[i >> 5]! & ~(1 << (i & 31))) >>> 0;
  });
  const words = image.words(evidence);
  const names = rules.map(({ name }) => image.json(`"${name}":`));
  const table = image.reserve(rules.length * RuleAt.size);
  rules.forEach(({ by, keep }, i) => {
    const row = table + i * RuleAt.size;
    image.span(row + RuleAt.name, names[i]!);
    image.u32(row + RuleAt.by, by ?? NO_KEY);
    image.u32(row + RuleAt.keep, keep);
  });
  const order = [...rules.keys()].sort((a, b) => (rules[a]!.name < rules[b]!.name ? -1 : 1));
  const byName = image.words(order.map((i) => table + i * RuleAt.size));
  const at = image.reserve(SampleAt.size);
  image.u32(at + SampleAt.by_name, byName);
  image.u32(at + SampleAt.rules, table);
  image.u32(at + SampleAt.rule_count, rules.length);
  image.u32(at + SampleAt.first_bit, routes.length + redact.length);
  image.u32(at + SampleAt.evidence, words);
  image.u32(at + SampleAt.words, evidence.length);
  return at;
}
