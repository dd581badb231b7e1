import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { latestRows } from '../src/audit/store.ts';
import { revealCard } from '../src/cards/reveal-card.ts';
import { jobWork } from '../src/work.ts';
import { type Answer, call, problemOf } from './setup/call.ts';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead } from './setup/reconcile.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';
import { until } from './setup/until.ts';

const perHour = 4;
const purpose = 'the holder asked for it, ticket 4711';

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  gateway = await startGateway({
    settings: { REVEALS_PER_KEY_AND_HOUR: String(perHour), PROVIDER_READ_TIMEOUT_MS: '1000' },
  });
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

interface AuditRow {
  readonly action: string;
  readonly caller: string;
  readonly tenant: string;
  readonly purpose: string;
  readonly key_id: string;
  readonly request_id: string;
}

/** The audit rows of a card. */
const audited = async (card: string): Promise<AuditRow[]> =>
  (await gateway.pool.query<AuditRow>('SELECT * FROM audit_log WHERE resource = $1 ORDER BY seq', [card])).rows;

const revealOf = (card: string, key: string, url = gateway.url): Promise<Answer> =>
  call(url, { method: 'POST', path: `/v1/cards/${card}/reveal`, key, body: { purpose } });
const shown = (): number => gateway.sandbox.admin.requestCount('keysecure', 'card/private/info');

describe('revealing a card', () => {
  test('gives number, expiry and security code, keeps none of them, and says who looked and why', async () => {
    const { id } = await cards.made('physical');
    const { pan, cvv, expYear, expMonth } = secretsOf(gateway, id);
    const { key } = await gateway.key({ caller: 'support-desk', scopes: ['cards:reveal'] });
    const answer = await revealOf(id, key);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual({ card: id, number: pan, expiry: `${expYear}-${expMonth}`, cvv });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });

    expect(await audited(id)).toMatchObject([
      {
        action: 'card.reveal',
        tenant: 'default',
        caller: 'support-desk',
        purpose,
        key_id: expect.stringMatching(/^key_/) as string,
        request_id: answer.headers['x-request-id'],
      },
    ]);
    const kept = await everythingStored(gateway.pool);
    expect(tracesIn(kept, [pan])).toEqual([]);
    expect(tracesIn(gateway.log(), [pan])).toEqual([]);
    expect(kept).not.toContain(`"${cvv}"`);
  });

  test('needs a scope of its own, and a purpose', async () => {
    const { id } = await cards.made('virtual');
    const { key: writer } = await gateway.key({ scopes: ['cards:read', 'cards:write'] });
    expect(problemOf(await revealOf(id, writer), 403)).toMatchObject({ code: 'forbidden' });
    const { key } = await gateway.key({ scopes: ['cards:reveal'] });
    const request = { method: 'POST', path: `/v1/cards/${id}/reveal`, key };
    for (const body of [{}, { purpose: '  ' }, { purpose, note: 'x' }]) {
      expect(problemOf(await call(gateway.url, { ...request, body }), 400)).toMatchObject({ code: 'invalid-request' });
    }
    const tooShort = problemOf(await call(gateway.url, { ...request, body: { purpose: 'x' } }), 400);
    const detail = 'expected why it is needed, 3 to 200 characters';
    expect(tooShort).toMatchObject({ detail: `/purpose: ${detail}`, errors: [{ pointer: '/purpose', detail }] });
    expect(await audited(id)).toMatchObject([{ action: 'card.reveal_denied', purpose: 'forbidden' }]);
  });

  test('a number in the purpose is not written down', async () => {
    const { id } = await cards.made('virtual');
    const { client, key } = await gateway.key();
    const before = shown();
    for (const number of [
      '4111 1111 1111 1111',
      '4111.1111.1111.1111',
      '４１１１１１１１１１１１１１１１',
      'NDExMTExMTExMTExMTExMQ==',
    ]) {
      const body = { purpose: `asked for ${number}` };
      const refused = problemOf(
        await call(gateway.url, { method: 'POST', path: `/v1/cards/${id}/reveal`, key, body }),
        400,
      );
      expect(refused.errors).toEqual([{ pointer: '/purpose', detail: 'expected no card number in it' }]);
    }
    expect(shown()).toBe(before);
    // Without a right check digit it is no card number, perhaps, but is not kept either.
    await client.revealCard({ params: { id }, body: { purpose: 'asked for 4111 1111 1111 1112 by 13812345678' } });
    expect(await audited(id)).toMatchObject([{ purpose: 'asked for *** by ***' }]);
  });

  test.each(['Pending', 'Fail'] as const)('of a card that is %s shows nothing and asks nobody', async (word) => {
    const { id } = await cards.made('virtual', word);
    const before = shown();
    const { key } = await gateway.key();
    expect(problemOf(await revealOf(id, key), 409)).toMatchObject({ code: 'illegal-state' });
    expect(shown()).toBe(before);
    expect(await audited(id)).toEqual([]);
  });

  test('of an OPEN-API card asks by its number, which is sealed here', async () => {
    const { client, sandbox } = gateway;
    const { id: sync } = await client.startSync({ body: { account: 'open-api' } });
    await until(
      () => client.getSync({ params: { id: sync } }),
      ({ status }) => status === 'succeeded',
    );
    const { data } = await client.listCards({ query: { account: 'open-api', status: 'active', limit: 1 } });
    const [card] = data;
    const at = sandbox.admin.openApi.cards().find(({ card_id }) => card_id === card?.providerRef);
    const { client: desk } = await gateway.key();
    const revealed = await desk.revealCard({ params: { id: card?.id ?? '' }, body: { purpose } });
    expect(revealed).toEqual({ card: card?.id, number: at?.card_no, expiry: card?.expiry, cvv: at?.cvv });
    expect(await audited(card?.id ?? '')).toHaveLength(1);
  });

  test('what the provider does not give is not made up', async () => {
    const { id } = await cards.made('virtual');
    const fault = { provider: 'keysecure', operation: 'card/private/info' } as const;
    for (const [kind, status, code] of [
      [{ fault: 'not_json' }, 502, 'provider-error'],
      [{ fault: 'refuse', code: 1013 }, 422, 'not-supported'],
      [{ fault: 'refuse', code: 1004 }, 422, 'refused-by-provider'],
      [{ fault: 'refuse', code: 1003 }, 502, 'provider-error'],
      [{ fault: 'hang' }, 503, 'provider-unavailable'],
    ] as const) {
      const { key } = await gateway.key();
      gateway.sandbox.admin.addFault({ ...fault, ...kind });
      expect(problemOf(await revealOf(id, key), status)).toMatchObject({ code });
      gateway.sandbox.admin.clearFaults();
    }
    // Each was a look all the same.
    expect(await audited(id)).toHaveLength(5);
  });
});

