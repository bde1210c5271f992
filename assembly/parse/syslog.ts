import { isDigit, sameBytes } from '../bytes/ascii';
import { parseInteger, takeDigits, value } from '../bytes/number';
import { parseCtime, parseIsoTime, timeMs } from '../bytes/time';
import { setInt, setText } from '../event';
import { Field } from '../shared/fields';
import { addUnmapped, UnmappedKind } from '../unmapped';
import { lineEnd, lineStart, setLine } from './line';
import { putFacility, startFacility, takeFacility, takeMessageId } from './syslog_facility';
import { stamp, zoneMinutes } from './syslog_time';

/** `<PRI>` and what follows: RFC 5424 by its version, otherwise the BSD kinds. */
export function syslog(): bool {
  const p = takeDigits(lineStart + 1, lineEnd, 3);
  const priority = value;
  if (p == lineStart + 1 || p >= lineEnd || load<u8>(p) != 0x3e || priority > 191) return false;
  const digits = takeDigits(p + 1, lineEnd, 3);
  let done = false;
  if (digits > p + 1 && digits < lineEnd && load<u8>(digits) == 0x20 && value > 0) done = rfc5424(digits + 1);
  if (!done) done = bsdSyslog(p + 1, true) || isoSyslog(p + 1, true) || ciscoSyslog(p + 1);
  if (done) setInt(Field.log_priority, priority);
  return done;
}

let tokenEnd: usize = 0;

/** End of the blank-separated word at `p`, in `tokenEnd`; the position behind its blank, 0 at the end of the line. */
function word(p: usize): usize {
  let q = p;
  while (q < lineEnd && load<u8>(q) != 0x20) q++;
  tokenEnd = q;
  return q < lineEnd ? q + 1 : 0;
}

function put(slot: u32, start: usize, end: usize): void {
  if (end > start && !(end == start + 1 && load<u8>(start) == 0x2d)) setText(slot, start, end);
}

function rfc5424(p: usize): bool {
  const timeStart = p;
  const host = word(p);
  if (host == 0) return false;
  const timeEnd = tokenEnd;
  const nil = timeEnd == timeStart + 1 && load<u8>(timeStart) == 0x2d;
  if (!nil && !parseIsoTime(timeStart, timeEnd, zoneMinutes)) return false;
  const app = word(host);
  const hostEnd = tokenEnd;
  if (app == 0) return false;
  const process = word(app);
  const appEnd = tokenEnd;
  if (process == 0) return false;
  const message = word(process);
  const processEnd = tokenEnd;
  if (message == 0) return false;
  const data = word(message);
  const messageEnd = tokenEnd;
  if (data == 0) return false;
  const dataEnd = structuredData(data);
  if (dataEnd == 0 || (dataEnd < lineEnd && load<u8>(dataEnd) != 0x20)) return false;
  if (!nil) setInt(Field.time, timeMs);
  put(Field.log_host, host, hostEnd);
  put(Field.log_app, app, appEnd);
  if (parseInteger(process, processEnd) && isDigit(load<u8>(process))) setInt(Field.log_pid, value);
  put(Field.log_message_id, message, messageEnd);
  if (load<u8>(data) == 0x5b) addUnmapped(UnmappedKind.text, 0, 0, DATA_KEY, DATA_KEY + 15, data, dataEnd);
  let start = min<usize>(dataEnd + 1, lineEnd);
  if (start + 3 <= lineEnd && (load<u32>(start) & 0xffffff) == 0xbfbbef) start += 3;
  setLine(start, lineEnd, true);
  return true;
}

