import type { OperationInput } from '@card-gateway/client';
import { firstUuidAt, newUuid, uuidOf } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { listCardVersions } from '../src/cards/list-store.ts';
import { idOfVersion } from '../src/cards/version-store.ts';
import { WrittenCards } from '../src/cards/written-cards.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { watchStatements } from './setup/wire.ts';

// Reads and lists keep cards as they wrote them, and ask the database only whether they are still the same. Each change of a card,
// and of what else its answer shows, must be seen at once, in every process.

let gateway: TestGateway;
/** A second process. */
let another: Awaited<ReturnType<TestGateway['another']>>;
let cards: Awaited<ReturnType<typeof cardMaker>>;
let card: Awaited<ReturnType<typeof cards.made>>;
let sent: string[];
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  another = await gateway.another();
  sent = watchStatements(gateway.pool);
  cards = await cardMaker(gateway);
});
beforeEach(async () => {
  card = await cards.made('virtual');
});
afterEach(() => gateway.sandbox.admin.clearFaults());
afterAll(async () => {
  await another.close();
  await gateway.close();
});

const readBy = ({ client }: Pick<TestGateway, 'client'>) => client.getCard({ params: { id: card.id } });
const read = () => readBy(gateway);
const listed = async () => (await gateway.client.listCards()).data.find(({ id }) => id === card.id);
/** Of pages of another length nothing is kept. */
const plain = async () =>
  (await gateway.client.listCards({ query: { limit: 49 } })).data.find(({ id }) => id === card.id);
/** The card wherever it is shown as it was written. */
const shown = () => Promise.all([listed(), read(), readBy(another)]);
const expectShown = async (expected: unknown) => {
  expect(await shown()).toEqual([expected, expected, expected]);
};
const problem = async (answer: Promise<unknown>) => {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { status: (error as { readonly status?: number } | null)?.status };
};
const statementsOf = async (act: () => Promise<unknown>): Promise<string[]> => {
  sent.length = 0;
  await act();
  return [...sent];
};
/** Changes rows of the account, or the card, as $1. */
const change = (text: string) => gateway.owner.query(text, [uuidOf('card', card.id)]);
/** Another version that looks the same. */
const touched = () => change('UPDATE cards SET expiry = expiry WHERE id = $1');
const ofAccount = (table: string, ref: string, set: string) => () =>
  change(
    `UPDATE ${table} t SET ${set} FROM cards c WHERE c.id = $1 AND t.account = c.account AND t.provider_ref = c.${ref}`,
  );

test('of a page that is asked for again only versions are read', async () => {
  const [versions, texts] = ['card-page-versions', 'card-versions'];
  await touched();
  expect(await statementsOf(listed)).toEqual(['card-list-page::']);
  expect(await statementsOf(listed)).toEqual([versions, texts]);
  expect(await statementsOf(listed)).toEqual([versions]);
  await gateway.client.freezeCard({ params: { id: card.id } });
  expect(await statementsOf(listed)).toEqual([versions, texts]);
  expect(await listed()).toMatchObject({ status: 'frozen' });
});

test('of a card that is asked for again only the version is read', async () => {
  const [version, texts] = ['card-version', 'card-versions'];
  await touched();
  expect(await statementsOf(read)).toEqual([version, texts]);
  expect(await statementsOf(read)).toEqual([version]);
  expect(await statementsOf(listed)).not.toContain(texts);
  const written = new WrittenCards(gateway.services);
  const others = [await cards.made('virtual'), card];
  const ofOneTurn = () => Promise.all(others.map(({ id }) => written.textOf('default', uuidOf('card', id))));
  expect(await statementsOf(ofOneTurn)).toEqual([texts]);
  expect(await statementsOf(ofOneTurn)).toEqual([version]);
});

const changes: Readonly<Record<string, () => Promise<unknown>>> = {
  'a write': () => gateway.client.freezeCard({ params: { id: card.id } }),
  'a description by the provider': () => cards.refreshed(card.id),
  'a write whose outcome is unknown': async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'reset' });
    await gateway.client.freezeCard({ params: { id: card.id } });
  },
  'its balance': () => change('UPDATE cards SET balance = 1, network = NULL WHERE id = $1'),
  'the currency of its product': async () => {
    await changes['its balance']?.();
    await listed();
    await ofAccount('card_products', 'product_ref', `balance_currency = 'X', network = 'jcb'`)();
  },
};

test.each(Object.entries(changes))('lists and reads show %s at once', async (_name, act) => {
  const before = await plain();
  for (let time = 0; time < 2; time += 1) await expectShown(before);
  await act();
  const after = await plain();
  await expectShown(after);
  expect(after).not.toEqual(before);
});

test('lists and reads show what becomes of an unknown outcome, although the card stays the same', async () => {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'reset' });
  const { operation } = await gateway.client.freezeCard({ params: { id: card.id } });
  for (const one of await shown()) expect(one).toMatchObject({ operation: { outcome: 'unknown' } });
  const later = '2026-01-02T03:04:05.678Z';
  const id = uuidOf('operation', operation?.id ?? '');
  await gateway.owner.query('UPDATE operations SET next_look_up_at = $2 WHERE id = $1', [id, later]);
  for (const one of await shown()) expect(one).toMatchObject({ operation: { nextLookUpAt: later } });
});

