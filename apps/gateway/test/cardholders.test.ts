import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeCardholder } from '../src/cardholders/store.ts';
import { person } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  // Each step of the review lasts for seconds, so that a busy machine does not see the next one.
  gateway = await startGateway({
    sandbox: { keysecure: { cardholderInProgressMs: 4000, cardholderDecisionMs: 9000 } },
  });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

const apply = (reference: string, sumsubShareToken = 'share-token', account = 'keysecure') =>
  gateway.client.createCardholder({ body: { account, reference, sumsubShareToken } });
const refreshed = (id: string) => gateway.client.getCardholder({ params: { id }, query: { refresh: true } });

describe('a cardholder', () => {
  test.each(['keysecure', 'keysecure-authorization'])(
    'of %s is applied for, reviewed and approved',
    async (account) => {
      const { sandbox } = gateway;
      const applied = await apply(`approved-${account}`, 'share-token', account);
      expect(applied).toMatchObject({
        provider: 'keysecure',
        account,
        reference: `approved-${account}`,
        status: 'pending',
        providerStatus: null,
        failReason: null,
        syncedAt: null,
        operation: { outcome: 'succeeded' },
      });
      expect(applied.id).toMatch(/^chd_/);
      // Our own id is what the provider knows the application by; the caller's reference stays here.
      expect(sandbox.admin.ledger({ effect: 'cardholder_created', reference: applied.id })).toMatchObject([
        { subject: applied.providerRef },
      ]);

      sandbox.admin.changeClock({ advanceMs: 5000 });
      expect(await refreshed(applied.id)).toMatchObject({ status: 'in_review', providerStatus: 'In_progress' });
      sandbox.admin.changeClock({ advanceMs: 5000 });
      const approved = await refreshed(applied.id);
      expect(approved).toMatchObject({ id: applied.id, status: 'approved', providerStatus: 'Approved' });
      expect(approved.syncedAt).not.toBeNull();
      expect(await gateway.client.getCardholder({ params: { id: applied.id } })).toEqual(approved);
    },
  );

  test('may be rejected, and says why: the reason stands in the list alone', async () => {
    const { sandbox } = gateway;
    const applied = await apply('rejected-1', 'reject-me');
    sandbox.admin.changeClock({ advanceMs: 10_000 });
    const rejected = {
      status: 'rejected',
      providerStatus: 'Rejected',
      failReason: 'Document could not be verified',
    } as const;
    // Where the list does not answer, the status stands without a reason, and the next refresh asks again.
    sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/list', fault: 'bad_gateway' });
    expect(await refreshed(applied.id)).toMatchObject({ ...rejected, failReason: null });
    expect(await refreshed(applied.id)).toMatchObject(rejected);
    const asked = sandbox.admin.requestCount('keysecure', 'cardholder/list');
    expect(await refreshed(applied.id)).toMatchObject(rejected);
    expect(sandbox.admin.requestCount('keysecure', 'cardholder/list')).toBe(asked);
  });

  test('by what its account does not take is refused, before any call', async () => {
    const { client, sandbox } = gateway;
    const asked = sandbox.admin.requestCount('keysecure', 'cardholder/apply');
    await expect(
      client.createCardholder({ body: { account: 'keysecure', reference: 'by-name', person } }),
    ).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: '/person', detail: 'expected none: this account takes sumsubShareToken' }] },
    });
    expect(sandbox.admin.requestCount('keysecure', 'cardholder/apply')).toBe(asked);
    expect((await client.listCardholders({ query: { reference: 'by-name' } })).data).toEqual([]);
  });

  test('that was rejected keeps the reason, also when it is asked for where no reason is told', async () => {
    const quick = await startGateway({
      sandbox: { keysecure: { cardholderInProgressMs: 0, cardholderDecisionMs: 0 } },
    });
    try {
      const { client, sandbox } = quick;
      sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'work_then_reset' });
      const body = { account: 'keysecure', reference: 'rejected-2', sumsubShareToken: 'reject-me' };
      const { id } = await client.createCardholder({ body });
      // The list, by which the lost answer resolves, tells the reason; the single view does not.
      const resolved = await until(
        () => client.getCardholder({ params: { id } }),
        ({ operation }) => operation?.outcome === 'succeeded',
      );
      expect(resolved).toMatchObject({ status: 'rejected', failReason: 'Document could not be verified' });
      const query = { refresh: true };
      expect(await client.getCardholder({ params: { id }, query })).toMatchObject({ failReason: resolved.failReason });
      sandbox.admin.keysecure.updateCardholder(id, { status: 'Approved' });
      expect(await client.getCardholder({ params: { id }, query })).toMatchObject({
        status: 'approved',
        failReason: null,
      });
    } finally {
      await quick.close();
    }
  });

  test('is read from our records without asking the provider', async () => {
    const { client, sandbox } = gateway;
    const applied = await apply('stored-1');
    const asked = sandbox.admin.requests().counts;
    sandbox.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'bad_gateway', times: 0 });
    expect(await client.getCardholder({ params: { id: applied.id } })).toEqual(applied);
    expect((await client.listCardholders({ query: { reference: 'stored-1' } })).data).toEqual([applied]);
    expect(sandbox.admin.requests().counts).toEqual(asked);
    await expect(refreshed(applied.id)).rejects.toMatchObject({ status: 502 });
    expect(await client.getCardholder({ params: { id: applied.id } })).toEqual(applied);
  });

  test('is as the answer says that was asked for last, in whatever order answers come', async () => {
    const { id } = await apply('out-of-order');
    const described = (status: 'approved' | 'in_review', askedAt: Date) =>
      describeCardholder(
        gateway.pool,
        uuidOf('cardholder', id),
        { providerRef: 'U1', ourReference: id, status, providerStatus: status },
        askedAt,
      );
    const askedAt = new Date();
    await described('approved', askedAt);
    await described('in_review', new Date(askedAt.getTime() - 1));
    expect(await gateway.client.getCardholder({ params: { id } })).toMatchObject({ status: 'approved' });
    await described('in_review', new Date(askedAt.getTime() + 1));
    expect(await gateway.client.getCardholder({ params: { id } })).toMatchObject({ status: 'in_review' });
  });

  test('keeps the last certain state beside a word that no document lists', async () => {
    const { sandbox } = gateway;
    const applied = await apply('odd-1');
    // What the sandbox's own type does not allow, the wire may bring all the same.
    sandbox.admin.keysecure.updateCardholder(String(applied.providerRef), { status: 'Escalated' as 'Pending' });
    expect(await refreshed(applied.id)).toMatchObject({ status: 'unrecognized', providerStatus: 'Escalated' });
  });

  test('has a reference of its own in its account: a second application is refused before any call', async () => {
    const { sandbox } = gateway;
    const [first, ...others] = await Promise.allSettled([1, 2, 3, 4].map(() => apply('twice')));
    const outcomes = [first, ...others].map((result) =>
      result?.status === 'rejected' ? (result.reason as { code: string }).code : 'created',
    );
    expect(outcomes.toSorted()).toEqual(['already-exists', 'already-exists', 'already-exists', 'created']);
    const { data } = await gateway.client.listCardholders({ query: { reference: 'twice' } });
    expect(data).toHaveLength(1);
    expect(sandbox.admin.ledger({ effect: 'cardholder_created', reference: data[0]?.id })).toHaveLength(1);
    await expect(apply('twice')).rejects.toMatchObject({
      code: 'already-exists',
      status: 409,
      problem: { errors: [{ pointer: '/reference' }] },
    });
    // Another account is another provider relationship.
    expect(await apply('twice', 'share-token', 'keysecure-authorization')).toMatchObject({ status: 'pending' });
  });

  test('that the provider refused does not take the reference', async () => {
    const { client, sandbox } = gateway;
    const count = sandbox.admin.ledger({ effect: 'cardholder_created' }).length;
    await expect(apply('again', 'unfetchable')).rejects.toMatchObject({
      code: 'refused-by-provider',
      status: 422,
      problem: { outcome: 'refused', provider: { name: 'keysecure', code: '2006' } },
    });
    expect(sandbox.admin.ledger({ effect: 'cardholder_created' })).toHaveLength(count);
    const { data } = await client.listCardholders({ query: { reference: 'again' } });
    expect(data).toMatchObject([{ status: 'failed', providerRef: null, operation: { outcome: 'refused' } }]);
    expect(await apply('again')).toMatchObject({ status: 'pending' });
  });

  test('that is not ours is not there', async () => {
    const { client } = await gateway.key({ tenant: 'other' });
    const applied = await apply('ours-1');
    await expect(client.getCardholder({ params: { id: applied.id } })).rejects.toMatchObject({ code: 'not-found' });
    expect((await client.listCardholders()).data).toEqual([]);
  });
});

