import { storableDate } from '@card-gateway/core';

/** Reads a provider time: null when it says there is none, `undefined` when it cannot be read. */
export type ReadTime = (text: string | null | undefined) => Date | null | undefined;

const shape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const mysqlZero = '0000-00-00 00:00:00';

/**
 * A reader of `YYYY-MM-DD HH:mm:ss` as wall-clock time of `timeZone` (open-api-issuer.md §1.3: the documents name no zone).
 * Of an hour that a zone passes twice or skips, one reading is taken. Years like 0001 and 9999, which stand for none, are
 * not read: beyond four digits the formatter writes what cannot be read back.
 */
export function timesIn(timeZone: string): ReadTime {
  // The Swedish locale writes exactly the provider's form.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });

  /** What the zone's clocks are ahead of UTC at an instant, in milliseconds. */
  function offsetAt(instant: number): number {
    return asUtc(format.format(instant)) - instant;
  }

  return (text) => {
    if (text === null || text === undefined) return text;
    if (text === mysqlZero) return null;
    const wallClock = shape.test(text) ? storableDate(asUtc(text)) : null;
    // The parser carries 31 February over into March; only a date that comes back unchanged exists.
    if (wallClock === null || wallClock.toISOString().slice(0, 19).replace('T', ' ') !== text) return undefined;
    const near = wallClock.getTime() - offsetAt(wallClock.getTime());
    return new Date(wallClock.getTime() - offsetAt(near));
  };
}

function asUtc(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