test.each([
  ['cardholders', 'cardholder', `'x', 'approved', now(), now()`, 'reference, status, created_at, updated_at'],
  ['card_products', 'product', `'{}', '{}', 'available', true, now()`, 'forms, currencies, status, issuable, seen_at'],
] as const)('lists and reads show a thing of %s that becomes known later', async (table, name, values, columns) => {
  await change(`UPDATE cards SET ${name}_ref = id::text WHERE id = $1`);
  for (const one of await shown()) expect(one).toMatchObject({ [name]: null });
  await gateway.owner.query(
    `INSERT INTO ${table} (id, tenant, provider, account, provider_ref, ${columns})
     SELECT $2, tenant, provider, account, id::text, ${values} FROM cards WHERE id = $1`,
    [uuidOf('card', card.id), newUuid(Date.now())],
  );
  await expectShown(await plain());
  expect(await plain()).not.toMatchObject({ [name]: null });
});

test('pages that are asked for again, at the same time too, have the same cards', async () => {
  const since = Date.parse('2026-01-01T00:00:00Z');
  await gateway.owner.query(
    `INSERT INTO cards (id, tenant, provider, account, status, created_at, updated_at)
     SELECT id, tenant, 'keysecure', 'keysecure', 'active', now(), now()
     FROM unnest($1::uuid[]) WITH ORDINALITY AS made (id, n), unnest(ARRAY['default', 'another']) tenant WHERE n % 2 = (tenant = 'default')::int`,
    [Array.from({ length: 240 }, (_none, n) => firstUuidAt(since + n * 1000))],
  );
  const at = (n: number): string => new Date(since + n * 1000).toISOString();
  const queries = [
    {},
    { createdBefore: at(200) },
    { createdAfter: at(50) },
    { createdAfter: at(20), createdBefore: at(190) },
  ];
  const walk = async (query: NonNullable<OperationInput<'listCards'>['query']>) => {
    const walked: Awaited<ReturnType<typeof read>>[] = [];
    for await (const one of gateway.client.all('listCards', { query })) walked.push(one);
    return walked;
  };
  const whole = await Promise.all(queries.map((query) => walk({ ...query, limit: 49 })));
  expect(whole.map(({ length }) => length)).toEqual([expect.any(Number), 100, expect.any(Number), 85]);
  for (let turn = 0; turn < 3; turn += 1) expect(await Promise.all(queries.map(walk))).toEqual(whole);
});

test('a card that has gone is neither listed nor read', async () => {
  await expectShown(await plain());
  await change('DELETE FROM cards WHERE id = $1');
  expect(await listed()).toBeUndefined();
  for (const one of [gateway, another]) expect(await problem(readBy(one))).toEqual({ status: 404 });
});

test('a card that was written for one tenant is shown to no other', async () => {
  const other = await gateway.key({ tenant: 'other' });
  await expectShown(await plain());
  expect(await problem(readBy(other))).toEqual({ status: 404 });
  await change(`UPDATE cards SET tenant = 'other' WHERE id = $1`);
  expect(await readBy(other)).toMatchObject({ id: card.id });
  expect(await readBy(other)).toMatchObject({ id: card.id });
  for (const one of [gateway, another]) expect(await problem(readBy(one))).toEqual({ status: 404 });
});

test('cards that go, or change tenant, while a page is read are not on it', async () => {
  const written = new WrittenCards(gateway.services);
  const page = { limit: 50, after: null, afterAt: null, list: '' };
  const versions = await listCardVersions(gateway.pool, { tenant: 'default' }, page);
  await change(`UPDATE cards SET tenant = 'other' WHERE id = $1`);
  const [newest, ...rest] = await written.textsOf('default', versions);
  expect(newest).toBeUndefined();
  expect(rest).not.toContain(undefined);
});

test('a card is read again after a minute, whatever its version', async () => {
  let now = 0;
  const written = new WrittenCards({ pool: gateway.pool, now: () => now });
  const page = { limit: 50, after: null, afterAt: null, list: '' };
  const [newest = ''] = await listCardVersions(gateway.pool, { tenant: 'default' }, page);
  const ofPage = () => statementsOf(() => written.textsOf('default', [newest]));
  const ofCard = () => statementsOf(() => written.textOf('default', idOfVersion(newest)));
  expect(await ofPage()).toEqual(['card-versions']);
  now = 59_999;
  expect(await ofPage()).toEqual([]);
  expect(await ofCard()).toEqual(['card-version']);
  now = 60_000;
  expect(await ofCard()).toEqual(['card-versions']);
  now = 120_000;
  expect(await ofPage()).toEqual(['card-versions']);
});

test('a clock that is set back prolongs nothing', async () => {
  await listed();
  expect(await statementsOf(listed)).not.toContain('card-list-page::');
  const [since, setBack] = [performance.now(), Date.now() - 86_400_000];
  const clocks = [
    vi.spyOn(performance, 'now').mockImplementation(() => since + 60_000),
    vi.spyOn(Date, 'now').mockReturnValue(setBack),
  ];
  const again = await statementsOf(listed);
  for (const clock of clocks) clock.mockRestore();
  expect(again).toContain('card-list-page::');
});
