import { HIGHS, ONES, sameBytes } from '../bytes/ascii';
import { setText } from '../event';
import { fail, moveError, raiseDrift } from '../fail';
import { allocate } from '../host/memory';
import { noteCapture } from '../policy/redact/notes';
import { ErrorCode } from '../shared/errors';
import { Capture, Op, OpCode, OpFlag, WATCHED, Watch } from '../shared/image_layout';
import { convert, escapesQuotes } from './convert';
import { findLastText, findText } from './find';
import { finishJoined, startJoined } from './joined';
import { blankPairs, colonPairs, freePairs, partedPairs } from './pairs';

/**
 * Runs a text format's operations over the line. What does not fit fails the record at the operation's start.
 * The line is JSON-escaped text: a quote in it is `\"`, so an operation never ends between a backslash and what it escapes.
 */
export function scan(ops: usize, count: u32, start: usize, end: usize): void {
  let p = start;
  const last = ops + <usize>count * Op.size;
  for (let op = ops; op < last; op += Op.size) {
    const text = <usize>load<u32>(op, Op.text);
    const length = <usize>load<u32>(op, Op.text + 4);
    const flags = load<u32>(op, Op.flags);
    const code = load<u32>(op, Op.code);
    if (code == OpCode.until) {
      let q = p;
      if (flags & (OpFlag.careful | OpFlag.quoted | OpFlag.last)) {
        q =
          flags & OpFlag.last
            ? findLastText(p, end, text, length)
            : findText(p, end, text, length, (flags & OpFlag.quoted) != 0);
      } else {
        const pattern = load<u64>(op, Op.pattern);
        for (;;) {
          const x = load<u64>(q) ^ pattern;
          const hit = (x - ONES) & ~x & HIGHS;
          if (hit == 0) {
            q += 8;
            if (q < end) continue;
            q = 0;
            break;
          }
          q += <usize>(ctz(hit) >> 3);
          if (q + length > end) {
            q = 0;
            break;
          }
          if (length > 1 && !(length == 2 ? load<u16>(q) == load<u16>(text) : sameBytes(q, text, length))) {
            // A backslash and what it escapes are one character.
            q += load<u8>(q) == 0x5c ? 2 : 1;
            continue;
          }
          if (flags & OpFlag.list) {
            if (q > p && load<u8>(q - 1) == 0x2c) {
              q++;
              continue;
            }
            if (load<u16>(q, 1) == 0x203a && q + 3 <= end) {
              q += 3;
              continue;
            }
          }
          break;
        }
      }
      if (q == 0) {
        if (!(flags & OpFlag.lenient)) return fail(ErrorCode.literal_expected, p, text, text + length);
        convert(load<u32>(op, Op.capture), p, end);
        p = end;
        continue;
      }
      convert(load<u32>(op, Op.capture), p, q);
      p = q + length;
    } else if (code == OpCode.literal) {
      if (p + length > end || !sameBytes(p, text, length))
        return fail(ErrorCode.literal_expected, p, text, text + length);
      if (!(flags & OpFlag.ahead)) p += length;
    } else if (code == OpCode.field || code == OpCode.separated) {
      if (p >= end) {
        if (!(flags & OpFlag.required)) return;
        const name = <usize>load<u32>(load<u32>(op, Op.capture), Capture.name);
        return fail(ErrorCode.field_missing, p, name, name + load<u32>(load<u32>(op, Op.capture), Capture.name + 4));
      }
      const capture = <usize>load<u32>(op, Op.capture);
      p = code == OpCode.field ? field(capture, p, end) : separated(capture, p, end, text, length);
    } else if (code == OpCode.braces) {
      if (p < end && load<u8>(p) == 0x7b) {
        let q = p + 1;
        while (q < end && load<u8>(q) != 0x7d) q++;
        if (q >= end) return fail(ErrorCode.literal_expected, p, text, text + length);
        convert(load<u32>(op, Op.capture), p + 1, q);
        p = q + 1;
        if (p < end && load<u8>(p) == 0x20) p++;
      }
    } else if (code == OpCode.optional) {
      if (p + length <= end && sameBytes(p, text, length)) p += length;
    } else if (code == OpCode.pairs) {
      const node = <usize>load<u32>(op, Op.capture);
      startJoined(load<u32>(op, Op.pattern));
      const blanks = length == 1 && load<u8>(text) == 0x20;
      if (flags & OpFlag.free && (blanks || findText(p, end, text, length, false) == 0)) freePairs(node, p, end);
      else if (flags & OpFlag.colon) colonPairs(node, p, end);
      else if (blanks) blankPairs(node, p, end, escapesQuotes());
      else partedPairs(node, p, end, text, length);
      finishJoined();
      p = end;
    } else if (code == OpCode.tail) {
      convert(load<u32>(op, Op.capture), p, end);
      p = end;
    } else if (p < end) {
      setText(load<u32>(op, Op.capture), p, end);
      raiseDrift();
      p = end;
    }
  }
  if (p < end) fail(ErrorCode.literal_expected, p, 0, 0);
}

