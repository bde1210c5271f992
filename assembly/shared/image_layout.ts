/**
 * The policy image: little-endian tables at `IMAGE_BASE`. Every pointer in it is an absolute address, every text is
 * JSON-escaped (see `slot_kind.ts`). Offsets below are bytes from the start of the structure named.
 *
 *   image header         128 bytes, then everything else in no particular order
 *   span                 u32 address, u32 length
 */
export const IMAGE_MAGIC = 0x31424c41; // "ALB1"

export enum Header {
  magic = 0,
  abi = 4,
  /** Bytes, header included. */
  length = 8,
  /** Span of the NUL-terminated JSON `describe` returns. */
  describe = 12,
  /** 0 incomplete, 1 always, 2 never. */
  raw = 20,
  /** Automaton over tags (`first`): source index. */
  source_automaton = 24,
  sources = 28,
  formats = 32,
  routes = 36,
  route_count = 40,
  /** Condition section, see `assembly/policy/match.ts`. */
  match = 44,
  shards = 48,
  /** Template of records that could not be read. */
  base_template = 52,
  /** Span list of label names, as `name:`. */
  labels = 56,
  label_count = 60,
  /** Node of the host's record for tags no source claims, see `Source.record_node`. */
  record_node = 64,
  /** NUL-terminated JSON to answer with where the host had no memory for the record, and where the engine has none. */
  record_missing = 68,
  too_large = 72,
  /** `Redact`; 0: nothing is redacted. */
  redact = 76,
  /** `Sample`; 0: nothing is sampled. */
  sample = 80,
  /** u32 number of `Lookup`s, and behind it those; 0: nothing is looked up. */
  enrich = 120,
  /** `StatusReason`s by status; one of status 0 ends them. */
  status_reasons = 124,
  size = 128,
}

/** 12 bytes. */
export enum StatusReason {
  status = 0,
  /** Span. */
  text = 4,
  size = 12,
}

/** 64 bytes. */
export enum Source {
  /** Span. */
  name = 0,
  /** Span of the line's key; length 0: `log`, `message`. */
  line_key = 8,
  /** i32 minutes east of UTC. */
  zone = 16,
  /** Label assignments: address and count of `Assign`. */
  labels = 20,
  label_count = 24,
  /** Address of u32 format addresses, and their number; one: no sniffing. */
  formats = 28,
  format_count = 32,
  /** u32 addresses of automata (`first`) over the line for text formats, up to a 0; the least any of them answers is the number, from 1, in `formats`. */
  sniff_text = 36,
  /** Node whose keys are sniff bits; 0 none. */
  sniff_json = 40,
  /** u32 number of `SniffRow`, in the order of the formats, and at 4 the rows. */
  sniff_rows = 44,
  /** Node that knows the collector's keys: bit 1 the line's first choice, 2 its second, 3 the file's, 4 the offset's. */
  record_node = 48,
  /** Automaton (`first`) over the program the envelope names: index into `formats`; 0 none. */
  sniff_app = 52,
  /** Address and number of `Block`: proxies that are believed. */
  trusted = 56,
  trusted_count = 60,
  /** Written by the engine: address of the JSON format the latest record was of, which the next is tried as first; 0 none. */
  guess = 64,
  size = 72,
}

/** 32 bytes. A block of addresses: its first and last, each two u64, the upper half first; IPv4 as ::ffff:a.b.c.d. */
export enum Block {
  low = 0,
  high = 16,
  size = 32,
}

/** 12 bytes. A format, and the u32 numbers of the bits that tell it. */
export enum SniffRow {
  format = 0,
  bits = 4,
  bit_count = 8,
  size = 12,
}

/** Bits a source's JSON formats are told by, at most. */
export const SNIFF_BIT_MAX = 1024;

