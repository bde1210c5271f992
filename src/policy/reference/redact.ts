import { Detector } from '../../../assembly/shared/detectors.ts';
import { EXTRA_BASE, EXTRA_MAX, Field, Meta } from '../../../assembly/shared/fields.ts';
import { UNMAPPED_PLACE } from '../../../assembly/shared/image_layout.ts';
import { PSEUDONYMS_MAX } from '../../../assembly/shared/limits.ts';
import { placeName } from '../image/redact_tables.ts';
import type { FindPlan, FormatPlan, Plan, RedactPlan } from '../plan.ts';
import { fedBy, REQUEST_PARTS, URL_PARTS } from '../redact/feeds.ts';
import { wholeExtras, wholeRules } from '../redact/keys.ts';
import { detect } from './detectors.ts';
import type { Draft } from './draft.ts';
import { findInJson, findInText, type Rules, ruleOfKey } from './find.ts';
import { isInside, mark, replaceMarked, type Stretch } from './stretch.ts';
import { truncateAddress } from './truncate.ts';
import type { Redaction, SlotValue } from './types.ts';

export const MASK = '[redacted]';

/** Redacts the event. `holds`: whether the condition of a rule does. */
export function redactEvent(
  plan: Plan,
  format: FormatPlan | undefined,
  draft: Draft,
  holds: (rule: number) => boolean,
): Redaction[] {
  const rules = plan.redact ?? [];
  return rules.length === 0 ? [] : new Redactor(plan, rules, format, draft, holds).run();
}

class Redactor {
  readonly #plan: Plan;
  readonly #rules: readonly RedactPlan[];
  readonly #active: readonly number[];
  readonly #format: FormatPlan | undefined;
  readonly #draft: Draft;
  /** Slots redacted as a whole, and the rule that does it. */
  readonly #applied = new Map<number, number>();
  readonly #counts: { readonly rule: number; readonly slot: number }[] = [];
  /** Parts of texts that have a pseudonym. */
  readonly #named: Stretch[] = [];

  constructor(
    plan: Plan,
    rules: readonly RedactPlan[],
    format: FormatPlan | undefined,
    draft: Draft,
    holds: (rule: number) => boolean,
  ) {
    this.#plan = plan;
    this.#rules = rules;
    this.#active = [...rules.keys()].filter(holds);
    this.#format = format;
    this.#draft = draft;
  }

