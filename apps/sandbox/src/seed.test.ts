import { expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { caller } from './keysecure/testing/caller.ts';
import { createRandom, syntheticPan } from './synthetic.ts';
import { partner } from './yixin/testing/partner.ts';

const set = Date.parse('2026-03-01T00:00:00Z');
const bankCard = syntheticPan(createRandom(5), '6217', 19);

/** Everything the sandbox makes up on the way through two providers, but for times. */
async function madeUp(sandbox: Sandbox): Promise<unknown> {
  sandbox.admin.changeClock({ set });
  const credit = caller(sandbox);
  const token = await credit.newToken();
  const holder = await credit.cardholder('user-1');
  const order = { card_unique_no: 'card-1', card_type: 'Virtual', package_no: 'PKG2026000001' };
  const card = await credit.post('card/apply', { cardholder_no: holder, ...order });
  const fields = { outerUserNo: 'user-1', cardNo: bankCard, phone: '13800000001', bizType: 'loan' };
  await partner(sandbox).call('bindCard', fields);
  sandbox.admin.onerway.seedTokens({ merchantCustId: 'c', tokens: [{}] });
  const { pan } = sandbox.admin.keysecure.cards()[0] ?? {};
  const [{ code, bizId } = {}] = sandbox.admin.sms();
  const { body } = sandbox.admin.keysecure.callback({ action: 'Consumption', data: {}, timestamp: '1' });
  const { access_token: accessToken } = token.data as { access_token: string };
  return [accessToken, holder, card.data, pan, code, bizId, body, sandbox.admin.onerway.tokens()];
}

test('with a seed everything made up is the same at each start and after each reset', async () => {
  const [one, same, other] = await Promise.all([7, 7, 8].map((seed) => startSandbox({ seed })));
  if (one === undefined || same === undefined || other === undefined) throw new Error('not started');
  const first = await madeUp(one);
  expect(await madeUp(same)).toEqual(first);
  expect(await madeUp(other)).not.toEqual(first);
  one.admin.reset();
  expect(await madeUp(one)).toEqual(first);
  await Promise.all([one.close(), same.close(), other.close()]);
});

test('without one, order numbers, codes and tokens differ after a reset', async () => {
  const sandbox = await startSandbox();
  const first = (await madeUp(sandbox)) as unknown[];
  sandbox.admin.reset();
  const second = (await madeUp(sandbox)) as unknown[];
  expect(second.map((value, index) => JSON.stringify(value) === JSON.stringify(first[index]))).not.toContain(true);
  await sandbox.close();
});
