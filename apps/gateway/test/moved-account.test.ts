import { uuidOf } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireSameTenants, tenantFaults } from '../src/accounts/tenant-store.ts';
import { latestRows } from '../src/audit/store.ts';
import { revealBinding } from '../src/bindings/reveal-binding.ts';
import { moveToTenant, requireNoGateways } from '../src/commands/accounts.ts';
import { scanEvents } from '../src/events/feed-store.ts';
import { sightOf } from '../src/events/sight.ts';
import { jobWork } from '../src/work.ts';
import { createTestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { install } from './setup/process.ts';
import { tenantOptions, thingsOfDefault } from './setup/tenant-things.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway(tenantOptions);
});
afterAll(() => gateway.close());

const moved = (): { name: string; tenant: string }[] =>
  gateway.services.accounts.all.map(({ name, tenant }) => ({ name, tenant: name === 'onerway' ? 'other' : tenant }));

/** The gateway with an account that became another tenant's, as one that did not look at the start. */
function withMoved() {
  const { services } = gateway;
  const { accounts } = services;
  const ofCaller: typeof accounts.ofCaller = (caller, name) =>
    accounts.ofCaller(
      name === 'onerway' ? { ...caller, tenant: caller.tenant === 'other' ? 'default' : '' } : caller,
      name,
    );
  return {
    ...services,
    accounts: {
      ...accounts,
      ofCaller,
      ofResource: (caller, { account }) => ofCaller(caller, account),
    } as typeof accounts,
  };
}

/** The subjects of events of some accounts that a tenant can read, each with the versions that there are. */
async function subjectsOf(tenant: string, accounts: readonly string[]): Promise<ReadonlyMap<string, number[]>> {
  const filter = { tenant, sees: sightOf({ scopes: ['admin'] }) };
  const { events } = await scanEvents(gateway.pool, filter, null, 1000);
  const found = events.filter(({ account }) => account !== null && accounts.includes(account));
  const bySubject = Map.groupBy(found, ({ kind, subjectId }) => `${kind} ${subjectId}`);
  return new Map([...bySubject].map(([subject, ofIt]) => [subject, ofIt.map((event) => event.subjectVersion)]));
}

async function aToken(user: string): Promise<string> {
  gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
  const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
  const { data } = await gateway.client.listBindings({ query });
  return data[0]?.id ?? '';
}

test('a gateway that runs is seen by the owner, who moves no account then', async () => {
  const seen = (): Promise<string> => requireNoGateways(gateway.owner).then(() => 'none', String);
  // A gateway opens the connection by which it is seen beside its start.
  await until(seen, (text) => text.includes('Gateways use this database (1 connected)'));
  const second = await gateway.another();
  await until(seen, (text) => text.includes('Gateways use this database (2 connected)'));
  await second.close();
  const other = await createTestDatabase();
  const owner = openDatabase(other.ownerUrl, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  await expect(requireNoGateways(owner)).resolves.toBeUndefined();
  await owner.end();
  await other.drop();
});

test('a token is not revealed to a tenant whose account it was', async () => {
  const id = await aToken('revealed');
  const caller = { tenant: 'default', caller: 'tests', keyId: 'key', scopes: ['admin'] } as const;
  const request = { caller, id, purpose: 'a payment', requestId: 'r', work: jobWork };
  expect(await revealBinding(gateway.services, request)).toMatchObject({ binding: id });
  const before = await latestRows(gateway.pool, 10);
  await expect(revealBinding(withMoved(), request)).rejects.toMatchObject({ code: 'not-found' });
  expect(await latestRows(gateway.pool, 10)).toEqual(before);
});

test('an account is moved whole, by its owner alone, and audited; before, no gateway starts with it', async () => {
  await thingsOfDefault(gateway);
  const { pool, owner, services } = gateway;
  await requireSameTenants(pool, services.accounts.all);
  await requireSameTenants(pool, services.accounts.all);
  const token = await aToken('moved');
  const told =
    /"onerway" is of the tenant "other" there, .* of the tenant "default"\. .*gateway accounts move onerway --to other/;
  await expect(requireSameTenants(pool, moved())).rejects.toThrow(told);
  // A mistake leaves nothing behind that would stop the right one.
  expect(await tenantFaults(pool, services.accounts.all)).toEqual([]);

  const wanted = ['onerway', 'keysecure', 'open-api', 'yixin'];
  const printed: string[] = [];
  const administration = {
    pool: owner,
    now: Date.now,
    operator: 'operator:ada',
    print: (line: string) => void printed.push(line),
  };
  await expect(moveToTenant({ ...administration, pool }, 'onerway', 'other')).rejects.toThrow('permission denied');
  await expect(moveToTenant(administration, 'nowhere', 'other')).rejects.toThrow(
    'Nothing is kept of an account "nowhere".',
  );
  const history = await until(
    () => subjectsOf('default', wanted),
    (subjects) => subjects.has(`binding ${uuidOf('binding', token)}`),
  );
  await pool.query(
    `INSERT INTO account_circuits (account, tenant, provider, circuit, status)
     SELECT name, 'default', name, 'closed', 'up' FROM unnest($1::text[]) AS name ON CONFLICT DO NOTHING`,
    [wanted],
  );
  for (const account of wanted) await moveToTenant(administration, account, 'other');
  expect(printed[0]).toBe(
    'onerway is of other, and was of default. Say so in GATEWAY_ACCOUNTS, and start the gateways.',
  );
  await requireSameTenants(
    pool,
    services.accounts.all.map((one) => (wanted.includes(one.name) ? { name: one.name, tenant: 'other' } : one)),
  );
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns c WHERE table_schema = 'public' AND column_name = 'tenant'
       AND EXISTS (SELECT FROM information_schema.columns a WHERE a.table_name = c.table_name AND a.table_schema = 'public' AND a.column_name = 'account')
       AND table_name <> 'event_destinations'`,
  );
  for (const { name } of tables) {
    const { rows } = await pool.query(`SELECT DISTINCT tenant FROM ${name} WHERE account = ANY ($1)`, [wanted]);
    expect({ name, rows }).toEqual({ name, rows: [{ tenant: 'other' }] });
  }
  expect(await subjectsOf('default', wanted)).toEqual(new Map());
  const taken = await subjectsOf('other', wanted);
  for (const [subject, versions] of history) expect(taken.get(subject)?.slice(0, versions.length)).toEqual(versions);
  const [row] = await latestRows(pool, 1);
  expect(row).toMatchObject({
    action: 'account.move',
    resource: 'yixin',
    tenant: 'other',
    caller: 'operator:ada',
    purpose: 'from default',
  });
  await expect(gateway.client.getBinding({ params: { id: token } })).rejects.toMatchObject({ code: 'not-found' });
  const other = await gateway.key({ tenant: 'other' });
  expect(await other.client.getBinding({ params: { id: token } })).toMatchObject({ id: token, status: 'bound' });
});

test('a gateway in whose settings an account is another tenant does not start, and says what to do', async () => {
  const installation = await install(gateway.pool, gateway.sandbox, { database: gateway.services.config.DATABASE_URL });
  try {
    // Its accounts are of the tenant "default", and were moved above.
    const { code, output } = await installation.run();
    expect(code).toBe(1);
    expect(output).toMatch(/GATEWAY_ACCOUNTS: "keysecure" is of the tenant "default" there/);
  } finally {
    await installation.remove();
  }
});