const DATA_KEY: usize = memory.data<u8>(
  [115, 116, 114, 117, 99, 116, 117, 114, 101, 100, 95, 100, 97, 116, 97, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  8,
);

/** End of `-` or of one or more `[…]` elements at `p`; 0 if malformed. A quote is `\"` here, a backslash `\\`. */
function structuredData(p: usize): usize {
  if (p >= lineEnd) return 0;
  if (load<u8>(p) == 0x2d) return p + 1;
  while (p < lineEnd && load<u8>(p) == 0x5b) {
    let quoted = false;
    p++;
    for (;;) {
      if (p >= lineEnd) return 0;
      const c = <u32>load<u8>(p);
      if (c == 0x5c) {
        const escaped = <u32>load<u8>(p, 1);
        p += 2;
        if (escaped == 0x22) quoted = !quoted;
        else if (escaped == 0x5c && quoted && p < lineEnd) p += load<u8>(p) == 0x5c ? 2 : 1;
        continue;
      }
      p++;
      if (c == 0x5d && !quoted) break;
    }
  }
  return load<u8>(p - 1) == 0x5d ? p : 0;
}

/** A BSD time and the rest of its header at `p`. `numbered`: behind a priority. */
export function bsdSyslog(p: usize, numbered: bool): bool {
  const behind = stamp(p);
  if (behind == 0) return logread(p);
  const when = timeMs;
  const done = load<u8>(behind) == 0x3a ? mnemonic(behind + 2) : header(behind + 1, numbered);
  if (done) setInt(Field.time, when);
  return done;
}

/** `Www Mmm dd hh:mm:ss yyyy facility.level TAG[PID]: `: https://openwrt.org/docs/guide-user/base-system/log.essentials */
function logread(p: usize): bool {
  const end = p + 24;
  if (end >= lineEnd || <u32>load<u8>(p) - 0x41 >= 26 || load<u8>(p, 3) != 0x20 || load<u8>(end) != 0x20) return false;
  if (!parseCtime(p, end, zoneMinutes)) return false;
  const when = timeMs;
  startFacility();
  const tag = takeFacility(end + 1, 0x20);
  if (tag == end + 1) return false;
  const next = word(tag);
  if (tokenEnd <= tag + 1 || load<u8>(tokenEnd - 1) != 0x3a) return false;
  setInt(Field.time, when);
  return setTagged(tag, tag, tag, next);
}

/**
 * What Cisco's devices put between priority and mnemonic: `[NUMBER]: [HOST: ][*|.]TIME: `, all of it optional. `*` and `.` say that the clock may be wrong.
 * https://www.cisco.com/c/en/us/td/docs/routers/access/wireless/software/guide/SysMsgLogging.html
 */
export function ciscoSyslog(p: usize): bool {
  const digits = takeDigits(p, lineEnd, 10);
  let host: usize = 0;
  let hostEnd: usize = 0;
  if (digits < lineEnd && load<u8>(digits) == 0x3a) {
    p = digits + 1;
    if (p < lineEnd && load<u8>(p) == 0x20) p++;
    const next = word(p);
    if (next != 0 && load<u8>(tokenEnd - 1) == 0x3a && isHostName(p, tokenEnd - 1)) {
      host = p;
      hostEnd = tokenEnd - 1;
      p = next;
    }
  }
  const c = <u32>load<u8>(p);
  if (c == 0x2a || c == 0x2e) p++;
  const behind = c == 0x25 ? p : stamp(p);
  const when = timeMs;
  if (behind == 0 || (c != 0x25 && load<u8>(behind) != 0x3a) || !mnemonic(c == 0x25 ? p : behind + 2)) return false;
  if (c != 0x25) setInt(Field.time, when);
  put(Field.log_host, host, hostEnd);
  return true;
}

/** `%FACILITY-SEVERITY-NAME: ` at `p`, which is the program. */
function mnemonic(p: usize): bool {
  if (load<u8>(p) != 0x25) return false;
  const next = word(p);
  if (next == 0 || load<u8>(tokenEnd - 1) != 0x3a) return false;
  startFacility();
  for (let q = p + 2; q + 4 < tokenEnd; q++)
    if (load<u8>(q) == 0x2d && <u32>load<u8>(q, 1) - 0x30 < 8 && load<u8>(q, 2) == 0x2d)
      return setHeader(p, p, p, tokenEnd - 1, next);
  return false;
}

/** An RFC 3339 time where the BSD one would be. */
export function isoSyslog(p: usize, numbered: bool): bool {
  let q = p;
  const limit = min<usize>(lineEnd, p + 36);
  while (q < limit && load<u8>(q) != 0x20) q++;
  if (q >= lineEnd || load<u8>(q) != 0x20 || !parseIsoTime(p, q, zoneMinutes)) return false;
  const when = timeMs;
  if (!header(q + 1, numbered)) return false;
  setInt(Field.time, when);
  return true;
}

/**
 * `[HOST ][FACILITY.LEVEL ]TAG[PID]: ` at `p`: a word that ends in a colon is the tag, the one before it the host. Without such a word
 * among them this is no envelope: a log format may start with a time, too. Behind a priority (`numbered`) the first word is then the host.
 */
function header(p: usize, numbered: bool): bool {
  startFacility();
  const start = p;
  p = takeFacility(p, 0x3e);
  if (isTagless(p) || isRepeated(p)) return setHeader(p, p, p, p, p);
  let next = word(p);
  if (next == 0) return false;
  let tag = p;
  let hostEnd: usize = 0;
  if (load<u8>(tokenEnd - 1) != 0x3a || tokenEnd == p) {
    hostEnd = tokenEnd;
    const end = hostEnd;
    const behindHost = next;
    tag = takeFacility(next, load<u8>(next) == 0x3c ? 0x3e : 0x20);
    // As AIX hands lines on: the host that wrote the line counts.
    if (tag == next && tag + 23 < lineEnd && sameBytes(tag, FORWARDED, 23)) {
      const behind = word(tag + 23);
      if (behind != 0 && tokenEnd > tag + 24 && load<u8>(tokenEnd - 1) == 0x3a) {
        p = tag + 23;
        hostEnd = tokenEnd - 1;
        tag = behind;
      }
    }
    if (isTagless(tag)) return setHeader(p, hostEnd, tag, tag, tag);
    next = word(tag);
    if (tokenEnd <= tag || load<u8>(tokenEnd - 1) != 0x3a) {
      if (isRepeated(tag) && isHostName(p, hostEnd)) return setHeader(p, hostEnd, tag, tag, tag);
      startFacility();
      return numbered && isHostName(start, end) && setHeader(start, end, behindHost, behindHost, behindHost);
    }
  }
  return setTagged(p, hostEnd == 0 ? p : hostEnd, tag, next);
}

/** `Message forwarded from ` */
const FORWARDED: usize = memory.data<u8>([
  77, 101, 115, 115, 97, 103, 101, 32, 102, 111, 114, 119, 97, 114, 100, 101, 100, 32, 102, 114, 111, 109, 32, 0, 0, 0,
  0, 0, 0, 0,
]);

/** `last message repeated ` */
const REPEATED: usize = memory.data<u8>([
  108, 97, 115, 116, 32, 109, 101, 115, 115, 97, 103, 101, 32, 114, 101, 112, 101, 97, 116, 101, 100, 32, 0, 0, 0, 0, 0,
  0, 0, 0,
]);

/** `last message repeated …`, perhaps behind `--- `: no program says that of itself. */
function isRepeated(p: usize): bool {
  if (p + 4 <= lineEnd && load<u32>(p) == 0x202d2d2d) p += 4;
  return p + 22 <= lineEnd && sameBytes(p, REPEATED, 22);
}

/** The tag at `tag` ends in the colon before `tokenEnd`; the message is at `next`, none if that is 0. */
function setTagged(host: usize, hostEnd: usize, tag: usize, next: usize): bool {
  let tagEnd = tokenEnd - 1;
  const start = takeMessageId(next == 0 ? lineEnd : next);
  if (tagEnd > tag && load<u8>(tagEnd - 1) == 0x5d) {
    let open = tagEnd - 1;
    while (open > tag && load<u8>(open) != 0x5b) open--;
    if (open > tag && isDigit(load<u8>(open + 1)) && parseInteger(open + 1, tagEnd - 1)) {
      setInt(Field.log_pid, value);
      tagEnd = open;
    }
  }
  return setHeader(host, hostEnd, tag, tagEnd, start);
}

/** Letters, digits, `.`, `_`, `:` and `-`, the first a letter or digit. */
function isHostName(p: usize, end: usize): bool {
  for (let q = p; q < end; q++) {
    const c = <u32>load<u8>(q);
    const plain = isDigit(c) || (c | 0x20) - 0x61 < 26;
    if (!plain && (q == p || (c != 0x2e && c != 0x5f && c != 0x3a && c != 0x2d))) return false;
  }
  return end > p;
}

/** Sets host and program, where they are not empty; the line goes on at `start`. */
function setHeader(host: usize, hostEnd: usize, tag: usize, tagEnd: usize, start: usize): bool {
  put(Field.log_host, host, hostEnd);
  put(Field.log_app, tag, tagEnd);
  putFacility();
  setLine(start, lineEnd, true);
  return true;
}

/** `CEF:` or `LEEF:` and a version: what writes these names no program. */
function isTagless(p: usize): bool {
  if (p + 6 > lineEnd) return false;
  if (load<u32>(p) == 0x3a464543) return isDigit(load<u8>(p, 4));
  if (load<u32>(p) != 0x4645454c || load<u8>(p, 4) != 0x3a) return false;
  const version: usize = load<u8>(p, 5) == 0x20 ? p + 6 : p + 5;
  return version < lineEnd && isDigit(load<u8>(version));
}