  run(): Redaction[] {
    const fields = this.#rules.flatMap((each, rule) => each.fields.map((slot) => ({ slot, rule })));
    const extras = this.#format === undefined ? [] : wholeExtras(this.#format, this.#rules);
    for (const { slot, rule } of [...fields, ...extras])
      if (this.#active.includes(rule) && !this.#applied.has(slot)) this.#applied.set(slot, rule);
    for (const [slot, rule] of this.#applied) this.#markSlot(slot, rule);
    this.#markUrl();
    this.#markRequest();
    this.#markRivals();
    const notes = this.#settledNotes();
    this.#find();
    // Nobody writes it; `url.full` holds the same.
    this.#draft.clear(Field.http_target);
    // All of the event's texts are known before the first is replaced: they share their marks.
    for (const write of [...this.#writtenSlots(), ...this.#writtenUnmapped()]) write();
    // What is marked in `raw_data` alone must not show in other texts.
    for (const { text, rule } of notes) mark(text, rule);
    this.#writeRaw();
    return this.#report();
  }

  /** What stands for a part of a text. Only so many of a record get a pseudonym. */
  readonly #replacement = (run: Stretch, rule: number): string => {
    if (this.#rules[rule]!.with !== 'pseudonym') return MASK;
    if (!this.#named.some((each) => isInside(each, run) && isInside(run, each))) {
      if (this.#named.length === PSEUDONYMS_MAX) return MASK;
      this.#named.push(run);
    }
    return this.#plan.pseudonym!(run.buffer.text.slice(run.start, run.end));
  };

  #stretch(slot: number): Stretch | undefined {
    return this.#draft.stretch(slot);
  }

  #markSlot(slot: number, rule: number): void {
    const stretch = this.#stretch(slot);
    if (stretch !== undefined) mark(stretch, rule);
  }

  #isInside(slot: number, outer: Stretch): boolean {
    const stretch = this.#stretch(slot);
    return stretch !== undefined && isInside(stretch, outer);
  }

  /** A redacted part of a URL that was logged by itself stands in `url.full` too, nobody knows where. */
  #markUrl(): void {
    const full = this.#stretch(Field.url_full);
    if (full === undefined) return;
    for (const slot of URL_PARTS) {
      const rule = this.#applied.get(slot);
      if (rule !== undefined && this.#draft.has(slot) && !this.#isInside(slot, full)) mark(full, rule);
    }
  }

  /** A request line that is none may hold whatever is made of one. */
  #markRequest(): void {
    const { request } = this.#draft;
    const rule = this.#active.find((each) => this.#rules[each]!.fields.some((slot) => REQUEST_PARTS.includes(slot)));
    if (request !== undefined && rule !== undefined) mark(request, rule);
  }

  /** A value whose field another one filled is redacted with the field. */
  #markRivals(): void {
    for (const { capture, stretch } of this.#draft.rivals) {
      for (const { slot, derived } of fedBy(this.#format!, capture)) {
        const rule = derived ? undefined : this.#applied.get(slot);
        if (rule !== undefined) mark(stretch, rule, stretch.json);
      }
    }
  }

  /** Captured texts a redacted value was read from without being a part of them. */
  #settledNotes(): { text: Stretch; rule: number }[] {
    const { base, notes, noRequest } = this.#draft;
    return notes.flatMap(({ capture, start, end }) => {
      const text = { buffer: base!, start, end };
      if (['', '-'].includes(base!.text.slice(start, end))) return [];
      return fedBy(this.#format!, capture).flatMap(({ slot, derived }) => {
        const rule = this.#applied.get(slot);
        const absent = derived && !this.#draft.has(slot) && !noRequest;
        return rule === undefined || absent || this.#isInside(slot, text) ? [] : [{ text, rule }];
      });
    });
  }

  #rulesFor(covers: (find: FindPlan) => boolean): Rules {
    const rules = this.#active.filter((i) => this.#rules[i]!.find !== undefined && covers(this.#rules[i]!.find!));
    return new Map(rules.map((i) => [i, this.#rules[i]!]));
  }

  /** Marks the secrets in the event's texts. */
  #find(): void {
    const { base, event, request, unmapped } = this.#draft;
    // A secret with a blank in it may have been cut over two fields.
    if (base !== undefined && !base.plain)
      findInText(
        { buffer: base, start: 0, end: base.text.length },
        patternsOnly(this.#rulesFor((find) => !find.slots)),
        false,
      );
    for (const slot of event.keys()) {
      if (slot >= EXTRA_BASE + EXTRA_MAX || this.#applied.has(slot) || slot === Field.http_target) continue;
      const stretch = this.#stretch(slot);
      const rules = this.#rulesFor((find) =>
        slot >= EXTRA_BASE ? find.unmapped : (find.slots?.includes(slot) ?? true),
      );
      const card = cardRule(slot, event.get(slot)!, rules);
      if (card !== undefined) this.#applied.set(slot, card);
      if (stretch === undefined) continue;
      if (typeof event.get(slot) === 'object') findInJson(stretch, rules);
      else findInText(stretch, rules, QUERIES.includes(slot));
    }
    for (const [key, , stretch, name] of unmapped) {
      const inRequest = (find: FindPlan): boolean =>
        stretch === request && (find.slots?.some((slot) => REQUEST_PARTS.includes(slot)) ?? true);
      const rules = this.#rulesFor((find) => find.unmapped || inRequest(find));
      if (name !== undefined) findInText(name, rules, false);
      if (stretch !== undefined) findInEntry(key, stretch, rules);
    }
  }

  #writtenSlots(): (() => void)[] {
    const all = [...this.#draft.event.keys()].filter((slot) => slot < EXTRA_BASE + EXTRA_MAX);
    const slots = all.sort((a, b) => a - b);
    return slots.map((slot) => {
      const rule = this.#applied.get(slot);
      const place = slot < EXTRA_BASE ? slot : UNMAPPED_PLACE;
      if (rule !== undefined) {
        const logged = this.#draft.event.get(slot)!;
        const number = typeof logged === 'bigint' && slot < EXTRA_BASE;
        const value = number ? undefined : wholeValue(this.#plan, this.#rules[rule]!, logged);
        return () => {
          this.#counts.push({ rule, slot: place });
          if (value === undefined) this.#draft.clear(slot);
          else this.#draft.replace(slot, value);
        };
      }
      const stretch = this.#stretch(slot);
      if (stretch === undefined) return () => {};
      const { text, rules } = replaceMarked(stretch, this.#replacement);
      const isJson = typeof this.#draft.event.get(slot) === 'object';
      return () => {
        if (rules.length === 0) return;
        this.#counts.push(...rules.map((each) => ({ rule: each, slot: place })));
        this.#draft.replace(slot, isJson ? { json: JSON.parse(text), source: text } : unescaped(text));
      };
    });
  }

  #writtenUnmapped(): (() => void)[] {
    return this.#draft.unmapped.map(([key, value, stretch, name], i) => {
      const inKey = name === undefined ? undefined : replaceMarked(name, this.#replacement);
      const inValue = stretch === undefined ? undefined : replaceMarked(stretch, this.#replacement);
      return () => {
        const rules = [...(inKey?.rules ?? []), ...(inValue?.rules ?? [])];
        this.#counts.push(...rules.map((rule) => ({ rule, slot: UNMAPPED_PLACE })));
        this.#draft.unmapped[i] = [
          inKey === undefined || inKey.rules.length === 0 ? key : renamed(key, name!, inKey.text),
          inValue === undefined || inValue.rules.length === 0 ? value : valueIn(inValue.text, stretch!),
        ];
      };
    });
  }

  /** Where fields of a line that could not be read stand in it nobody knows. */
  #writeRaw(): void {
    const { base } = this.#draft;
    if (!this.#draft.has(Meta.raw_data) || base === undefined) return;
    const all = { buffer: base, start: 0, end: base.text.length };
    const rules = this.#rulesFor(() => true);
    findInText(all, rules, false, base.plain);
    const [whole] = wholeRules(this.#plan);
    const failed = (this.#draft.status === 'failed' || this.#draft.hidden) && whole !== undefined;
    const replaced = failed ? { text: MASK, rules: [whole] } : replaceMarked(all, () => MASK);
    this.#counts.push(...replaced.rules.map((rule) => ({ rule, slot: Meta.raw_data })));
    this.#draft.replace(Meta.raw_data, base.plain || failed ? replaced.text : unescaped(replaced.text));
  }

  /** By field, then what is unmapped, then `raw_data`; in each by rule. */
  #report(): Redaction[] {
    const places = [...Array(EXTRA_BASE).keys(), UNMAPPED_PLACE, Meta.raw_data];
    return places.flatMap((slot) =>
      this.#rules.flatMap(({ name }, rule) => {
        const count = this.#counts.filter((each) => each.slot === slot && each.rule === rule).length;
        return count === 0 ? [] : [{ count, field: placeName(slot)!, rule: name }];
      }),
    );
  }
}

