import pg from 'pg';
import { isRefusal } from './statements.ts';

/** The most rows of one statement. */
const mostRows = 128;
/** Statements under way at once: what is asked for meanwhile becomes the next one. */
const mostBatches = 2;
/** A statement that takes longer, e.g. because it waits for a lock, no longer keeps the next ones waiting. */
const promptMs = 100;

type Connection = pg.Pool | pg.PoolClient;

/** One statement for several asks. */
export interface Gathered<Ask, Row> {
  /** Identifies what is asked for: equal asks of a batch share one row. */
  readonly askKey: (ask: Ask) => string;
  /** The {@link Gathered.askKey} that a row answers. Rows are found by it, never by their place. */
  readonly rowKey: (row: Row) => string;
  /**
   * Sends the statement. A batch must not lock rows in an order of its own: two processes would deadlock. Server errors of a
   * batch must have applied nothing, because its asks are then sent singly.
   */
  readonly send: (to: Connection, asks: readonly Ask[]) => Promise<readonly Row[]>;
}

/**
 * Gathers what is asked of a pool in one turn of the event loop, or while two batches are under way, into one statement. On a
 * connection, thus within a transaction, an ask is a statement of its own.
 *
 * @returns asks for one row; null if there is none
 */
export function gathered<Ask, Row>(one: Gathered<Ask, Row>): (to: Connection, ask: Ask) => Promise<Row | null> {
  const gatherers = new WeakMap<pg.Pool, Gatherer<Ask, Row>>();
  return (to, ask) => {
    if (!(to instanceof pg.Pool)) return alone(one, to, ask);
    let gatherer = gatherers.get(to);
    if (gatherer === undefined) gatherers.set(to, (gatherer = new Gatherer(to, one)));
    return gatherer.ask(ask);
  };
}

async function alone<Ask, Row>({ send }: Gathered<Ask, Row>, to: pg.PoolClient, ask: Ask): Promise<Row | null> {
  return (await send(to, [ask]))[0] ?? null;
}

/**
 * {@link gathered} rows by their ids. The text should compare with `ANY ((SELECT $1::uuid[])::uuid[])`: from a plain parameter the
 * planner sees how many there are, and plans each batch anew, which takes several times as long as reading a row.
 */
export function gatheredById<Row extends { readonly id: string }>(
  send: Gathered<string, Row>['send'],
): (to: Connection, id: string) => Promise<Row | null> {
  return gathered({ askKey: (id) => id, rowKey: ({ id }) => id, send });
}

interface Waiting<Ask, Row> extends PromiseWithResolvers<Row | null> {
  readonly ask: Ask;
}

class Gatherer<Ask, Row> {
  readonly #pool: pg.Pool;
  readonly #one: Gathered<Ask, Row>;
  #waiting = new Map<string, Waiting<Ask, Row>>();
  #underWay = 0;
  #isDue = false;

  constructor(pool: pg.Pool, one: Gathered<Ask, Row>) {
    this.#pool = pool;
    this.#one = one;
  }

  ask(ask: Ask): Promise<Row | null> {
    const key = this.#one.askKey(ask);
    const same = this.#waiting.get(key);
    if (same !== undefined) return same.promise;
    const waiting = { ask, ...Promise.withResolvers<Row | null>() };
    this.#waiting.set(key, waiting);
    this.#sendSoon();
    return waiting.promise;
  }

  /** After what this turn of the event loop still brings. */
  #sendSoon(): void {
    if (this.#isDue || this.#underWay >= mostBatches || this.#waiting.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      while (this.#underWay < mostBatches && this.#waiting.size > 0) void this.#sendBatch(this.#take());
    });
  }

  #take(): ReadonlyMap<string, Waiting<Ask, Row>> {
    if (this.#waiting.size <= mostRows) {
      const few = this.#waiting;
      this.#waiting = new Map();
      return few;
    }
    const all = [...this.#waiting];
    this.#waiting = new Map(all.slice(mostRows));
    return new Map(all.slice(0, mostRows));
  }

  async #sendBatch(batch: ReadonlyMap<string, Waiting<Ask, Row>>): Promise<void> {
    this.#underWay += 1;
    let isCounted = true;
    const passOn = (): void => {
      if (isCounted) this.#underWay -= 1;
      isCounted = false;
      this.#sendSoon();
    };
    const late = setTimeout(passOn, promptMs);
    try {
      const { rowKey, send } = this.#one;
      const rows = await send(
        this.#pool,
        [...batch.values()].map(({ ask }) => ask),
      );
      for (const row of rows) batch.get(rowKey(row))?.resolve(row);
      for (const { resolve } of batch.values()) resolve(null);
    } catch (error) {
      if (batch.size > 1 && isRefusal(error)) {
        // One ask has caused it, and the error is its own.
        for (const entry of batch) void this.#sendBatch(new Map([entry]));
      } else for (const { reject } of batch.values()) reject(error);
    } finally {
      clearTimeout(late);
      passOn();
    }
  }
}
