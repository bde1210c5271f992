import type { Convert } from '../../assembly/shared/convert.ts';
import type { Detector } from '../../assembly/shared/detectors.ts';

/**
 * The plan: what a checked policy means, with every name resolved to a slot. Two things read it: the image writer,
 * for the engine, and the reference evaluator. Text in a plan is plain text, never JSON-escaped.
 */
export interface Plan {
  /** Name of the policy, and SHA-256 of its resolved form: 64 hexadecimal digits. */
  readonly name: string;
  readonly hash: string;
  readonly schema: 'ocsf' | 'ecs' | 'otel';
  /** When an event's own line is carried along in `raw_data`. */
  readonly raw: 'always' | 'incomplete' | 'never';
  readonly sources: readonly SourcePlan[];
  readonly formats: readonly FormatPlan[];
  /** Names of the labels any source sets; label `i` is slot `LABEL_BASE + i`. */
  readonly labels: readonly string[];
  /** Conditions that `when`s refer to by name; absent if none has one. */
  readonly conditions?: readonly { readonly name: string; readonly when: string }[];
  /** Dates by the names conditions call them. */
  readonly holidays?: Readonly<Record<string, readonly string[]>>;
  readonly routes: readonly RoutePlan[];
  /** Absent if nothing is looked up. */
  readonly enrich?: EnrichPlan;
  /** Absent if nothing is redacted. The condition of rule `i` is number `routes.length + i`. */
  readonly redact?: readonly RedactPlan[];
  /** Absent if nothing is sampled. Conditions follow those of `redact`. */
  readonly sample?: readonly SamplePlan[];
  /** The pseudonym of a value, where the policy gives any: it knows the key, which no plan tells. */
  readonly pseudonym?: (value: string) => string;
  readonly shards: ShardPlan;
  readonly templates: readonly TemplatePlan[];
}

/** Keys a line, and its place, are looked for under where the source names none. */
export const LINE_KEYS: readonly string[] = ['log', 'message'];
export const FILE_KEY = 'file';
export const OFFSET_KEY = 'file_offset';

export interface SourcePlan {
  readonly name: string;
  /** Tag pattern with `*`. The first source that matches is the record's. */
  readonly tag: string;
  /** Indexes into `Plan.formats`, tried in the order of their sniffers; one index: no sniffing. */
  readonly formats: readonly number[];
  /** Key that holds the line. `undefined`: `log`, else `message`, else the record itself. */
  readonly lineKey?: string;
  /** Keys that hold the file a line was read from, and where in it; `undefined`: `FILE_KEY`, `OFFSET_KEY`. */
  readonly fileKey?: string;
  readonly offsetKey?: string;
  /** Minutes east of UTC for times without a zone. */
  readonly zoneMinutes: number;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, and blocks of them. */
  readonly trusted?: readonly string[];
  /** Label slot to value. */
  readonly labels: readonly (readonly [slot: number, value: string])[];
}

/** One constant written to a slot: text, or the number of an enum member, an integer or a boolean (0/1). */
export interface Assign {
  readonly slot: number;
  readonly value: string | number;
}

export interface FormatPlan {
  readonly name: string;
  /** Set before anything is parsed; parsing and maps may overwrite. */
  readonly defaults: readonly Assign[];
  readonly body: TextBody | JsonBody | ShapesBody;
  /** Fields whose text is read in turn, in order: by the first shape that takes all of it. One that none takes stays as it is. */
  readonly within: readonly WithinPlan[];
  /** Texts that say a value is missing, besides `-` and the empty text. */
  readonly missing: readonly string[];
  /** Names of the format's captures without a field; capture `i` is slot `EXTRA_BASE + i`. */
  readonly extras: readonly string[];
  readonly maps: readonly MapPlan[];
  readonly product: { readonly name: string; readonly vendor: string };
  /** How `auto` knows it. */
  readonly sniff: Sniff;
  /** Escapes inside captured text. */
  readonly escape: Escape;
}

