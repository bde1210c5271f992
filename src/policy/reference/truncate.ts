import { isIPv4, isIPv6 } from 'node:net';

/** The network of an address: /24 of IPv4, /48 of IPv6 as its first three groups and `::`. `undefined`: it is no address. */
export function truncateAddress(text: string): string | undefined {
  if (isIPv4(text)) return text.replace(/\d+$/, '0');
  const [address] = text.split('%');
  if (!isIPv6(address!)) return undefined;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':').flatMap(asGroups));
  const [head, tail] = address!.split('::');
  const left = groups(head!);
  const right = groups(tail ?? '');
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${all
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
}

/** Two groups for an IPv4 tail. */
function asGroups(part: string): string[] {
  if (!part.includes('.')) return [part];
  const [a, b, c, d] = part.split('.').map(Number);
  return [((a! << 8) | b!).toString(16), ((c! << 8) | d!).toString(16)];
}
