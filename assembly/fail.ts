import { ParseStatus } from './shared/enums';
import { ErrorCode } from './shared/errors';

/** The first error of this record. Only the first counts: what follows is its consequence. */
export let errorCode: i32 = 0;
/** Address in the line's text where it was seen; 0 unknown. */
export let errorAt: usize = 0;
/** JSON-escaped text of what was expected there. */
export let expectedStart: usize = 0;
export let expectedEnd: usize = 0;
export let status: i32 = 0;
/** More than the format knows was in the line. */
export let drift: bool = false;

export function clearFailure(): void {
  errorCode = ErrorCode.none;
  errorAt = 0;
  expectedStart = 0;
  expectedEnd = 0;
  status = ParseStatus.ok;
  drift = false;
}

function note(code: i32, at: usize, start: usize, end: usize): void {
  if (errorCode != ErrorCode.none) return;
  errorCode = code;
  errorAt = at;
  expectedStart = start;
  expectedEnd = end;
}

/** The record cannot be read as its format. */
export function fail(code: i32, at: usize, start: usize, end: usize): void {
  note(code, at, start, end);
  status = ParseStatus.failed;
}

/** One field cannot be read; the rest goes on. */
export function failField(code: i32, at: usize, start: usize, end: usize): void {
  note(code, at, start, end);
  if (status == ParseStatus.ok) status = ParseStatus.partial;
}

/** The error seen in a copy of the line's text belongs where that was copied from. */
export function moveError(from: usize, to: usize): void {
  if (errorAt == from) errorAt = to;
}

/** The error was seen in a copy of what stands at `at` in the line. */
export function placeError(at: usize): void {
  errorAt = at;
}

export function raiseDrift(): void {
  drift = true;
}
