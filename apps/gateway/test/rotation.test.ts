import { randomBytes } from 'node:crypto';
import { firstUuidAt, Pan, Secret } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotate, status } from '../src/commands/sealing.ts';
import { checkFingerprintKeys, checkSealingKeys } from '../src/sealed/check.ts';
import { requireSameKeyBytes } from '../src/sealed/key-bytes.ts';
import { fingerprintColumns, sealedColumns } from '../src/sealed/columns.ts';
import { rotateSealed } from '../src/sealed/rotate.ts';
import { createSealing, type Sealing } from '../src/sealing.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { install } from './setup/process.ts';
import { until } from './setup/until.ts';

const key = (id: string): { id: string; key: Buffer; text: string } => {
  const bytes = randomBytes(32);
  return { id, key: bytes, text: `${id}:${bytes.toString('base64')}` };
};
const [k1, k2, k3] = [key('k1'), key('k2'), key('k3')];
const [f1, f2] = [key('f1'), key('f2')];
const user = 'custId_1640247522000';
let gateway: TestGateway;
/** The content of a callback. */
const record = '{"notifyType":"TXN"}';
const recordPlace = { table: 'callbacks', column: 'record', row: ['onerway', 'T1'] } as const;
/** Every number that is kept, by the provider's id of its card. */
let numbers: Map<string, string>;

beforeAll(async () => {
  gateway = await startGateway({
    settings: {
      GATEWAY_SEALING_KEYS: `${k2.text},${k1.text}`,
      GATEWAY_FINGERPRINT_KEYS: `${f2.text},${f1.text}`,
    },
  });
  numbers = new Map(gateway.sandbox.admin.openApi.cards().map((card) => [card.card_id, card.card_no]));
  await bringIn(gateway);
  // The state before the new keys: everything is sealed under the older ones.
  const earlier = await gateway.another({
    GATEWAY_SEALING_KEYS: `${k1.text},${k2.text}`,
    GATEWAY_FINGERPRINT_KEYS: `${f1.text},${f2.text}`,
  });
  for (const id of await cardIds()) await earlier.client.getCard({ params: { id }, query: { refresh: true } });
  await earlier.client.listBindings({ query: { account: 'onerway', user, refresh: true } });
  await earlier.close();
  await addCopies(3000);
  await gateway.pool.query(
    `INSERT INTO callbacks (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, received_at)
     VALUES ($1, 'default', 'onerway', 'onerway', 'T1', 'other', $2, 'received', now())`,
    [firstUuidAt(1_700_000_000_000), sealingOf([k1], [f1]).seal(new Secret(record), recordPlace)],
  );
});
afterAll(() => gateway.close());

