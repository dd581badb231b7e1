import type { Client, GatewayProblem } from '@card-gateway/client';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { latestRows } from '../src/audit/store.ts';
import { checkBinding } from '../src/bindings/ask.ts';
import { activateCard } from '../src/cards/change-card.ts';
import { cardNumbersOf } from '../src/guesses/limits.ts';
import { deleteOldGuesses } from '../src/guesses/store.ts';
import { jobWork } from '../src/work.ts';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard } from './setup/orders.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

let gateway: TestGateway;
let second: Awaited<ReturnType<TestGateway['another']>>;
let clients: readonly Client[];

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: {
      CARD_NUMBERS_PER_USER_AND_HOUR: '3',
      CARD_QUESTIONS_PER_KEY_AND_HOUR: '6',
      SECURITY_CODES_PER_CARD_AND_DAY: '3',
      SECURITY_CODES_PER_CARD_AND_MONTH: '5',
      PIN_CHANGES_PER_CARD_AND_DAY: '2',
    },
  });
  second = await gateway.another();
  clients = [gateway.client, second.client];
});
afterAll(async () => {
  await second.close();
  await gateway.close();
});

const clientOf = (index: number): Client => clients[index % 2] ?? gateway.client;
const asked = (provider: 'yixin' | 'keysecure', operation: string): number =>
  gateway.sandbox.admin.requestCount(provider, operation);
const audited = async (action: string) => (await latestRows(gateway.pool, 1000)).filter((row) => row.action === action);

/** Sends all at once, by turns over the processes. @returns the code of each refusal, and `done` of the others */
async function race(count: number, send: (client: Client, index: number) => Promise<unknown>): Promise<string[]> {
  const all = Array.from({ length: count }, (_, index) =>
    send(clientOf(index), index).then(
      () => 'done',
      (error: unknown) => (error as GatewayProblem).code,
    ),
  );
  return (await Promise.all(all)).toSorted((a, b) => a.localeCompare(b));
}

/** Lets the guesses look as old as they will be after that time. */
const afterTime = (interval: string): Promise<unknown> =>
  gateway.pool.query('UPDATE guesses SET made_at = made_at - $1::interval', [interval]);

const checkOf = ({ account, user }: ReturnType<typeof bankCard>) => ({
  body: { account, user, cardNumber: bankCard().cardNumber },
});

