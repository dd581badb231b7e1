import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { caller, lastDay, type Reply } from './keysecure/testing/caller.ts';
import { onerwaySign } from './onerway/sign.ts';
import { createRandom, syntheticPan } from './synthetic.ts';
import { partner } from './yixin/testing/partner.ts';

let folder: string;
let file: string;
let running: Sandbox[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  file = join(folder, 'state.json');
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((sandbox) => sandbox.close()));
  await rm(folder, { recursive: true });
});

async function start(stateFile: string | undefined = 'state.json'): Promise<Sandbox> {
  const sandbox = await startSandbox({ stateFile, keysecure: { cardDelayMs: 0 } }, folder);
  running.push(sandbox);
  return sandbox;
}

async function stop(sandbox: Sandbox): Promise<void> {
  running = running.filter((one) => one !== sandbox);
  await sandbox.close();
}

const rows = (reply: Reply) => (reply.data as { list: Record<string, unknown>[] }).list;
const bankCard = syntheticPan(createRandom(5), '6217', 19);
const bindFields = { outerUserNo: 'user-1', cardNo: bankCard, phone: '13800000001', bizType: 'loan' };

async function issueCard(sandbox: Sandbox, name: string): Promise<{ holder: string; card: string }> {
  const credit = caller(sandbox);
  const holder = await credit.cardholder(`holder ${name}`);
  const order = { card_unique_no: `card ${name}`, card_type: 'Virtual', package_no: 'PKG2026000001' };
  const reply = await credit.post('card/apply', { cardholder_no: holder, ...order });
  return { holder, card: (reply.data as { card_no: string }).card_no };
}

async function tokenList(sandbox: Sandbox): Promise<{ id: string; cardNumber: string }[]> {
  const { baseUrl, merchantNo, secretKey } = sandbox.credentials.onerway;
  const fields = { merchantNo, merchantCustId: 'customer-1', subProductType: 'TOKEN' };
  const answer = await request(`${baseUrl}/v1/txn/queryTokenList`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...fields, sign: onerwaySign(fields, secretKey) }),
  });
  const { data } = (await answer.body.json()) as { data: { tokenInfos: { id: string; cardNumber: string }[] } };
  return data.tokenInfos;
}

test('KeySecure: cardholders, cards and money are found again, and new numbers are new', async () => {
  const first = await start();
  const old = await issueCard(first, 'one');
  const move = { cardholder_no: old.holder, transfer_unique_no: 'transfer-1', type: 'In', balance: '100.10' };
  await caller(first).post('account/transfer', move);
  first.admin.keysecure.seedConsumptions({ cardNo: old.card, consumptions: [{ type: 'Purchase', amount: '1.00' }] });
  await stop(first);

  const second = await start();
  const credit = caller(second);
  expect(rows(await credit.post('card/list', { card_unique_no: 'card one', ...lastDay(second) }))).toMatchObject([
    { card_no: old.card, status: 'Activated', cardholder_no: old.holder },
  ]);
  expect(await credit.get(`cardholder/${old.holder}/info`)).toMatchObject({
    data: { status: 'Approved', total_balance: '100.10', card_list: [{ card_no: old.card }] },
  });
  expect(await credit.post('account/transfer', move)).toMatchObject({ code: 3902 });
  expect(rows(await credit.post('card/consume/list', lastDay(second)))).toMatchObject([{ card_no: old.card }]);
  expect(second.admin.ledger({ effect: 'card_issued' })).toMatchObject([{ reference: 'card one' }]);
  const made = await issueCard(second, 'two');
  const numbers = [old.holder, old.card, made.holder, made.card].map((number) => number.slice(1));
  expect(new Set(numbers).size).toBe(4);
  expect(second.admin.keysecure.cards()).toHaveLength(2);
});

test('a card that an admin holds at Pending stays there', async () => {
  const first = await start();
  const { holder, card } = await issueCard(first, 'one');
  first.admin.keysecure.updateCard(card, { status: 'Pending' });
  first.admin.keysecure.updateCardholder(holder, { status: 'In_progress' });
  await stop(first);
  const second = await start();
  second.admin.changeClock({ advanceMs: 86_400_000 });
  expect(second.admin.keysecure.cards()).toMatchObject([{ status: 'Pending' }]);
  expect(second.admin.keysecure.cardholders()).toMatchObject([{ status: 'In_progress' }]);
});

test('an Access-Token and the clocks go on', async () => {
  const first = await start();
  const credit = caller(first);
  const { data } = await credit.newToken();
  first.admin.changeClock({ advanceMs: 3_600_000, skewMs: 5 });
  await stop(first);
  const second = await start();
  const headers = { 'Access-Token': (data as { access_token: string }).access_token };
  expect(await caller(second).post('card/package/list', {}, headers)).toMatchObject({ code: 0 });
  expect(second.admin.clock().skewMs).toBe(5);
  // Read first: the two clocks go on between the readings.
  const wall = Date.now();
  expect(second.admin.clock().now).toBeGreaterThanOrEqual(wall + 3_600_000);
});

