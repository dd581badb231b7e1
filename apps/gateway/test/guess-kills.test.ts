import { openDatabase } from '@card-gateway/database';
import { uuidOf } from '@card-gateway/core';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardMaker } from './setup/cards.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { dump, findHashes, findLeaks } from './setup/leaks.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { type GatewayProcess, type Installation, install } from './setup/process.ts';
import { ageSubmitting } from './setup/reconcile.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { type RawAnswer, send } from './setup/send.ts';
import { until } from './setup/until.ts';

// A security code, a PIN and an SMS code are on their way whenever a gateway is killed. What the sandbox was asked is what was
// recorded, at most once, and never more than may be; and no code is written anywhere.

/** As many as there are kills. */
const most = 4;
let database: TestDatabase;
let pool: Pool;
let owner: Pool;
let sandbox: Sandbox;
let toProviders: readonly Relay[];
let installation: Installation;
let gateway: GatewayProcess;
/** All that the processes wrote and answered. */
const said: string[] = [];

beforeAll(async () => {
  [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  const options = { connections: 2, connectTimeoutMs: 2000, statementTimeoutMs: 5000 };
  [pool, owner] = [openDatabase(database.url, options), openDatabase(database.ownerUrl, options)];
  const toKeysecure = await startRelay(sandbox.credentials.keysecure[0]?.baseUrl ?? '');
  const toYixin = await startRelay(sandbox.credentials.yixin.baseUrl);
  toProviders = [toKeysecure, toYixin];
  const addresses = { database: database.url, keysecure: toKeysecure.url, yixin: toYixin.url };
  installation = await install(pool, sandbox, addresses);
  gateway = await start();
});
afterAll(async () => {
  await sandbox.close();
  await installation.remove();
  await Promise.all(toProviders.map((relay) => relay.close()));
  await Promise.all([pool, owner].map((one) => one.end()));
  await database.drop();
});

const start = (): Promise<GatewayProcess> =>
  installation.start({
    SECURITY_CODES_PER_CARD_AND_DAY: String(most),
    PIN_CHANGES_PER_CARD_AND_DAY: String(most),
    SMS_WRONG_CODES: String(most),
  });

/** Ends the process at once, and waits until its last commit has ended too, or `abort` has ended it. */
async function kill(abort: () => Promise<unknown>): Promise<void> {
  said.push(gateway.output());
  await gateway.end('SIGKILL');
  await abort();
  for (const relay of toProviders) {
    await relay.cut();
    relay.thaw();
    await relay.mend();
  }
  sandbox.admin.clearFaults();
  await until(
    () =>
      pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
      ),
    ({ rowCount }) => rowCount === 0,
  );
}

/** Something with a code, of which each guess takes the next. */
interface Guessed {
  readonly provider: 'keysecure' | 'yixin';
  readonly operation: string;
  readonly path: string;
  readonly resource: string;
  readonly bodies: readonly Readonly<Record<string, string>>[];
}

async function guessedThings(): Promise<Guessed[]> {
  const cards = await cardMaker({ client: gateway.client, sandbox });
  const inactive = await cards.made('physical');
  const active = await cards.made('physical', 'Activated');
  const bank = bankCard();
  const binding = await gateway.client.startBinding({ body: bank });
  const { cvv = '', pan = '' } = sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === inactive.id) ?? {};
  const codesAfter = (right: string): string[] =>
    Array.from({ length: most + 1 }, (_, by) => String((Number(right) + most - by) % 10 ** right.length)).map((code) =>
      code.padStart(right.length, '0'),
    );
  return [
    {
      provider: 'keysecure',
      operation: 'card/active',
      path: `/v1/cards/${inactive.id}/activate`,
      resource: uuidOf('card', inactive.id),
      bodies: codesAfter(cvv).map((code) => ({ cvv: code, last4: pan.slice(-4) })),
    },
    {
      provider: 'keysecure',
      operation: 'card/pin/set',
      path: `/v1/cards/${active.id}/pin`,
      resource: uuidOf('card', active.id),
      bodies: ['258036', '704915', '936147', '581927', '370462'].map((pin) => ({ pin })),
    },
    {
      provider: 'yixin',
      operation: 'verifyCode',
      path: `/v1/bindings/${binding.id}/verify`,
      resource: uuidOf('binding', binding.id),
      bodies: codesAfter(smsCode({ sandbox }, bank.phone)).map((code) => ({ code })),
    },
  ];
}