describe('a card number that is guessed', () => {
  test('is checked as often as may be for one user, over all processes and whatever their clocks say', async () => {
    const card = bankCard();
    const before = asked('yixin', 'needCardSign');
    const rows = (await audited('binding.check')).length;
    expect(await race(8, (client) => client.checkBinding(checkOf(card)))).toEqual([
      ...Array.from({ length: 3 }, () => 'done'),
      ...Array.from({ length: 5 }, () => 'guess-limit'),
    ]);
    expect(asked('yixin', 'needCardSign')).toBe(before + 3);
    const refusal = await gateway.client.checkBinding(checkOf(card)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 429, code: 'guess-limit' });
    expect((refusal as GatewayProblem).retryAfterMs).toBeGreaterThan(3_500_000);
    for (const hours of [-25, -1, 1, 25]) {
      const caller = { tenant: 'default', caller: 'tests', keyId: `clock ${hours}`, scopes: ['admin'] } as const;
      const question = { caller, ...checkOf(card), requestId: '', work: jobWork };
      const answer = checkBinding(ahead(gateway, hours * 3_600_000), {
        ...question,
        body: { ...question.body, userIp: undefined },
      });
      await expect(answer).rejects.toMatchObject({ code: 'guess-limit' });
    }
    // Each that was asked is written down, without the number.
    const written = (await audited('binding.check')).slice(0, -rows || undefined);
    expect(written).toHaveLength(3);
    expect(written[0]).toMatchObject({ tenant: 'default', caller: 'tests', resource: 'yixin' });
    expect(written[0]?.purpose).toMatch(/^\d{6}\*+\d{4} of user-\d+$/);

    await afterTime('1 hour');
    const { client } = await gateway.key();
    expect(await client.checkBinding(checkOf(card))).toMatchObject({ bindingRequired: true });
  });

  test('counts too where a binding is started with it, with whatever phone', async () => {
    const { user } = bankCard();
    const { client } = await gateway.key();
    const start = () => client.startBinding({ body: { ...bankCard(), user } });
    for (let count = 0; count < 3; count += 1) await start();
    await expect(start()).rejects.toMatchObject({ code: 'guess-limit', status: 429 });
    await expect(client.checkBinding(checkOf({ ...bankCard(), user }))).rejects.toMatchObject({ code: 'guess-limit' });
  });

  test('counts for one user however the id is spelled, because the provider may not tell them apart', async () => {
    const card = bankCard();
    const { client } = await gateway.key();
    const before = asked('yixin', 'needCardSign');
    const spelled = [
      card.user.toUpperCase(),
      `${card.user} `,
      card.user.replace('u', 'ú'),
      card.user.replace('s', 'ｓ'),
    ];
    const ends: string[] = [];
    for (const user of [card.user, ...spelled]) {
      ends.push(
        await client.checkBinding(checkOf({ ...card, user })).then(
          () => 'done',
          (error: unknown) => (error as GatewayProblem).code,
        ),
      );
    }
    expect(ends).toEqual(['done', 'done', 'done', 'guess-limit', 'guess-limit']);
    expect(asked('yixin', 'needCardSign')).toBe(before + 3);
    const start = client.startBinding({ body: { ...bankCard(), user: card.user.replace('r', '\u200dr') } });
    await expect(start).rejects.toMatchObject({ code: 'guess-limit' });
  });

  test.each([
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['STRASSE', 'straße'],
    ['STRAẞE', 'strasse'],
    ['ID', 'ıd'],
    ['user', 'us\u115fer'],
    ['user', 'us\u3164er'],
  ])('counts for %s and %j as one', (user, other) => {
    const services = ahead(gateway, 0);
    expect(cardNumbersOf(services, 'yixin', other).subject).toBe(cardNumbersOf(services, 'yixin', user).subject);
  });

  test('is asked about by one key as often as may be; a check needs the scope of a binding', async () => {
    const { client } = await gateway.key();
    const before = [asked('yixin', 'needCardSign'), asked('yixin', 'cardBank')];
    const { account, cardNumber } = bankCard();
    for (let count = 0; count < 3; count += 1) {
      await client.checkBinding(checkOf(bankCard()));
      await client.lookUpIssuer({ body: { account, cardNumber } });
    }
    await expect(client.checkBinding(checkOf(bankCard()))).rejects.toMatchObject({ code: 'guess-limit' });
    await expect(client.lookUpIssuer({ body: { account, cardNumber } })).rejects.toMatchObject({ status: 429 });
    expect([asked('yixin', 'needCardSign'), asked('yixin', 'cardBank')]).toEqual(before.map((count) => count + 3));

    const reader = await gateway.key({ scopes: ['bindings:read'] });
    await expect(reader.client.checkBinding(checkOf(bankCard()))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await reader.client.lookUpIssuer({ body: { account, cardNumber } })).toMatchObject({ account });
  });

  test('is not asked about when that cannot be written down', async () => {
    const { client } = await gateway.key();
    const before = asked('yixin', 'needCardSign');
    await gateway.owner.query("ALTER TABLE audit_log ADD CONSTRAINT none CHECK (action <> 'binding.check') NOT VALID");
    await expect(client.checkBinding(checkOf(bankCard()))).rejects.toMatchObject({ status: 500 });
    await gateway.owner.query('ALTER TABLE audit_log DROP CONSTRAINT none');
    expect(asked('yixin', 'needCardSign')).toBe(before);
  });
});