/** 80 bytes. */
export enum Format {
  /** Span. */
  name = 0,
  /** 1 text, 2 JSON, 3 lines of several shapes. */
  kind = 8,
  /** Text: address of scan operations. JSON: root node. Shapes: address of `Variant`s. */
  body = 12,
  /** Operations, or variants. */
  op_count = 16,
  /** Address and count of `Assign`. */
  defaults = 20,
  default_count = 24,
  maps = 28,
  map_count = 32,
  /** Span per extra: `"name":`. */
  extras = 36,
  extra_count = 40,
  /** 0 none, 1 backslash, 2 hex, 3 hash, 4 cef. */
  escape = 44,
  /** Address of a u32 per EventClass: the template of its events of this class. */
  templates = 48,
  /** Address and number of spans: texts that say a value is missing, besides `-`. */
  missing = 52,
  missing_count = 56,
  /** As `Redact.whole`: captures without a field. */
  redact = 60,
  redact_count = 64,
  /** Address and number of `Within`. */
  within = 68,
  within_count = 72,
  /** A bit per length of the texts in `missing`; the highest for all longer ones. */
  missing_lengths = 76,
  size = 80,
}

/** 12 bytes. A slot whose text is read in turn, and the `Variant`s for it. */
export enum Within {
  slot = 0,
  shapes = 4,
  shape_count = 8,
  size = 12,
}

/** 24 bytes. A shape lines may have: its operations, what is set where a line has it, and what lines may have it. */
export enum Variant {
  ops = 0,
  op_count = 4,
  /** Address and count of `Assign`. */
  set = 8,
  set_count = 12,
  /** Address and count of `MapTable`: each must find a case. Shapes in a row share them. */
  when = 16,
  when_count = 20,
  size = 24,
}

/** 16 bytes: u16 slot, u16 kind, then span (text) or, at 8, i64 (int, bool). Text: u32 start at 4, u32 end at 8. */
export enum Assign {
  slot = 0,
  kind = 2,
  start = 4,
  value = 8,
  size = 16,
}

/** 24 bytes. Slot 0xffff: nowhere. */
export enum Capture {
  convert = 0,
  /** Three u16. */
  slots = 4,
  /** u16: where a list of several elements is kept as logged. */
  all = 10,
  /** Span. */
  name = 12,
  /** JSON: place among the captures that fill the same slot, from 1; 0: it is the only one. */
  rank = 20,
  size = 24,
}

/** A copy of a `Capture` whose text is noted, for `raw_data` may hold it: its `Capture.convert` is `WATCHED`. 32 bytes. */
export const WATCHED = 255;
export enum Watch {
  /** The capture itself. */
  inner = 24,
  /** Address of u32 number, then a u32 per redacted slot it may give a value: the slot, and `DERIVED` where not by conversion. */
  feeds = 28,
  size = 32,
}
export const DERIVED = 0x10000;

/** 32 bytes. */
export enum Op {
  code = 0,
  flags = 4,
  /** Span. */
  text = 8,
  capture = 16,
  /** u64: first byte of the text in all eight bytes. Of pairs u32: the capture that takes the values of numbered keys; 0 none. */
  pattern = 24,
  size = 32,
}

export enum OpCode {
  literal = 1,
  until = 2,
  /** The rest of the line. */
  tail = 3,
  field = 4,
  braces = 5,
  optional = 6,
  rest = 7,
  /** A field that ends at the text, quoted as in CSV or bare. */
  separated = 8,
  /** `key=value` up to the end of the line; `capture` is the node with the keys, the text what stands between pairs. */
  pairs = 9,
}

export enum OpFlag {
  list = 1,
  quoted = 2,
  lenient = 4,
  required = 8,
  /** The text starts with a character that may be part of an escape: step character by character. */
  careful = 16,
  /** The last occurrence of the text ends it, not the first. */
  last = 32,
  /** Pairs: a value goes on, blanks and all, until the next key. */
  free = 64,
  /** Pairs: `key: value`, up to a comma with a listed key behind it. */
  colon = 128,
  /** Literal: looked at, not passed. */
  ahead = 256,
}

/** 32 bytes; open addressing, `mask` + 1 entries of `Key`. */
export enum Node {
  mask = 0,
  keys = 4,
  /** Span: dotted path of this object and a dot, JSON-escaped. */
  prefix = 8,
  /** Address of a `Key` for every element of an array, and for its first; 0 none. */
  every = 16,
  first = 20,
  /** 1: a key that is not there raises drift. */
  closed = 24,
  /** Address of `Select` entries, u32 their number before them; 0 none. */
  select = 28,
  size = 32,
}

