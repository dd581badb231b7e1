// SQL over `event_runs`, whose rows give consecutive positions to consecutive numbers of events.

/** The number at a position; null before the oldest that is kept. Behind the last position it is no event's. */
export const numberAt = (position: string): string => `(
  SELECT number + (${position} - position) FROM event_runs WHERE position <= ${position} ORDER BY position DESC LIMIT 1)`;

/** When the event before a position was written; null without one. */
export const writtenBefore = (position: string): string =>
  `(SELECT created_at FROM events WHERE number = ${numberAt(`(${position} - 1)`)})`;

/**
 * The events at the next positions from one on, as a table `e` with their `position`, in that order.
 *
 * @param from not before the oldest position that is kept, where it finds none
 * @param next how many positions
 * @param columns of the events
 * @param limit how many of the events
 * @param filter a condition on `events e`
 */
export const eventsFrom = (
  from: string,
  next: number,
  { columns, limit, filter = 'true' }: { readonly columns: string; readonly limit: string; readonly filter?: string },
): string => `(
  SELECT run.position + (found.number - run.number) AS position, found.*
  FROM (
      SELECT position, number, length FROM event_runs
      WHERE position >= (SELECT max(position) FROM event_runs WHERE position <= ${from}) AND position < ${from} + ${next}
      ORDER BY position LIMIT ${next}
    ) run
    CROSS JOIN LATERAL (
      SELECT ${columns} FROM events e
      WHERE e.number >= run.number + greatest(${from} - run.position, 0)
        AND e.number < run.number + least(run.length, ${from} + ${next} - run.position) AND ${filter}
      ORDER BY e.number LIMIT ${limit}
    ) found
  ORDER BY run.position, found.number LIMIT ${limit}
) e`;
