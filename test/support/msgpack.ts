import { HostMap, type HostValue } from '../../src/host/value.ts';

/** MessagePack of a value, its longest forms: what a forward client may send a collector, odd or not. */
export function pack(value: HostValue): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'bigint') return packInteger(value);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === 'string') return pack(Buffer.from(value));
  if (value instanceof Uint8Array) return Buffer.concat([head(0xdb, value.length), value]);
  if (value instanceof HostMap)
    return Buffer.concat([head(0xdf, value.entries.length), ...value.entries.flat().map(pack)]);
  return Buffer.concat([head(0xdd, value.length), ...value.map(pack)]);
}

/** An array whose elements are packed already. */
export function packArray(...elements: readonly Uint8Array[]): Buffer {
  return Buffer.concat([head(0xdd, elements.length), ...elements]);
}

/** The forward protocol's time of a record. */
export function packTime(seconds: number, nanoseconds: number): Buffer {
  const bytes = Buffer.from([0xd7, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeUInt32BE(seconds, 2);
  bytes.writeUInt32BE(nanoseconds, 6);
  return bytes;
}

function head(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5, type);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function packInteger(value: bigint): Buffer {
  const bytes = Buffer.alloc(9, value < 0n ? 0xd3 : 0xcf);
  if (value < 0n) bytes.writeBigInt64BE(value, 1);
  else bytes.writeBigUInt64BE(value, 1);
  return bytes;
}
