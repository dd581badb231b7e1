import pg from 'pg';

const { TIMESTAMPTZ } = pg.types.builtins;
const asDate = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

/**
 * For a statement whose instants are only shown: it reads each `timestamptz` as the text that callers see, without a Date in
 * between, which costs sixteen times as much.
 */
export const shownInstants: pg.CustomTypesConfig = {
  getTypeParser: ((oid: Parameters<typeof pg.types.getTypeParser>[0], format?: 'text' | 'binary') =>
    oid === TIMESTAMPTZ ? shownInstant : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** PostgreSQL's text of a `timestamptz(3)` in RFC 3339 and UTC. Sessions in another time zone take the way over a Date. */
export function shownInstant(text: string): string {
  const isUtc = text.endsWith('+00') && text[10] === ' ';
  if (!isUtc) return asDate(text).toISOString();
  const fraction = text.slice(20, -3).slice(0, 3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

/** The later of two instants; null is before all. */
export function laterOf<Instant extends Date | string>(one: Instant | null, other: Instant): Instant {
  return one !== null && one > other ? one : other;
}
