import pg from 'pg';

/** A pooler that does not give each connection its own session. The message is for the operator. */
export class PoolerError extends Error {
  constructor() {
    super(
      "DATABASE_URL: a pooler shares server sessions among connections (PgBouncer's pool_mode = transaction or statement). Locks, LISTEN, prepared statements and time-outs need a session each: set pool_mode = session for this database, or connect past the pooler.",
    );
    this.name = 'PoolerError';
  }
}

const longestMs = 5000;
/** Other clients share the pooler's sessions, so the two connections may need several tries to meet. */
const tries = 5;

/**
 * Checks that two concurrent connections each have their own session.
 *
 * @throws PoolerError if they do not
 */
export async function requireSessions(url: string): Promise<void> {
  const clients = Array.from({ length: 2 }, () => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'card-gateway',
      connectionTimeoutMillis: longestMs,
      query_timeout: longestMs,
    });
    // If the connection breaks between two statements, the next one fails.
    client.on('error', () => {});
    return client;
  });
  const [one, two] = clients as [pg.Client, pg.Client];
  try {
    await Promise.all(clients.map((client) => client.connect()));
    for (let tried = 0; tried < tries; tried += 1) {
      const before = await sessionOf(one);
      await two.query('BEGIN');
      // If it is already the same, no other session may be free for the first connection.
      if ((await sessionOf(two)) === before || (await sessionOf(one)) !== before) throw new PoolerError();
      await two.query('COMMIT');
    }
  } catch (error) {
    throw (error as Error).message.includes('statement pooling mode') ? new PoolerError() : error;
  } finally {
    for (const client of clients) client.connection.stream.destroy();
  }
}

async function sessionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