describe('the audit log comes first', () => {
  test('the row is committed before the provider is asked', async () => {
    const { sandbox } = gateway;
    const { id } = await cards.made('virtual');
    const before = shown();
    sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/private/info', fault: 'hang' });
    const { key } = await gateway.key();
    const answer = revealOf(id, key);
    await sandbox.admin.until(() => shown() > before);
    // On another connection: only what is committed is seen.
    expect(await audited(id)).toHaveLength(1);
    expect((await answer).status).toBe(503);
  });

  test.each([
    ['fails', "RAISE EXCEPTION 'no more rows'"],
    ['takes too long', "RAISE EXCEPTION 'statement timeout' USING ERRCODE = 'query_canceled'"],
  ])('without it, when writing %s, nobody is asked', async (_, failure) => {
    const { owner } = gateway;
    const { id } = await cards.made('virtual');
    await owner.query(
      `CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${failure}; END $$;
       CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit()`,
    );
    const before = gateway.sandbox.admin.requests().counts;
    const { key } = await gateway.key();
    try {
      for (const act of ['reveal', 'frame-tokens']) {
        const path = `/v1/cards/${id}/${act}`;
        const answer = await call(gateway.url, { method: 'POST', path, key, body: { purpose } });
        expect(problemOf(answer, 503)).toMatchObject({ code: 'database-unavailable' });
        expect(answer.headers['retry-after']).toBe('2');
      }
    } finally {
      await owner.query('DROP TRIGGER refuse_audit ON audit_log; DROP FUNCTION refuse_audit()');
    }
    expect(gateway.sandbox.admin.requests().counts).toEqual(before);
    expect(await audited(id)).toEqual([]);
    expect((await revealOf(id, key)).status).toBe(200);
  });
});

