import { startSandbox } from '@card-gateway/sandbox';
import { createDatabase, openPool } from '@card-gateway/database/testing';
import { expect, test } from 'vitest';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { createTestDatabase } from './setup/database.ts';
import { install } from './setup/process.ts';

/** Statements for which a gateway's role has no permission, whatever its process is made to send. */
const forbidden = [
  "UPDATE audit_log SET caller = 'x'",
  'DELETE FROM audit_log',
  'TRUNCATE audit_log',
  'ALTER TABLE audit_log DISABLE TRIGGER USER',
  "INSERT INTO retired_sealing_keys VALUES ('s1', now())",
  'DELETE FROM retired_sealing_keys',
  'DELETE FROM _prisma_migrations',
  'CREATE TABLE another (id integer)',
  'CREATE TEMPORARY TABLE audit_log (id integer)',
  'CREATE SCHEMA another',
  'SET ROLE card_gateway_owner',
];

test('the gateway serves as a role that can only add to the audit log', async () => {
  const [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  const runtime = openPool({ connectionString: database.url });
  const installation = await install(runtime, sandbox, { database: database.url });
  try {
    const gateway = await installation.start();
    const { made } = await cardMaker({ client: gateway.client, sandbox });
    const { id } = await made('virtual');
    const shown = await gateway.client.revealCard({ params: { id }, body: { purpose: 'the holder asked for it' } });
    expect(shown.number).toBe(secretsOf({ sandbox }, id).pan);
    const { rows } = await runtime.query('SELECT action, resource FROM audit_log');
    expect(rows).toEqual([{ action: 'card.reveal', resource: id }]);
    expect(await gateway.end('SIGTERM')).toMatchObject({ code: 0 });

    for (const statement of forbidden) {
      await expect(runtime.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
  } finally {
    await installation.remove();
    await runtime.end();
    await sandbox.close();
    await database.drop();
  }
});

test('a gateway that may not migrate says who has to, and one of a superuser does not start', async () => {
  const [database, empty, sandbox] = await Promise.all([
    createTestDatabase(),
    createDatabase('template0'),
    startSandbox(),
  ]);
  const owner = openPool({ connectionString: database.ownerUrl });
  const installation = await install(owner, sandbox, { database: database.url });
  try {
    const pending = await installation.run({ DATABASE_URL: empty.url });
    expect(pending.code).toBe(1);
    expect(pending.output).toMatch(
      /^The database is not up to date, and the role "card_gateway_runtime" may not migrate it\. Run "gateway migrate" with the owner's DATABASE_URL, then start again\. Pending: 20261122000000_initial, .*\.\n$/,
    );

    await owner.query('REVOKE ALL ON _prisma_migrations FROM card_gateway_runtime');
    const notGranted = await installation.run();
    expect(notGranted.code).toBe(1);
    expect(notGranted.output).toMatch(
      /^The role "card_gateway_runtime" may not read the database\. Run "gateway migrate" with the owner's DATABASE_URL and DATABASE_RUNTIME_ROLE=card_gateway_runtime, /,
    );

    const superuser = await installation.run({ DATABASE_URL: database.superuserUrl });
    expect(superuser.code).toBe(1);
    expect(superuser.output).toMatch(
      /^DATABASE_URL: the role "card_gateway" is a superuser, .*\n {2}gateway roles create\n/,
    );
  } finally {
    await installation.remove();
    await owner.end();
    await sandbox.close();
    await Promise.all([database.drop(), empty.drop()]);
  }
});
