import { JSON_DEPTH_MAX } from '../../../assembly/shared/limits.ts';
import type { JsonText } from './json_text.ts';
import type { JsonValue } from './types.ts';

/** A value as the output carries it: as it is, or as its text if it nests too deep or no host can hold its numbers. */
export function carryValue(value: JsonText, source: string): JsonValue | string {
  const written = source.slice(value.start, value.end);
  if (depthOf(value) > JSON_DEPTH_MAX || hasHugeNumber(value)) return written;
  return { json: plainValue(value), source: written };
}

/** What `unmapped` holds for it. */
export function carryPlain(value: JsonText, source: string): unknown {
  const carried = carryValue(value, source);
  return typeof carried === 'string' ? carried : carried.json;
}

const depthOf = (value: JsonText): number => (value.kind === 'object' || value.kind === 'array' ? value.depth : 0);

function children(value: JsonText): readonly JsonText[] {
  if (value.kind === 'object') return value.members.map((member) => member.value);
  return value.kind === 'array' ? value.items : [];
}

/** Nests at most `JSON_DEPTH_MAX` deep. Of equal keys the last counts. */
function plainValue(value: JsonText): unknown {
  switch (value.kind) {
    case 'object':
      return Object.fromEntries(value.members.map((member) => [member.key, plainValue(member.value)]));
    case 'array':
      return value.items.map(plainValue);
    case 'string':
      return value.text;
    case 'literal':
      return JSON.parse(value.text);
  }
}

function hasHugeNumber(value: JsonText): boolean {
  if (value.kind === 'literal') return isHuge(value.text);
  return children(value).some(hasHugeNumber);
}

/** A number a double may not hold: over 300 digits before the point, over 200 characters or a three-digit exponent with an exponent. */
function isHuge(text: string): boolean {
  const match = /^-?((\d+)(?:\.\d+)?(?:[eE]([+-]?)(\d+))?)$/.exec(text);
  if (match === null) return false;
  const [, unsigned, whole, sign, exponent] = match;
  if (whole!.length > 300) return true;
  if (exponent === undefined) return false;
  return unsigned!.length > 200 || (sign !== '-' && exponent.length > 2);
}
