import { hashHigh, hashLow, hashSpan, putHash, startHash } from '../bytes/murmur';
import { setText } from '../event';
import { Meta } from '../shared/fields';
import { OCCURRENCE_PROBES, OCCURRENCES_MAX } from '../shared/limits';

/** The id of the current record, 32 digits. */
const UID: usize = memory.data(48, 8);

/** u32 seconds, u32 nanoseconds, u32 earlier equal records, u32 0. */
const MOMENT: usize = memory.data(32, 8);

/** Open addressing, 16 bytes an entry: u64 hash, u32 round it was met in, u32 times it was met. */
const met: usize = memory.data(16 * 1024, 8);
/** Number of the moment the table is of: entries of other rounds are free. */
let round: u32 = 0;

/** The host's time of the record to come. */
export function setMoment(seconds: u32, nanoseconds: u32): void {
  if (seconds == load<u32>(MOMENT) && nanoseconds == load<u32>(MOMENT, 4) && round != 0) return;
  store<u32>(MOMENT, seconds);
  store<u32>(MOMENT, nanoseconds, 4);
  forgetOccurrences();
}

/** Equal records are counted from zero again. */
export function forgetOccurrences(): void {
  if (++round == 0) {
    memory.fill(met, 0, OCCURRENCES_MAX << 4);
    round = 1;
  }
}

/** Starts the id with what every record has: its tag and its line. */
export function identify(tag: usize, tagEnd: usize, start: usize, end: usize): void {
  startHash();
  hashSpan(tag, tagEnd);
  hashSpan(start, end);
}

/** Ends it by the place the line was read at. */
export function identifyPlace(file: usize, fileEnd: usize, offset: usize, offsetEnd: usize): void {
  hashSpan(file, fileEnd);
  hashSpan(offset, offsetEnd);
  putHash(UID);
}

/** Ends it by time and how often the same was there at that time before. */
export function identifyMoment(): void {
  store<u32>(MOMENT, occurrences(), 8);
  hashSpan(MOMENT, MOMENT + 16);
  putHash(UID);
}

export function setIdentity(): void {
  setText(Meta.uid, UID, UID + 32);
}

/** How often the current hash was asked for in this round. Where there is no free entry near its place the count is 0. */
function occurrences(): u32 {
  const hash = hashHigh ^ hashLow;
  for (let i: u32 = 0; i < <u32>OCCURRENCE_PROBES; i++) {
    const entry = met + ((<usize>((<u32>hash + i) & (OCCURRENCES_MAX - 1))) << 4);
    if (load<u32>(entry, 8) != round) {
      store<u64>(entry, hash);
      store<u32>(entry, round, 8);
      store<u32>(entry, 1, 12);
      return 0;
    }
    if (load<u64>(entry) == hash) {
      const count = load<u32>(entry, 12);
      store<u32>(entry, count + 1, 12);
      return count;
    }
  }
  return 0;
}
