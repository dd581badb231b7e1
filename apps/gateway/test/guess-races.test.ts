import type { Client, GatewayProblem } from '@card-gateway/client';
import { toPublicId, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { reconcileNow } from './setup/reconcile.ts';

// Many guesses and starts at once, of several callers at several processes: what the provider was asked is what was allowed,
// counted and audited.

let gateway: TestGateway;
let others: readonly Awaited<ReturnType<TestGateway['another']>>[];
let clients: readonly Client[];
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: {
      SECURITY_CODES_PER_CARD_AND_DAY: '3',
      PIN_CHANGES_PER_CARD_AND_DAY: '2',
      CARD_NUMBERS_PER_USER_AND_HOUR: '4',
      SMS_WRONG_CODES: '3',
      SMS_RESEND_AFTER_MS: '0',
      SMS_PER_PHONE_AND_HOUR: '3',
    },
  });
  // What an administrator may set for a database must not switch off a limit.
  const { rows } = await gateway.owner.query<{ name: string }>('SELECT current_database() AS name');
  for (const setting of [
    "default_transaction_isolation = 'repeatable read'",
    "timezone = 'Asia/Kathmandu'",
    "datestyle = 'SQL, DMY'",
    "intervalstyle = 'sql_standard'",
  ]) {
    await gateway.owner.query(`ALTER DATABASE "${rows[0]?.name}" SET ${setting}`);
  }
  others = [await gateway.another(), await gateway.another()];
  const { client } = await gateway.key({ caller: 'another caller' });
  clients = [...others.map((other) => other.client), client];
  cards = await cardMaker(gateway);
});
afterAll(async () => {
  for (const other of others) await other.close();
  await gateway.close();
});

const asked = (provider: 'yixin' | 'keysecure', operation: string): number =>
  gateway.sandbox.admin.requestCount(provider, operation);

/** @returns the status, or the code of the refusal */
const endOf = (answer: Promise<{ status: string }>): Promise<string> =>
  answer.then(
    ({ status }) => status,
    (error: unknown) => (error as GatewayProblem).code,
  );

/** Sends all at once, by turns over the processes and callers. @returns how each ended */
const race = (count: number, send: (client: Client, index: number) => Promise<{ status: string }>): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) => endOf(send(clients[index % clients.length] ?? gateway.client, index))),
  );

const otherThan = (code: string, by: number): string =>
  String((Number(code) + by) % 10 ** code.length).padStart(code.length, '0');

const countsOf = async (subject: string, resource: string) => {
  const { rows } = await gateway.pool.query<{ guesses: number; audited: number }>(
    `SELECT (SELECT count(*) FROM guesses WHERE subject = $1)::integer AS guesses,
       (SELECT count(*) FROM audit_log WHERE resource = $2)::integer AS audited`,
    [subject, resource],
  );
  return rows[0] ?? { guesses: 0, audited: 0 };
};

test('security codes at one card, with own and shared Idempotency-Keys, reach the provider as often as may be', async () => {
  const { id } = await cards.made('physical');
  const { pan, cvv } = secretsOf(gateway, id);
  const before = asked('keysecure', 'card/active');
  const guess = (client: Client, index: number) => {
    const isShared = index % 5 === 0;
    const body = { cvv: otherThan(cvv, isShared ? 1 : 1 + (index % 900)), last4: pan.slice(-4) };
    return client.activateCard({ params: { id }, body, idempotencyKey: isShared ? 'shared' : `own-${index}` });
  };
  for (let wave = 0; wave < 4; wave += 1) await race(60, (client, index) => guess(client, wave * 60 + index));
  expect(await endOf(guess(gateway.client, 241))).toBe('guess-limit');
  expect(asked('keysecure', 'card/active')).toBe(before + 3);
  expect(await countsOf(`security code of ${uuidOf('card', id)}`, id)).toEqual({ guesses: 3, audited: 3 });
});

