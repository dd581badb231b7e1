import { json } from '@card-gateway/adapter-kit/testing';
import { expect, test } from 'vitest';
import { call, documentedWith, openAccount, openAdapter } from './testing/account.ts';

const deleteTokenPath = '/v1/txn/deleteToken';
const id = '1919777298473115649';

async function opened() {
  const { loopback, adapter } = await openAccount({ deleteTokenPath });
  if (adapter.unbinding === undefined) throw new Error('the adapter lacks its facet');
  return { loopback, unbinding: adapter.unbinding };
}

test('delete takes the id of the binding, signed as computed in the document (§2.3, §3.2)', async () => {
  const { loopback, unbinding } = await opened();
  loopback.reply(() => json({ respCode: '20000', respMsg: 'Success', data: { success: true, sign: 'x' } }));
  expect(await unbinding.remove({ providerRef: id }, call)).toMatchObject({ kind: 'done', value: null });
  expect(loopback.requests[0]?.path).toBe(deleteTokenPath);
  expect(JSON.parse(loopback.requests[0]?.body ?? '')).toEqual({
    id,
    merchantNo: '800209',
    sign: '5d9126f04950cdb1435c84c3f94b55175a6701f44858cb76677b3685b16ff594',
  });
  expect(unbinding.reconciliation).toEqual({ by: 'bound-cards' });
});

test('"success": false is documented nowhere and leaves the outcome unknown', async () => {
  const { loopback, unbinding } = await opened();
  loopback.reply(() => json({ respCode: '20000', respMsg: 'Success', data: { success: false } }));
  expect(await unbinding.remove({ providerRef: id }, call)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
});

test.each(['11001', '12009'])('%s says nothing certain of a delete (§8)', async (respCode) => {
  const { loopback, unbinding } = await opened();
  loopback.reply(() => json({ respCode, respMsg: 'try later' }));
  expect(await unbinding.remove({ providerRef: id }, call)).toEqual({
    kind: 'unknown',
    why: 'unlisted_code',
    evidence: { httpStatus: 200, code: respCode, message: 'try later' },
  });
});

test('a merchant that is disabled deletes nothing, for certain (§8)', async () => {
  const { loopback, unbinding } = await opened();
  loopback.reply(() => json({ respCode: '12004', respMsg: 'no' }));
  expect(await unbinding.remove({ providerRef: id }, call)).toMatchObject({ kind: 'refused' });
});

test('without its path the facet is absent and says what is missing', () => {
  const host = { send: () => Promise.reject(new Error()), now: () => 0 };
  const adapter = openAdapter('https://acq.example', host);
  expect(adapter.unbinding).toBeUndefined();
  expect(adapter.gaps.unbinding).toMatchObject({ state: 'needs-settings' });
  const stateOf = (changes: Record<string, unknown>) =>
    documentedWith(changes).find(({ name }) => name === 'Token Removal')?.state;
  expect([stateOf({}), stateOf({ deleteTokenPath })]).toEqual(['needs-settings', 'documented']);
});
