import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import { runCaller } from './callers.ts';
import type { Stage } from './calling.ts';
import { gather, repeatAll, settle } from './closing.ts';
import { type Diary, openDiary } from './diary.ts';
import { runDisorder } from './disorder.ts';
import { install } from './installation.ts';
import { plantFault } from './mutations.ts';
import type { ChaosOptions } from './options.ts';
import { startPostgres } from './postgres.ts';
import { type Passage, startRelay, type Watcher } from './relay.ts';
import { openReplica, type Replica } from './replica.ts';
import { openStore } from './store.ts';
import { type Facts, judge, type Verdict } from './verdict.ts';

/** What a run came to. */
export interface ChaosReport {
  readonly options: ChaosOptions;
  readonly counts: ReadonlyMap<string, number>;
  /** How often a gateway was killed at each named point. */
  readonly points: ReadonlyMap<string, number>;
  readonly facts: Facts;
  readonly verdict: Verdict;
  /** Milliseconds until nothing was left to settle after the last fault; null where that was not waited for. */
  readonly settledAfterMs: number | null;
}

const callers = 24;

/** Runs from the start of its own database to the comparison, and leaves nothing behind. */
export async function runChaos(
  options: ChaosOptions,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<ChaosReport> {
  const undo: (() => Promise<void>)[] = [];
  // Aborted when a part of the run fails, so that the others end as well.
  const halt = new AbortController();
  try {
    const planted = await plantFault(options.mutation);
    undo.push(() => planted.remove());
    const postgres = await startPostgres();
    undo.push(() => postgres.remove());
    const sandbox = await startSandbox(sandboxSettings);
    undo.push(() => sandbox.close());
    await migrate(postgres.ownerUrl, { runtimeRole });
    const store = openStore(() => postgres.ownerUrl);
    await store.watchSettled();
    await planted.plant(store);
    const diary = openDiary();
    const installation = await install(sandbox, planted.sources, () => postgres.url);
    undo.push(() => installation.remove());
    const apiKey = await installation.createKey('chaos');
    const replicas = await Promise.all(
      ['one', 'two'].map((name) =>
        openReplica({
          name,
          sources: planted.sources,
          installation,
          apiKey,
          database: () => postgres,
          sandbox: () => ({ host: '127.0.0.1', port: sandbox.port }),
          onEnd: () => diary.count('gateways that ended by themselves'),
        }),
      ),
    );
    undo.push(...replicas.map((replica) => () => replica.close()));
    await Promise.all(replicas.map((replica) => replica.start()));
    progress('two gateways listen');

    const points = new Map<string, number>();
    const ending = AbortSignal.any([signal, halt.signal, AbortSignal.timeout(options.minutes * 60_000)]);
    const shared = { seed: options.seed, replicas, sandbox, store, diary, signal: ending };
    const front = await startRelay(
      () => anyAddress(replicas),
      unwatched,
      () => {},
    );
    undo.push(() => front.close());
    sandbox.admin.callbacks.target('keysecure', `http://127.0.0.1:${front.port}/callbacks/keysecure`);
    const stage: Stage = { ...shared, ...(await prepare(replicas, sandbox, diary)) };
    const ticker = setInterval(() => progress(progressLine(options, diary, sandbox)), progressEveryMs);
    undo.push(async () => clearInterval(ticker));
    const parts = [
      runDisorder({ ...shared, postgres, points }),
      ...Array.from({ length: callers }, (_, index) => runCaller(stage, index)),
    ];
    for (const part of parts) part.catch(() => halt.abort());
    await Promise.allSettled(parts);
    await Promise.all(parts);
    signal.throwIfAborted();
    progress('no more writes and no more faults; waiting for what can settle');
    await sandbox.admin.callbacks.idle();
    const facts = (): Promise<Facts> => gather(store, sandbox, diary);
    const settledAfterMs = await settle(options, store, facts, signal);
    await repeatAll(replicas, diary, signal);
    const last = await facts();
    return { options, counts: diary.counts, points, facts: last, verdict: judge(last), settledAfterMs };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

const progressEveryMs = 5000;

/** As a load balancer does: the first gateway that listens. */
function anyAddress(replicas: readonly Replica[]): { readonly host: string; readonly port: number } {
  const [first] = replicas.flatMap((replica) => replica.address() ?? []);
  return first ?? { host: '127.0.0.1', port: 1 };
}

const passing = (bytes: Buffer): Passage => ({ pass: bytes, trip: false });
const unwatched = (): Watcher => ({ sent: passing, answered: passing });
/** Cardholders are approved, and cards ready, at once. */
const sandboxSettings = { keysecure: { cardDelayMs: 100, cardholderInProgressMs: 0, cardholderDecisionMs: 0 } };

/** A product and some approved cardholders, before anything goes wrong. */
async function prepare(
  replicas: readonly Replica[],
  sandbox: Sandbox,
  diary: Diary,
): Promise<Pick<Stage, 'product' | 'cardholders'>> {
  const client = replicas[0]?.client();
  if (client === null || client === undefined) throw new Error('No gateway listens.');
  const account = 'keysecure';
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ forms, issuable }) => issuable && forms?.includes('virtual') !== false);
  if (product === undefined) throw new Error('The sandbox has no product.');
  const holder = async (reference: string): Promise<string> =>
    (await client.createCardholder({ body: { account, reference, sumsubShareToken: 'share-token' } })).id;
  const first = await holder('first');
  const others = await Promise.all(['second', 'third', 'fourth'].map((reference) => holder(reference)));
  sandbox.admin.keysecure.cardholders();
  diary.count('prepared', 1 + others.length);
  return { product: product.id, cardholders: [first, ...others] };
}

function progressLine({ minutes }: ChaosOptions, { intents, counts }: Diary, sandbox: Sandbox): string {
  const count = (name: string): number => counts.get(name) ?? 0;
  const kills = count('kills at a named point') + count('kills at random');
  return `${intents.length} writes, ${count('calls')} calls, ${sandbox.admin.ledger().length} effects, ${kills} kills, ${
    count('postmaster stopped') + count('postmaster crashed')
  } stops of PostgreSQL (of ${minutes} min)`;
}
