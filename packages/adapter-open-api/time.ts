import { storableDate } from '@card-gateway/core';

/** Parses a provider time: null if it states none, `undefined` if it cannot be read. */
export type ReadTime = (text: string | null | undefined) => Date | null | undefined;

const shape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const mysqlZero = '0000-00-00 00:00:00';

/**
 * A parser of `YYYY-MM-DD HH:mm:ss` as wall-clock time of `timeZone` (open-api-issuer.md §1.3: the documents name no zone). For
 * an hour that a zone repeats or skips, one reading is chosen. Years like 0001 and 9999, which stand for none, are not read:
 * beyond four digits the formatter's output cannot be parsed.
 */
export function timesIn(timeZone: string): ReadTime {
  // The Swedish locale produces exactly the provider's form.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });

  /** The zone's offset from UTC at an instant, in milliseconds. */
  function offsetAt(instant: number): number {
    return asUtc(format.format(instant)) - instant;
  }

  return (text) => {
    if (text === null || text === undefined) return text;
    if (text === mysqlZero) return null;
    const wallClock = shape.test(text) ? storableDate(asUtc(text)) : null;
    // The parser turns 31 February into March; only a date that formats to the same text exists.
    if (wallClock === null || wallClock.toISOString().slice(0, 19).replace('T', ' ') !== text) return undefined;
    const near = wallClock.getTime() - offsetAt(wallClock.getTime());
    return new Date(wallClock.getTime() - offsetAt(near));
  };
}

function asUtc(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