const patternsOnly = (rules: Rules): Rules =>
  new Map([...rules].map(([i, rule]) => [i, { ...rule, find: { ...rule.find!, keys: [] } }]));

/** The first rule that wants a number redacted as a payment card. */
function cardRule(slot: number, value: SlotValue, rules: Rules): number | undefined {
  if (typeof value !== 'bigint' || slot === Field.time || slot === Field.time_start) return undefined;
  const wanting = [...rules.keys()].filter((i) => rules.get(i)!.find!.detectors.includes(Detector.payment_card));
  return wanting.length > 0 && detect(Detector.payment_card, String(value)).length > 0
    ? Math.min(...wanting)
    : undefined;
}

/** Fields whose text is a URL, or the query of one. */
const QUERIES: readonly number[] = [Field.url_full, Field.url_query, Field.http_referrer];

/** A key a rule wants takes its whole value with it. */
function findInEntry(key: string, stretch: Stretch, rules: Rules): void {
  const rule = ruleOfKey(key, rules);
  const text = stretch.buffer.text.slice(stretch.start, stretch.end);
  const silent = stretch.json === true && /^(?:null|true|false|"")$/.test(text);
  if (rule !== undefined && !silent) mark(stretch, rule, stretch.json);
  else if (stretch.json) findInJson(stretch, rules);
  else findInText(stretch, rules, false);
}

/** What stands for a value redacted as a whole; `undefined`: nothing. What is no address cannot be truncated and is masked. */
function wholeValue(plan: Plan, rule: RedactPlan, value: SlotValue): string | undefined {
  switch (rule.with) {
    case 'mask':
      return MASK;
    case 'remove':
      return undefined;
    case 'pseudonym':
      return typeof value === 'string' ? plan.pseudonym!(value) : MASK;
    case 'truncate':
      return truncateAddress(String(value)) ?? MASK;
  }
}

const valueIn = (text: string, { json }: Stretch): unknown => (json ? JSON.parse(text) : unescaped(text));

/** The path of an unmapped value with another last name. */
function renamed(path: string, { buffer, start, end }: Stretch, to: string): string {
  const name = unescaped(buffer.text.slice(start, end));
  return path.slice(0, path.length - name.length) + unescaped(to);
}

const unescaped = (escaped: string): string => JSON.parse(`"${escaped}"`) as string;
