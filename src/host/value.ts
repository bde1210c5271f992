/**
 * A value as the collector holds it, in MessagePack: integers are bigints, doubles numbers, text a string or, where it need not be UTF-8,
 * bytes. A map keeps its order and equal keys.
 */
export type HostValue = null | boolean | bigint | number | string | Uint8Array | readonly HostValue[] | HostMap;

export class HostMap {
  readonly entries: readonly (readonly [key: HostValue, value: HostValue])[];

  constructor(entries: readonly (readonly [key: HostValue, value: HostValue])[]) {
    this.entries = entries;
  }
}

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The collector's value of a JavaScript one; whole numbers are integers. */
export function hostValue(value: JsonValue): HostValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(hostValue);
  if (typeof value === 'object' && value !== null) return hostMap(value as { readonly [key: string]: JsonValue });
  return value as null | boolean | string;
}

/** As `hostValue`, of an object. */
export function hostMap(value: { readonly [key: string]: JsonValue }): HostMap {
  return new HostMap(Object.entries(value).map(([key, member]) => [key, hostValue(member)]));
}
