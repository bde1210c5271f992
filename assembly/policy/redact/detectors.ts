import { Detector } from '../../shared/detectors';
import {
  ALNUM,
  BASE64,
  DASH,
  DIGIT,
  DOT,
  EQUALS,
  follows,
  isKind,
  LETTER,
  PERCENT,
  PLUS,
  skipKind,
  UPPER,
  WORD,
} from './characters';
import { cardEnd, ibanEnd, isSsn } from './numbers';

/** Bounds of what the latest detector found. */
export let matchStart: usize = 0;
export let matchEnd: usize = 0;

function found(start: usize, end: usize): bool {
  matchStart = start;
  matchEnd = end;
  return true;
}

/** Whether a secret begins with the trigger in [s, p), within [start, end); its bounds are in `matchStart` and `matchEnd`. */
export function detect(
  detector: u32,
  variant: u32,
  s: usize,
  p: usize,
  start: usize,
  end: usize,
  ibanLengths: usize,
): bool {
  switch (detector) {
    case Detector.jwt:
      return !follows(s, start, WORD) && jwt(s, end);
    case Detector.bearer:
      return !follows(s, start, ALNUM) && bearer(p, end);
    case Detector.basic:
      if (variant == 1) return userInfo(p, end);
      return !follows(s, start, ALNUM) && basic(p, end);
    case Detector.aws_access_key:
      return !follows(s, start, ALNUM) && exactly(s, p, end, DIGIT | UPPER, ALNUM, 16);
    case Detector.aws_secret_key:
      return awsSecret(p, end);
    case Detector.gcp_api_key:
      return !follows(s, start, WORD) && exactly(s, p, end, WORD, WORD, 35);
    case Detector.azure_key:
      if (variant == 0) return run(p, p, end, BASE64 | EQUALS, 40);
      return !follows(s, start, WORD | DOT) && run(p, p, end, ALNUM | PLUS | EQUALS | DASH | PERCENT, 20);
    case Detector.github:
      return !follows(s, start, WORD) && run(s, p, end, variant == 0 ? ALNUM : WORD, variant == 0 ? 36 : 22);
    case Detector.slack:
      if (variant == 0) return !follows(s, start, WORD) && run(s, p, end, ALNUM | DASH, 10);
      return run(p, p, end, WORD | PLUS, 20);
    case Detector.stripe:
      return !follows(s, start, WORD) && run(s, p, end, ALNUM, 16);
    case Detector.private_key:
      return privateKey(s, p, end);
    case Detector.payment_card: {
      const card: usize = follows(s, start, DIGIT) ? 0 : cardEnd(s, end);
      return card != 0 && found(s, card);
    }
    case Detector.iban: {
      const iban: usize = follows(s, start, ALNUM) ? 0 : ibanEnd(s, end, ibanLengths);
      return iban != 0 && found(s, iban);
    }
    case Detector.us_ssn:
      return !follows(s, start, DIGIT | DASH) && isSsn(s, end) && found(s, s + 11);
    case Detector.email:
      return email(s, p, start, end);
    default:
      return false;
  }
}

/** `from` and at least so many characters of these kinds from `p` on. */
function run(from: usize, p: usize, end: usize, kinds: u32, least: usize): bool {
  const to = skipKind(p, end, kinds);
  return to - p >= least && found(from, to);
}

/** Exactly so many characters, and none of `not` behind them. */
function exactly(from: usize, p: usize, end: usize, kinds: u32, not: u32, length: usize): bool {
  const to = p + length;
  if (to > end || skipKind(p, to, kinds) != to || isKind(to, end, not)) return false;
  return found(from, to);
}

/** RFC 7519: three parts, or five where it is encrypted. */
function jwt(s: usize, end: usize): bool {
  let p = skipKind(s, end, WORD);
  if (p - s < 10) return false;
  let parts = 1;
  while (parts < 5 && p < end && load<u8>(p) == 0x2e) {
    p = skipKind(p + 1, end, WORD);
    parts++;
  }
  return parts >= 3 && found(s, p);
}

function skipBlanks(p: usize, end: usize): usize {
  while (p < end && (load<u8>(p) == 0x20 || load<u8>(p) == 0x09 || load<u8>(p) == 0x2b)) p++;
  return p;
}

/** RFC 6750. A short word of nothing but letters is taken for one. */
function bearer(p: usize, end: usize): bool {
  const from = skipBlanks(p, end);
  if (from == p) return false;
  const to = skipKind(from, end, ALNUM | PLUS | EQUALS | DASH | DOT);
  if (to - from < 8 || (to - from < 24 && skipKind(from, to, LETTER) == to)) return false;
  return found(from, to);
}