/** 20 bytes: elements of an array by the text of one of their keys. */
export enum Select {
  /** Spans. */
  key = 0,
  is = 8,
  /** Address of a `Key`. */
  entry = 16,
  size = 20,
}

/** 32 bytes. An entry with length 0xffffffff is empty. */
export enum Key {
  /** u64: the first eight bytes, missing ones zero. */
  head = 0,
  /** Span. */
  text = 8,
  /** 0 none. */
  node = 16,
  /** 0 none. In a sniff table: a node whose keys are texts the value may be. */
  capture = 20,
  /** 1: known and left out; 2: another record, see `others` in the plan. */
  ignore = 24,
  /** Bit number + 1 in a sniff table; 0 none. */
  bit = 28,
  size = 32,
}

/** 32 bytes. */
export enum MapTable {
  from = 0,
  /** 0xffffffff none. */
  and = 4,
  /** Automaton (`first`) of patterns with several stars, where they are many: case index; 0 none. */
  automaton = 8,
  cases = 12,
  /** Address of u32 names (spans) of the enum `from` holds, by number; 0: text. */
  from_names = 16,
  and_names = 20,
  /** Node of the texts without `*`: case index + 1 as the bit; 0 none. */
  exact = 24,
  /** `GlobList` of the other patterns; 0 none. */
  globs = 28,
  size = 32,
}

/** 36 bytes, then `Glob`s by case. */
export enum GlobList {
  count = 0,
  /** A bit per byte one of them may begin with. */
  first = 4,
  size = 36,
}

/** 28 bytes. A pattern: what stands before its first star, behind its last one, and between. */
export enum Glob {
  /** Case index + 1. */
  id = 0,
  /** Spans. */
  prefix = 4,
  suffix = 12,
  /** Address and number of spans. */
  middles = 20,
  middle_count = 24,
  size = 28,
}

/** 16 bytes. */
export enum MapCase {
  set = 0,
  set_count = 4,
  /** Address of u16 pairs: to, from; to 0xffff: that one is cleared. */
  copy = 8,
  copy_count = 12,
  size = 16,
}

/** 28 bytes. A slot looked up in one of the policy's tables. */
export enum Lookup {
  from = 0,
  /** As in `MapTable`. */
  from_names = 4,
  and = 8,
  and_names = 12,
  table = 16,
  /** Address of u32 pairs: label slot, place of the cell in the row; and their number. */
  set = 20,
  set_count = 24,
  size = 28,
}

/** 24 bytes. */
export enum Table {
  /** A `TableMatch`. */
  match = 0,
  /** Node of the keys, row number + 1 as the bit; of addresses, sorted 128-bit bounds as in `MatchField`. */
  keys = 4,
  /** Bytes of the longest key; of addresses, number of bounds. */
  limit = 8,
  /** Of addresses: u32 row number + 1 for each of `limit` + 1 intervals. */
  intervals = 12,
  /** Rows of spans; a cell of length 0 sets nothing. */
  rows = 16,
  row_size = 20,
  size = 24,
}

export enum TableMatch {
  exact,
  cidr,
  path,
}

/** 24 bytes: span of `.name`, span of `"name",`. */
export enum Route {
  tag = 0,
  json = 8,
  /** Bits 0 and 1 `Priority`, 2 legal hold; the others the days it is kept. */
  kept = 16,
  size = 24,
}

/** Shards: u32 key slots follow the header. */
export enum Shards {
  count = 0,
  /** 1: weights differ. */
  weighted = 4,
  key_count = 8,
  keys = 12,
  /** Address of f64 weights. */
  weights = 16,
  size = 24,
}

/** A template, then its operations. */
export enum Tmpl {
  /** Bytes the operations write at most besides slots' own text. */
  fixed = 0,
  /** Address and number of the slots (number * 16, u32 each) the operations look at; none where they are too many. A multiple of 16. */
  slots = 4,
  slot_count = 8,
  ops = 16,
}
/** Slots of a template with outlines, at most. */
export const OUTLINE_SLOTS_MAX = 192;

