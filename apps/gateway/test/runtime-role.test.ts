import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { startSandbox } from '@card-gateway/sandbox';
import pg from 'pg';
import { expect, test } from 'vitest';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { createTestDatabase } from './setup/database.ts';
import { install } from './setup/process.ts';

/** The statements of docs/decisions/audit.md, as an operator would run them. */
async function documentedGrants(role: string): Promise<string> {
  const page = await readFile(new URL('../../../docs/decisions/audit.md', import.meta.url), 'utf8');
  const [, statements = ''] = /```sql\n(.*?)```/s.exec(page) ?? [];
  expect(statements).toContain('gateway_runtime');
  return statements.replaceAll('gateway_runtime', role);
}

test('the gateway serves as a role that can only add to the audit log', async () => {
  const [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  const owner = new pg.Pool({ connectionString: database.url });
  const role = `runtime_${randomBytes(6).toString('hex')}`;
  const url = new URL(database.url);
  url.username = role;
  url.password = 'runtime';
  const installation = await install(owner, sandbox, { database: url.href });
  try {
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'runtime'`);
    await owner.query(await documentedGrants(role));
    const gateway = await installation.start();
    const { made } = await cardMaker({ client: gateway.client, sandbox });
    const { id } = await made('virtual');
    const shown = await gateway.client.revealCard({ params: { id }, body: { purpose: 'the holder asked for it' } });
    expect(shown.number).toBe(secretsOf({ sandbox }, id).pan);
    const { rows } = await owner.query('SELECT action, resource FROM audit_log');
    expect(rows).toEqual([{ action: 'card.reveal', resource: id }]);
    expect(await gateway.end('SIGTERM')).toMatchObject({ code: 0 });

    const runtime = new pg.Pool({ connectionString: url.href });
    for (const statement of [
      "UPDATE audit_log SET caller = 'x'",
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
      'ALTER TABLE audit_log DISABLE TRIGGER USER',
      'DELETE FROM retired_sealing_keys',
      'CREATE TABLE another (id integer)',
    ]) {
      await expect(runtime.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
    await runtime.end();
  } finally {
    await installation.remove();
    await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await owner.end();
    await sandbox.close();
    await database.drop();
  }
});
