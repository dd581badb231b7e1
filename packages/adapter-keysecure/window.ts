export const dayMs = 86_400_000;

/** `UTC`, `UTC+8`, `UTC-3:30`: the form of the `Timezone` header (keysecure.md §2.1). */
export const timeZoneShape: RegExp = /^UTC(?:([+-])(1[0-4]|0?\d)(?::([0-5]\d))?)?$/;

/** A time zone's milliseconds east of UTC; zones such as `UTC+8` have no daylight saving time. */
function offsetOf(timeZone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = timeZoneShape.exec(timeZone) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
}

/** The instant (Unix milliseconds) at which the day `YYYY-MM-DD` begins in a time zone. */
export function startOfDay(day: string, timeZone: string): number {
  return Date.parse(`${day}T00:00:00Z`) - offsetOf(timeZone);
}

/**
 * The time filter that the lists require (keysecure.md §7): `yyyy-MM-dd HH:mm:ss`, read by the provider in the zone of the
 * `Timezone` header. Rounded outward to whole seconds, so that no row at either end is lost.
 */
export function timeFilter(
  from: number,
  to: number,
  timeZone: string,
): { readonly start_time: string; readonly end_time: string } {
  const shift = offsetOf(timeZone);
  const text = (second: number): string => new Date(second * 1000 + shift).toISOString().slice(0, 19).replace('T', ' ');
  return { start_time: text(Math.floor(from / 1000)), end_time: text(Math.ceil(to / 1000)) };
}

/** One day to either side of the attempt, because the provider dates a row by its own clock and its own processing. */
export function aroundSending(sentAt: Date, timeZone: string): ReturnType<typeof timeFilter> {
  return timeFilter(sentAt.getTime() - dayMs, sentAt.getTime() + dayMs, timeZone);
}
