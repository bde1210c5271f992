/** Version of the calling convention and of the policy image: a filter and a toolkit of different versions refuse each other. */
export const ABI_VERSION = 1;

/** Where the policy image lies in memory: above the engine's static data, below the arena. Bytes. */
export const IMAGE_BASE = 0x40000;
/** Bytes of a policy image at most. */
export const IMAGE_MAX = 0x800000;

/** A record longer than this is handed back as it came. Bytes. */
export const RECORD_MAX = 0x1800000;
/** Bytes readable behind the end of every buffer that is scanned eight bytes at a time. */
export const PADDING = 16;
/** Nesting of JSON values the reader checks; deeper values are carried as text. Fluent Bit reads 63 levels back, the event's own among them. */
export const JSON_DEPTH_MAX = 48;
/** Different records of one moment of the host's that are told apart from their equals; a power of two. */
export const OCCURRENCES_MAX = 1024;
/** Places of the table of them that are looked at. */
export const OCCURRENCE_PROBES = 32;
/** Routes of a policy at most. */
export const ROUTE_MAX = 1024;
/** Redaction rules of a policy at most. */
export const REDACT_MAX = 64;
/** Pseudonyms a record gets for what is found inside of its texts; from there on it is masked. */
export const PSEUDONYMS_MAX = 64;
/** Sampling rules of a policy at most. */
export const SAMPLE_MAX = 64;
/** Predicates of all conditions of a policy at most. */
export const PREDICATE_MAX = 16384;