test('security codes whose answers are refused, late or lost are sent, counted, audited, recorded and told of as often', async () => {
  const { id } = await cards.made('physical');
  const { pan, cvv } = secretsOf(gateway, id);
  const before = asked('keysecure', 'card/active');
  for (const fault of ['work_then_reset', 'truncated'] as const) {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/active', fault, after: 1 });
  }
  const stranger = await gateway.key({ tenant: 'other' });
  for (let wave = 0; wave < 6; wave += 1) {
    const body = (index: number) => ({ cvv: otherThan(cvv, 1 + wave * 20 + index), last4: pan.slice(-4) });
    const [unseen] = await Promise.all([
      endOf(stranger.client.activateCard({ params: { id }, body: body(0) })),
      race(20, (client, index) =>
        client.activateCard({
          params: { id },
          body: body(index),
          ...(index % 4 === 0 && { idempotencyKey: `lost-${wave % 2}` }),
        }),
      ),
    ]);
    expect(unseen).toBe('not-found');
    const { rows } = await gateway.pool.query<{ id: string }>(
      "SELECT id FROM operations WHERE resource_id = $1 AND state = 'unknown'",
      [uuidOf('card', id)],
    );
    for (const unknown of rows) await reconcileNow(gateway.services, toPublicId('operation', unknown.id));
  }
  expect(asked('keysecure', 'card/active')).toBe(before + 3);
  expect(await countsOf(`security code of ${uuidOf('card', id)}`, id)).toEqual({ guesses: 3, audited: 3 });
  const { rows } = await gateway.pool.query(
    `SELECT o.state, array_agg(e.type ORDER BY e.number) AS told FROM operations o JOIN events e ON e.subject_id = o.id
     WHERE o.resource_id = $1 AND o.type = 'activateCard' GROUP BY o.id ORDER BY o.state`,
    [uuidOf('card', id)],
  );
  expect(rows).toEqual([
    { state: 'refused', told: ['operation.refused'] },
    { state: 'unknown', told: ['operation.unknown'] },
    { state: 'unknown', told: ['operation.unknown'] },
  ]);
  expect(await endOf(gateway.client.activateCard({ params: { id }, body: { cvv, last4: pan.slice(-4) } }))).toBe(
    'guess-limit',
  );
});

test('a PIN that cannot be audited is not sent, and others of the same turn are sent and counted once', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.push((await cards.made('physical', 'Activated')).id);
  const [bad, ...good] = ids as [string, ...string[]];
  await gateway.owner.query(`ALTER TABLE audit_log ADD CONSTRAINT none CHECK (resource <> '${bad}') NOT VALID`);
  const before = asked('keysecure', 'card/pin/set');
  const ends = await race(50, (client, index) =>
    client.setCardPin({ params: { id: ids[index % ids.length] ?? bad }, body: { pin: '258036' } }),
  );
  await gateway.owner.query('ALTER TABLE audit_log DROP CONSTRAINT none');
  expect(await countsOf(`PIN of ${uuidOf('card', bad)}`, bad)).toEqual({ guesses: 0, audited: 0 });
  let sent = 0;
  for (const id of good) {
    const counts = await countsOf(`PIN of ${uuidOf('card', id)}`, id);
    expect(counts.audited).toBe(counts.guesses);
    expect([1, 2]).toContain(counts.guesses);
    sent += counts.guesses;
  }
  expect(ends.filter((end) => end === 'active')).toHaveLength(sent);
  expect(asked('keysecure', 'card/pin/set')).toBe(before + sent);
});

test('SMS codes of one challenge reach the provider as often as may be', async () => {
  const card = bankCard();
  const { id } = await gateway.client.startBinding({ body: card });
  const code = smsCode(gateway, card.phone);
  const before = asked('yixin', 'verifyCode');
  for (let wave = 0; wave < 4; wave += 1) {
    await race(60, (client, index) =>
      client.verifyBinding({ params: { id }, body: { code: otherThan(code, 1 + index) } }),
    );
  }
  expect(asked('yixin', 'verifyCode')).toBe(before + 3);
  expect(await gateway.client.getBinding({ params: { id } })).toMatchObject({ status: 'expired' });
});

test('an SMS code whose answer is lost counts as a wrong one, and the last one may still be found to be right', async () => {
  const card = bankCard();
  const { id } = await gateway.client.startBinding({ body: card });
  const right = smsCode(gateway, card.phone);
  const before = asked('yixin', 'verifyCode');
  const lost = async (code: string) => {
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'work_then_reset' });
    return gateway.client.verifyBinding({ params: { id }, body: { code } });
  };
  await lost(otherThan(right, 1));
  await lost(otherThan(right, 2));
  const last = await lost(right);
  expect(last).toMatchObject({ status: 'expired', operation: { outcome: 'unknown' } });
  expect(await endOf(gateway.client.verifyBinding({ params: { id }, body: { code: right } }))).toBe('illegal-state');
  expect(asked('yixin', 'verifyCode')).toBe(before + 3);
  await reconcileNow(gateway.services, last.operation?.id);
  expect(await gateway.client.getBinding({ params: { id } })).toMatchObject({ status: 'bound' });
});

test('starts for one phone, for one user and for one card send what they may', async () => {
  const phone = '13711112222';
  await race(90, (client) => client.startBinding({ body: { ...bankCard(), phone } }));
  expect(gateway.sandbox.admin.sms({ phone })).toHaveLength(3);
  const { user, ...card } = bankCard();
  const before = asked('yixin', 'bindCard');
  await race(90, (client) => client.startBinding({ body: { ...bankCard(), user } }));
  expect(asked('yixin', 'bindCard')).toBe(before + 4);
  await race(90, (client) => client.startBinding({ body: { ...card, user: `${user}-other` } }));
  expect(gateway.sandbox.admin.sms({ phone: card.phone })).toHaveLength(3);
});