/** Cards that no provider shows again, so many that a rotation takes several batches. */
async function addCopies(count: number): Promise<void> {
  const sealing = sealingOf([k1], [f1]);
  const refs = Array.from({ length: count }, (_, index) => `copy-${index}`);
  const pans = refs.map((_, index) => Pan.parse(`6217${String(index).padStart(12, '0')}`) as Pan);
  refs.forEach((ref, index) => numbers.set(ref, pans[index]?.reveal() ?? ''));
  await gateway.pool.query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, pan_sealed, pan_fingerprint, created_at, updated_at)
     SELECT id, 'default', 'open-api', 'open-api', ref, 'active', sealed, fingerprint, now(), now()
     FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[]) c (id, ref, sealed, fingerprint)`,
    [
      refs.map((_, index) => firstUuidAt(1_700_000_000_000 + index)),
      refs,
      pans.map((pan, index) =>
        sealing.seal(pan, { table: 'cards', column: 'pan', row: ['open-api', refs[index] ?? ''] }),
      ),
      pans.map((pan) => sealing.fingerprint(pan)),
    ],
  );
}

async function cardIds(): Promise<string[]> {
  const { data } = await gateway.client.listCards({ query: { account: 'open-api', limit: 200 } });
  return data.flatMap(({ id, providerRef }) => (providerRef?.startsWith('copy-') === true ? [] : [id]));
}

/** Lists all that is sealed: the cards of OPEN-API and the tokens of a user of Onerway. */
async function bringIn({ client }: Pick<TestGateway, 'client'>): Promise<void> {
  await client.listBindings({ query: { account: 'onerway', user, refresh: true } });
  const { id } = await client.startSync({ body: { account: 'open-api' } });
  await until(
    () => gateway.client.getSync({ params: { id } }),
    ({ status }) => status === 'succeeded',
  );
}

interface Kept {
  readonly card: string;
  readonly number: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Every sealed card number, opened with exactly these keys, with the key it is under. */
async function kept(sealing: Sealing): Promise<Kept[]> {
  const { rows } = await gateway.pool.query<{ ref: string; sealed: Buffer; key: string; fingerprint: string }>(
    'SELECT provider_ref AS ref, pan_sealed AS sealed, pan_key AS key, pan_fingerprint AS fingerprint FROM cards WHERE pan_sealed IS NOT NULL ORDER BY id',
  );
  return rows.map(({ ref, sealed, key, fingerprint }) => ({
    card: ref,
    number: sealing.openPan(sealed, { table: 'cards', column: 'pan', row: ['open-api', ref] }).reveal(),
    key,
    fingerprint,
  }));
}

async function keysInUse(): Promise<string[]> {
  const { rows } = await gateway.pool.query<{ key: string }>(
    'SELECT pan_key AS key FROM cards WHERE pan_key IS NOT NULL UNION SELECT token_key FROM bindings WHERE token_key IS NOT NULL UNION SELECT record_key FROM callbacks ORDER BY 1',
  );
  return rows.map((row) => row.key);
}

const sealingOf = (sealing: readonly (typeof k1)[], fingerprint: readonly (typeof k1)[]): Sealing =>
  createSealing({ sealing, fingerprint });
const noPause = (): Promise<void> => Promise.resolve();

test('every sealed column of the database is in the list that rotation goes by, and every keyed hash', async () => {
  const { rows } = await gateway.pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name NOT IN ('api_keys', 'audit_log', 'key_checks')`,
  );
  const listed = sealedColumns.map(({ table, column }) => `${table}.${column}_sealed`);
  expect(rows.map(({ name }) => name).sort()).toEqual([...listed].sort());
  const { rows: keyed } = await gateway.pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND (column_name LIKE '%\\_fingerprint' OR column_name LIKE '%\\_hash') AND data_type = 'text'`,
  );
  expect(keyed.map(({ name }) => name).sort()).toEqual(
    fingerprintColumns.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

test('a rotation under load loses nothing: afterwards the new key alone opens every number', async () => {
  const serving = await gateway.another();
  const ids = await cardIds();
  expect(ids.length).toBeGreaterThan(20);
  expect(await keysInUse()).toEqual(['k1']);

  const ended = new AbortController();
  let served = 0;
  const load = [0, 1, 2, 3].map(async (worker) => {
    for (let turn = worker; !ended.signal.aborted || turn < 40; turn += 4) {
      const id = ids[turn % ids.length] ?? '';
      const card = await serving.client.getCard({ params: { id }, query: { refresh: turn % 3 === 0 } });
      expect(card.id).toBe(id);
      if (turn % 20 === 0) {
        await serving.client.listBindings({ query: { account: 'onerway', user, refresh: true } });
      }
      served += 1;
    }
  });
  const lists = (async (): Promise<void> => {
    do await bringIn(serving);
    while (!ended.signal.aborted);
  })();
  const sealing = sealingOf([k2, k1], [f2, f1]);
  const lines: string[] = [];
  await until(
    async () => served,
    (count) => count > 4,
  );
  const servedBefore = served;
  const administration = {
    pool: gateway.owner,
    now: Date.now,
    operator: 'tests',
    print: (line: string) => void lines.push(line),
  };
  expect(await rotate(administration, sealing)).toBe(true);
  const servedMeanwhile = served - servedBefore;
  ended.abort();
  await Promise.all([...load, lists]);
  await serving.close();

  expect(servedMeanwhile).toBeGreaterThan(0);
  expect(lines).toEqual(
    sealedColumns.map(
      ({ table, column }) =>
        expect.stringMatching(
          `^${table}\\.${column}: \\d+ sealed anew, 0 not to be opened, 0 in use by others$`,
        ) as unknown,
    ),
  );
  const rotated = sealingOf([k2], [f2]);
  for (const { card, number, key, fingerprint } of await kept(rotated)) {
    expect(number).toBe(numbers.get(card));
    expect(key).toBe('k2');
    expect(fingerprint).toBe(rotated.fingerprint(Pan.parse(number) as Pan));
  }
  expect((await kept(rotated)).length).toBe(numbers.size);
  expect(await keysInUse()).toEqual(['k2']);
  const { rows } = await gateway.pool.query<{ sealed: Buffer }>('SELECT record_sealed AS sealed FROM callbacks');
  expect(rows.map(({ sealed }) => rotated.open(sealed, recordPlace).reveal())).toEqual([record]);
  // Again, there is nothing left to do.
  const again = await rotateSealed(gateway.owner, sealing, new Date(), noPause);
  expect(again.every(({ resealed, notOpened, busy }) => resealed + notOpened + busy === 0)).toBe(true);
});

test('a gateway without the old key serves what was rotated', async () => {
  const rotated = await gateway.another({ GATEWAY_SEALING_KEYS: k2.text, GATEWAY_FINGERPRINT_KEYS: f2.text });
  const { data } = await rotated.client.listCards({ query: { account: 'open-api', limit: 1 } });
  const id = data[0]?.id ?? '';
  // The provider is asked by the number, which is opened for it.
  expect(await rotated.client.getCard({ params: { id }, query: { refresh: true } })).toMatchObject({ id });
  await rotated.close();
});

describe('a retired key', () => {
  test('seals nothing any more, also in a process that has not heard of it', async () => {
    const stale = await gateway.another({ GATEWAY_SEALING_KEYS: `${k1.text},${k2.text}` });
    const { data } = await stale.client.listCards({ query: { account: 'open-api', limit: 1 } });
    const call = stale.client.getCard({ params: { id: data[0]?.id ?? '' }, query: { refresh: true } });
    await expect(call).rejects.toMatchObject({ status: 500 });
    expect(await keysInUse()).toEqual(['k2']);
    expect(gateway.log()).toContain('the sealing key \\"k1\\" is retired');
    await stale.close();
  });

  test('is refused at the start as the newest, and is welcome behind another', async () => {
    await expect(checkSealingKeys(gateway.pool, sealingOf([k1, k2], [f1]))).rejects.toThrow(
      'GATEWAY_SEALING_KEYS: the key "k1" is retired',
    );
    expect(await checkSealingKeys(gateway.pool, sealingOf([k2, k1], [f1]))).toEqual([]);
  });
});

describe('a key that is gone too early', () => {
  const lines: string[] = [];
  test('is named with what needs it, at the start and by the status', async () => {
    const early = sealingOf([k3], [f2]);
    const closed = await checkSealingKeys(gateway.pool, early);
    expect(closed.map(({ column, key, rows }) => [column.table, key, rows])).toEqual([
      ['cards', 'k2', numbers.size],
      ['bindings', 'k2', expect.any(Number)],
      ['callbacks', 'k2', 1],
    ]);
    const administration = { pool: gateway.pool, json: true, print: (line: string) => void lines.push(line) };
    expect(await status(administration, early)).toBe(false);
    const values = JSON.parse(lines.join('')) as unknown[];
    expect(values).toEqual(
      expect.arrayContaining([
        { column: 'cards.pan', key: 'k2', values: numbers.size, state: 'NOT CONFIGURED' },
        { column: 'cards.pan_fingerprint', key: 'f2', values: numbers.size, state: 'newest' },
        expect.objectContaining({ column: 'operations.request_hash', key: 'f2' }),
      ]),
    );
  });

  test('is named as a fingerprint key too, with what is not found again without it', async () => {
    await requireSameKeyBytes(gateway.pool, sealingOf([k3], [f2]));
    expect(await checkFingerprintKeys(gateway.pool, sealingOf([k3], [f1, f2]))).toEqual([]);
    const missing = await checkFingerprintKeys(gateway.pool, sealingOf([k3], [f1]));
    expect(missing).toContainEqual({
      column: { table: 'cards', column: 'pan_fingerprint' },
      key: 'f2',
      rows: numbers.size,
    });
    expect(new Set(missing.map(({ key }) => key))).toEqual(new Set(['f2']));
  });

  test('keeps what it sealed closed, and a rotation leaves that as it is', async () => {
    const before = await kept(sealingOf([k2], [f2]));
    const results = await rotateSealed(gateway.owner, sealingOf([k3], [f2]), new Date(), noPause);
    expect(results.map(({ notOpened, resealed }) => [notOpened > 0, resealed]).slice(0, 2)).toEqual([
      [true, 0],
      [true, 0],
    ]);
    expect(await kept(sealingOf([k2], [f2]))).toEqual(before);
  });

  test('is made up for by a list: what the provider shows again is sealed again', async () => {
    const lost = await gateway.another({ GATEWAY_SEALING_KEYS: k3.text });
    await lost.client.listBindings({ query: { account: 'onerway', user, refresh: true } });
    expect(await keysInUse()).toEqual(['k2', 'k3']);
    await lost.close();
  });
});

test('a rotation waits for nobody: what others hold is tried again, and counted in the end', async () => {
  const holder = await gateway.pool.connect();
  await holder.query('BEGIN');
  const { rows } = await holder.query<{ id: string }>(
    "SELECT id FROM cards WHERE pan_key = 'k2' ORDER BY id LIMIT 2 FOR UPDATE",
  );
  const sealing = sealingOf([k3, k2], [f2]);
  const [held] = await rotateSealed(gateway.owner, sealing, new Date(), noPause);
  expect(held).toMatchObject({ busy: rows.length, notOpened: 0, resealed: numbers.size - rows.length });
  // A value changed between reading and replacing keeps that change.
  const place = { table: 'cards', column: 'pan', row: ['open-api', 'moved'] } as const;
  await holder.query("UPDATE cards SET provider_ref = 'moved', pan_sealed = $2 WHERE id = $1", [
    rows[0]?.id,
    sealing.seal(new Secret('6217001234567890123'), place),
  ]);
  await holder.query('COMMIT');
  holder.release();
  const [rest] = await rotateSealed(gateway.owner, sealing, new Date(), noPause);
  expect(rest).toMatchObject({ busy: 0, notOpened: 0, resealed: rows.length - 1 });
  expect(await keysInUse()).toEqual(['k3']);
});

test('a gateway does not start with a retired key in front, and says of what it cannot open', async () => {
  const installation = await install(gateway.pool, gateway.sandbox, { database: gateway.services.config.DATABASE_URL });
  const { code, output } = await installation.run({
    GATEWAY_SEALING_KEYS: `${k1.text},${k3.text}`,
    GATEWAY_FINGERPRINT_KEYS: f2.text,
  });
  expect(code).toBe(1);
  expect(output).toContain('GATEWAY_SEALING_KEYS: the key "k1" is retired');
  const started = await installation.start({ GATEWAY_SEALING_KEYS: key('k4').text, GATEWAY_FINGERPRINT_KEYS: f2.text });
  const lines = started
    .output()
    .split('\n')
    .filter((line) => line.includes('"sealingKey"'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ level: 50, sealed: 'cards.pan', sealingKey: 'k3', rows: numbers.size }),
  );
  await started.end('SIGTERM');
  await installation.remove();
});
