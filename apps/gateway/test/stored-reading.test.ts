import { randomUUID } from 'node:crypto';
import type { Page } from '@card-gateway/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ListReading, readList } from '../src/list-reading.ts';
import { advanceSync } from '../src/syncs/store.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

interface Row {
  readonly providerRef: string;
}

/** Before which request a row moves from one place to another, comes, or goes. */
type Script = ReadonlyMap<
  number,
  { readonly from: number; readonly to: number; readonly kind: 'move' | 'add' | 'remove' }
>;

/** A provider that plays a script: whoever asks it for the same pages gets the same answers. */
function provider(counts: readonly number[], size: number, isClamped: boolean, script: Script) {
  const lists = counts.map((count, part) => Array.from({ length: count }, (_, at) => `row-${part}-${at}`));
  const asked: (string | null)[] = [];
  return {
    asked,
    ask: async (position: string | null): Promise<Page<Row>> => {
      const [part = 0, page = 0] = (position ?? '0.0').split('.').map(Number);
      const list = lists[part] ?? [];
      const change = script.get(asked.length);
      if (change?.kind === 'add') list.splice(change.to, 0, `new-${asked.length}`);
      else if (change !== undefined) {
        const rows = list.splice(change.from, 1);
        if (change.kind === 'move') list.splice(change.to, 0, ...rows);
      }
      asked.push(position);
      const last = Math.max(0, Math.ceil(list.length / size) - 1);
      const from = (isClamped ? Math.min(page, last) : page) * size;
      const items = list.slice(from, from + size).map((providerRef) => ({ providerRef }));
      return {
        items,
        unreadable: 0,
        next: items.length === 0 ? null : `${part}.${page + 1}`,
        nextPart: part + 1 < lists.length ? `${part + 1}.0` : null,
        isWhole: page === 0 && items.length === list.length,
        total: null,
      };
    },
  };
}

/** Reads as a sync does. @returns what it asked for, the rows it has counted, and how many pages it did not note again */
async function readByStore(source: ReturnType<typeof provider>) {
  const id = randomUUID();
  await gateway.pool.query(
    `INSERT INTO syncs (id, tenant, provider, account, kind, state, created_at, started_at)
     VALUES ($1, 'default', 'open-api', 'open-api', 'cards', 'running', now(), now())`,
    [id],
  );
  let reading: ListReading | null = null;
  let repeated = 0;
  do {
    const page = await source.ask(reading?.position ?? null);
    const shown = { ...page, refs: page.items.map(({ providerRef }) => providerRef) };
    reading = await advanceSync(gateway.pool, { id, reading }, shown, new Date());
    repeated = Math.max(repeated, reading?.repeated ?? 0);
  } while (reading !== null);
  const { rows } = await gateway.pool.query<{ state: string; seen: number }>(
    'SELECT state, seen FROM syncs WHERE id = $1',
    [id],
  );
  expect(rows[0]?.state).toBe('succeeded');
  return { asked: source.asked, seen: rows[0]?.seen, repeated };
}

async function readInMemory(source: ReturnType<typeof provider>) {
  const refs = new Set<string>();
  const take = (rows: readonly Row[]) => rows.forEach(({ providerRef }) => refs.add(providerRef));
  expect(await readList<Row>(source.ask, take, { pages: 1000, rows: 100_000 })).toBe(true);
  return { asked: source.asked, seen: refs.size };
}

const place = fc.nat(25);
const script = fc
  .array(
    fc.tuple(
      fc.nat(25),
      fc.record({ from: place, to: place, kind: fc.constantFrom('move', 'add', 'remove' as const) }),
    ),
    { maxLength: 4 },
  )
  .map((changes): Script => new Map(changes));

test('a sync asks for the pages that a reader who remembers every row asks for, whatever moves in between', async () => {
  const counts = fc.array(fc.nat(24), { minLength: 1, maxLength: 2 });
  const size = fc.integer({ min: 2, max: 6 });
  await fc.assert(
    fc.asyncProperty(counts, size, fc.boolean(), script, async (...list) => {
      const { repeated: _repeated, ...stored } = await readByStore(provider(...list));
      expect(stored).toEqual(await readInMemory(provider(...list)));
    }),
    { numRuns: 150 },
  );
});

test('the second lap notes no row of a list that has not moved', async () => {
  const source = provider([35], 10, false, new Map());
  expect(await readByStore(source)).toMatchObject({ seen: 35, repeated: 4 });
  expect(source.asked).toHaveLength(2 * (4 + 1));
});

test('from the first page that has changed, the second lap notes its rows again', async () => {
  // A row moves from the last page to the first before the last page of the first lap is read, and so is missed by it.
  const source = provider([35], 10, false, new Map([[3, { kind: 'move', from: 34, to: 15 }]]));
  expect(await readByStore(source)).toMatchObject({ seen: 35, repeated: 1 });
});