describe('how often a key may look', () => {
  test('is counted over processes and over both ways to look, exactly', async () => {
    const second = await gateway.another();
    try {
      const { id } = await cards.made('virtual');
      const { key } = await gateway.key();
      const before = shown();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => revealOf(id, key, index % 2 === 0 ? gateway.url : second.url)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(perHour);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const answer of refused) {
        expect(problemOf(answer, 429)).toMatchObject({ code: 'reveal-limit' });
        const seconds = Number(answer.headers['retry-after']);
        expect(seconds).toBeGreaterThan(3500);
        expect(seconds).toBeLessThanOrEqual(3600);
      }
      expect(shown()).toBe(before + perHour);
      const looks = await audited(id);
      expect(looks.filter(({ action }) => action === 'card.reveal')).toHaveLength(perHour);

      const path = `/v1/cards/${id}/frame-tokens`;
      const token = await call(second.url, { method: 'POST', path, key, body: { purpose } });
      expect(problemOf(token, 429)).toMatchObject({ code: 'reveal-limit' });
      const { key: other } = await gateway.key();
      expect((await revealOf(id, other)).status).toBe(200);
    } finally {
      await second.close();
    }
  });

  test('is counted by the clock of the database, whatever that of a process says, and forgotten after an hour', async () => {
    const { id } = await cards.made('virtual');
    const { key, client } = await gateway.key({ caller: 'clocks' });
    for (let look = 0; look < perHour; look += 1) await client.revealCard({ params: { id }, body: { purpose } });
    const [{ key_id: keyId } = { key_id: '' }] = await audited(id);
    const caller = { tenant: 'default', caller: 'clocks', keyId, scopes: ['admin'] };
    const request = { caller, id, purpose, requestId: '', work: jobWork };
    for (const hours of [-25, -2, 2, 25]) {
      const look = revealCard(ahead(gateway, hours * 3_600_000), request);
      await expect(look).rejects.toMatchObject({ code: 'reveal-limit' });
    }
    const age = (interval: string) =>
      gateway.pool.query('UPDATE guesses SET made_at = made_at - $1::interval WHERE subject = $2', [
        interval,
        `reveal by ${keyId}`,
      ]);
    await age('59 minutes');
    const answer = await revealOf(id, key);
    expect(problemOf(answer, 429)).toMatchObject({ code: 'reveal-limit' });
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    await age('2 minutes');
    expect((await revealOf(id, key)).status).toBe(200);
  });
});

