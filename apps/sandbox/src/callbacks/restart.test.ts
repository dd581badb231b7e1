import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox, type SandboxConfig } from '../index.ts';
import { caller } from '../keysecure/testing/caller.ts';
import { startReceiver, type Receiver } from './testing/receiver.ts';

let folder: string;
let merchant: Receiver;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  merchant = await startReceiver();
});
afterEach(async () => {
  await merchant.close();
  await rm(folder, { recursive: true });
});

const start = (config: SandboxConfig = {}) =>
  startSandbox({ stateFile: 'state.json', callbacks: { targets: { keysecure: merchant.url } }, ...config }, folder);

async function issued(sandbox: Sandbox): Promise<void> {
  const credit = caller(sandbox);
  const order = { card_unique_no: 'card-1', card_type: 'Virtual', package_no: 'PKG2026000001' };
  await credit.post('card/apply', { cardholder_no: await credit.cardholder('user-1'), ...order });
}

test('a card that was Pending at the stop is told of after the start', async () => {
  // Without a target no timer updates the card, however long the stop takes.
  const first = await start({ keysecure: { cardDelayMs: 60_000 }, callbacks: {} });
  await issued(first);
  first.admin.changeClock({ advanceMs: 59_950 });
  await first.close();
  const second = await start();
  await second.admin.until(() => second.admin.callbacks.sent().length === 1);
  expect(merchant.received).toMatchObject([{ fields: { action: 'Card_update', data: { after_status: 'Activated' } } }]);
  await second.close();
});

test('a state file of before callbacks is read as it was', async () => {
  const first = await start({ callbacks: {} });
  await issued(first);
  const seed = { type: 'Consumption', amount: '2.50', consumeNo: 'X1' };
  first.admin.keysecure.seedConsumptions({ cardNo: 'card-1', consumptions: [seed] });
  await first.close();
  const file = join(folder, 'state.json');
  const saved = JSON.parse(await readFile(file, 'utf8')) as {
    openApi: Record<string, unknown>;
    keysecure: { merchants: { consumptions: Record<string, unknown>[] }[] };
  };
  delete saved.openApi['transactions'];
  for (const one of saved.keysecure.merchants) {
    one.consumptions = one.consumptions.map(({ consumeNo, cardNo, cardholderNo, type, amount, status, time }) => {
      return { consumeNo, cardNo, cardholderNo, type, amount, status, time };
    });
  }
  await writeFile(file, JSON.stringify(saved));
  const second = await start();
  expect(await caller(second).get('card/consume/X1/info')).toMatchObject({
    code: 0,
    data: { amount: '2.50', local_amount: '2.50', fee: '0.00', fee_list: [], status: 'Success' },
  });
  second.admin.keysecure.updateConsumption('X1', { status: 'Fail' });
  await second.admin.callbacks.idle();
  expect(merchant.received.at(-1)?.fields).toMatchObject({ action: 'Consumption', data: { consume_no: 'X1' } });
  await second.close();
});

test('closing does not wait for a merchant that never answers', async () => {
  const silent = Promise.withResolvers<void>();
  merchant.says = () => {
    silent.resolve();
    return null;
  };
  const sandbox = await start({ callbacks: { targets: { keysecure: merchant.url }, timeoutMs: 2 ** 31 - 1 } });
  await issued(sandbox);
  sandbox.admin.keysecure.updateCard('card-1', { status: 'Fail' });
  sandbox.admin.keysecure.updateCard('card-1', { status: 'Delete' });
  await silent.promise;
  await sandbox.close();
  expect(merchant.received).toHaveLength(1);
});