describe('a security code that is guessed', () => {
  const made = async () => {
    const cards = await cardMaker(gateway);
    const { id } = await cards.made('physical');
    const { pan, cvv } = secretsOf(gateway, id);
    const last4 = pan.slice(-4);
    const tryCode = (client: Client, code: string) =>
      client.activateCard({ params: { id }, body: { cvv: code, last4 } });
    const wrong = (count: number): string => String((Number(cvv) + 1 + count) % 1000).padStart(3, '0');
    return { id, cvv, last4, tryCode, wrong };
  };

  test('is tried as often as may be at one card, over all processes, whatever their clocks say; and each is audited', async () => {
    const { id, cvv, last4, tryCode, wrong } = await made();
    const before = asked('keysecure', 'card/active');
    for (let count = 0; count < 3; count += 1) {
      await expect(tryCode(clientOf(count), wrong(count))).rejects.toMatchObject({ code: 'refused-by-provider' });
    }
    for (const client of clients) {
      const refusal = await tryCode(client, cvv).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ status: 429, code: 'guess-limit' });
      expect((refusal as GatewayProblem).retryAfterMs).toBeGreaterThan(86_000_000);
    }
    for (const days of [-2, 2]) {
      const caller = { tenant: 'default', caller: 'tests', keyId: '', scopes: ['admin'] } as const;
      const text = { resource: id, text: '', isPartial: true, requestId: '', work: jobWork };
      const write = { caller, idempotencyKey: `clock ${days}`, ...text };
      const answer = activateCard(ahead(gateway, days * 86_400_000), write, id, { cvv, last4 });
      await expect(answer).rejects.toMatchObject({ code: 'guess-limit' });
    }
    expect(asked('keysecure', 'card/active')).toBe(before + 3);
    const rows = (await audited('card.activate')).filter(({ resource }) => resource === id);
    expect(rows).toMatchObject(rows.map(() => ({ caller: 'tests', tenant: 'default', purpose: null })));
    expect(rows).toHaveLength(3);

    // Another card is another.
    const other = await made();
    expect(await other.tryCode(gateway.client, other.cvv)).toMatchObject({ status: 'active' });

    // Two more in 30 days, however many days that are.
    await afterTime('1 day');
    for (const code of [wrong(3), wrong(4)])
      await expect(tryCode(gateway.client, code)).rejects.toMatchObject({ status: 422 });
    await afterTime('1 day');
    await expect(tryCode(gateway.client, cvv)).rejects.toMatchObject({ code: 'guess-limit' });
    await afterTime('29 days');
    expect(await tryCode(gateway.client, cvv)).toMatchObject({ status: 'active' });
    const { rows: left } = await gateway.pool.query('SELECT FROM guesses WHERE subject LIKE $1', [
      `%${uuidOf('card', id)}`,
    ]);
    expect(left).toEqual([]);
  });

  test('counts while its outcome is unknown, and not where the provider looked at nothing', async () => {
    const { cvv, tryCode, wrong } = await made();
    const { admin } = gateway.sandbox;
    for (const code of [1009, 1003]) {
      admin.addFault({ provider: 'keysecure', operation: 'card/active', fault: 'refuse', code });
      await expect(tryCode(gateway.client, cvv)).rejects.toMatchObject({ status: 422 });
    }
    const lost: (string | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      admin.addFault({ provider: 'keysecure', operation: 'card/active', fault: 'reset' });
      lost.push((await tryCode(gateway.client, wrong(count))).operation?.id);
    }
    for (const id of lost) await reconcileNow(gateway.services, id);
    await expect(tryCode(gateway.client, cvv)).rejects.toMatchObject({ code: 'guess-limit' });
    // Nothing may have happened to the card, but the provider may have looked at the code all the same.
    const { client: person } = await gateway.key({ caller: 'a person' });
    for (const id of lost) {
      await person.resolveOperation({
        params: { id: id ?? '' },
        body: { outcome: 'refused', reason: 'still inactive' },
      });
    }
    await expect(tryCode(gateway.client, cvv)).rejects.toMatchObject({ code: 'guess-limit' });
  });

  test('counts on, whoever says without the provider that it was right', async () => {
    const { id, cvv, tryCode, wrong } = await made();
    const { client: person } = await gateway.key({ caller: 'a person' });
    const before = asked('keysecure', 'card/active');
    for (let count = 0; count < 3; count += 1) {
      gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/active', fault: 'reset' });
      const { operation } = await tryCode(gateway.client, wrong(count));
      await person.resolveOperation({
        params: { id: operation?.id ?? '' },
        body: { outcome: 'succeeded', reason: 'it was right' },
      });
    }
    expect(await gateway.client.getCard({ params: { id } })).toMatchObject({ status: 'inactive' });
    await expect(tryCode(gateway.client, cvv)).rejects.toMatchObject({ code: 'guess-limit' });
    expect(asked('keysecure', 'card/active')).toBe(before + 3);
  });

  test('is not proven by what an earlier one may have done', async () => {
    const { id, cvv, tryCode, wrong } = await made();
    const lost: (string | undefined)[] = [];
    for (const [fault, code] of [
      ['work_then_reset', cvv],
      ['reset', wrong(1)],
    ] as const) {
      gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/active', fault });
      lost.push((await tryCode(gateway.client, code)).operation?.id);
    }
    // Long enough for either to be visible.
    const later = ahead(gateway, 120_000);
    for (const operation of [...lost, ...lost]) await reconcileNow(later, operation);
    expect(await gateway.client.getCard({ params: { id } })).toMatchObject({ status: 'active' });
    const outcomes = lost.map((operation) => gateway.client.getOperation({ params: { id: operation ?? '' } }));
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });

  test('and the PIN of a card is set as often as may be, each time audited', async () => {
    const cards = await cardMaker(gateway);
    const { id } = await cards.made('physical', 'Activated');
    const setPin = (client: Client, pin: string) => client.setCardPin({ params: { id }, body: { pin } });
    await setPin(clientOf(0), '258036');
    await setPin(clientOf(1), '704915');
    await expect(setPin(clientOf(0), '936147')).rejects.toMatchObject({ status: 429, code: 'guess-limit' });
    expect(secretsOf(gateway, id).pin).toBe('704915');
    expect((await audited('card.set_pin')).filter(({ resource }) => resource === id)).toHaveLength(2);
  });
});

test('guesses that count no more are deleted, in short statements', async () => {
  await gateway.pool.query(
    "INSERT INTO guesses (subject, made_at) SELECT 'old', now() - interval '31 days' FROM generate_series(1, 5)",
  );
  await gateway.pool.query("INSERT INTO guesses (subject, made_at) VALUES ('young', now() - interval '29 days')");
  while ((await deleteOldGuesses(gateway.pool, 2)) > 0);
  const { rows } = await gateway.pool.query("SELECT subject FROM guesses WHERE subject IN ('old', 'young')");
  expect(rows).toEqual([{ subject: 'young' }]);
});