/** 24 bytes. */
export enum TmplOp {
  code = 0,
  /** Slot number * 16. */
  slot = 4,
  /** Span: what is written before the value, `"key":`; of constants, all of it. */
  text = 8,
  /** Address of `TmplDetail`; of the table for `enumeration`; for `open` of the slots (number * 16) inside, a zero behind them, or 0: not looked at. */
  detail = 16,
  /** `enumeration`: entries of the table. `open`: bytes of operations to the one of its `close`; `skip`: to the last it skips. */
  count = 20,
  size = 24,
}

/** What only some members have. */
export enum TmplDetail {
  /** Address of further slots (number * 16, u32 each) and their number: tried in order. */
  slots = 0,
  slot_count = 4,
  /** Enum table: address of spans by number, and their number; 0 none. */
  table = 8,
  table_count = 12,
  /** Address of a guard: u32 number of slots of which one must be present (0: no matter), u32 number of slots of which none may be, the slots. 0 none. */
  guard = 16,
  /** Span: JSON value that stands where no slot is present; length 0 none. */
  otherwise = 20,
  /** How the value is written: a `TmplCode` from `value` on. */
  as = 28,
  size = 32,
}

export enum TmplCode {
  /** The commonest first: the engine asks in this order. A slot as it is; absent, nothing. */
  value = 0,
  /** The text as it is. */
  constant = 1,
  /** The text opens an object, or a list of one object; both vanish if nothing gets into them. */
  open = 2,
  close = 3,
  close_list = 4,
  /** Ends an object that is never empty: opened by a constant. */
  close_full = 5,
  close_full_list = 6,
  /** A number looked up in the table; one that is not there is as good as missing. */
  enumeration = 7,
  /** A member with a detail. */
  detailed = 8,
  end = 9,
  unmapped = 10,
  labels = 11,
  text = 12,
  text_list = 13,
  split_list = 14,
  /** Integer microseconds as integer milliseconds. */
  milliseconds = 15,
  /** Unless the guard at `detail` holds, skips `count` bytes of operations. */
  skip = 16,
  /** The parts of a list that are addresses; the whole text if one of them is none. */
  address_list = 17,
  not_addresses = 18,
  /** Integer microseconds, and milliseconds, as nanoseconds. */
  nanoseconds = 19,
  epoch_nanoseconds = 20,
  /** Integer milliseconds as RFC 3339 text. */
  iso_time = 21,
  /** Labels as an object. */
  label_object = 22,
  /** As text, A to Z in lower case. */
  lower = 23,
  /** Part of a text: see `assembly/text_part.ts`. */
  version = 24,
  protocol = 25,
  email = 26,
  absolute = 27,
  /** The first of two texts, unless the second is the same. */
  other = 28,
}

/**
 * Header, then u16 transitions by state and class, then a u32 per state: id + 1 (`first`), or the address of a list: u32 count, u32 ids
 * (`set`, `found`). 0: none.
 */
export enum Automaton {
  transitions = 0,
  accept = 4,
  /** Transitions of state s start at s * width. */
  width = 8,
  start = 12,
  /** States from here on only lead to themselves. */
  first_final = 16,
  /** Address of u32 lists of ids found when a state is reached, of those from `first_found` to `first_final`. */
  found = 20,
  first_found = 24,
  /** Address of two bytes for each state from `first_skip` to `first_found`: it only leads to itself up to the first of either. */
  skips = 28,
  first_skip = 32,
  /** Class of each byte. */
  classes = 36,
  size = 292,
}

/** Header of sampling. */
export enum Sample {
  rules = 0,
  rule_count = 4,
  /** Bit of rule 0 among those of all conditions. */
  first_bit = 8,
  /** Address of a u32 per 32 routes: a bit per route that is evidence; bits behind the routes are 1. */
  evidence = 12,
  /** Words of routes. */
  words = 16,
  /** Address of a u32 per rule: the rules' addresses by name. */
  by_name = 20,
  size = 24,
}

/** 24 bytes. */
export enum SampleRule {
  /** Span: `"name":` */
  name = 0,
  /** Slot of the key; 0xffffffff none. */
  by = 8,
  /** One of so many is kept; 0: none. */
  keep = 12,
  /** u32: dropped since the last record that was kept. */
  count = 16,
  size = 24,
}

