import { type EscapeUnicode, jsonText } from './text.ts';
import { HostMap, type HostValue } from './value.ts';

/**
 * JSON as Fluent Bit writes it: a record for the filter, and what outputs such as `file` and `http` write. Of equal keys the last one stays, in its
 * own place. NaN and infinity come out as `nan` and `inf`, which no JSON reader takes.
 */
export function writeJson(value: HostValue, escapeUnicode: EscapeUnicode): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return writeDouble(value);
  if (typeof value === 'string' || value instanceof Uint8Array) return jsonText(value, escapeUnicode);
  if (value instanceof HostMap) return writeMap(value, escapeUnicode);
  return `[${value.map((element) => writeJson(element, escapeUnicode)).join(',')}]`;
}

function writeMap({ entries }: HostMap, escapeUnicode: EscapeUnicode): string {
  const last = new Map<string, number>();
  const names = entries.map(([key], i) => {
    const name = typeof key === 'string' || key instanceof Uint8Array ? Buffer.from(key).toString('latin1') : `${i} `;
    last.set(name, i);
    return name;
  });
  const kept = entries.filter((_, i) => last.get(names[i]!) === i);
  return `{${kept.map(([key, member]) => `${writeJson(key, escapeUnicode)}:${writeJson(member, escapeUnicode)}`).join(',')}}`;
}

/** `%.1f` where it is a whole number of 64 bits, else `%.16g`: the 17th digit is lost. */
export function writeDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (Number.isInteger(value) && (size < 2 ** 63 || value === -(2 ** 63))) return `${sign}${BigInt(size)}.0`;
  return sign + sixteenDigits(size);
}

const DIGITS = 16;

/** C's `%.16g` of a positive number. */
function sixteenDigits(value: number): string {
  const [mantissa = '', power = '0'] = roundedHalfEven(value).split('e');
  const exponent = Number(power);
  const digits = mantissa.replace('.', '');
  if (exponent >= -4 && exponent < DIGITS) {
    const padded = exponent < 0 ? '0'.repeat(-exponent) + digits : digits;
    const point = Math.max(exponent, 0) + 1;
    return withoutZeros(`${padded.slice(0, point)}.${padded.slice(point)}`);
  }
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** JavaScript rounds a tie up, C to the even digit. */
function roundedHalfEven(value: number): string {
  const exact = value.toExponential(40);
  const [mantissa = '', power = '0'] = exact.split('e');
  const tie = /^50*$/.test(mantissa.slice(DIGITS + 1)) && Number(mantissa[DIGITS]) % 2 === 0;
  return tie ? `${mantissa.slice(0, DIGITS + 1)}e${power}` : value.toExponential(DIGITS - 1);
}

/** Of digits with a point in them. */
function withoutZeros(decimal: string): string {
  return decimal.replace(/\.?0*$/, '');
}
