import type { SourceFile, Span } from '../../policy/document/source_file.ts';

/** A setting of a collector. Values are text: how it was quoted says nothing. */
export interface Setting {
  readonly value: string;
  readonly at: Span;
}

/** A plugin of Fluent Bit, or its service section. Keys are in lower case, as Fluent Bit reads them. */
export interface Section {
  readonly name: string;
  readonly at: Span;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Processors of logs, in order. */
  readonly processors: readonly Section[];
  /** Outputs of each conditional route of an input. */
  readonly routes: readonly { readonly output: string; readonly at: Span }[];
}

export interface FluentBitConfig {
  readonly kind: 'fluent-bit';
  readonly file: SourceFile;
  readonly service: Section;
  readonly inputs: readonly Section[];
  readonly filters: readonly Section[];
  readonly outputs: readonly Section[];
  /** Version of Fluent Bit it is for, if that was said. */
  readonly version?: readonly [number, number, number];
}

export interface Component {
  readonly id: string;
  readonly type: string;
  readonly at: Span;
  readonly inputs: readonly string[];
  /** By dotted path. */
  readonly settings: ReadonlyMap<string, Setting>;
}

export interface VectorConfig {
  readonly kind: 'vector';
  readonly file: SourceFile;
  readonly globals: ReadonlyMap<string, Setting>;
  readonly sources: readonly Component[];
  readonly transforms: readonly Component[];
  readonly sinks: readonly Component[];
}

/** Reports a fault where it is. */
export type Report = (at: Span, message: string, help: string) => void;

/** One trap: what it is called, and where a configuration walks into it. */
export interface Rule<C> {
  readonly code: string;
  check(config: C, report: Report): void;
}

/** Whether a setting is on, however it is written. */
export const isOn = (setting: Setting | undefined): boolean => /^(on|true|yes|1)$/i.test(setting?.value ?? '');

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Bytes of a size such as `8M`; `undefined` if it is none. */
export function sizeOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit!.toLowerCase()]!;
}
