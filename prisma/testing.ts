import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { ownerRole } from './roles.ts';

/** A database of its own for a test, on the test run's server. */
export interface OwnDatabase {
  readonly name: string;
  /** With the runtime role, as gateways connect. */
  readonly url: string;
  /** For operations that a gateway may not do. */
  readonly ownerUrl: string;
  /** For server-level operations: database settings, other sessions. */
  readonly superuserUrl: string;
  readonly drop: () => Promise<void>;
}

/** @param template the database to copy: `template0` is empty, `migrated` has all migrations */
export async function createDatabase(template: 'template0' | 'migrated'): Promise<OwnDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const copied = template === 'migrated' ? new URL(inject('templateUrl')).pathname.slice(1) : template;
  await administer(`CREATE DATABASE ${name} OWNER ${ownerRole} TEMPLATE ${copied} STRATEGY file_copy`);
  return {
    name,
    url: urlOf(inject('templateRuntimeUrl'), name),
    ownerUrl: urlOf(inject('templateOwnerUrl'), name),
    superuserUrl: urlOf(inject('templateUrl'), name),
    drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** Opens a pool. Its last connections may still be closing when their database is dropped, which is no error. */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => {});
  return pool;
}

/** Runs a statement as superuser, outside of all test databases. */
export async function administer(statement: string): Promise<void> {
  await withClient(urlOf(inject('templateUrl'), 'postgres'), async (client) => {
    // PostgreSQL refuses two concurrent copies of one template.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(statement);
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
