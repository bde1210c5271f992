import type { Converted } from './convert.ts';
import { decodeUtf8 } from './record.ts';

/** `struct sockaddr` in hexadecimal, as Linux audit writes it on a little-endian machine. */
export function socketAddress(text: string): Converted[] {
  const whole = { from: 0, to: text.length };
  const bytes = /^(?:[0-9A-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
  const family = bytes.subarray(0, 2).toString('hex');
  const ip = family === '0200' && bytes.length >= 8 ? ipv4(bytes, 4) : undefined;
  const ip6 = family === '0a00' && bytes.length >= 24 ? ipv6(bytes.subarray(8, 24)) : undefined;
  const value = ip ?? ip6;
  if (value !== undefined) {
    return [
      { target: 0, value, ...whole },
      { target: 1, value: BigInt(bytes.readUInt16BE(2)), ...whole },
    ];
  }
  const path = family === '0100' && bytes[2] === 0x2f;
  const [end] = /^(?:(?!00)..)*/.exec(text.slice(4))!;
  const other = path ? decodeUtf8(Buffer.from(end, 'hex')) : text;
  return [{ target: 2, value: other, ...whole }];
}

const ipv4 = (bytes: Buffer, at: number): string => [...bytes.subarray(at, at + 4)].join('.');

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':');
  const { hostname } = new URL(`http://[${groups}]`);
  return /^\[::ffff:[\da-f]+:[\da-f]+\]$/.test(hostname) ? `::ffff:${ipv4(bytes, 12)}` : hostname.slice(1, -1);
}
