/** ln 2 in two parts; the first has trailing zeros, so that its multiples by an exponent are exact (fdlibm, `e_log.c`). */
const LN_2_HIGH: f64 = 0.6931471803691238;
const LN_2_LOW: f64 = 1.9082149292705877e-10;

/**
 * Natural logarithm of a positive, finite number, by additions, multiplications and divisions only: the same bits wherever
 * doubles are IEEE 754. Within 1e-15 of the true value, relative to it. Zero and less give minus infinity.
 *
 * x is brought to m = x / 2^e within ¾ … 1½; ln m = 2 artanh s, with s = (m - 1) / (m + 1), by its series up to s²⁵.
 */
export function ln(x: f64): f64 {
  if (x <= 0) return -Infinity;
  let m: f64 = x;
  let exponent: f64 = 0;
  while (m < 0.75) {
    m = m * 2;
    exponent = exponent - 1;
  }
  while (m > 1.5 && exponent < 1100) {
    m = m * 0.5;
    exponent = exponent + 1;
  }
  const s: f64 = (m - 1) / (m + 1);
  const square: f64 = s * s;
  let sum: f64 = 0;
  for (let odd: f64 = 25; odd > 1; odd -= 2) sum = (sum + 1 / odd) * square;
  return exponent * LN_2_HIGH + (exponent * LN_2_LOW + (s + s + (s + s) * sum));
}
