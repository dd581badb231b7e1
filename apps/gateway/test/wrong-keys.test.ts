import { randomBytes } from 'node:crypto';
import { Pan, Secret } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import { withClient } from '@card-gateway/database/testing';
import { startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { status } from '../src/commands/sealing.ts';
import { createSealing, type Sealing } from '../src/sealing.ts';
import { compareKeyBytes, requireSameKeyBytes } from '../src/sealed/key-bytes.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { install } from './setup/process.ts';

let database: TestDatabase;
/** Two pools, as two processes have them. */
let pools: [Pool, Pool];
beforeEach(async () => {
  database = await createTestDatabase();
  const open = (): Pool =>
    openDatabase(database.url, { connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  pools = [open(), open()];
  return async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  };
});

const keyOf = (id: string) => ({ id, key: randomBytes(32) });
const [s1, f1] = [keyOf('s1'), keyOf('f1')];
const right = createSealing({ sealing: [s1], fingerprint: [f1] });
const otherSealing = createSealing({ sealing: [keyOf('s1')], fingerprint: [f1] });
const otherFingerprint = createSealing({ sealing: [s1], fingerprint: [keyOf('f1')] });

const told = {
  sealing: /^.*\n {2}- GATEWAY_SEALING_KEYS: the key "s1" has other bytes than the key "s1" of this database\. .+\.$/,
};
const toldOfFingerprint = 'GATEWAY_FINGERPRINT_KEYS: the key "f1" has other bytes than the key "f1" of this database.';

describe('a key that the database knows', () => {
  beforeEach(() => requireSameKeyBytes(pools[0], right));

  test('is taken again, with new ones beside it', async () => {
    await requireSameKeyBytes(pools[0], right);
    const more = createSealing({ sealing: [keyOf('s2'), s1], fingerprint: [f1] });
    expect(await compareKeyBytes(pools[0], more)).toEqual([
      { kind: 'sealing', id: 's2', bytes: 'new' },
      { kind: 'sealing', id: 's1', bytes: 'same' },
      { kind: 'fingerprint', id: 'f1', bytes: 'same' },
    ]);
    await requireSameKeyBytes(pools[0], more);
    expect((await compareKeyBytes(pools[0], more)).map(({ bytes }) => bytes)).toEqual(['same', 'same', 'same']);
  });

  test('is refused with other bytes, and what is to be done is said', async () => {
    await expect(requireSameKeyBytes(pools[0], otherSealing)).rejects.toThrow(told.sealing);
    await expect(requireSameKeyBytes(pools[0], otherFingerprint)).rejects.toThrow(toldOfFingerprint);
  });

  test('is another key as a fingerprint key than as a sealing key', async () => {
    const swapped = createSealing({ sealing: [{ ...f1, id: 's1' }], fingerprint: [{ ...s1, id: 'f1' }] });
    expect((await compareKeyBytes(pools[0], swapped)).map(({ bytes }) => bytes)).toEqual(['other', 'other']);
  });

  test('shows in the status with other bytes, also before anything is sealed', async () => {
    const lines: string[] = [];
    const administration = { pool: pools[0], json: false, print: (line: string) => void lines.push(line) };
    expect(await status(administration, right)).toBe(true);
    expect(await status(administration, otherFingerprint)).toBe(false);
    expect(lines.at(-1)).toMatch(/^the fingerprint key itself +f1 +0 +OTHER BYTES$/);
    await keepCard(right);
    expect(await status(administration, otherSealing)).toBe(false);
    expect(lines.join('\n')).toMatch(/^cards\.pan +s1 +1 +OTHER BYTES$/m);
  });

  test.each(["UPDATE key_checks SET check_value = sha256('x')", 'DELETE FROM key_checks'])(
    'cannot be made another by a gateway: %s',
    async (statement) => {
      await expect(pools[0].query(statement)).rejects.toThrow('permission denied');
    },
  );
});

test('of two that bring different bytes under one new id, one is refused', async () => {
  const ends = await Promise.allSettled([
    requireSameKeyBytes(pools[0], right),
    requireSameKeyBytes(pools[1], otherSealing),
  ]);
  expect(ends.map((end) => end.status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

describe('a database of before keys were made known', () => {
  test('tells by what is sealed in it', async () => {
    await keepCard(right);
    await expect(requireSameKeyBytes(pools[0], otherSealing)).rejects.toThrow(told.sealing);
    await expect(requireSameKeyBytes(pools[0], otherFingerprint)).rejects.toThrow(toldOfFingerprint);
    expect((await pools[0].query('SELECT FROM key_checks')).rowCount).toBe(0);
    await requireSameKeyBytes(pools[0], right);
    await expect(requireSameKeyBytes(pools[0], otherSealing)).rejects.toThrow(told.sealing);
  });

  test('takes a key whose values are damaged but for one', async () => {
    for (let count = 0; count < 3; count += 1) await keepCard(right);
    await withClient(database.ownerUrl, (owner) =>
      owner.query(
        `UPDATE cards SET pan_sealed = pan_sealed || '\\x00' WHERE id <> (SELECT id FROM cards ORDER BY provider_ref LIMIT 1)`,
      ),
    );
    await requireSameKeyBytes(pools[0], right);
    expect((await compareKeyBytes(pools[0], right)).map(({ bytes }) => bytes)).toEqual(['same', 'same']);
  });
});

test('a gateway with other bytes does not start, in lines that say which key', async () => {
  const sandbox = await startSandbox();
  const installation = await install(pools[0], sandbox, { database: database.url });
  try {
    const gateway = await installation.start();
    await gateway.end('SIGTERM');
    const bytes = randomBytes(32).toString('base64');
    const { code, output } = await installation.run({ GATEWAY_SEALING_KEYS: `s1:${bytes}` });
    expect(code).toBe(1);
    expect(output).toMatch(
      /^The settings are not usable:\n {2}- GATEWAY_SEALING_KEYS: the key "s1" has other bytes .*\n$/m,
    );
    expect(output).not.toContain(bytes);
  } finally {
    await installation.remove();
    await sandbox.close();
  }
});

/** A card as a sync brings one in. */
async function keepCard(sealing: Sealing): Promise<void> {
  const number = `621700${String(randomBytes(6).readUIntBE(0, 6)).padStart(13, '0').slice(-13)}`;
  const pan = Pan.parse(number) ?? new Secret(number);
  const ref = randomBytes(8).toString('hex');
  await pools[0].query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, pan_sealed, pan_fingerprint, created_at, updated_at)
     VALUES (gen_random_uuid(), 't', 'p', 'a', $1, 'active', $2, $3, now(), now())`,
    [ref, sealing.seal(pan, { table: 'cards', column: 'pan', row: ['a', ref] }), sealing.fingerprint(pan)],
  );
}