/** `none`; `backslash`: \" \\ \n \t \r \xhh (Apache); `hex`: \xHH (nginx); `hash`: #HH (HAProxy); `cef`: \\ \= \|. */
export type Escape = 'none' | 'backslash' | 'hex' | 'hash' | 'cef';

export type Sniff =
  | { readonly kind: 'none' }
  /** A regular expression that matches at the start of the line, or patterns (`*` for any text) for the program its envelope names. */
  | { readonly kind: 'text'; readonly pattern?: string; readonly apps: readonly string[] }
  /** One of these lists of marks must all be in the JSON object. */
  | { readonly kind: 'json'; readonly any: readonly (readonly JsonMark[])[] };

/** A path of keys that must be there, `[0]` the first element of an array; `is`: with one of these texts. */
export interface JsonMark {
  readonly keys: readonly string[];
  readonly is?: readonly string[];
}

/** Where a capture goes. Three slots for addresses: address, port, host; -1: nowhere. */
export interface Capture {
  readonly convert: Convert;
  readonly slots: readonly [number, number, number];
  /** A list of several elements (`last_…`, `seconds_sum`) is also kept here as logged; a single one is not. */
  readonly all?: number;
  /** JSON: its place, from 1, among the captures that fill the same first slot; none: it is the only one. */
  readonly rank?: number;
  /** What the load balancer calls it: in errors and explanations. */
  readonly name: string;
}

export interface TextBody {
  readonly kind: 'text';
  readonly ops: readonly ScanOp[];
}

/**
 * Lines of several shapes. The first that reads the line without error and drift is taken; failing that the first without
 * error; failing that, of those that take the line to its end, failing that of all, the one that came furthest before its
 * first error, the earlier of equals.
 */
export interface ShapesBody {
  readonly kind: 'shapes';
  readonly shapes: readonly LineShape[];
}

export interface LineShape {
  /** Lookups of what is known before the line is read, each of one case: every one must find it. A missing field is the empty text. */
  readonly when: readonly MapPlan[];
  readonly ops: readonly ScanOp[];
  /** Set when the line has this shape, after it was read. */
  readonly set: readonly Assign[];
}

export interface WithinPlan {
  readonly slot: number;
  readonly shapes: readonly LineShape[];
}

export type ScanOp =
  /** The line goes on with exactly this text; `ahead`: which is part of what follows. */
  | { readonly op: 'literal'; readonly text: string; readonly ahead?: true }
  /**
   * Everything up to the first occurrence of `until` (consumed too); `undefined`: the rest of the line.
   * `list`: a blank after a comma, and ` : `, belong to the text (nginx upstream lists).
   * `quoted`: an escaped quote inside does not end it. `lenient`: a missing `until` at the end of the line is fine
   * (a line cut short by its writer). `last`: the last occurrence of `until` ends it.
   */
  | {
      readonly op: 'until';
      readonly until?: string;
      readonly capture: Capture;
      readonly list: boolean;
      readonly quoted: boolean;
      readonly lenient: boolean;
      readonly last?: boolean;
    }
  /**
   * One blank-separated field, quoted or bare as it comes: `"…"` ends at a quote followed by a blank or the end, that no
   * backslash escapes where the format has such escapes.
   * At the end of the line it is missing: an error if `required`, otherwise the scan is done.
   */
  | { readonly op: 'field'; readonly capture: Capture; readonly required: boolean }
  /**
   * A field up to `separator` (one character), or in quotes as in CSV, a quote in it doubled; what stands between its closing quote and
   * the separator is left out. At the end of the line as for `field`.
   */
  | { readonly op: 'separated'; readonly separator: string; readonly capture: Capture; readonly required: boolean }
  /**
   * `key=value` to the end of the line, parted by `separator`: one character, or a blank with quoted values (double quotes around
   * a value, single quotes around more pairs); with `free` a value holds blanks and ends where the next ` key=` begins
   * (besides another separator: where the line has none of that).
   * `colon`: `key: value`, which ends at `, ` with a listed key behind it; quotes around it are left out.
   * Keys the node does not list are unmapped. A word without `=` raises the drift flag.
   * `joined`: the values of all keys that are its name and a number, as one text: see `docs/normalization.md`.
   */
  | {
      readonly op: 'pairs';
      readonly separator: string;
      readonly free: boolean;
      readonly colon: boolean;
      readonly node: JsonNode;
      readonly joined?: Capture;
    }
  /** `{a|b|}` and a blank, if the line goes on with `{`; otherwise nothing. The capture is what the braces hold. */
  | { readonly op: 'braces'; readonly capture: Capture }
  /** The text, if the line goes on with it; otherwise nothing. */
  | { readonly op: 'optional'; readonly text: string }
  /** Whatever is left goes to `slot` and raises the drift flag. */
  | { readonly op: 'rest'; readonly slot: number };

