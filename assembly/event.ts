import { SLOT_COUNT } from './shared/fields';
import { SlotKind } from './shared/slot_kind';

/** Address of slot 0; the layout of a slot is in `shared/slot_kind.ts`. */
export const SLOTS: usize = memory.data(SLOT_COUNT << 4, 16);

export function clearEvent(): void {
  memory.fill(SLOTS, 0, SLOT_COUNT << 4);
}

/** The event as it was when it was last saved. */
const saved: usize = memory.data(SLOT_COUNT << 4, 16);

export function saveEvent(): void {
  memory.copy(saved, SLOTS, SLOT_COUNT << 4);
}

export function restoreEvent(): void {
  memory.copy(SLOTS, saved, SLOT_COUNT << 4);
}

export function slotKind(slot: u32): u32 {
  return load<u32>(SLOTS + (slot << 4));
}

export function slotStart(slot: u32): usize {
  return load<u32>(SLOTS + (slot << 4), 4);
}

export function slotEnd(slot: u32): usize {
  return load<u32>(SLOTS + (slot << 4), 8);
}

export function slotInt(slot: u32): i64 {
  return load<i64>(SLOTS + (slot << 4), 8);
}

export function setText(slot: u32, start: usize, end: usize): void {
  const at = SLOTS + (slot << 4);
  store<u32>(at, SlotKind.text);
  store<u32>(at, <u32>start, 4);
  store<u32>(at, <u32>end, 8);
}

export function setJson(slot: u32, start: usize, end: usize): void {
  const at = SLOTS + (slot << 4);
  store<u32>(at, SlotKind.json);
  store<u32>(at, <u32>start, 4);
  store<u32>(at, <u32>end, 8);
}

export function setInt(slot: u32, value: i64): void {
  const at = SLOTS + (slot << 4);
  store<u32>(at, SlotKind.int);
  store<i64>(at, value, 8);
}

export function setBool(slot: u32, value: bool): void {
  const at = SLOTS + (slot << 4);
  store<u32>(at, SlotKind.bool);
  store<i64>(at, value ? 1 : 0, 8);
}

export function clearSlot(slot: u32): void {
  store<u32>(SLOTS + (slot << 4), SlotKind.none);
}
