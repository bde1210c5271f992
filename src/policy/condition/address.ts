import { isIPv4, isIPv6 } from 'node:net';
import type { AddressBlock } from './model.ts';

const IPV4_PREFIX = 0xffffn << 32n;
const ALL = (1n << 128n) - 1n;

/** 128 bits of an address, IPv4 as ::ffff:a.b.c.d; `undefined` if the text is none. A zone is left out. */
export function addressBits(text: string): bigint | undefined {
  if (isIPv4(text)) return IPV4_PREFIX | ipv4Bits(text);
  const [bare] = text.split('%');
  if (!isIPv6(text) || bare === undefined) return undefined;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  const v4 = tail ? ipv4Bits(tail[2]!) : 0n;
  const full = tail ? `${tail[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}` : bare;
  const [head = '', rest] = full.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const groups = [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function ipv4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

/** A block in CIDR notation, or a single address. `undefined` if the text is neither. */
export function addressBlock(text: string): AddressBlock | undefined {
  const [address = '', size, ...more] = text.split('/');
  const bits = addressBits(address);
  if (bits === undefined || more.length > 0 || address.includes('%')) return undefined;
  const width = isIPv4(address) ? 32 : 128;
  if (size !== undefined && !/^\d{1,3}$/.test(size)) return undefined;
  const length = size === undefined ? width : Number(size);
  if (length > width) return undefined;
  const host = (1n << BigInt(width - length)) - 1n;
  return { low: bits & (ALL ^ host), high: bits | host };
}
