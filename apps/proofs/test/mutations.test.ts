import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults, type PlantedFault, plantedTexts } from '../src/chaos/mutations.ts';

// A proof with a planted fault takes too long to be run each time; so at least the place of each fault is looked for.

let database: OwnDatabase;
beforeAll(async () => {
  database = await createDatabase('migrated');
});
afterAll(() => database.drop());

test.each(Object.keys(faults) as PlantedFault[])('what "%s" takes away is still there', async (mutation) => {
  const { edits, statements } = faults[mutation];
  expect(edits.length + statements.length).toBeGreaterThan(0);
  expect([...(await plantedTexts(mutation)).keys()].toSorted()).toEqual(
    [...new Set(edits.map(({ file }) => file))].toSorted(),
  );
  await withClient(database.ownerUrl, async (owner) => {
    await owner.query('BEGIN');
    for (const statement of statements) await owner.query(statement);
    await owner.query('ROLLBACK');
  });
});
