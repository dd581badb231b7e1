import { type Client, GatewayProblem } from '@card-gateway/client';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeEvents } from '../src/events/retention-store.ts';
import { closeReceivers, once, openDestination, subjectOf, versionsOf, waiting } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { failing, ok } from './setup/receiver.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' } });
});
afterAll(async () => {
  await closeReceivers();
  await gateway.close();
});

/** Reads the feed from a cursor on, and from the oldest event that is kept after each 410, until the log's end once `isOver`. */
async function consume(client: Client, limit: number, first: string, isOver: () => boolean) {
  const got: string[] = [];
  let expired = 0;
  let after: string | undefined = first;
  for (;;) {
    const isLast = isOver();
    try {
      const page = await client.listEvents({ query: { limit, after } });
      got.push(...page.data.map(({ id }) => id));
      after = page.nextCursor;
      if (isLast && !page.hasMore) return { got, expired };
    } catch (error) {
      if (!(error instanceof GatewayProblem) || error.code !== 'cursor-expired') throw error;
      expired += 1;
      after = error.problem.oldestCursor;
    }
  }
}

test('retention amid readers: each gets an event once or a 410; a destination gets it, or is told that it missed it', async () => {
  // What was ever written, for what is removed.
  await gateway.owner.query(`
    CREATE TABLE written AS SELECT tenant, subject_id, subject_version, created_at FROM events WITH NO DATA;
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      INSERT INTO public.written VALUES (NEW.tenant, NEW.subject_id, NEW.subject_version, NEW.created_at);
      RETURN NULL;
    END $$;
    CREATE TRIGGER noted AFTER INSERT ON events FOR EACH ROW WHEN (NEW.kind = 'cardholder') EXECUTE FUNCTION note()`);
  const open = async () => {
    const destination = await openDestination(gateway);
    const ids = await destination.add(15);
    await expect.poll(() => destination.receiver.received.length, waiting).toBe(15);
    return { ...destination, ids };
  };
  const [well, behind, held, away, replaying] = await Promise.all([open(), open(), open(), open(), open()]);
  const all = [well, behind, held, away, replaying];
  const stuck = subjectOf(held.ids[0]);
  held.receiver.answer((received, response) =>
    (received.event.subject === stuck ? failing(500) : ok)(received, response),
  );
  const unanswered: (() => void)[] = [];
  behind.receiver.answer((received, response) => void unanswered.push(() => ok(received, response)));
  await away.client.disableEventDestination({ params: away.params });
  const replay = { params: replaying.params, body: { after: '2026-01-01T00:00:00Z' } };

  const state = { isOver: false };
  const { nextCursor: first } = await well.client.listEvents({ query: { limit: 1 } });
  const consuming = Promise.all([3, 20, 200].map((limit) => consume(well.client, limit, first, () => state.isOver)));
  const later = new Date(Date.now() + 3_600_000);
  let removed = 0;
  const removing = (async () => {
    while (!state.isOver) removed += await removeEvents(gateway.pool, later, 30);
  })();
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(all.map(({ change, ids }) => change(ids, `round ${round}`)));
    if (round % 9 === 0) await replaying.client.replayEvents(replay);
  }
  const isSequenced = async () => {
    const { rows } = await gateway.pool.query<{ is: boolean }>(
      'SELECT (SELECT max(highest) FROM event_runs) >= (SELECT max(number) FROM events) AS is',
    );
    return rows[0]?.is;
  };
  await expect.poll(isSequenced, waiting).toBe(true);
  state.isOver = true;
  await removing;
  expect(removed).toBeGreaterThan(0);

  for (const { got, expired } of await consuming) {
    expect(once(got.map((id) => got.indexOf(id)))).toHaveLength(got.length);
    if (expired === 0) expect(got).toHaveLength(15 * 21 - 1);
  }
  behind.receiver.answer(ok);
  for (const answer of unanswered) answer();
  held.receiver.answer(ok);
  // For one that is not disabled this only makes due what it has refused.
  for (const { client, params } of [held, away]) await client.enableEventDestination({ params });
  for (const { add, receiver, shown, undelivered } of all) {
    const [mark] = await add();
    await expect.poll(() => once(versionsOf(receiver.received, mark)), waiting).toEqual([1]);
    await expect.poll(undelivered, { ...waiting, timeout: 30_000 }).toEqual([]);
    await expect.poll(async () => (await shown()).replay, waiting).toBeNull();
  }
  for (const { receiver, params, shown, ids } of all) {
    const { missedUntil } = await shown();
    const { rows } = await gateway.owner.query<{ subject: string }>(
      `SELECT w.subject_id || ' ' || w.subject_version AS subject FROM written w JOIN event_destinations d ON d.tenant = w.tenant
       WHERE d.id = $1 AND ($2::timestamptz IS NULL OR w.created_at > $2)`,
      [uuidOf('destination', params.id), missedUntil],
    );
    const got = new Set(
      receiver.received.map(({ event }) => `${uuidOf('cardholder', event.subject)} ${event.subjectVersion}`),
    );
    expect(rows.filter(({ subject }) => !got.has(subject))).toEqual([]);
    if (params === replaying.params) continue;
    for (const id of ids) {
      const versions = versionsOf(receiver.received, id);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    }
  }
}, 90_000);
