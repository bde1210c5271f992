import { readFileSync } from 'node:fs';

/** What the published schema (https://github.com/ocsf/ocsf-schema) says, resolved: inheritance and profiles are applied. */
export interface Facts {
  /** Released version, and the commit its tag names. */
  readonly version: string;
  readonly commit: string;
  /** Profiles of a version not released yet; events that name this version may use them. */
  readonly ahead: { readonly version: string; readonly commit: string; readonly profiles: readonly string[] };
  readonly types: Readonly<Record<string, TypeFacts>>;
  /** Value to caption. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly classes: Readonly<Record<string, ClassFacts>>;
  readonly objects: Readonly<Record<string, ShapeFacts>>;
}

export interface TypeFacts {
  /** The type itself when it is a primitive. */
  readonly base: string;
  readonly regex?: string;
  readonly max_len?: number;
  /** Both ends included. */
  readonly range?: readonly [number, number];
}

export interface ShapeFacts {
  readonly attributes: Readonly<Record<string, AttributeFacts>>;
  readonly constraints?: Readonly<Partial<Record<'at_least_one' | 'just_one', readonly string[]>>>;
}

export interface ClassFacts extends ShapeFacts {
  readonly uid: number;
  readonly caption: string;
  readonly category_uid: number;
  readonly category_caption: string;
  readonly profiles: readonly string[];
}

/** Either `type` or `object`; `object: object` takes any member. */
export interface AttributeFacts {
  readonly type?: string;
  readonly object?: string;
  readonly array?: true;
  /** Optional when absent. */
  readonly requirement?: 'required' | 'recommended';
  /** Counts only where one of these is in `metadata.profiles`. */
  readonly profiles?: readonly string[];
  readonly enum?: string;
  /** The attribute that holds this value's caption. */
  readonly caption_in?: string;
  /** Version that deprecated it; it is still valid. */
  readonly deprecated?: string;
  /** Version not released yet that brings it. */
  readonly since?: string;
}

export const facts: Facts = JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8'));

export function classByUid(uid: unknown): ClassFacts | undefined {
  return Object.values(facts.classes).find((candidate) => candidate.uid === uid);
}
