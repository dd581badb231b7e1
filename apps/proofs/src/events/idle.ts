import pg from 'pg';

/** Write transactions that are open and do nothing: in this database, with an event in it, and in another. */
export interface Idle {
  /** Commits the one in this database. */
  commit(): Promise<void>;
  close(): Promise<void>;
}

export async function openIdle(url: string): Promise<Idle> {
  const elsewhere = new URL(url);
  elsewhere.pathname = '/postgres';
  const here = await begin(url);
  await here.query(
    `INSERT INTO cardholders (id, tenant, provider, account, reference, status, created_at, updated_at)
     VALUES (gen_random_uuid(), 'default', 'none', 'none', 'idle', 'pending', now(), now())`,
  );
  const there = await begin(elsewhere.href);
  await there.query('SELECT pg_current_xact_id()');
  return {
    commit: async () => void (await here.query('COMMIT')),
    close: async () => void (await Promise.allSettled([here.end(), there.end()])),
  };
}

async function begin(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // The server is stopped under it.
  client.on('error', () => {});
  await client.connect();
  await client.query('BEGIN');
  return client;
}