describe('a look that is denied', () => {
  const acts = [
    ['reveal', 'card'],
    ['frame-tokens', 'card'],
    ['reveal', 'binding'],
  ] as const;
  const missing = { card: 'card_01kan3z7jhfe7v2eq8d4tqh1y0', binding: 'bind_01kan3z7jhfe7v2eq8d4tqh1y0' } as const;
  const pathOf = (act: string, kind: 'card' | 'binding', id: string): string => `/v1/${kind}s/${id}/${act}`;
  const actionOf = (act: string, kind: 'card' | 'binding'): string =>
    `${kind}.${act === 'reveal' ? 'reveal' : 'frame_token'}_denied`;

  /** The audit row of a call, and the log line that names who was denied. */
  async function left(path: string, key: string, status: number) {
    const head = (await latestRows(gateway.pool, 1))[0]?.seq ?? 0n;
    const logged = gateway.log().length;
    const answer = await call(gateway.url, { method: 'POST', path, key, body: { purpose } });
    problemOf(answer, status);
    expect(answer.text).not.toContain(purpose);
    const lines = gateway.log().slice(logged).split('\n');
    const line = JSON.parse(lines.find((one) => one.includes('denied a reveal')) ?? '{}') as object;
    const rows = (await latestRows(gateway.pool, 10)).filter(({ seq }) => seq > head);
    expect(rows.map(({ requestId }) => requestId)).toEqual(rows.map(() => answer.headers['x-request-id']));
    return { line, rows, answer };
  }

  test.each(acts)('for want of the scope: %s of a %s', async (act, kind) => {
    const scopes = ['cards:read', 'cards:write', 'bindings:read', 'bindings:write', 'operations:resolve'];
    const { key } = await gateway.key({ caller: 'clerk', scopes });
    const { line, rows } = await left(pathOf(act, kind, missing[kind]), key, 403);
    expect(line).toMatchObject({ client: '127.0.0.1', caller: 'clerk', tenant: 'default', why: 'forbidden' });
    const row = { action: actionOf(act, kind), caller: 'clerk', resource: missing[kind], purpose: 'forbidden' };
    expect(rows).toMatchObject([row]);
  });

  test.each(acts)('because there is no such thing: %s of a %s', async (act, kind) => {
    const { key } = await gateway.key({ caller: 'clerk' });
    const { line, rows } = await left(pathOf(act, kind, missing[kind]), key, 404);
    expect(line).toMatchObject({ client: '127.0.0.1', caller: 'clerk', why: 'not-found' });
    expect(rows).toMatchObject([
      { action: actionOf(act, kind), resource: missing[kind], purpose: `not-found: ${purpose}` },
    ]);
  });

  test("because it is another tenant's, or its account has become so: in the same words", async () => {
    const { id } = await cards.made('virtual');
    const { key: stranger } = await gateway.key({ caller: 'stranger', tenant: 'other' });
    const foreign = await left(pathOf('reveal', 'card', id), stranger, 404);
    expect(foreign.rows).toMatchObject([
      { action: 'card.reveal_denied', tenant: 'other', caller: 'stranger', resource: id },
    ]);
    expect(foreign.line).toMatchObject({ client: '127.0.0.1', tenant: 'other', why: 'not-found' });
    const none = await left(pathOf('reveal', 'card', missing.card), stranger, 404);
    expect({ ...(foreign.answer.json as object), requestId: '' }).toEqual({
      ...(none.answer.json as object),
      requestId: '',
    });

    const { key } = await gateway.key();
    const account = gateway.services.accounts.byName('keysecure') as { tenant: string };
    account.tenant = 'other';
    try {
      const moved = await left(pathOf('reveal', 'card', id), key, 404);
      expect(moved.rows).toMatchObject([{ action: 'card.reveal_denied', tenant: 'default', resource: id }]);
    } finally {
      account.tenant = 'default';
    }
  });

  test('because the key has looked too often; and only so many denials of one key are audited', async () => {
    const { id } = await cards.made('virtual');
    const { key, client } = await gateway.key();
    for (let look = 0; look < perHour; look += 1) await client.revealCard({ params: { id }, body: { purpose } });
    const path = pathOf('reveal', 'card', id);
    for (let denial = 0; denial < perHour; denial += 1) {
      const { line, rows } = await left(path, key, 429);
      expect(line).toMatchObject({ client: '127.0.0.1', why: 'reveal-limit' });
      expect(rows).toMatchObject([{ action: 'card.reveal_denied', purpose: `reveal-limit: ${purpose}` }]);
    }
    const { line, rows } = await left(path, key, 429);
    expect(line).toMatchObject({ client: '127.0.0.1', why: 'reveal-limit' });
    expect(rows).toEqual([]);
  });

  test('writes down no card number that stands in the place of an id', async () => {
    const { key } = await gateway.key({ scopes: ['cards:read'] });
    for (const id of ['4111111111111111', 'card_01411111111111111100000000', '4111%201111%201111%201111']) {
      const { rows, line } = await left(pathOf('reveal', 'card', id), key, 403);
      expect(rows).toMatchObject([{ action: 'card.reveal_denied', resource: 'no id of a card' }]);
      expect(line).toMatchObject({ why: 'forbidden' });
    }
    expect(tracesIn(gateway.log(), ['4111111111111111'])).toEqual([]);
  });

  test('is denied also where that cannot be written down', async () => {
    const { owner } = gateway;
    await owner.query(
      `CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no more rows'; END $$;
       CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit()`,
    );
    try {
      const { key } = await gateway.key({ scopes: ['cards:read'] });
      const { rows, line } = await left(pathOf('reveal', 'card', missing.card), key, 403);
      expect(rows).toEqual([]);
      expect(line).toMatchObject({ client: '127.0.0.1' });
      expect(gateway.log()).toContain('could not be written to the audit log');
    } finally {
      await owner.query('DROP TRIGGER refuse_audit ON audit_log; DROP FUNCTION refuse_audit()');
    }
  });
});

describe('a token for the hosted frame', () => {
  test('is new each time, is not stored, and is audited', async () => {
    const { id } = await cards.made('virtual');
    const { client, key } = await gateway.key({ scopes: ['cards:reveal'] });
    const before = Date.now();
    const answer = await call(gateway.url, {
      method: 'POST',
      path: `/v1/cards/${id}/frame-tokens`,
      key,
      body: { purpose },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const first = answer.json as { readonly card: string; readonly token: string; readonly expiresAt: string };
    const second = await client.createFrameToken({ params: { id }, body: { purpose } });
    expect(first.card).toBe(id);
    expect(first.token).not.toBe(second.token);
    expect(Date.parse(first.expiresAt)).toBeGreaterThan(before);
    expect(await audited(id)).toMatchObject([{ action: 'card.frame_token' }, { action: 'card.frame_token' }]);
    const kept = (await everythingStored(gateway.pool)) + gateway.log();
    expect(tracesIn(kept, [first.token, second.token])).toEqual([]);
  });

  test('an account without it says so, and nothing is written down', async () => {
    const { client } = gateway;
    const { data } = await client.listCards({ query: { account: 'open-api', status: 'active', limit: 1 } });
    const id = data[0]?.id ?? '';
    const before = (await audited(id)).length;
    await expect(client.createFrameToken({ params: { id }, body: { purpose } })).rejects.toMatchObject({
      code: 'not-supported',
    });
    expect(await audited(id)).toHaveLength(before);
  });
});
