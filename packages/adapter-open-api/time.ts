import { storableDate } from '@card-gateway/core';

/** Parses a provider time: null if it states none, `undefined` if it cannot be read. */
export type ReadTime = (text: string | null | undefined) => Date | null | undefined;

const shape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const mysqlZero = '0000-00-00 00:00:00';
const dayMs = 86_400_000;
/** Days whose offset is kept, some three years. */
const mostDays = 1000;

/**
 * A parser of `YYYY-MM-DD HH:mm:ss` as wall-clock time of `timeZone` (open-api-issuer.md §1.3: the documents name no zone). For
 * an hour that a zone repeats or skips, one reading is chosen. Years like 0001 and 9999, which stand for none, are not read:
 * beyond four digits the formatter's output cannot be parsed.
 */
export function timesIn(timeZone: string): ReadTime {
  // The Swedish locale produces exactly the provider's form.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  /** By day since 1970 in UTC; null for a day on which the offset changes. Formatting costs as much as reading the rest of a row. */
  const offsetOfDay = new Map<number, number | null>();

  /** The zone's offset from UTC at an instant, in milliseconds. */
  function offsetAt(instant: number): number {
    const day = Math.floor(instant / dayMs);
    let offset = offsetOfDay.get(day);
    if (offset === undefined) {
      const first = formattedOffset(day * dayMs);
      offset = first === formattedOffset((day + 1) * dayMs) ? first : null;
      if (offsetOfDay.size === mostDays) offsetOfDay.clear();
      offsetOfDay.set(day, offset);
    }
    return offset ?? formattedOffset(instant);
  }

  function formattedOffset(instant: number): number {
    return asUtc(format.format(instant)) - instant;
  }

  return (text) => {
    if (text === null || text === undefined) return text;
    if (text === mysqlZero) return null;
    const wallClock = shape.test(text) ? storableDate(asUtc(text)) : null;
    // The parser turns 31 February into 3 March, and 24:00 into the next day.
    if (wallClock === null || wallClock.getUTCDate() !== Number(text.slice(8, 10))) return undefined;
    const near = wallClock.getTime() - offsetAt(wallClock.getTime());
    return new Date(wallClock.getTime() - offsetAt(near));
  };
}

function asUtc(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11)}Z`);
}
