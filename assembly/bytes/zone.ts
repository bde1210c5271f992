import { twoDigits } from './number';

/** Minutes east of UTC of the latest zone taken. */
export let zone: i32 = 0;

/** Without a zone it is this one. */
export function startZone(minutes: i32): void {
  zone = minutes;
}

/** `Z`, `±hh:mm`, `±hhmm` or `±hh` that fills the span, into `zone`. */
export function takeZone(p: usize, end: usize): bool {
  const sign = <u32>load<u8>(p);
  if ((sign | 0x20) == 0x7a) {
    zone = 0;
    return p + 1 == end;
  }
  if ((sign != 0x2b && sign != 0x2d) || p + 3 > end) return false;
  const hours = twoDigits(p + 1);
  let minutes: i32 = 0;
  if (p + 3 < end) {
    const colon: usize = load<u8>(p, 3) == 0x3a ? 1 : 0;
    if (p + 5 + colon != end) return false;
    minutes = twoDigits(p + 3 + colon);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  zone = hours * 60 + minutes;
  if (sign == 0x2d) zone = -zone;
  return true;
}

/** Names of zones in at most four bytes, and minutes east of UTC. Of CST it is the American one, as in RFC 822; IST is too many. */
const ZONES: usize = memory.data<u32>(
  [
    0x435455, 0, 0x544d47, 0, 0x544557, 0, 0x54534557, 60, 0x545342, 60, 0x544543, 60, 0x54534543, 120, 0x54454d, 60,
    0x5453454d, 120, 0x544545, 120, 0x54534545, 180, 0x4b534d, 180, 0x545345, -300, 0x544445, -240, 0x545343, -360,
    0x544443, -300, 0x54534d, -420, 0x54444d, -360, 0x545350, -480, 0x544450, -420, 0x54534b41, -540, 0x54444b41, -480,
    0x545348, -600, 0x54534a, 540, 0x54534b, 540, 0x544b48, 480, 0x54535741, 480, 0x54534341, 570, 0x54534541, 600,
    0x54444541, 660, 0x54535a4e, 720, 0x54445a4e, 780,
  ],
  4,
);
const ZONES_END: usize = ZONES + 32 * 8;

/** The name taken last is one of these. */
export let zoneKnown: bool = false;

/** End of three to five capital letters at `p`, a zone's name, into `zone`; one that is not known says nothing. `p` if there are none. */
export function takeZoneName(p: usize, end: usize, zoneMinutes: i32): usize {
  let q = p;
  while (q < end && q < p + 6 && <u32>load<u8>(q) - 0x41 < 26) q++;
  const size = <u32>(q - p);
  if (size < 3 || size > 5) return p;
  zone = zoneMinutes;
  zoneKnown = false;
  if (size == 5) return q;
  const name = size == 3 ? load<u32>(p) & 0xffffff : load<u32>(p);
  for (let at = ZONES; at < ZONES_END; at += 8) {
    if (load<u32>(at) != name) continue;
    zone = load<i32>(at, 4);
    zoneKnown = true;
  }
  return q;
}
