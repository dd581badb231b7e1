import { inTransaction, type Pool, type PoolClient } from '@card-gateway/database';
import { lockNames } from '../advisory-locks.ts';
import { type Resolve, resolving } from '../ledger/resolve-store.ts';

/** How many guesses at one subject are allowed within a period; reveals are counted the same way. */
export interface GuessLimit {
  /** What shares the limit, e.g. all guesses at the security code of one card. */
  readonly subject: string;
  readonly most: number;
  readonly withinMs: number;
}

/** The name of the lock under which guesses at a subject are counted. */
export const guessLock = (subject: string): string => `guess ${subject}`;

/** The longest period of any limit: older guesses no longer count. */
export const longestLimitMs: number = 30 * 86_400_000;

/** The first of the limits in $1, $2 and $3 that is reached. */
const reached = `
  SELECT (extract(epoch FROM oldest.made_at - clock_timestamp()) * 1000 + within_ms)::float8 AS wait_ms
  FROM unnest($1::text[], $2::integer[], $3::float8[]) WITH ORDINALITY l (subject, most, within_ms, place),
    LATERAL (SELECT made_at FROM guesses g
      WHERE g.subject = l.subject AND made_at > clock_timestamp() - within_ms * interval '1 millisecond'
      ORDER BY made_at DESC OFFSET most - 1 LIMIT 1) oldest
  ORDER BY place LIMIT 1`;

const valuesOf = (limits: readonly GuessLimit[]) =>
  [
    limits.map(({ subject }) => subject),
    limits.map(({ most }) => most),
    limits.map(({ withinMs }) => withinMs),
  ] as const;

/** Tells the milliseconds until another guess is allowed; null if it is now. */
export async function waitForGuess(client: Pool | PoolClient, limits: readonly GuessLimit[]): Promise<number | null> {
  const { rows } = await client.query<{ waitMs: number | null }>({
    name: 'guess-reached',
    text: `SELECT wait_ms AS "waitMs" FROM (${reached}) reached`,
    values: [...valuesOf(limits)],
  });
  return rows[0]?.waitMs ?? null;
}

/**
 * Counts a question for each subject, unless one of them has reached its limit. The limits hold across processes: concurrent
 * questions about the same subject wait for this transaction, and the database's clock counts.
 *
 * @returns null if the question is counted; otherwise the milliseconds until another is allowed, and then nothing was counted
 */
async function countGuess(client: PoolClient, limits: readonly GuessLimit[]): Promise<number | null> {
  const subjects = [...new Set(limits.map(({ subject }) => subject))].toSorted();
  await lockNames(client, subjects.map(guessLock));
  const { rows } = await client.query<{ waitMs: number | null }>({
    name: 'guess-count',
    text: `
      WITH reached AS MATERIALIZED (${reached}), counted AS (
        INSERT INTO guesses (subject, made_at)
        SELECT subject, clock_timestamp() FROM unnest($4::text[]) subject WHERE NOT EXISTS (SELECT FROM reached)
      )
      SELECT wait_ms AS "waitMs" FROM reached`,
    values: [...valuesOf(limits), subjects],
  });
  return rows[0]?.waitMs ?? null;
}

/** What a claim of a write that is a guess adds to its statement. */
export const guessClaim = {
  /** The columns of `asked` that {@link guessOf} fills. */
  own: 'guess_subject text, guess_most integer[], guess_within_ms float8[]',
  /** Whether no limit of a row of `asked` is reached. */
  isWithin: `NOT EXISTS (
    SELECT FROM unnest(asked.guess_most, asked.guess_within_ms) l (most, within_ms), LATERAL (
      SELECT FROM guesses g WHERE g.subject = asked.guess_subject
        AND g.made_at > clock_timestamp() - l.within_ms * interval '1 millisecond'
      ORDER BY g.made_at DESC OFFSET l.most - 1 LIMIT 1) filling)`,
  also: `guessed AS (
    INSERT INTO guesses (subject, operation_id, made_at) SELECT guess_subject, id, clock_timestamp() FROM claimed
  )`,
} as const;

/** @param limits all of one subject */
export function guessOf(limits: readonly GuessLimit[]): Readonly<Record<string, unknown>> {
  return {
    guess_subject: limits[0]?.subject,
    guess_most: limits.map(({ most }) => most),
    guess_within_ms: limits.map(({ withinMs }) => withinMs),
  };
}

/**
 * Counts a question, in one transaction with what `also` writes. If it returns null, both are committed and the question may be
 * asked; otherwise it returns the milliseconds until another is allowed.
 */
export function countQuestion(
  pool: Pool,
  limits: readonly GuessLimit[],
  also: (client: PoolClient) => Promise<void>,
): Promise<number | null> {
  return inTransaction(pool, async (client) => {
    const waitMs = await countGuess(client, limits);
    if (waitMs === null) await also(client);
    return waitMs;
  });
}

/** Removes the guesses of the writes in `moved`, because they certainly revealed nothing. */
export const uncounted = 'DELETE FROM guesses g USING moved WHERE g.operation_id = moved.operation_id';

/** Resolves writes that the provider refused before it looked at what could be a guess. */
export const refusedUncounted: Resolve = resolving('guess-uncounted', { also: uncounted });

export async function uncountGuess(client: PoolClient, operationId: string): Promise<void> {
  await client.query(`WITH moved AS (SELECT $1::uuid AS operation_id) ${uncounted}`, [operationId]);
}

/** Removes the earlier wrong guesses of the subjects `guessed` in `moved`, after a right one. */
export const forgotten = 'DELETE FROM guesses g USING moved WHERE g.subject = moved.guessed';

export async function forgetGuesses(client: PoolClient, subject: string): Promise<void> {
  await client.query(`WITH moved AS (SELECT $1::text AS guessed) ${forgotten}`, [subject]);
}

export async function deleteOldGuesses(pool: Pool, most: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM guesses WHERE id IN
       (SELECT id FROM guesses WHERE made_at < clock_timestamp() - $1 * interval '1 millisecond' LIMIT $2)`,
    [longestLimitMs, most],
  );
  return rowCount ?? 0;
}