export interface JsonBody {
  readonly kind: 'json';
  readonly root: JsonNode;
}

/** An object the format knows. Keys it does not list are unmapped. */
export interface JsonNode {
  readonly keys: readonly JsonKey[];
  /** A key it does not list raises drift. */
  readonly closed?: true;
  /** The record itself, wherever it is: paths of the unmapped start here. */
  readonly top?: true;
}

export interface JsonKey {
  /** Key of the object; `[]`: every element of an array; `[0]`: its first element; with `select`: those of this text. */
  readonly key: string;
  /** Elements of an array that are objects and have this text under this key. */
  readonly select?: { readonly key: string; readonly is: string };
  readonly capture?: Capture;
  readonly node?: JsonNode;
  /** Known and left out of the output: constants such as `apiVersion`. */
  readonly ignore: boolean;
  /** Elements behind the first, where the first is the record: they are others, which one event cannot hold. */
  readonly others?: true;
}

/** A lookup by the text (or enum number) of a slot. The first case that matches is applied; none is no error. */
export interface MapPlan {
  readonly from: number;
  /** Joined to `from` with a blank before it is looked up: an empty text if missing. */
  readonly and?: number;
  readonly cases: readonly MapCase[];
}

export interface MapCase {
  /** Patterns, `*` for any text. */
  readonly is: readonly string[];
  readonly set: readonly Assign[];
  /** Slots copied from other slots, if those are there; -1: the other is cleared. */
  readonly copy: readonly (readonly [to: number, from: number])[];
}

/** Tables of the policy's own, and the labels records get from them. */
export interface EnrichPlan {
  readonly tables: readonly TablePlan[];
  /** In order: a later one may read what an earlier one set. */
  readonly lookups: readonly LookupPlan[];
}