test('Yixin: a code sent before the restart binds after it, a repeat gets the same answer, new numbers are new', async () => {
  const first = await start();
  const asked = partner(first).envelope('bindCard', bindFields);
  const started = await partner(first).post(asked);
  await stop(first);

  const second = await start();
  const we = partner(second);
  expect((await we.post(asked)).params).toEqual(started.params);
  const bizId = started.params?.['bizId'];
  const [sms] = second.admin.sms({ user: 'user-1' });
  expect(sms).toMatchObject({ bizId });
  const verified = await we.call('verifyCode', { outerUserNo: 'user-1', bizId, verifyCode: sms?.code });
  expect(verified.params).toMatchObject({ status: '0' });
  await stop(second);

  const third = await start();
  const { params } = await partner(third).call('cardList', { outerUserNo: 'user-1' });
  expect(params?.['bankCardList']).toMatchObject([{ cardNo: bankCard }]);
  const next = await partner(third).call('bindCard', { ...bindFields, outerUserNo: 'user-2' });
  expect(next.params?.['bizId']).not.toBe(bizId);
});

test('Onerway and OPEN-API: what was seeded, deleted and changed', async () => {
  const first = await start();
  const { openApi, onerway } = first.admin;
  onerway.seedTokens({ merchantCustId: 'customer-1', tokens: [{ cardNumber: '411111******1111' }] });
  const [before] = await tokenList(first);
  const cardId = openApi.cards()[0]?.card_id ?? '';
  openApi.updateCard(cardId, { balance: '100.00' });
  await stop(first);

  const second = await start();
  expect(await tokenList(second)).toEqual([before]);
  expect(second.admin.openApi.cards()).toHaveLength(25);
  expect(second.admin.openApi.cards()[0]).toMatchObject({ card_id: cardId, balance: '100.00' });
  second.admin.onerway.seedTokens({ merchantCustId: 'customer-1', tokens: [{}] });
  expect(new Set(second.admin.onerway.tokens().map(({ token }) => token.id)).size).toBe(10);
});

test('faults and counts of requests do not outlive a restart', async () => {
  const first = await start();
  await issueCard(first, 'one');
  first.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'refuse', times: 0 });
  await stop(first);
  const second = await start();
  expect(second.admin.faults()).toEqual([]);
  expect(second.admin.requests()).toEqual({ counts: [], requests: [] });
});

test('is written while the sandbox runs, for its owner only, whatever an earlier crash left behind', async () => {
  await writeFile(`${file}.new`, 'half a fi', { mode: 0o644 });
  const sandbox = await start();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { card } = await issueCard(sandbox, 'one');
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain(card));
  await request(`${sandbox.url}/admin/keysecure/cards/${card}`, {
    method: 'POST',
    body: JSON.stringify({ status: 'Frozen' }),
  });
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('"Frozen"'));
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('a file of version 0.2.0 is read in full, and written with the same members', async () => {
  const kept = await readFile(new URL('testing/state-of-0.2.0.json', import.meta.url), 'utf8');
  await writeFile(file, kept);
  const sandbox = await startSandbox({ stateFile: 'state.json', seed: 7 }, folder);
  running.push(sandbox);
  const { keysecure, yixin, onerway, openApi } = sandbox.admin;
  expect(keysecure.cards()).toMatchObject([{ uniqueNo: 'card one', status: 'Activated' }]);
  expect(keysecure.cardholders()).toMatchObject([{ uniqueNo: 'holder one', cents: 10_010n }]);
  expect(yixin.cards()).toMatchObject([{ user: 'user-1', phone: '13800000001' }]);
  expect(onerway.tokens().at(-1)).toMatchObject({ merchantCustId: 'customer-1' });
  expect(openApi.cards()).toHaveLength(1);
  await stop(sandbox);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject(JSON.parse(kept) as object);
});

test('a file of before a provider was simulated has the others, and that one begins anew', async () => {
  const kept = await readFile(new URL('testing/state-of-0.2.0.json', import.meta.url), 'utf8');
  const { yixin: _, ...before } = JSON.parse(kept) as Record<string, unknown>;
  await writeFile(file, JSON.stringify(before));
  const sandbox = await start();
  expect(sandbox.admin.yixin.cards()).toEqual([]);
  expect(sandbox.admin.keysecure.cards()).toMatchObject([{ uniqueNo: 'card one' }]);
});

test.each([
  ['no JSON', '{"version":1,'],
  ['of another version', '{"version":0}'],
  ['without its members', '{"version":1}'],
  ['null', 'null'],
])('a file that is %s is refused by name, and left alone', async (_name, text) => {
  await writeFile(file, text);
  await expect(start()).rejects.toThrow(`The state file ${file} cannot be read`);
  await expect(start()).rejects.toThrow('delete it');
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('a folder that cannot be written is told at the start', async () => {
  await expect(start('no-such-folder/state.json')).rejects.toThrow('no-such-folder');
});

test('without a file nothing is written, and a later start still gives out new numbers', async () => {
  const first = await startSandbox({}, folder);
  const second = await startSandbox({}, folder);
  running.push(first, second);
  const numbers = [await issueCard(first, 'one'), await issueCard(second, 'one')];
  expect(numbers[0]?.holder).not.toBe(numbers[1]?.holder);
  expect(numbers[0]?.card).not.toBe(numbers[1]?.card);
  expect(await readdir(folder)).toEqual([]);
});