test('what is guessed while a gateway is killed is sent once, counted, and written nowhere', async () => {
  const things = await guessedThings();
  const resources = things.map(({ resource }) => resource);
  const reached = (): number[] =>
    things.map(({ provider, operation }) => sandbox.admin.requestCount(provider, operation));
  const areAsked = (times: number) => sandbox.admin.until(() => reached().every((count) => count === times));
  const fail = (fault: 'hang' | 'reset'): void => {
    for (const { provider, operation } of things) sandbox.admin.addFault({ provider, operation, fault });
  };
  const guesses = `operations WHERE resource_id = ANY ($1) AND type IN ('activateCard', 'setCardPin', 'verifyBinding')`;
  const countIn = async (state: string): Promise<number> => {
    const { rowCount } = await pool.query(`SELECT FROM ${guesses} AND state = $2`, [resources, state]);
    return rowCount ?? 0;
  };
  const areIn = (state: string, count: number) =>
    until(
      () => countIn(state),
      (found) => found === count,
    );
  let turn = 0;
  /** Takes the next code of each, and answers null where the process was killed. */
  const guessAll = (at: GatewayProcess): Promise<(RawAnswer | null)[]> =>
    Promise.all(
      things.map(async ({ path, bodies }) => {
        const request = { path, idempotencyKey: crypto.randomUUID(), body: bodies[turn] };
        const answer = await send(at.url, installation.apiKey, request).catch(() => null);
        said.push(answer?.headers ?? '', answer?.text ?? '');
        return answer;
      }),
    );
  const killGuessing = async (
    unseen: Promise<unknown>,
    abort: () => Promise<unknown> = async () => {},
  ): Promise<void> => {
    await kill(abort);
    await unseen;
    await ageSubmitting({ pool });
    gateway = await start();
    turn += 1;
    await areIn('unknown', things.length * turn);
  };

  // Recorded, and not a byte sent.
  for (const relay of toProviders) relay.freeze();
  const unsent = guessAll(gateway);
  await areIn('submitting', things.length);
  await killGuessing(unsent);
  expect(reached()).toEqual([0, 0, 0]);

  // At the provider, which does not answer.
  fail('hang');
  const unanswered = guessAll(gateway);
  await areAsked(1);
  await killGuessing(unanswered);

  // Answered, and the answer not yet committed.
  await owner.query(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE UPDATE ON operations FOR EACH ROW WHEN (OLD.state = 'submitting') EXECUTE FUNCTION hold()`);
  const holder = await owner.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  const uncommitted = guessAll(gateway);
  const committing = `pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND NOT granted AND objid = 1`;
  await until(
    () => pool.query(`SELECT FROM ${committing}`),
    ({ rowCount }) => rowCount === things.length,
  );
  expect(reached()).toEqual([2, 2, 2]);
  await killGuessing(uncommitted, async () => {
    await pool.query(`SELECT pg_terminate_backend(pid) FROM ${committing}`);
    holder.release(true);
    await owner.query('DROP TRIGGER hold ON operations');
  });

  // Lost, and just being looked up; a PIN cannot be.
  fail('reset');
  expect((await guessAll(gateway)).map((answer) => answer?.status)).toEqual([202, 202, 202]);
  const lookUps = [
    ['keysecure', 'card/detail'],
    ['yixin', 'cardList'],
  ] as const;
  for (const [provider, operation] of lookUps) sandbox.admin.addFault({ provider, operation, fault: 'hang', times: 0 });
  const lookedUp = (): number[] =>
    lookUps.map(([provider, operation]) => sandbox.admin.requestCount(provider, operation));
  const before = lookedUp();
  const hurry = async (): Promise<void> => {
    // Each by itself: whoever works on a write has the rows of both the other way round.
    await pool.query(
      'UPDATE operations SET next_look_up_at = now(), lease_until = NULL WHERE next_look_up_at IS NOT NULL',
    );
    await pool.query('UPDATE graphile_worker._private_jobs SET run_at = now(), locked_at = NULL, locked_by = NULL');
  };
  await hurry();
  await sandbox.admin.until(() => lookedUp().every((count, index) => count > (before[index] ?? 0)));
  await killGuessing(Promise.resolve());
  await hurry();
  const latest = `operation_attempts JOIN operations o ON o.id = operation_id AND kind = 'look-up'
    WHERE resource_id = $1 AND NOT EXISTS (SELECT FROM operations l WHERE l.resource_id = o.resource_id AND l.id > o.id)`;
  for (const { resource, operation } of things) {
    if (operation === 'card/pin/set') continue;
    await until(
      () => pool.query(`SELECT FROM ${latest}`, [resource]),
      ({ rowCount }) => rowCount !== 0,
    );
  }

  // The right codes come too late, at every process.
  for (const at of [gateway, await start()]) {
    const answers = await guessAll(at);
    expect(answers.map((answer) => answer?.body.code)).toEqual(['guess-limit', 'guess-limit', 'illegal-state']);
    said.push(at.output());
  }
  expect(reached()).toEqual([3, 3, 3]);
  expect(await countIn('unknown')).toBe(things.length * most);
  const { rows } = await pool.query(
    `SELECT count(*)::integer AS guesses, count(DISTINCT operation_id)::integer AS writes FROM guesses
     WHERE subject LIKE ANY ('{security code of %,PIN of %}')`,
  );
  expect(rows).toEqual([{ guesses: 2 * most, writes: 2 * most }]);

  const codes = Object.fromEntries(
    things.flatMap(({ operation, bodies }) =>
      bodies.flatMap(({ cvv, pin, code }) => {
        const text = cvv ?? pin ?? code ?? '';
        return [[`${operation} ${text}`, text] as const];
      }),
    ),
  );
  const stored = (await dump(owner)).join('\n');
  expect(findLeaks(codes, stored)).toEqual([]);
  expect(findHashes(codes, [], stored)).toEqual([]);
  expect(findLeaks(codes, said.join('\n'))).toEqual([]);
});