export interface TablePlan {
  readonly name: string;
  /** `cidr`: of several blocks the smallest; `path`: the key, or the key, `/` and more; of several keys the longest. */
  readonly match: 'exact' | 'cidr' | 'path';
  readonly columns: readonly string[];
  /** An empty value sets nothing. Keys of paths end without `/`. */
  readonly rows: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** A slot, or two joined by a blank, looked up in a table. A missing second one is the empty text; JSON is none. */
export interface LookupPlan {
  /** Index into `EnrichPlan.tables`. */
  readonly table: number;
  readonly from: number;
  readonly and?: number;
  readonly set: readonly (readonly [label: number, column: number])[];
}

export interface RoutePlan {
  readonly name: string;
  readonly when: string;
  readonly destinations: readonly string[];
  /** Only for records that no route with a condition takes, but others such as this. */
  readonly otherwise?: true;
  /** Sampling takes nothing away from it. */
  readonly evidence?: true;
  /** Of every route if any says one. */
  readonly priority?: 'high' | 'normal' | 'low';
  readonly retentionDays?: number;
  readonly legalHold?: true;
}

/** A rule that takes records away from every route that is no evidence. Of several the first that holds decides. */
export interface SamplePlan {
  readonly name: string;
  readonly when: string;
  /** One of so many keys is kept, 0: none; a record without the key is kept. */
  readonly keep: number;
  readonly by?: number;
}

export type RedactMethod = 'mask' | 'remove' | 'truncate' | 'pseudonym';

export interface RedactPlan {
  readonly name: string;
  readonly when: string;
  /** Slots whose values are redacted as a whole. */
  readonly fields: readonly number[];
  readonly find?: FindPlan;
  readonly with: RedactMethod;
}

/** Secrets inside of texts. */
export interface FindPlan {
  /** Slots looked at, beside `raw_data`. `undefined`: all. */
  readonly slots?: readonly number[];
  /** Whether `unmapped` is looked at too. */
  readonly unmapped: boolean;
  /** Names of keys whose values are secret, `*` for any text, without regard to case. */
  readonly keys: readonly string[];
  readonly detectors: readonly Detector[];
}

/** One shard space for the policy: the tag carries one shard. */
export interface ShardPlan {
  /** Slots tried in order; the first that is present is the key. None: shard 0. */
  readonly by: readonly number[];
  /** Weight of each shard, positive. */
  readonly weights: readonly number[];
}

/** Output of one class: members in JCS order. */
export interface TemplatePlan {
  readonly schema_class: number;
  readonly members: readonly Member[];
}

/** When a member stands: with one of the slots of `if` present (none: no matter), and none of `unless`. */
export interface Guard {
  readonly if?: readonly number[];
  readonly unless?: readonly number[];
}

export type Member =
  | ({ readonly kind: 'object'; readonly key: string; readonly members: readonly Member[] } & Guard)
  /** A list of at most one object. */
  | ({ readonly kind: 'list'; readonly key: string; readonly members: readonly Member[] } & Guard)
  /** A constant JSON value. */
  | ({ readonly kind: 'constant'; readonly key: string; readonly value: unknown } & Guard)
  /**
   * The first of these slots that is present. `as` what it becomes: `value` as the slot has it, `text` always a string, `lower` with A to Z in lower case,
   * `text_list` a list of all that are present as strings, each once, `split_list` a string cut at `, ` into a list, `enum` looked up in `table`,
   * `milliseconds` microseconds cut down to whole milliseconds, `nanoseconds` microseconds as nanoseconds, `epoch_nanoseconds` milliseconds as
   * nanoseconds, `iso_time` a time as RFC 3339 text in UTC, before 1970 and after 9999 as it is; `address_list` those parts of a `split_list` that are IP addresses, and
   * `not_addresses` the whole text if any part is none; of `TLSv1.3` the `version` is `1.3` and the `protocol` `tls`, `email` stands only for an e-mail address, `absolute` for a URL with a scheme, `other` for the first of two texts unless the second is the same. A number that is not in `table` is as good as missing.
   * `otherwise`: what stands there when nothing is present, any JSON value; such a member is always there, as a constant without a guard is.
   */
  | ({
      readonly kind: 'slot';
      readonly key: string;
      readonly slots: readonly number[];
      readonly as:
        | 'value'
        | 'text'
        | 'lower'
        | 'version'
        | 'protocol'
        | 'email'
        | 'absolute'
        | 'other'
        | 'text_list'
        | 'split_list'
        | 'address_list'
        | 'not_addresses'
        | 'enum'
        | 'milliseconds'
        | 'nanoseconds'
        | 'epoch_nanoseconds'
        | 'iso_time';
      /** Any JSON values. */
      readonly table?: Readonly<Record<number, unknown>>;
      readonly otherwise?: unknown;
    } & Guard)
  /** Captures without a field, keys the format does not list, keys of the host record. */
  | { readonly kind: 'unmapped'; readonly key: string }
  /** Labels of the source as `name:value`. */
  | { readonly kind: 'labels'; readonly key: string }
  /** The same as an object. */
  | { readonly kind: 'label_object'; readonly key: string };

/** Whether a member of this kind can have a guard. */
export const hasGuard = (member: Member): member is Exclude<Member, { kind: 'unmapped' | 'labels' | 'label_object' }> =>
  member.kind !== 'unmapped' && member.kind !== 'labels' && member.kind !== 'label_object';
