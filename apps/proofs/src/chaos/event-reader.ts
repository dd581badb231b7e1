import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type ReadEvent, readRuns } from './event-log.ts';

/** A consumer that reads the log with a cursor all the while, through the database's outages. */
export interface EventReader {
  /** Resolves once it has read these events, or has got none for a while. */
  awaitAll(numbers: readonly number[]): Promise<void>;
  /** Ends it. @returns what it got, in that order */
  stop(): Promise<readonly ReadEvent[]>;
}

const pauseMs = 20;
const mostRuns = 1000;
/** With nothing new for this long, what is still missing will not come. */
const patienceMs = 5000;

export function startEventReader(url: () => string): EventReader {
  const read: ReadEvent[] = [];
  const stopping = new AbortController();
  let changedAt = performance.now();

  async function readFrom(client: pg.Client): Promise<void> {
    while (!stopping.signal.aborted) {
      const next = (read.at(-1)?.position ?? 0) + 1;
      const { rows } = await client.query<ReadEvent>({ name: 'read', text: readRuns, values: [next, mostRuns] });
      if (rows.length > 0) changedAt = performance.now();
      read.push(...rows);
      await wait(pauseMs);
    }
  }

  const done = (async () => {
    while (!stopping.signal.aborted) {
      const client = new pg.Client({ connectionString: url(), connectionTimeoutMillis: 5000, query_timeout: 30_000 });
      client.on('error', () => {});
      try {
        await client.connect();
        await readFrom(client);
      } catch {
        // Without a database it goes on where it was, once there is one.
        await wait(pauseMs);
      } finally {
        await client.end().catch(() => {});
      }
    }
  })();

  return {
    awaitAll: async (numbers) => {
      for (;;) {
        const got = new Set(read.map(({ number }) => number));
        if (numbers.every((number) => got.has(number)) || performance.now() - changedAt > patienceMs) return;
        await wait(pauseMs);
      }
    },
    stop: async () => {
      stopping.abort();
      await done;
      return read;
    },
  };
}
