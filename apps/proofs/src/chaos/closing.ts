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

/** Longest wait for what can settle: a look-up comes within a minute, a process's end is noticed within half of one. */
const longestReconcilingMs = { wait: 100_000, hurry: 30_000 } as const;

const roundsPerHurry = 6;

/** Both sides as they are now. */
export async function gather(store: Store, sandbox: Sandbox, diary: Diary): Promise<Facts> {
  // The ledger is read first: what comes later is in the database, and missing here, which is nobody's fault.
  const ledger = sandbox.admin.ledger();
  const cards = new Map(
    sandbox.admin.keysecure.cards().map(({ cardNo, uniqueNo, status, pan: number, cvv, pin, expYear, expMonth }) => {
      return [cardNo, { uniqueNo, status, number, cvv, pin, expiry: `${expYear}-${expMonth}` }] as const;
    }),
  );
  const acknowledged = new Set(
    sandbox.admin.callbacks
      .sent({ acknowledged: true })
      // One that is sent again has the same data, under a new time stamp.
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
  };
}

/** The database has hashes of the Idempotency-Keys. */
function withKeys(operations: readonly OperationFact[], { intents }: Diary): readonly OperationFact[] {
  const keys = new Map<string, string>(
    intents.map(({ key }) => [`sha256:${createHash('sha256').update(key).digest('hex')}`, key]),
  );
  return operations.map((operation) => ({ ...operation, key: keys.get(operation.key ?? '') ?? operation.key }));
}

/**
 * Waits until nothing is overdue, for as long as that may take, and gives the milliseconds; null when something is found
 * that no waiting mends.
 */
export async function resolve(
  options: Pick<ChaosOptions, 'reconciling'>,
  store: Store,
  facts: () => Promise<Facts>,
  signal: AbortSignal,
): Promise<number | null> {
  const started = performance.now();
  const passed = (): number => Math.round(performance.now() - started);
  for (let round = 0; passed() < longestReconcilingMs[options.reconciling]; round += 1) {
    // Not more often: each time puts those that are looked up in vain before the others again.
    if (options.reconciling === 'hurry' && round % roundsPerHurry === 0) await store.hurry();
    await wait(500, undefined, { signal });
    const { 'unknowns older than their limit': overdue, ...lasting } = judge(await facts());
    if (Object.values(lasting).some(({ length }) => length > 0)) return null;
    if (overdue.length === 0) break;
  }
  return passed();
}

/** Looks for the numbers, PINs and tokens of the run in all that the gateways logged, and in every row of the database. */
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

/** Every caller asks once more for what became of each key that was recorded, of the one gateway and of the other. */
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