describe('the list of cardholders', () => {
  test('is filtered by account, reference and status, and paged newest first', async () => {
    const { client, sandbox } = gateway;
    const made: string[] = [];
    for (const number of [1, 2, 3]) made.unshift((await apply(`page-${number}`, 'share-token')).id);
    const elsewhere = await apply('page-elsewhere', 'share-token', 'keysecure-authorization');
    sandbox.admin.keysecure.updateCardholder(made[0] ?? '', { status: 'Rejected' });
    await refreshed(made[0] ?? '');

    const ids = async (query: Parameters<typeof client.listCardholders>[0]) =>
      (await client.listCardholders(query)).data.map(({ id }) => id);
    expect(await ids({ query: { reference: 'page-2' } })).toEqual([made[1]]);
    expect(await ids({ query: { account: 'keysecure-authorization', reference: 'page-elsewhere' } })).toEqual([
      elsewhere.id,
    ]);
    expect(await ids({ query: { account: 'keysecure', reference: 'page-elsewhere' } })).toEqual([]);
    expect(await ids({ query: { status: 'rejected' } })).toContain(made[0]);
    expect(await ids({ query: { status: 'rejected' } })).not.toContain(made[1]);

    const all = await ids({ query: { account: 'keysecure', limit: 200 } });
    expect(all.slice(0, 3)).toEqual(made);
    const walked: string[] = [];
    const pages = client.all('listCardholders', { query: { account: 'keysecure', limit: 2 } });
    for await (const { id } of pages) walked.push(id);
    expect(walked).toEqual(all);
  });
});