/** A blank-separated field, quoted or bare: the position behind it and its blank. */
function field(capture: usize, p: usize, end: usize): usize {
  if (load<u16>(p) == 0x225c && p + 2 <= end) {
    const start = p + 2;
    const escaped = escapesQuotes();
    let q = start;
    while (q < end) {
      const x = load<u64>(q) ^ 0x5c5c5c5c5c5c5c5c;
      const hit = (x - ONES) & ~x & HIGHS;
      if (hit == 0) {
        q += 8;
        continue;
      }
      q += <usize>(ctz(hit) >> 3);
      if (q >= end) break;
      if (load<u8>(q, 1) == 0x22 && (q + 2 == end || load<u8>(q, 2) == 0x20)) {
        convert(capture, start, q);
        return q + 2 < end ? q + 3 : end;
      }
      const escapes = load<u8>(q, 1) == 0x5c && escaped;
      q += 2;
      if (escapes && q < end) q += load<u8>(q) != 0x5c ? 1 : load<u8>(q, 1) == 0x75 ? 6 : 2;
    }
    // The closing quote is missing: the line was cut.
    convert(capture, start, end);
    return end;
  }
  let q = p;
  while (q < end) {
    const x = load<u64>(q) ^ 0x2020202020202020;
    const hit = (x - ONES) & ~x & HIGHS;
    if (hit != 0) {
      q += <usize>(ctz(hit) >> 3);
      break;
    }
    q += 8;
  }
  if (q > end) q = end;
  convert(capture, p, q);
  return q < end ? q + 1 : end;
}

/** A field up to the separator, in quotes or bare: the position behind the separator. */
function separated(capture: usize, p: usize, end: usize, text: usize, length: usize): usize {
  if (p + 2 <= end && load<u16>(p) == 0x225c) {
    const start = p + 2;
    let doubled = false;
    p = start;
    while (p < end) {
      if (load<u8>(p) != 0x5c) p++;
      else if (load<u8>(p, 1) != 0x22) p += 2;
      else if (p + 4 <= end && load<u32>(p) == 0x225c225c) {
        doubled = true;
        p += 4;
      } else break;
    }
    if (p > end) p = end;
    if (doubled) convertDoubled(capture, start, p);
    else convert(capture, start, p);
    if (p < end) p += 2;
    const next = findText(p, end, text, length, false);
    return next == 0 ? end : next + length;
  }
  const next = findText(p, end, text, length, false);
  convert(capture, p, next == 0 ? end : next);
  return next == 0 ? end : next + length;
}

/** Converts text in which every quote is doubled. */
function convertDoubled(capture: usize, start: usize, end: usize): void {
  const copy = allocate(end - start);
  if (copy == 0) return;
  noteCapture(capture, start, end);
  if (load<u32>(capture, Capture.convert) == WATCHED) capture = load<u32>(capture, Watch.inner);
  let out = copy;
  for (let p = start; p < end; ) {
    if (p + 4 <= end && load<u32>(p) == 0x225c225c) p += 2;
    if (load<u8>(p) == 0x5c) {
      store<u16>(out, load<u16>(p));
      out += 2;
      p += 2;
    } else store<u8>(out++, load<u8>(p++));
  }
  convert(capture, copy, out);
  moveError(copy, start);
}
