import { longestWait } from '@card-gateway/contract';
import { type Connection, openConnection, requestText } from './connection.ts';

// Readers that wait for events, in a process of their own: their work must not be taken for that of what is measured.

/** The first message to this process. */
export interface ReadersOrder {
  readonly port: number;
  readonly readers: readonly { readonly apiKey: string; readonly query: string }[];
}

/** This process sends one once all of them wait, and one whenever it is asked. */
export interface ReadersCount {
  /** Events that have arrived. */
  readonly events: number;
  /** Pages without one. */
  readonly empty: number;
  /** What was answered wrongly, if anything. */
  readonly fault: string | null;
}

interface Page {
  readonly data: readonly unknown[];
  readonly nextCursor: string;
}

/** More at once could overflow the queue of the listening socket. */
const openedAtOnce = 64;

const count = { events: 0, empty: 0, fault: null as string | null };
const tell = (): void => void process.send?.({ ...count } satisfies ReadersCount);

process.once('message', (order) => {
  run(order as ReadersOrder).catch((error: unknown) => {
    count.fault = String(error);
    tell();
  });
});
process.once('disconnect', () => process.exit());

async function run({ port, readers }: ReadersOrder): Promise<void> {
  const left = readers.entries();
  const openAll = async (): Promise<void> => {
    for (const [turn, reader] of left) await open(port, reader, turn);
  };
  await Promise.all(Array.from({ length: openedAtOnce }, openAll));
  process.on('message', tell);
  tell();
}

async function open(port: number, { apiKey, query }: ReadersOrder['readers'][number], turn: number): Promise<void> {
  const connection = await openConnection(port);
  const headers = { authorization: `Bearer ${apiKey}` };
  const read = (page: string): Promise<Page> =>
    pageOf(connection, requestText('GET', `/v1/events?${page}&${query}`, headers));
  const { nextCursor } = await read('after=latest');
  void (async () => {
    // Not all of them ask again at the same time.
    let seconds = 1 + (turn % longestWait);
    for (let cursor = nextCursor; ;) {
      const page = await read(`after=${cursor}&wait=${seconds}`);
      count.events += page.data.length;
      if (page.data.length === 0) count.empty += 1;
      cursor = page.nextCursor;
      seconds = longestWait;
    }
  })().catch((error: unknown) => {
    count.fault = String(error);
  });
}

async function pageOf(connection: Connection, request: string): Promise<Page> {
  const { status, body } = await connection.exchange(request);
  if (status !== 200) throw new Error(`A reader was answered with ${status}: ${body.toString()}`);
  return JSON.parse(body.toString()) as Page;
}
