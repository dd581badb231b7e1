import { describe, expect, test } from 'vitest';
import { frozenMigrations } from './frozen.ts';
import { isRepeatable, migrationFiles, runsAlone, statementsOf } from './migration-files.ts';

describe('the migrations that have landed', () => {
  test('are as they were', async () => {
    const list = await frozenMigrations();
    expect(list.trim().split('\n')).toHaveLength((await migrationFiles()).length);
  });

  test('may be followed by new ones', async () => {
    const list = await frozenMigrations();
    const withoutLast = list.replace(/[^\n]+\n$/, '');
    expect(await frozenMigrations(withoutLast)).toBe(list);
  });

  test('are refused when one was changed or removed', async () => {
    const list = await frozenMigrations();
    const edited = list.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await expect(frozenMigrations(edited)).rejects.toThrow(
      'Migration 20261122000000_initial was changed, and databases have it already. Restore the file and write a new migration.',
    );
    const removed = `${'0'.repeat(64)}  migrations/20261122000000_gone/migration.sql\n`;
    await expect(frozenMigrations(list + removed)).rejects.toThrow('Migration 20261122000000_gone was removed');
    await expect(frozenMigrations('<<<<<<< HEAD\n')).rejects.toThrow('has a line that is no migration: <<<<<<< HEAD');
  });
});

describe('a script', () => {
  test('is split where its statements end, each with its line', () => {
    const script = `-- One; not two.
CREATE TABLE a (x text DEFAULT 'it''s; so'); CREATE TABLE "b;" (y text);
/* No; statement. */

  -- The third.
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
  PERFORM 1; RETURN NEW;
END $body$;
CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$
-- The end.
`;
    expect(statementsOf(script)).toEqual([
      { text: "CREATE TABLE a (x text DEFAULT 'it''s; so');", line: 2 },
      { text: 'CREATE TABLE "b;" (y text);', line: 2 },
      { text: expect.stringMatching(/^CREATE FUNCTION f.*END \$body\$;$/s) as string, line: 6 },
      { text: expect.stringMatching(/^CREATE FUNCTION g.*\$\$\n-- The end\.\n$/s) as string, line: 9 },
    ]);
    expect(statementsOf('-- Nothing.\n\n')).toEqual([]);
  });

  test.each([
    ['-- Why.\nDROP INDEX CONCURRENTLY IF EXISTS a;\nCREATE INDEX CONCURRENTLY a ON b (c);', true],
    ['DROP INDEX CONCURRENTLY IF EXISTS a;\nDROP INDEX CONCURRENTLY IF EXISTS b;', true],
    ['CREATE INDEX CONCURRENTLY a ON b (c);', false],
    ['DROP INDEX CONCURRENTLY a;', false],
    ['DROP INDEX IF EXISTS a;\nCREATE INDEX a ON b (c);', false],
    ['DROP INDEX CONCURRENTLY IF EXISTS a;\nUPDATE b SET c = c + 1;', false],
    ['', false],
  ])('that stopped half-way runs again if it removes what it may have left: %j', (script, repeatable) => {
    expect(isRepeatable(script)).toBe(repeatable);
  });

  test.each([
    ['CREATE INDEX CONCURRENTLY a ON b (c);', true],
    ['create unique index concurrently if not exists a ON b (c);', true],
    ['DROP INDEX CONCURRENTLY a;', true],
    ['REINDEX TABLE CONCURRENTLY a;', true],
    ['CREATE INDEX concurrently_made ON b (c);', false],
    ['CREATE TABLE a (b text); -- not CONCURRENTLY', false],
  ])('runs in a transaction unless it cannot: %s', (text, alone) => {
    expect(runsAlone({ text, line: 1 })).toBe(alone);
  });
});
