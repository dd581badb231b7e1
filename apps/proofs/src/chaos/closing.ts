import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Sandbox } from '@card-gateway/sandbox';
import type { Diary } from './diary.ts';
import { startAgain } from './disorder.ts';
import type { ChaosOptions } from './options.ts';
import type { Replica } from './replica.ts';
import { createSearch } from './secrets.ts';
import type { OperationFact, Store } from './store.ts';
import { type Facts, judge, type Traces } from './verdict.ts';

/** Maximum wait for reconciliation: look-ups run within a minute, and a dead process is noticed within half a minute. */
const longestReconcilingMs = { wait: 100_000, hurry: 30_000 } as const;

const roundsPerHurry = 6;

/** The current state of both sides. */
export async function gather(store: Store, sandbox: Sandbox, diary: Diary): Promise<Facts> {
  // Read the ledger first: later effects are then in the database but missing here, which is no violation.
  const ledger = sandbox.admin.ledger();
  const cards = new Map(
    sandbox.admin.keysecure.cards().map(({ cardNo, uniqueNo, status, pan: number, cvv, pin, expYear, expMonth }) => {
      return [cardNo, { uniqueNo, status, number, cvv, pin, expiry: `${expYear}-${expMonth}` }] as const;
    }),
  );
  const acknowledged = new Set(
    sandbox.admin.callbacks
      .sent({ acknowledged: true })
      // A retried callback has the same data with a new timestamp.
      .map(({ kind, sent }) => `${kind} ${JSON.stringify((JSON.parse(sent) as { data: unknown }).data)}`),
  ).size;
  const [operations, resources, changes, audit, stored] = await Promise.all([
    store.operations(),
    store.resources(),
    store.changes(),
    store.audit(),
    store.callbacks(),
  ]);
  return {
    intents: diary.intents,
    ledger,
    cards,
    tokens: diary.tokens,
    reveals: diary.reveals,
    audit,
    operations: withKeys(operations, diary),
    resources,
    changes,
    notFoundAfterwards: diary.counts.get('acknowledged, then not found') ?? 0,
    endedByThemselves: diary.counts.get('gateways that ended by themselves') ?? 0,
    callbacks: { acknowledged, stored },
    traces: null,
    events: null,
  };
}

/** The database stores hashes of the Idempotency-Keys. */
function withKeys(operations: readonly OperationFact[], { intents }: Diary): readonly OperationFact[] {
  const keys = new Map<string, string>(
    intents.map(({ key }) => [`sha256:${createHash('sha256').update(key).digest('hex')}`, key]),
  );
  return operations.map((operation) => ({ ...operation, key: keys.get(operation.key ?? '') ?? operation.key }));
}

/** Waits until nothing is overdue and returns the milliseconds; null if something is found that waiting cannot resolve. */
export async function resolve(
  options: Pick<ChaosOptions, 'reconciling'>,
  store: Store,
  facts: () => Promise<Facts>,
  signal: AbortSignal,
): Promise<number | null> {
  const started = performance.now();
  const passed = (): number => Math.round(performance.now() - started);
  for (let round = 0; passed() < longestReconcilingMs[options.reconciling]; round += 1) {
    // Not more often, because each time the futile look-ups come before the others again.
    if (options.reconciling === 'hurry' && round % roundsPerHurry === 0) await store.hurry();
    await wait(500, undefined, { signal });
    const { 'unknowns older than their limit': overdue, ...lasting } = judge(await facts());
    if (Object.values(lasting).some(({ length }) => length > 0)) return null;
    if (overdue.length === 0) break;
  }
  return passed();
}

/** Searches everything the gateways logged, and every database row, for the run's numbers, PINs and tokens. */
export async function findTraces(
  replicas: readonly Replica[],
  store: Store,
  { intents, secrets, tokens }: Diary,
  sandbox: Sandbox,
  keys: readonly Buffer[],
): Promise<Traces> {
  const search = createSearch(
    new Map([
      ...secrets,
      ...[...tokens].map(([id, token]) => [token, `payment token of ${id}`] as const),
      ...sandbox.admin.keysecure.cards().map(({ uniqueNo, pan }) => [pan, `number of ${uniqueNo}`] as const),
    ]),
    new Map(
      intents.flatMap(({ operation, code }) =>
        code === undefined ? [] : [[code.text, `code of ${operation}`] as const, [code.request, operation] as const],
      ),
    ),
    keys,
  );
  let unwrittenDenials = 0;
  for (const { log, name } of replicas) {
    for await (const line of createInterface({ input: createReadStream(log) })) {
      search.look(`the log of ${name}`, line);
      if (line.includes('a denied reveal could not be written to the audit log')) unwrittenDenials += 1;
    }
  }
  for await (const { table, text } of store.rows()) search.look(`the table ${table}`, text);
  return { leaks: search.found(), unwrittenDenials };
}

/** Every caller repeats each recorded key once at each gateway. */
export async function repeatAll(replicas: readonly Replica[], diary: Diary, signal: AbortSignal): Promise<void> {
  for (const replica of replicas) if (replica.client() === null) await startAgain(replica);
  const waiting = diary.intents.filter(({ answers }) => answers.some(({ kind }) => kind === 'accepted'));
  const line = waiting.values();
  const repeat = async (replica: Replica): Promise<void> => {
    for (const intent of line) {
      signal.throwIfAborted();
      const client = replica.client();
      if (client === null) throw new Error(`Gateway ${replica.name} is down.`);
      intent.answers.push(await intent.send(client));
      diary.count('repeats at the end');
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, runner) => repeat(replicas[runner % replicas.length] as Replica)));
}
