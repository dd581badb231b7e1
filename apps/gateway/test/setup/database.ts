import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of the calling test file's own, empty and migrated. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(template);
  url.pathname = `/${name}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)} STRATEGY file_copy`);
  return { url: url.href, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };

  async function administer(statement: string): Promise<void> {
    const admin = new URL(template);
    admin.pathname = '/postgres';
    const client = new pg.Client({ connectionString: admin.href });
    await client.connect();
    try {
      // Two copies of one template at the same time are refused: one after another.
      await client.query('SELECT pg_advisory_lock(1)');
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
}
