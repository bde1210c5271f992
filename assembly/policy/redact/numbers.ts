import { isDigit } from '../../bytes/ascii';

/** Digits of a payment card at most. */
const CARD_MAX: u32 = 19;
const digits: usize = memory.data(24, 8);

/** End of a payment card's number that begins at `s`; 0 if none does. Digits may be parted by single blanks, dashes or `+`. */
export function cardEnd(s: usize, end: usize): usize {
  let count: u32 = 0;
  let best: usize = 0;
  for (let p = s; p < end; ) {
    const c = <u32>load<u8>(p);
    if (!isDigit(c)) {
      if ((c != 0x20 && c != 0x2d && c != 0x2b) || p + 1 >= end || !isDigit(load<u8>(p, 1))) break;
      p++;
      continue;
    }
    if (count == CARD_MAX) break;
    store<u8>(digits + count, <u8>(c - 0x30));
    count++;
    p++;
    if (count < 12 || (p < end && isDigit(load<u8>(p)))) continue;
    if (isIssued(count) && passesLuhn(count)) best = p;
  }
  return best;
}

function prefix(length: u32): u32 {
  let n: u32 = 0;
  for (let i: u32 = 0; i < length; i++) n = n * 10 + load<u8>(digits + i);
  return n;
}

/** Whether an issuer gives out numbers with these first digits and of this length. */
function isIssued(count: u32): bool {
  const two = prefix(2);
  const three = prefix(3);
  const four = prefix(4);
  // Visa
  if (two / 10 == 4) return count == 13 || count == 16 || count == 19;
  // American Express
  if (two == 34 || two == 37) return count == 15;
  // Mastercard
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return count == 16;
  // Diners Club
  if (two == 36 || two == 38 || two == 39 || (three >= 300 && three <= 305)) return count >= 14;
  // JCB
  if (four >= 3528 && four <= 3589) return count >= 16;
  // Discover, UnionPay
  if (four == 6011 || two == 65 || (three >= 644 && three <= 649) || two == 62) return count >= 16;
  // Maestro
  return two == 50 || (two >= 56 && two <= 58) || two == 63 || two == 67;
}

/** ISO/IEC 7812-1, annex B */
function passesLuhn(count: u32): bool {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    let d = <u32>load<u8>(digits + i);
    if (((count - i) & 1) == 0) {
      d *= 2;
      if (d > 9) d -= 9;
    }
    sum += d;
  }
  return sum % 10 == 0;
}

/** End of the IBAN that begins at `s`; 0 if none does. `lengths`: by country, u8 each. Groups may be parted by single blanks. */
export function ibanEnd(s: usize, end: usize, lengths: usize): usize {
  const country = (<usize>load<u8>(s) - 0x41) * 26 + (<usize>load<u8>(s, 1) - 0x41);
  const length = <u32>load<u8>(lengths + country);
  if (length == 0) return 0;
  let count: u32 = 0;
  let rest: u32 = 0;
  let p = s;
  for (; p < end && count < length; p++) {
    const c = <u32>load<u8>(p);
    if (c == 0x20 && count >= 4 && load<u8>(p - 1) != 0x20) continue;
    if (!isDigit(c) && c - 0x41 >= 26) return 0;
    count++;
    if (count > 4) rest = append(rest, c);
  }
  if (count < length || (p < end && (isDigit(load<u8>(p)) || (<u32>load<u8>(p) | 0x20) - 0x61 < 26))) return 0;
  for (let q = s; q < s + 4; q++) rest = append(rest, load<u8>(q));
  return rest == 1 ? p : 0;
}

/** ISO 7064, MOD 97-10: a letter counts as two digits. */
function append(rest: u32, c: u32): u32 {
  return isDigit(c) ? (rest * 10 + (c - 0x30)) % 97 : (rest * 100 + (c - 0x37)) % 97;
}

/** `AAA-GG-SSSS` of numbers that are given out: https://www.ssa.gov/employer/randomization.html */
export function isSsn(s: usize, end: usize): bool {
  if (s + 11 > end || (s + 11 < end && isDigit(load<u8>(s, 11)))) return false;
  if (load<u8>(s, 3) != 0x2d || load<u8>(s, 6) != 0x2d) return false;
  for (let i: usize = 0; i < 11; i++) if (i != 3 && i != 6 && !isDigit(load<u8>(s + i))) return false;
  const area = decimal(s, 3);
  return area != 0 && area != 666 && area < 900 && decimal(s + 4, 2) != 0 && decimal(s + 7, 4) != 0;
}

function decimal(p: usize, length: usize): u32 {
  let n: u32 = 0;
  for (let i: usize = 0; i < length; i++) n = n * 10 + (<u32>load<u8>(p + i) - 0x30);
  return n;
}
