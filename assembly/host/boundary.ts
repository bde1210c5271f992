import { hasPolicy } from '../image';
import { Seen } from '../json/flags';
import { readValue, seen, skipBlanks } from '../json/reader';
import { processRecord } from '../pipeline';
import { setMoment } from '../policy/identity';
import { Header } from '../shared/image_layout';
import { IMAGE_BASE, PADDING, RECORD_MAX } from '../shared/limits';
import { allocate, startWork } from './memory';

/** `{}`, for a filter without a policy and without a record. */
const EMPTY: usize = memory.data<u8>([0x7b, 0x7d, 0, 0], 4);

function memoryEnd(): usize {
  return (<usize>memory.size()) << 16;
}

/** Whether the bytes lie in memory at all. */
function inMemory(start: usize, length: usize): bool {
  return start <= memoryEnd() && length <= memoryEnd() - start;
}

/** The bytes where eight more can be read behind them: themselves, or a copy that ends in NUL. 0 if memory is short. */
function padded(start: usize, length: usize): usize {
  if (memoryEnd() - start - length >= <usize>PADDING) return start;
  const copy = allocate(length + 1);
  if (copy == 0) return 0;
  memory.copy(copy, start, length);
  store<u8>(copy + length, 0);
  return copy;
}

/**
 * Fluent Bit's call for one record: the address of the NUL-terminated JSON object that replaces it. Never 0.
 * Where nothing better can be done the record itself is the answer, if it is a sound object, and otherwise a marker of its loss.
 */
export function call(
  tag: usize,
  tagLength: usize,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  length: usize,
): usize {
  const ready = hasPolicy();
  if (record == 0 || !inMemory(record, length))
    return ready ? <usize>load<u32>(IMAGE_BASE, Header.record_missing) : EMPTY;
  if (!ready) return record;
  startWork();
  const bytes = padded(record, length);
  if (bytes == 0) return load<u32>(IMAGE_BASE, Header.too_large);
  if (tag == 0 || !inMemory(tag, tagLength)) {
    tag = EMPTY;
    tagLength = 0;
  }
  const name = padded(tag, tagLength);
  if (name != 0 && length <= <usize>RECORD_MAX) {
    setMoment(seconds, nanoseconds);
    const timeMs = <i64>seconds * 1000 + <i64>(nanoseconds / 1000000);
    const output = processRecord(name, tagLength, timeMs, bytes, length);
    if (output != 0) return output;
  }
  return floor(bytes, bytes + length);
}

/** The record as it came, if a host can take it back and nothing in it was to be redacted. */
function floor(start: usize, end: usize): usize {
  if (load<u32>(IMAGE_BASE, Header.redact) != 0) return load<u32>(IMAGE_BASE, Header.too_large);
  const p = skipBlanks(start, end);
  if (p < end && load<u8>(p) == 0x7b) {
    const close = readValue(p, end);
    if (
      close != 0 &&
      (seen & (Seen.unsound | Seen.as_text)) == 0 &&
      skipBlanks(close, end) == end &&
      load<u8>(end) == 0
    )
      return start;
  }
  return load<u32>(IMAGE_BASE, Header.too_large);
}
