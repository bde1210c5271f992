import { Detector } from '../../../assembly/shared/detectors.ts';
import { EXTRA_BASE, LABEL_BASE, SLOT_COUNT } from '../../../assembly/shared/fields.ts';
import { Redact as RedactAt } from '../../../assembly/shared/image_layout.ts';
import { buildAutomaton, type Pattern } from '../automaton.ts';
import type { RedactPlan } from '../plan.ts';
import { REQUEST_PARTS } from '../redact/feeds.ts';
import { ibanLengths, TRIGGERS } from '../redact/triggers.ts';
import { placeAutomaton } from './automaton_table.ts';
import type { ImageBuilder } from './builder.ts';

export const bitsOf = (rules: readonly RedactPlan[], has: (rule: RedactPlan, index: number) => boolean): bigint =>
  rules.reduce((bits, rule, i) => (has(rule, i) ? bits | (1n << BigInt(i)) : bits), 0n);

/** Places what looks for secrets inside of texts, and writes it into the header of redaction at `at`. */
export function placeFinders(image: ImageBuilder, rules: readonly RedactPlan[], at: number): void {
  image.u32(at + RedactAt.covers, placeCovers(image, rules));
  image.u32(at + RedactAt.keys, placeKeys(image, rules));
  image.u64(
    at + RedactAt.unmapped_rules,
    bitsOf(rules, ({ find }) => find?.unmapped === true),
  );
  image.u64(
    at + RedactAt.request_finders,
    bitsOf(rules, ({ find }) => find?.slots?.some((slot) => REQUEST_PARTS.includes(slot)) ?? find !== undefined),
  );
  image.u64(
    at + RedactAt.finders,
    bitsOf(rules, ({ find }) => find !== undefined),
  );
  image.u64(
    at + RedactAt.everywhere,
    bitsOf(rules, ({ find }) => find !== undefined && find.slots === undefined),
  );
  placeTriggers(image, rules, at);
}

/** Labels are the policy's own words. */
function placeCovers(image: ImageBuilder, rules: readonly RedactPlan[]): number {
  const covers = ({ find }: RedactPlan, slot: number): boolean => {
    if (find === undefined || slot >= LABEL_BASE) return false;
    return slot >= EXTRA_BASE ? find.unmapped : (find.slots?.includes(slot) ?? true);
  };
  const at = image.reserve(SLOT_COUNT * 8);
  for (let slot = 0; slot < SLOT_COUNT; slot++)
    image.u64(
      at + slot * 8,
      bitsOf(rules, (rule) => covers(rule, slot)),
    );
  return at;
}

function placeKeys(image: ImageBuilder, rules: readonly RedactPlan[]): number {
  const patterns = rules.flatMap(({ find }, id) =>
    (find?.keys ?? []).map((text): Pattern => ({ kind: 'glob', text, ignoreCase: true, id })),
  );
  return patterns.length === 0 ? 0 : placeAutomaton(image, buildAutomaton(patterns, { mode: 'set', raw: true }));
}

function placeTriggers(image: ImageBuilder, rules: readonly RedactPlan[], at: number): void {
  const wanted = new Set(rules.flatMap(({ find }) => find?.detectors ?? []));
  const triggers = TRIGGERS.filter(({ detector }) => wanted.has(detector));
  if (triggers.length === 0) return;
  const patterns = triggers.map(
    ({ text, regex, ignoreCase }, id): Pattern =>
      regex ? { kind: 'regex', text: `${text}$`, id } : { kind: 'suffix', text, ignoreCase, id },
  );
  const automaton = placeAutomaton(image, buildAutomaton(patterns, { mode: 'set', raw: true }));
  const words = image.words(
    triggers.map(({ detector, length, variant }) => detector | (length << 8) | (variant << 16)),
  );
  const detectorRules = image.reserve(Detector.COUNT * 8);
  for (let detector = 0; detector < Detector.COUNT; detector++)
    image.u64(
      detectorRules + detector * 8,
      bitsOf(rules, ({ find }) => find?.detectors.includes(detector) === true),
    );
  const lengths = image.reserve(26 * 26);
  for (const [country, length] of ibanLengths)
    image.u8(lengths + (country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 65, length);
  image.u32(at + RedactAt.triggers_automaton, automaton);
  image.u32(at + RedactAt.triggers, words);
  image.u32(at + RedactAt.detector_rules, detectorRules);
  image.u32(at + RedactAt.iban_lengths, lengths);
}
