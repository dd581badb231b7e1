import type { Uuid } from '@card-gateway/core';

/**
 * The id of an event, a UUIDv7 of its time and its number: the log needs no other column, and no index, to find it.
 *
 * @param at when it was written, in Unix milliseconds
 */
export function eventUuid(number: number, at: number): Uuid {
  const time = at.toString(16).padStart(12, '0');
  const digits = number.toString(16).padStart(15, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8${digits.slice(0, 3)}-${digits.slice(3)}`;
}

/** The number in an event's id; null for a UUID that is no event's. */
export function eventNumber(uuid: Uuid): number | null {
  const digits = /^[0-9a-f]{8}-[0-9a-f]{4}-7000-8([0-9a-f]{3})-([0-9a-f]{12})$/.exec(uuid);
  if (digits === null) return null;
  const number = Number.parseInt(`${digits[1]}${digits[2]}`, 16);
  return Number.isSafeInteger(number) ? number : null;
}
