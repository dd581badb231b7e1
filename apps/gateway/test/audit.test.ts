import { randomBytes } from 'node:crypto';
import { openDatabase } from '@card-gateway/database';
import { withClient } from '@card-gateway/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../src/audit/chain.ts';
import { type AuditEntry, latestRows, recordAudit } from '../src/audit/store.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

let database: TestDatabase;
/** Two pools, as two processes have them. */
let pools: [pg.Pool, pg.Pool];

beforeAll(async () => {
  database = await createTestDatabase();
  const open = (): pg.Pool =>
    openDatabase(database.url, { connections: 10, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  pools = [open(), open()];
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});
beforeEach(() => tamper('DELETE FROM audit_log'));

const entry: AuditEntry = {
  at: new Date('2026-11-22T10:00:00.007Z'),
  tenant: 'default',
  caller: 'support-desk',
  keyId: 'key_01kan3z7jhfe7v2eq8d4tqh1ym',
  action: 'card.reveal',
  resource: 'card_01kan3z7jhfe7v2eq8d4tqh1ym',
  purpose: 'the holder asks, ticket 4711',
  requestId: 'request-1',
};

const asOwner = (statement: string): Promise<unknown> =>
  withClient(database.ownerUrl, (owner) => owner.query(statement));

/** What only an owner of the database can do, and only on purpose. */
async function tamper(statement: string): Promise<void> {
  await asOwner(`ALTER TABLE audit_log DISABLE TRIGGER USER; ${statement}; ALTER TABLE audit_log ENABLE TRIGGER USER`);
}

async function write(count: number): Promise<void> {
  for (let row = 1; row <= count; row += 1) await recordAudit(pools[0], { ...entry, resource: `card_${row}` });
}

describe('the chain', () => {
  test('holds what was recorded, each row hashed with the one before it', async () => {
    await recordAudit(pools[0], entry);
    await recordAudit(pools[0], { ...entry, tenant: null, keyId: null, purpose: null, requestId: null });
    const [second, first] = await latestRows(pools[0], 10);
    expect(first).toMatchObject({ ...entry, seq: 1n, previousHash: Buffer.alloc(32) });
    expect(second).toMatchObject({ seq: 2n, previousHash: first?.hash, tenant: null, purpose: null });
    expect(await verifyChain(pools[0])).toEqual({ intact: true, head: { seq: 2n, hash: second?.hash } });
  });

  test('of an empty log is intact', async () => {
    expect(await verifyChain(pools[0])).toEqual({ intact: true, head: { seq: 0n, hash: Buffer.alloc(32) } });
  });

  test('reads every text as it was written: none can pass for two others', async () => {
    const odd = ['a,1:b', '1:a', '-', '卡号 € 𝒳', "'; DROP TABLE cards; --", '\\x00\t\n"', ' '];
    for (const text of odd) await recordAudit(pools[0], { ...entry, caller: text, resource: text, purpose: text });
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true, head: { seq: BigInt(odd.length) } });
  });

  test('has no gap and no fork where many write at once from two processes, some of whom give up', async () => {
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const client = await (pools[index % 2] as pg.Pool).connect();
        await client.query('BEGIN');
        await recordAudit(client, { ...entry, resource: `card_${index}` });
        await client.query(index % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
        client.release();
      }),
    );
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true, head: { seq: 40n } });
    const rows = await latestRows(pools[0], 100);
    expect(new Set(rows.map(({ resource }) => resource)).size).toBe(40);
  });

  test('goes on behind what was written before a restart, over more rows than one batch', async () => {
    await pools[0].query(
      `INSERT INTO audit_log (at, caller, action, resource) SELECT now(), 'c', 'key.create', 'key_' || n FROM generate_series(1, 2500) n`,
    );
    expect(await verifyChain(pools[1])).toMatchObject({ intact: true, head: { seq: 2500n } });
  });

  test('numbers and hashes a row itself, whatever an INSERT says', async () => {
    await pools[0].query(
      `INSERT INTO audit_log (seq, at, caller, action, resource, previous_hash, hash)
       VALUES (77, now(), 'c', 'key.create', 'key_1', $1, $1)`,
      [randomBytes(32)],
    );
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true, head: { seq: 1n } });
  });
});

