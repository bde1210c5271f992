import { SLOTS } from './event';
import { OUTLINE_SLOTS_MAX, Tmpl } from './shared/image_layout';

/**
 * Outlines: what a template writes for events with the same slots present, as runs of text with holes. They are taken from outputs of
 * the template itself, from the second event of its kind on, and kept in a table of fixed size.
 *
 *   outline   u32 template, u32 bytes of signature, signature, holes, text
 *   hole      16 bytes, see `Hole`; the last one is the end
 */
export enum Hole {
  /** Bytes of text before it. */
  text = 0,
  code = 4,
  /** Address of the slot, or of the operation. */
  from = 8,
  /** Of table and member: 1 it writes something; of a member 2: and its last comma is not there. */
  flags = 12,
  size = 16,
}

export enum HoleCode {
  /** Text or JSON of a slot as it is. */
  text,
  int,
  bool,
  /** A number looked up in an operation's table; nothing where the table lacks it. */
  table,
  /** Whatever an operation writes. */
  member,
  end,
}

/** 16 slots a word. */
const SIGNATURE_MAX: usize = OUTLINE_SLOTS_MAX / 2;
const HOLE_MAX: usize = 64;
const TEXT_MAX: usize = 1408;
const HEAD: usize = 8;
const SIZE: usize = 2536;
const COUNT: usize = 32;

const outlines: usize = memory.data(81152, 8);
/** Hash of each outline's signature, and of the latest signatures that had none. */
const hashes: usize = memory.data(256, 8);
const latest: usize = memory.data(256, 8);
/** Place of the next outline, and of the next hash without one. */
let nextOutline: usize = 0;
let nextLatest: usize = 0;
const signature: usize = memory.data(OUTLINE_SLOTS_MAX / 2, 8);
/** Holes of the output being written: u32 start, u32 end, u32 code, u32 from. */
const notes: usize = memory.data(1024, 8);
let noteEnd: usize = 0;
let hash: u64 = 0;
let signatureLength: usize = 0;

/** Whether the template's output is being taken down: the encoder notes what need not be the same in the next. */
export let noting: bool = false;

/** Holes and text of the outline found. */
export let holes: usize = 0;
export let text: usize = 0;

/** Finds the outline of the current event. False if there is none: `noting` then tells whether it is wanted. */
export function findOutline(template: usize): bool {
  noting = false;
  if (!sign(template)) return false;
  for (let i: usize = 0; i < COUNT; i++) {
    if (load<u64>(hashes + (i << 3)) != hash) continue;
    const entry = outlines + i * SIZE;
    if (load<u32>(entry) != <u32>template || load<u32>(entry, 4) != <u32>signatureLength) continue;
    if (!isSigned(entry + HEAD)) continue;
    holes = entry + HEAD + SIGNATURE_MAX;
    text = holes + HOLE_MAX * Hole.size;
    return true;
  }
  for (let i: usize = 0; i < COUNT; i++) {
    if (load<u64>(latest + (i << 3)) != hash) continue;
    noting = true;
    noteEnd = notes;
    return false;
  }
  store<u64>(latest + (nextLatest << 3), hash);
  nextLatest = (nextLatest + 1) % COUNT;
  return false;
}

/** What the output depends on besides texts and numbers: the kind of every slot the template looks at, three bits each. */
function sign(template: usize): bool {
  let at = signature;
  let list = <usize>load<u32>(template, Tmpl.slots);
  const last = list + ((<usize>load<u32>(template, Tmpl.slot_count)) << 2);
  let h: u64 = template;
  while (list < last) {
    let word: u64 = 0;
    for (const end = list + 64; list < end; list += 16) {
      const four =
        (load<u32>(SLOTS + load<u32>(list)) << 9) |
        (load<u32>(SLOTS + load<u32>(list, 4)) << 6) |
        (load<u32>(SLOTS + load<u32>(list, 8)) << 3) |
        load<u32>(SLOTS + load<u32>(list, 12));
      word = (word << 12) | <u64>four;
    }
    store<u64>(at, word);
    at += 8;
    h = (h ^ word) * 0x9e3779b97f4a7c15;
  }
  signatureLength = at - signature;
  hash = h ^ (h >> 32);
  return signatureLength != 0;
}

function isSigned(other: usize): bool {
  for (let i: usize = 0; i < signatureLength; i += 8)
    if (load<u64>(signature + i) != load<u64>(other + i)) return false;
  return true;
}

/** Something from `start` to `end` of the output that another event of the same signature may have otherwise. */
export function noteHole(code: i32, from: usize, start: usize, end: usize): void {
  if (noteEnd >= notes + ((HOLE_MAX - 1) << 4)) {
    noting = false;
    return;
  }
  store<u32>(noteEnd, <u32>start);
  store<u32>(noteEnd, <u32>end, 4);
  store<u32>(noteEnd, code, 8);
  store<u32>(noteEnd, <u32>from, 12);
  noteEnd += 16;
}

/** Where the next note will be. */
export function noteMark(): usize {
  return noteEnd;
}

/** The same of what a member wrote; what was noted of its parts since `mark` is part of it. */
export function noteMember(op: usize, mark: usize, start: usize, end: usize): void {
  noteEnd = mark;
  noteHole(HoleCode.member, op, start, end);
}

/** The output is cut back to `end`, where an empty object stood: what was empty in it is to stay so. */
export function takeBack(end: usize): void {
  for (let note = noteEnd - 16; note >= notes && load<u32>(note) > <u32>end; note -= 16) {
    store<u32>(note, <u32>end);
    store<u32>(note, <u32>end, 4);
  }
}

/** Takes the outline of the output, its NUL included, from what was noted. */
export function keepOutline(template: usize, start: usize, end: usize): void {
  const entry = outlines + nextOutline * SIZE;
  let hole = entry + HEAD + SIGNATURE_MAX;
  const first = hole + HOLE_MAX * Hole.size;
  let to = first;
  let p = start;
  // While it is half written it is nobody's.
  store<u32>(entry, 0);
  for (let note = notes; ; note += 16) {
    const ends = note == noteEnd;
    const until = ends ? end : <usize>load<u32>(note);
    const length = until - p;
    if (to + length > first + TEXT_MAX) return;
    memory.copy(to, p, length);
    to += length;
    store<u32>(hole, <u32>length);
    if (ends) {
      store<u32>(hole, HoleCode.end, Hole.code);
      break;
    }
    const code = load<i32>(note, 8);
    let behind = <usize>load<u32>(note, 4);
    let flags: u32 = 0;
    if (code >= HoleCode.table && behind > until) {
      flags = 1;
      // The object it ended made its comma a brace.
      if (code == HoleCode.member && load<u8>(behind - 1) != 0x2c) {
        flags = 2;
        behind--;
      }
    }
    store<u32>(hole, code, Hole.code);
    store<u32>(hole, load<u32>(note, 12), Hole.from);
    store<u32>(hole, flags, Hole.flags);
    hole += Hole.size;
    p = behind;
  }
  memory.copy(entry + HEAD, signature, signatureLength);
  store<u32>(entry, <u32>signatureLength, 4);
  store<u32>(entry, <u32>template);
  store<u64>(hashes + (nextOutline << 3), hash);
  nextOutline = (nextOutline + 1) % COUNT;
}