test('a share token is passed on and kept nowhere', async () => {
  const shareToken = 'act-sbx-jwt-canary-7f3d5a';
  const applied = await apply('canary', shareToken);
  await expect(apply('canary-refused', `unfetchable-${shareToken}`)).rejects.toMatchObject({ status: 422 });
  const stored = await everythingStored(gateway.pool);
  expect(stored).toContain(String(applied.providerRef));
  expect(tracesIn(stored, [shareToken])).toEqual([]);
  expect(tracesIn(gateway.log(), [shareToken])).toEqual([]);
  expect(tracesIn(JSON.stringify(applied), [shareToken])).toEqual([]);
});

describe('another application for the same person', () => {
  const again = (id: string, sumsubShareToken = 'share-token', idempotencyKey?: string) =>
    gateway.client.call('reapplyCardholder', {
      params: { id },
      body: { sumsubShareToken },
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  const resubmitted = (reference: string) =>
    gateway.sandbox.admin.ledger({ effect: 'cardholder_resubmitted', reference }).length;

  async function rejected(reference: string) {
    const { id } = await apply(reference, 'reject-me');
    gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
    return refreshed(id);
  }

  test('is taken on once, under the same id, and is decided anew', async () => {
    const holder = await rejected('again-1');
    const first = await again(holder.id, 'share-token', 'again-1');
    expect(first).toMatchObject({
      status: 200,
      data: {
        id: holder.id,
        providerRef: holder.providerRef,
        status: 'pending',
        providerStatus: null,
        failReason: null,
      },
    });
    expect(await again(holder.id, 'share-token', 'again-1')).toMatchObject({ replayed: true, data: first.data });
    expect(resubmitted(holder.id)).toBe(1);
    gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
    expect(await refreshed(holder.id)).toMatchObject({ status: 'approved', failReason: null });
  });

  test('may be rejected again, with its reason, and applied for once more', async () => {
    const holder = await rejected('again-2');
    await again(holder.id, 'reject-me-too');
    gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
    expect(await refreshed(holder.id)).toMatchObject({ status: 'rejected', failReason: expect.any(String) });
    expect((await again(holder.id)).data).toMatchObject({ status: 'pending' });
    expect(resubmitted(holder.id)).toBe(2);
  });

  test('is for a rejected one alone, and nobody is asked for another', async () => {
    const holder = await apply('again-3');
    const asked = gateway.sandbox.admin.requestCount('keysecure', 'cardholder/apply');
    await expect(again(holder.id)).rejects.toMatchObject({
      code: 'illegal-state',
      status: 409,
      problem: { errors: [{ pointer: 'path/id' }] },
    });
    const other = await gateway.key({ tenant: 'other' });
    await expect(
      other.client.reapplyCardholder({ params: { id: holder.id }, body: { sumsubShareToken: 'share' } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect(gateway.sandbox.admin.requestCount('keysecure', 'cardholder/apply')).toBe(asked);
  });

  test('that the provider refuses leaves the cardholder rejected', async () => {
    const holder = await rejected('again-4');
    await expect(again(holder.id, 'unfetchable')).rejects.toMatchObject({
      status: 422,
      problem: { provider: { code: '2006' } },
    });
    const after = await gateway.client.getCardholder({ params: { id: holder.id } });
    expect(after).toMatchObject({
      status: 'rejected',
      failReason: holder.failReason,
      operation: { outcome: 'refused' },
    });
    expect(resubmitted(holder.id)).toBe(0);
  });

  test('whose answer is lost is found out by reading the cardholder, and is not sent twice', async () => {
    const holder = await rejected('again-5');
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'work_then_reset' });
    const lost = await again(holder.id);
    expect(lost).toMatchObject({ status: 202, data: { status: 'rejected', operation: { outcome: 'unknown' } } });
    const resolved = await until(
      () => gateway.client.getCardholder({ params: { id: holder.id } }),
      ({ operation }) => operation?.outcome === 'succeeded',
    );
    // As the look-up read it: the provider has begun to check anew.
    expect(['pending', 'in_review', 'approved']).toContain(resolved?.status);
    expect(resolved).toMatchObject({ failReason: null });
    expect(resubmitted(holder.id)).toBe(1);
  });

  test('that never arrived is not called taken while the cardholder stays rejected', async () => {
    const holder = await rejected('again-6');
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'reset' });
    const asked = admin.requestCount('keysecure', 'cardholder/info');
    const { data } = await again(holder.id);
    await admin.until(() => admin.requestCount('keysecure', 'cardholder/info') > asked);
    const operation = await until(
      () => gateway.client.getOperation({ params: { id: data.operation?.id ?? '' } }),
      ({ attempts }) => attempts.some(({ kind }) => kind === 'look-up'),
    );
    expect(operation).toMatchObject({ outcome: 'unknown', type: 'reapplyCardholder' });
    // The person may try again meanwhile: the provider takes one only while it is rejected.
    expect((await again(holder.id)).data).toMatchObject({ status: 'pending', operation: { outcome: 'succeeded' } });
    expect(resubmitted(holder.id)).toBe(1);
    expect(await gateway.client.getOperation({ params: { id: operation.id } })).toMatchObject({ outcome: 'unknown' });
  });

  test('leaves no share token in Postgres or in the log', async () => {
    const holder = await rejected('again-7');
    await again(holder.id, 'share-canary-again');
    for (const text of [await everythingStored(gateway.pool), gateway.log()]) {
      expect(tracesIn(text, ['share-canary-again'])).toEqual([]);
    }
  });
});