describe('a log that was tampered with is found out:', () => {
  const value = '2026-11-22T10:00:00.008Z';
  test.each([
    ['at', `'${value}'`],
    ['tenant', "'other'"],
    ['tenant', 'NULL'],
    ['caller', "'somebody-else'"],
    ['key_id', 'NULL'],
    ['action', "'card.frame_token'"],
    ['resource', "'card_x'"],
    ['purpose', 'NULL'],
    ['purpose', "'-'"],
    ['request_id', "'another'"],
    ['hash', "sha256('x')"],
  ])('%s of a row set to %s', async (column, changed) => {
    await write(5);
    await tamper(`UPDATE audit_log SET ${column} = ${changed} WHERE seq = 3`);
    expect(await verifyChain(pools[0])).toEqual({ intact: false, seq: 3n, what: 'it was changed' });
  });

  test('a row taken out', async () => {
    await write(5);
    await tamper('DELETE FROM audit_log WHERE seq = 3');
    expect(await verifyChain(pools[0])).toEqual({ intact: false, seq: 4n, what: 'row 3 before it is missing' });
  });

  test('a row taken out and the rest numbered anew', async () => {
    await write(5);
    await tamper('DELETE FROM audit_log WHERE seq = 3; UPDATE audit_log SET seq = 3 WHERE seq = 4');
    expect(await verifyChain(pools[0])).toMatchObject({ intact: false, seq: 3n });
  });

  test('two rows exchanged', async () => {
    await write(5);
    await tamper(
      'UPDATE audit_log SET seq = 99 WHERE seq = 2; UPDATE audit_log SET seq = 2 WHERE seq = 3; UPDATE audit_log SET seq = 3 WHERE seq = 99',
    );
    expect(await verifyChain(pools[0])).toMatchObject({ intact: false, seq: 2n });
  });

  test('its end cut off, or all of it written anew, by the head that was noted down', async () => {
    await write(5);
    const noted = await verifyChain(pools[0]);
    if (!noted.intact) throw new Error('broken');
    await write(2);
    expect(await verifyChain(pools[0], noted.head)).toMatchObject({ intact: true, head: { seq: 7n } });
    await tamper('DELETE FROM audit_log WHERE seq > 3');
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true, head: { seq: 3n } });
    expect(await verifyChain(pools[0], noted.head)).toMatchObject({ intact: false, seq: 4n });
    await tamper('DELETE FROM audit_log');
    for (let row = 1; row <= 6; row += 1) await recordAudit(pools[0], { ...entry, resource: 'card_forged' });
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true });
    expect(await verifyChain(pools[0], noted.head)).toMatchObject({ intact: false, seq: 5n });
  });
});

describe('the database', () => {
  test.each([
    ["UPDATE audit_log SET purpose = 'another' WHERE seq = 1"],
    ['UPDATE audit_log SET purpose = purpose WHERE false'],
    ['DELETE FROM audit_log WHERE seq = 1'],
    ['TRUNCATE audit_log'],
    [
      "INSERT INTO audit_log (at, caller, action, resource) VALUES (now(), 'c', 'key.create', 'x'); DELETE FROM audit_log",
    ],
  ])('refuses, to the owner too: %s', async (statement) => {
    await write(2);
    await expect(asOwner(statement)).rejects.toThrow('audit_log is append-only');
    expect(await verifyChain(pools[0])).toMatchObject({ intact: true, head: { seq: 2n } });
  });

  test('keeps no card or phone number that stands in a purpose', async () => {
    await recordAudit(pools[0], {
      ...entry,
      purpose: 'card 4111 1111 1111 1111, 13912345678, ticket 471100 of 2026-11-22',
    });
    await recordAudit(pools[0], { ...entry, purpose: '6217001234567890123' });
    const purposes = (await latestRows(pools[0], 2)).map(({ purpose }) => purpose);
    expect(purposes).toEqual(['***', 'card ***, ***, ticket 471100 of 2026-11-22']);
  });

  test.each([
    ['call １３９１２３４５６７８ now', 'call *** now'],
    ['card 4111.1111.1111.1112 or 4111/1111/1111/1112', 'card *** or ***'],
    ['of %31%33%39%31%32%33%34%35%36%37%38', 'of ***'],
    ['card 4111 - 1111 - 1111 - 1111 or 4111,  1111,  1111,  1111', 'card *** or ***'],
    ['card 4111:1111:1111:1111, at 2026-11-22 10:00:00', 'card ***, at 2026-11-22 10:00:00'],
    [`of ${Buffer.from('4111 - 1111 - 1111 - 1111').toString('base64')}`, 'of ***'],
    [`of ${Buffer.from('13912345678').toString('base64')}`, 'of ***'],
    [`of ${Buffer.from('4111111111111112').toString('hex')}`, 'of ***'],
    [
      '2026-11-22T10:00:00.000Z to 2026-11-23T10:00:00.000Z: *',
      '2026-11-22T10:00:00.000Z to 2026-11-23T10:00:00.000Z: *',
    ],
    ['Straße ４７, 100 %', 'Straße ４７, 100 %'],
    ['at 192.168.100.200', 'at 192.168.100.200'],
    ['call 420.123.456.789', 'call ***'],
    [
      'for web: cards:read, cards:write, until 2027-01-31T00:00:00.000Z',
      'for web: cards:read, cards:write, until 2027-01-31T00:00:00.000Z',
    ],
    ['621700******1234 of user-7', '621700******1234 of user-7'],
  ])('nor one that is written otherwise: %s', async (purpose, kept) => {
    await recordAudit(pools[0], { ...entry, purpose });
    expect((await latestRows(pools[0], 1))[0]?.purpose).toBe(kept);
  });
});

test('nobody is shown anything when the row cannot be written', async () => {
  await asOwner('ALTER TABLE audit_log RENAME TO audit_away');
  try {
    await expect(recordAudit(pools[0], entry)).rejects.toThrow('audit_log');
  } finally {
    await asOwner('ALTER TABLE audit_away RENAME TO audit_log');
  }
});
