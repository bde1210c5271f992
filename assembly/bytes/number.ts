import { isDigit } from './ascii';

/** Result of the latest `parse…` here. */
export let value: i64 = 0;

const DIGIT_PAIRS: usize = memory.data(200, 8);
let pairsReady: bool = false;
const DIGITS_END: usize = memory.data(24, 8) + 24;

/** Integer of 1 to 18 digits, a sign allowed, that fills the span. False if it is anything else. */
export function parseInteger(p: usize, end: usize): bool {
  if (p >= end) return false;
  let negative = false;
  const sign = <u32>load<u8>(p);
  if (sign == 0x2d || sign == 0x2b) {
    negative = sign == 0x2d;
    p++;
  }
  if (p >= end || end - p > 18) return false;
  let n: i64 = 0;
  do {
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) return false;
    n = n * 10 + digit;
    p++;
  } while (p < end);
  value = negative ? -n : n;
  return true;
}

/**
 * Decimal number `\d{1,12}(\.\d+)?([eE]-\d{1,2})?`, a leading `+` allowed, that fills the span, times ten to the `places`, truncated.
 * A negative one gives -1. False if it is anything else.
 */
export function parseDecimal(p: usize, end: usize, places: i32): bool {
  if (p >= end) return false;
  const sign = <u32>load<u8>(p);
  if (sign == 0x2d || sign == 0x2b) p++;
  let n: i64 = 0;
  const whole = p;
  while (p < end && isDigit(load<u8>(p))) {
    n = n * 10 + (load<u8>(p) - 0x30);
    p++;
    if (p - whole > 12) return false;
  }
  if (p == whole) return false;
  let left = places;
  if (p < end && load<u8>(p) == 0x2e) {
    p++;
    const fraction = p;
    while (p < end && isDigit(load<u8>(p))) {
      if (left > 0) {
        n = n * 10 + (load<u8>(p) - 0x30);
        left--;
      }
      p++;
    }
    if (p == fraction) return false;
  }
  while (left > 0) {
    n *= 10;
    left--;
  }
  if (p < end) {
    if ((load<u8>(p) | 0x20) != 0x65 || p + 3 > end || load<u8>(p, 1) != 0x2d) return false;
    if (takeDigits(p + 2, end, 2) != end) return false;
    for (let shift = value; shift > 0; shift--) n /= 10;
  }
  value = sign == 0x2d ? -1 : n;
  return true;
}

/**
 * One to eight decimals, up to eight digits before the point, each with a unit (`h m s ms us µs μs ns`), to microseconds in `value`: -1 with
 * a minus in front.
 */
export function parseUnits(p: usize, end: usize): bool {
  const negative = p < end && load<u8>(p) == 0x2d;
  if (negative || (p < end && load<u8>(p) == 0x2b)) p++;
  if (p >= end) return false;
  let sum: i64 = 0;
  for (let parts = 0; p < end; parts++) {
    const start = p;
    while (p < end && isDigit(load<u8>(p))) p++;
    if (parts == 8 || p == start || p - start > 8) return false;
    while (p < end && (isDigit(load<u8>(p)) || load<u8>(p) == 0x2e)) p++;
    const unit = p;
    while (p < end && !isDigit(load<u8>(p)) && load<u8>(p) != 0x2e) p++;
    if (!parsePart(start, unit, p)) return false;
    sum += value;
  }
  value = negative ? -1 : sum;
  return true;
}

/** A decimal in [start, unit) and its unit, to microseconds. */
function parsePart(start: usize, unit: usize, end: usize): bool {
  const length = <u32>(end - unit);
  if (length == 0 || length > 3) return false;
  const name = load<u32>(unit) & (<u32>0xffffff >> ((3 - length) << 3));
  if (name == 0x73) return parseDecimal(start, unit, 6);
  if (name == 0x736d) return parseDecimal(start, unit, 3);
  const long = name == 0x6d || name == 0x68;
  if (!long && name != 0x7375 && name != 0x73b5c2 && name != 0x73bcce && name != 0x736e) return false;
  if (!parseDecimal(start, unit, long ? 6 : 0)) return false;
  if (long) value *= name == 0x6d ? 60 : 3600;
  else if (name == 0x736e) value /= 1000;
  return true;
}

/** Digits from `p` on, at most `most`, into `value`; the position behind them. */
export function takeDigits(p: usize, end: usize, most: i32): usize {
  let n: i64 = 0;
  const stop = min<usize>(end, p + most);
  while (p < stop) {
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) break;
    n = n * 10 + digit;
    p++;
  }
  value = n;
  return p;
}

function prepareDigits(): void {
  for (let i = 0; i < 100; i++) store<u16>(DIGIT_PAIRS + (i << 1), <u16>((0x30 + i / 10) | ((0x30 + (i % 10)) << 8)));
  pairsReady = true;
}

/** Writes `n` in decimal, at most 20 bytes; the position behind it. */
export function putInteger(out: usize, n: i64): usize {
  if (!pairsReady) prepareDigits();
  let u = <u64>n;
  if (n < 0) {
    store<u8>(out++, 0x2d);
    u = 0 - u;
  }
  if (u < 10) {
    store<u8>(out, <u8>(0x30 + u));
    return out + 1;
  }
  // Backwards into a buffer, two digits at a time.
  let at = DIGITS_END;
  while (u >= 100) {
    const rest = u / 100;
    at -= 2;
    store<u16>(at, load<u16>(DIGIT_PAIRS + ((<usize>(u - rest * 100)) << 1)));
    u = rest;
  }
  if (u >= 10) {
    at -= 2;
    store<u16>(at, load<u16>(DIGIT_PAIRS + ((<usize>u) << 1)));
  } else {
    store<u8>(--at, <u8>(0x30 + u));
  }
  const length = DIGITS_END - at;
  memory.copy(out, at, length);
  return out + length;
}

/** Value of two digits at `p`; -1 if they are not. */
export function twoDigits(p: usize): i32 {
  const a = <i32>load<u8>(p) - 0x30;
  const b = <i32>load<u8>(p, 1) - 0x30;
  return <u32>a > 9 || <u32>b > 9 ? -1 : a * 10 + b;
}
