import { isIP, isIPv6 } from 'node:net';
import { facts } from './facts.ts';

/** 1973 to 5138: seconds and microseconds of today's clocks fall outside. */
const EPOCH_MS = [1e11, 1e14] as const;

/** Why `value` is not of the OCSF type `type`, if it is not. */
export function wrongValue(type: string, value: unknown): string | undefined {
  const { base, regex, max_len, range } = facts.types[type] ?? { base: type };
  const expected = `expected ${type}_t, got \`${show(value)}\``;
  if (!isPrimitive(base, value)) return expected;
  if (typeof value === 'number') {
    if (range && (value < range[0] || value > range[1]))
      return `expected ${type}_t of ${range.join(' to ')}, got ${value}`;
    if (type === 'timestamp' && (value < EPOCH_MS[0] || value > EPOCH_MS[1]))
      return `expected epoch milliseconds, got ${value}`;
  }
  if (typeof value === 'string') {
    if (max_len !== undefined && value.length > max_len) return `longer than ${max_len} characters: \`${show(value)}\``;
    if (regex !== undefined && !new RegExp(regex).test(value)) return expected;
    if (type === 'ip' && isIP(value) === 0) return expected;
    if (type === 'subnet' && !isSubnet(value)) return expected;
  }
  return undefined;
}

function isPrimitive(base: string, value: unknown): boolean {
  switch (base) {
    case 'json':
      return value !== undefined;
    case 'boolean':
      return typeof value === 'boolean';
    case 'float':
      return Number.isFinite(value);
    case 'integer':
    case 'long':
      return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63;
    case 'string':
      return typeof value === 'string';
    default:
      throw new Error(`no such OCSF type: ${base}`);
  }
}

function isSubnet(value: string): boolean {
  const [network = '', prefix = '', ...rest] = value.split('/');
  const bits = isIPv6(network) ? 128 : 32;
  return isIP(network) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && rest.length === 0;
}

export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
