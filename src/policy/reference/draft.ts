import { Field } from '../../../assembly/shared/fields.ts';
import { FIELDS, type FieldName } from '../fields.ts';
import type { Assign, Capture } from '../plan.ts';
import type {
  AppliedMap,
  EnvelopeName,
  ErrorName,
  Origin,
  ParseError,
  SlotValue,
  Sniffed,
  Span,
  Stage,
  StatusName,
} from './types.ts';

/** Place in the line of the `length` characters of a text from `at` on. */
export type PlaceOf = (at: number, length: number) => Span | undefined;

/** An event in the making: what the stages write to. */
export class Draft {
  event = new Map<number, SlotValue>();
  spans = new Map<number, Span>();
  origins = new Map<number, Origin>();
  /** The step that writes now. */
  stage: Stage = 'envelope';
  /** In the order met; of the same name the last counts. */
  unmapped: (readonly [key: string, value: unknown])[] = [];
  status: StatusName = 'ok';
  error: ParseError | undefined;
  drift = false;
  /** The request line was none. */
  noRequest = false;
  readonly envelopes: EnvelopeName[] = [];
  readonly sniffed: Sniffed[] = [];
  readonly maps: AppliedMap[] = [];

  /** For a try that may come to nothing. */
  copy(): Draft {
    const copy = new Draft();
    copy.become(this);
    return copy;
  }

  /** Takes over what a try came to. */
  become({ event, spans, unmapped, status, error, drift }: Draft): void {
    this.event = new Map(event);
    this.spans = new Map(spans);
    this.unmapped = [...unmapped];
    this.status = status;
    this.error = error;
    this.drift = drift;
  }

  has(slot: number): boolean {
    return this.event.has(slot);
  }

  text(slot: number): string | undefined {
    const value = this.event.get(slot);
    return typeof value === 'string' ? value : undefined;
  }

  int(slot: number): bigint | undefined {
    const value = this.event.get(slot);
    return typeof value === 'bigint' ? value : undefined;
  }

  /** Writes a slot; -1 is nowhere. */
  set(slot: number, value: SlotValue, span?: Span, capture?: Capture): void {
    if (slot < 0) return;
    this.event.set(slot, value);
    this.origins.set(slot, { stage: this.stage, ...(capture === undefined ? {} : { capture }) });
    if (span === undefined) this.spans.delete(slot);
    else this.spans.set(slot, span);
  }

  setMissing(slot: number, value: SlotValue | undefined, span?: Span): void {
    if (value !== undefined && !this.has(slot)) this.set(slot, value, span);
  }

  clear(slot: number): void {
    this.event.delete(slot);
    this.spans.delete(slot);
    this.origins.delete(slot);
  }

  /** Where parts of a slot's text stand in the line: all of it where they cannot be told apart. */
  partsOf(slot: number): PlaceOf {
    const span = this.spans.get(slot);
    const exact = span !== undefined && span.end - span.start === this.text(slot)?.length;
    return (at, length) => (exact ? { start: span.start + at, end: span.start + at + length } : span);
  }

  assign(assigns: readonly Assign[]): void {
    for (const { slot, value } of assigns) {
      if (typeof value === 'string') this.set(slot, value);
      else this.set(slot, isBoolean(slot) ? value !== 0 : BigInt(value));
    }
  }

  /** The record cannot be read as its format. */
  fail(code: ErrorName, offset?: number, expected?: string): void {
    this.#note(code, offset, expected);
    this.status = 'failed';
  }

  /** One field cannot be read; the rest goes on. */
  failField(code: ErrorName, offset: number, expected: string): void {
    this.#note(code, offset, expected);
    if (this.status === 'ok') this.status = 'partial';
  }

  #note(code: ErrorName, offset: number | undefined, expected: string | undefined): void {
    this.error ??= {
      code,
      ...(offset === undefined ? {} : { offset }),
      ...(expected === undefined ? {} : { expected }),
    };
  }
}

const isBoolean = (slot: number): boolean => FIELDS[Field[slot] as FieldName]?.type === 'bool';

/** Bytes of the text before a character position. */
export const byteOffset = (line: string, at: number): number => Buffer.byteLength(line.slice(0, at));