/** RFC 7617: base64 of text that is printable up to a colon. */
function basic(p: usize, end: usize): bool {
  const from = skipBlanks(p, end);
  if (from == p) return false;
  const to = skipKind(from, end, BASE64 | DASH);
  let bits: u32 = 0;
  let held: u32 = 0;
  let colon = false;
  for (let q = from; q < to; q++) {
    bits = (bits << 6) | sextet(load<u8>(q));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const c = (bits >> held) & 0xff;
    if (c < 0x20 || c == 0x7f) break;
    if (c == 0x3a) colon = true;
  }
  return colon && found(from, skipKind(to, end, EQUALS));
}

function sextet(c: u32): u32 {
  if (c - 0x41 < 26) return c - 0x41;
  if (c - 0x61 < 26) return c - 0x47;
  if (c - 0x30 < 10) return c + 4;
  return c == 0x2b || c == 0x2d ? 62 : 63;
}

/** `user:password` of `scheme://user:password@host`. */
function userInfo(p: usize, end: usize): bool {
  const limit = min(end, p + 256);
  let colon = false;
  for (let q = p; q < limit; q++) {
    const c = <u32>load<u8>(q);
    if (c == 0x40) return colon && found(p, q);
    if (c <= 0x20 || c == 0x22 || c == 0x27 || c == 0x2f || c == 0x3f || c == 0x23) return false;
    if (c == 0x3a) colon = true;
  }
  return false;
}

/** Forty characters and more behind the name, a separator and perhaps quotes between. */
function awsSecret(p: usize, end: usize): bool {
  const limit = min(end, p + 12);
  for (let q = p; q < limit && !isKind(q, end, ALNUM); q++) {
    if (!isKind(q + 1, end, BASE64)) continue;
    if (run(q + 1, q + 1, end, BASE64 | EQUALS, 40)) return true;
  }
  return false;
}

/** From `-----BEGIN … PRIVATE KEY` to the end of its `-----END …-----`, or to where it is cut. */
function privateKey(s: usize, p: usize, end: usize): bool {
  const limit = min(end, p + 48);
  let dash = p;
  while (dash < limit && (isKind(dash, end, UPPER | DIGIT) || load<u8>(dash) == 0x20)) dash++;
  if (dash >= limit || load<u8>(dash) != 0x2d || !hasPrivateKey(p, dash)) return false;
  for (let q = dash; q < end; q++) {
    const c = <u32>load<u8>(q);
    if (!isKind(q, end, BASE64 | EQUALS | DASH) && c != 0x20 && (c < 9 || c > 13) && !isPemHeader(c))
      return found(s, q);
    // `-----END `
    if (c != 0x2d || q + 9 > end || load<u64>(q) != 0x444e452d2d2d2d2d || load<u8>(q, 8) != 0x20) continue;
    return found(s, pemEnd(q + 9, end));
  }
  return found(s, end);
}

function isPemHeader(c: u32): bool {
  return c == 0x5c || c == 0x2c || c == 0x3a || c == 0x2e;
}

/** Behind the dashes that end a line of capitals. */
function pemEnd(p: usize, end: usize): usize {
  while (p < end && (isKind(p, end, UPPER) || load<u8>(p) == 0x20)) p++;
  while (p < end && load<u8>(p) == 0x2d) p++;
  return p;
}

/** Whether `PRIVATE KEY` is in the text. */
function hasPrivateKey(p: usize, end: usize): bool {
  for (; p + 11 <= end; p++) {
    if (load<u64>(p) == 0x2045544156495250 && load<u16>(p, 8) == 0x454b && load<u8>(p, 10) == 0x59) return true;
  }
  return false;
}

function email(at: usize, p: usize, start: usize, end: usize): bool {
  let from = at;
  while (from > start && at - from < 64 && isEmailByte(load<u8>(from - 1), from, start)) from--;
  const limit = min(end, p + 253);
  let to = p;
  while (to < limit && (isKind(to, limit, ALNUM | DASH) || load<u8>(to) == 0x2e)) to++;
  let last = to;
  // The top-level domain: letters behind the last dot.
  while (last > p && !isKind(last - 1, end, LETTER)) last--;
  let dot = last;
  while (dot > p && isKind(dot - 1, end, LETTER)) dot--;
  if (from == at || last - dot < 2 || dot < p + 2 || load<u8>(dot - 1) != 0x2e) return false;
  return found(from, last);
}

/** `A-Z a-z 0-9 . _ % + -` */
function isEmailByte(c: u32, p: usize, start: usize): bool {
  return c == 0x2b || (c != 0x7e && follows(p, start, ALNUM | DASH | DOT | PERCENT));
}