/** Header of redaction. */
export enum Redact {
  rules = 0,
  rule_count = 4,
  /** Bit of rule 0 among those of all conditions. */
  first_bit = 8,
  /** Address of u32 pairs: slot, rule; by rule. Slots redacted as a whole. */
  whole = 12,
  whole_count = 16,
  /** Span per slot: its path, JSON-escaped. */
  paths = 20,
  /** u64: rules that redact what a request line is cut into. */
  request_rules = 24,
  /** u64: rules that redact any field as a whole. */
  whole_rules = 32,
  /** Address of a u64 per slot: rules that look for secrets in it. */
  covers = 40,
  /** Automaton (`set`) over names of keys: rules. 0 none. */
  keys = 44,
  /** u64: rules that look into `unmapped`, into a request line that was none, and into `raw_data`. */
  unmapped_rules = 48,
  request_finders = 56,
  finders = 64,
  /** Automaton (`set`) over what secrets begin with: trigger. 0 none. */
  triggers_automaton = 72,
  /** Address of a u32 per trigger: detector, length << 8, variant << 16. */
  triggers = 76,
  /** Address of a u64 per detector: rules. */
  detector_rules = 80,
  /** Address of a u8 per pair of letters: length of that country's IBAN. */
  iban_lengths = 84,
  /** Address of the key of pseudonyms, 64 bytes as HMAC takes it; 0 none. */
  key = 88,
  /** u64: rules that look into every field. */
  everywhere = 96,
  size = 104,
}

/** 16 bytes. */
export enum RedactRule {
  /** Span. */
  name = 0,
  method = 8,
  size = 16,
}

/** Stands for all of `unmapped` where redaction names places by their slots. */
export const UNMAPPED_PLACE = 240;

export enum RedactMethod {
  mask,
  remove,
  truncate,
  pseudonym,
}

/** Header of the conditions. */
export enum Match {
  fields = 0,
  field_count = 4,
  /** Address of a u32 per predicate: the number of the record it was last true of. */
  stamps = 8,
  /** Room for the numbers of the predicates true of the current record. */
  hits = 12,
  /** Address of a span (address, number) of term addresses per predicate that triggers them. */
  triggers = 16,
  /** Terms without a predicate that must be true. */
  always = 20,
  always_count = 24,
  /** Bits of the rules that always hold, and the bytes they take. */
  preset = 28,
  bit_bytes = 32,
  /** u32: number of the current record. */
  record = 36,
  predicate_count = 40,
  /** Address of a u32 number of words of routes, then two words each: the bits of routes with a condition, and of those that are for the rest; 0 none. */
  rest = 44,
  size = 48,
}

/** What of the local time is looked at: minutes since Monday 00:00, or days since 1970-01-01. */
export enum LocalUnit {
  minute,
  day,
}

/** 12 bytes. Offsets of a zone from UTC. */
export enum Zone {
  /** Address and number of i64: when the offset changes, in milliseconds since 1970, sorted. */
  changes = 0,
  change_count = 4,
  /** Address of i64, one more: milliseconds east of UTC before the first change, then from each on. */
  offsets = 8,
  size = 12,
}

/** 40 bytes. */
export enum MatchField {
  slot = 0,
  /** Number + 1 of the predicate that says the field is there; 0 none. */
  present = 4,
  /** Automaton (`set`); 0 none. */
  automaton = 8,
  /** Sorted lower bounds of intervals, i64 or 128-bit (u64 high, u64 low), and their number; 0 none. */
  bounds = 12,
  bound_count = 16,
  /** Address of `bound_count` + 1 lists (u32 count, u32 predicates), 0 for an empty one. */
  lists = 20,
  /** 1: the bounds are addresses. */
  address = 24,
  /** `Zone` whose clocks the time is read by, and `LocalUnit`; 0: the number itself is looked at. */
  zone = 28,
  unit = 32,
  size = 40,
}

/** u32 rule, u32 number of literals, then the literals: predicate number, with the top bit set where it must be false. */
export enum Term {
  rule = 0,
  count = 4,
  literals = 8,
}
