import { isDigit } from '../bytes/ascii';
import { parseIsoTime, timeMs } from '../bytes/time';
import { setInt, setText } from '../event';
import { Seen } from '../json/flags';
import { readString, readValue, seen, skipBlanks } from '../json/reader';
import { rewriteText, textEnd, textStart, unescapeText } from '../json/text';
import { Field } from '../shared/fields';
import { addUnmappedValue, markUnmapped, rewindUnmapped } from '../unmapped';
import { lineEnd, lineHasBackslash, lineStart, setLine, trimLineEnd } from './line';
import { bsdSyslog, ciscoSyslog, isoSyslog, syslog } from './syslog';
import { startSyslog } from './syslog_time';

const LAYERS = 3;

/** Takes known envelopes off the line, outermost first, and puts what they say into the event. */
export function peelEnvelopes(hostTimeMs: i64, zone: i32): void {
  startSyslog(hostTimeMs, zone);
  for (let layer = 0; layer < LAYERS; layer++) {
    if (lineStart >= lineEnd) return;
    const c = <u32>load<u8>(lineStart);
    let peeled = false;
    if (c == 0x7b) peeled = docker();
    else if (c == 0x3c) peeled = syslog();
    // `2026-`
    else if (isDigit(c) && load<u8>(lineStart, 4) == 0x2d) peeled = cri() || isoSyslog(lineStart, false);
    else if (c - 0x41 < 26) peeled = bsdSyslog(lineStart, false);
    else if (isDigit(c) && load<u8>(lineStart, 4) == 0x20) peeled = bsdSyslog(lineStart, false);
    else if (c == 0x40) peeled = cee();
    else if (c == 0x25 || c == 0x2a || c == 0x2e) peeled = ciscoSyslog(lineStart);
    if (!peeled) return;
  }
}

/** `{"log":"…\n","stream":"stdout","time":"…"}` as Docker's json-file driver writes it. */
function docker(): bool {
  const p = lineStart + 3;
  const word = load<u32>(p);
  const first = load<u16>(lineStart + 1) == 0x225c && p + 4 < lineEnd;
  // `log\"`, `stre`, `time`, `attr`
  if (!first || (word != 0x5c676f6c && word != 0x65727473 && word != 0x656d6974 && word != 0x72747461)) return false;
  if (!unescapeText(lineStart, lineEnd)) return false;
  const mark = markUnmapped();
  if (dockerObject(textStart, textEnd)) return true;
  rewindUnmapped(mark);
  return false;
}

/** Collects the object's text members by a walk of its own: it has few. */
function dockerObject(start: usize, end: usize): bool {
  let p = skipBlanks(start + 1, end);
  let logStart: usize = 0;
  let logEnd: usize = 0;
  let logSeen: u32 = 0;
  let streamStart: usize = 0;
  let streamEnd: usize = 0;
  let timeStart: usize = 0;
  let timeEnd: usize = 0;
  for (let members = 0; members < 8; members++) {
    if (p >= end || load<u8>(p) != 0x22) return false;
    let key = p + 1;
    let keyEnd = readString(key, end);
    if (keyEnd == 0) return false;
    let keySeen = seen;
    p = skipBlanks(keyEnd + 1, end);
    if (keySeen & Seen.rewrite) {
      if (!rewriteText(key, keyEnd)) return false;
      key = textStart;
      keyEnd = textEnd;
      keySeen = 0;
    }
    if (p >= end || load<u8>(p) != 0x3a) return false;
    p = skipBlanks(p + 1, end);
    if (p >= end || load<u8>(p) != 0x22) {
      if (p >= end || load<u8>(p) != 0x7b || keyEnd - key != 5 || load<u32>(key) != 0x72747461) return false;
      // `attrs`, the container's labels.
      const attributes = p;
      p = readValue(p, end);
      if (p == 0) return false;
      addUnmappedValue(0, 0, key, keyEnd, keySeen, attributes, p, seen);
    } else {
      let from = p + 1;
      let to = readString(from, end);
      if (to == 0) return false;
      p = to + 1;
      if (seen & Seen.rewrite) {
        if (!rewriteText(from, to)) return false;
        from = textStart;
        to = textEnd;
      }
      const word = load<u32>(key);
      if ((word & 0xffffff) == 0x676f6c && keyEnd - key == 3) {
        logStart = from;
        logEnd = to;
        logSeen = seen;
      } else if (word == 0x65727473 && keyEnd - key == 6) {
        streamStart = from;
        streamEnd = to;
      } else if (word == 0x656d6974 && keyEnd - key == 4) {
        timeStart = from;
        timeEnd = to;
      } else {
        return false;
      }
    }
    p = skipBlanks(p, end);
    if (p >= end) return false;
    if (load<u8>(p) == 0x7d) break;
    if (load<u8>(p) != 0x2c) return false;
    p = skipBlanks(p + 1, end);
  }
  if (logStart == 0 || streamStart == 0 || p >= end || skipBlanks(p + 1, end) != end) return false;
  setText(Field.log_stream, streamStart, streamEnd);
  if (timeStart != 0 && parseIsoTime(timeStart, timeEnd, 0)) setInt(Field.time, timeMs);
  setLine(logStart, logEnd, (logSeen & Seen.backslash) != 0);
  trimLineEnd();
  return true;
}

/** `TIME stdout|stderr F|P line` as container runtimes write it. */
function cri(): bool {
  const end = lineEnd;
  let p = lineStart;
  const limit = min<usize>(end, p + 40);
  while (p < limit && load<u8>(p) != 0x20) p++;
  // ` std` … ` F `
  if (p + 10 > end || load<u32>(p) != 0x64747320) return false;
  const word = load<u32>(p, 3);
  if ((word != 0x74756f64 && word != 0x72726564) || load<u8>(p, 7) != 0x20) return false;
  const tag = <u32>load<u8>(p, 8);
  if ((tag != 0x46 && tag != 0x50) || load<u8>(p, 9) != 0x20) return false;
  if (!parseIsoTime(lineStart, p, 0)) return false;
  setInt(Field.time, timeMs);
  setText(Field.log_stream, p + 1, p + 7);
  setLine(p + 10, end, true);
  return true;
}

/** `@cee:` in front of a JSON object: https://www.rsyslog.com/doc/configuration/modules/mmjsonparse.html */
function cee(): bool {
  let p = lineStart + 5;
  if (p >= lineEnd || load<u32>(lineStart) != 0x65656340 || load<u8>(lineStart, 4) != 0x3a) return false;
  while (p < lineEnd && load<u8>(p) == 0x20) p++;
  if (p == lineEnd || load<u8>(p) != 0x7b) return false;
  setLine(p, lineEnd, lineHasBackslash);
  return true;
}
