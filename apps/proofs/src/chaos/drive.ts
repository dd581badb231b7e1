import { type Client, createClient } from '@card-gateway/client';
import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { accountsOf, type Sandbox, startSandbox } from '@card-gateway/sandbox';
import { runCaller } from './callers.ts';
import type { Form, Stage } from './calling.ts';
import { gather, repeatAll, findTraces, resolve } from './closing.ts';
import type { DatabasePlace } from './database-place.ts';
import { type Diary, openDiary } from './diary.ts';
import { openEventLog } from './event-log.ts';
import { followEvents } from './follow-events.ts';
import { install } from './installation.ts';
import { plantFault, type PlantedFault } from './mutations.ts';
import { type Passage, startRelay, type Watcher } from './relay.ts';
import { openReplica, type Replica } from './replica.ts';
import { openStore, type Store } from './store.ts';
import { type Facts, judge, type Verdict } from './verdict.ts';

/** What is specific to one run. */
export interface DriveOptions {
  readonly seed: number;
  readonly callers: number;
  readonly mutation: PlantedFault | null;
  /** Arguments of Node that start the built gateway. */
  readonly shipped: readonly string[];
  readonly reconciling: 'wait' | 'hurry';
  readonly database: DatabasePlace;
  /** Gateway settings in addition to those of every run; a `DATABASE_URL` among them is routed through the relay. */
  readonly settings: NodeJS.ProcessEnv;
  /** Prefix of the gateways' own command. */
  readonly launcher?: readonly string[] | undefined;
  /** Whether a reader and a destination follow the events, and must get each; `left`: those that no failover has lost. */
  readonly followsEvents: boolean | 'left';
  /** Causes the disturbances and repairs them; when it ends, no more writes are wanted. */
  readonly disturb: (scene: Scene) => Promise<void>;
  readonly progress: (line: string) => void;
  /** A line of progress. */
  readonly tell: (scene: Scene) => string;
}

/** What every part of a run works with. */
export interface Scene {
  readonly seed: number;
  readonly replicas: readonly Replica[];
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly diary: Diary;
  /** Aborted when no more writes are wanted. */
  readonly signal: AbortSignal;
}

/** The result of a run. */
export interface DriveReport {
  readonly counts: ReadonlyMap<string, number>;
  readonly facts: Facts;
  readonly verdict: Verdict;
  /** Milliseconds until everything was resolved after the last fault; null if that was not awaited. */
  readonly resolvedAfterMs: number | null;
}

/** Drives writes through two production gateways while something goes wrong, then compares both sides. Leaves nothing behind. */
export async function drive(options: DriveOptions, signal: AbortSignal): Promise<DriveReport> {
  const { database, progress } = options;
  // Undoes everything, also after a step of it has failed.
  await using undo = new AsyncDisposableStack();
  // Aborted when a part of the run fails, to end the others, and when everything has happened.
  const over = new AbortController();
  const planted = await plantFault(options.mutation, options.shipped);
  undo.defer(() => planted.remove());
  const sandbox = await startSandbox(sandboxSettings);
  undo.defer(() => sandbox.close());
  await migrate(database.ownerUrl, { runtimeRole });
  const store = openStore(() => database.ownerUrl);
  await store.watchResolved();
  const log = openEventLog(() => database.ownerUrl);
  await log.watchChanges();
  await planted.plant(store);
  const diary = openDiary();
  const installation = await install(sandbox, () => database.url, options.settings);
  undo.defer(() => installation.remove());
  const [defaultKey, otherKey] = await Promise.all([
    installation.createKey('chaos', 'default'),
    installation.createKey('chaos', 'other'),
  ]);
  const replicas = await Promise.all(
    ['one', 'two'].map((name) =>
      openReplica({
        name,
        words: planted.words,
        installation,
        launcher: options.launcher,
        apiKeys: { default: defaultKey, other: otherKey },
        database: () => database,
        sandbox: () => ({ host: '127.0.0.1', port: sandbox.port }),
        onEnd: (lastWords) => {
          diary.count('gateways that ended by themselves');
          progress(`gateway ${name} ended by itself; the last that it logged:\n${lastWords}`);
        },
      }),
    ),
  );
  for (const replica of replicas) undo.defer(() => replica.close());
  await Promise.all(replicas.map((replica) => replica.start()));
  progress('two gateways listen');

  const scene: Scene = {
    seed: options.seed,
    replicas,
    sandbox,
    store,
    diary,
    signal: AbortSignal.any([signal, over.signal]),
  };
  const front = await startRelay(
    () => anyAddress(replicas),
    unwatched,
    () => {},
  );
  undo.defer(() => front.close());
  const anyClient = createClient({ baseUrl: `http://127.0.0.1:${front.port}`, apiKey: defaultKey, retries: 10 });
  undo.defer(() => anyClient.close());
  const followers =
    options.followsEvents === false ? null : await followEvents(anyClient, sandbox, options.followsEvents === 'left');
  undo.defer(async () => void (await followers?.stop()));
  for (const { name, provider, merchant } of accountsOf(sandbox.credentials, () => null)) {
    if (provider !== account) continue;
    sandbox.admin.callbacks.target(provider, `http://127.0.0.1:${front.port}/callbacks/${name}`, merchant);
  }
  const { host, port } = anyAddress(replicas);
  // A busy machine may make a gateway reject calls before anything goes wrong: repeat them.
  const patient = (apiKey: string): Client => createClient({ baseUrl: `http://${host}:${port}`, apiKey, retries: 10 });
  const preparing = { client: patient(defaultKey), other: patient(otherKey) };
  undo.defer(async () => void (await Promise.all([preparing.client.close(), preparing.other.close()])));
  const stage: Stage = { ...scene, ...(await prepare(preparing, sandbox, diary)) };
  const ticker = setInterval(() => progress(options.tell(scene)), progressEveryMs);
  undo.defer(async () => clearInterval(ticker));
  const parts = [
    options.disturb(scene).finally(() => over.abort()),
    ...Array.from({ length: options.callers }, (_, index) => runCaller(stage, index)),
  ];
  for (const part of parts) part.catch(() => over.abort());
  await Promise.allSettled(parts);
  await Promise.all(parts);
  signal.throwIfAborted();
  progress('no more writes and no more faults; waiting for what can be resolved');
  await sandbox.admin.callbacks.idle();
  const facts = (): Promise<Facts> => gather(store, sandbox, diary);
  const resolvedAfterMs = await resolve(options, store, facts, signal);
  await repeatAll(replicas, diary, signal);
  const committed = await log.committed('default');
  await followers?.awaitAll(committed, signal);
  const followed = followers === null ? null : { committed, ...(await followers.stop()) };
  await Promise.all(replicas.map((replica) => replica.close()));
  const traces = await findTraces(replicas, store, diary, sandbox, installation.keys);
  const last = { ...(await facts()), traces, events: { ...(await log.facts()), followed } };
  return { counts: diary.counts, facts: last, verdict: judge(last), resolvedAfterMs };
}

const progressEveryMs = 5000;

/** The first listening gateway, as a load balancer would choose it. */
function anyAddress(replicas: readonly Replica[]): { readonly host: string; readonly port: number } {
  const [first] = replicas.flatMap((replica) => replica.address() ?? []);
  return first ?? { host: '127.0.0.1', port: 1 };
}

/** Passes bytes without inspecting them. */
const passing = (bytes: Buffer): Passage => ({ pass: bytes, trip: false });
export const unwatched = (): Watcher => ({ sent: passing, answered: passing });
/** Accounts of the default and the other tenant, with the same provider. */
const account = 'keysecure';
const othersAccount = 'keysecure-authorization';
/** Cardholders are approved, and cards ready, at once. */
const sandboxSettings = { keysecure: { cardDelayMs: 100, cardholderInProgressMs: 0, cardholderDecisionMs: 0 } };

/** Creates products, some approved cardholders, and cards of the other tenant, before anything goes wrong. */
async function prepare(
  { client, other }: { readonly client: Client; readonly other: Client },
  sandbox: Sandbox,
  diary: Diary,
): Promise<Pick<Stage, 'products' | 'cardholders' | 'othersCards'>> {
  const productFor = async (of: Client, name: string, form: Form): Promise<string> => {
    const { data } = await of.listCardProducts({ query: { account: name } });
    const product = data.find(({ forms, issuable }) => issuable && forms?.includes(form) !== false);
    if (product === undefined) throw new Error(`The sandbox has no ${form} product.`);
    return product.id;
  };
  const products = {
    virtual: await productFor(client, account, 'virtual'),
    physical: await productFor(client, account, 'physical'),
  };
  const first = await holderOf(client, account, 'first');
  const others = await Promise.all(
    ['second', 'third', 'fourth'].map((reference) => holderOf(client, account, reference)),
  );
  sandbox.admin.keysecure.cardholders();
  diary.count('prepared', 1 + others.length);
  const cardholder = await holderOf(other, othersAccount, 'holder of the other tenant');
  const product = await productFor(other, othersAccount, 'virtual');
  const order = { account: othersAccount, product, cardholder, form: 'virtual' } as const;
  const [one, two] = await Promise.all([other.issueCard({ body: order }), other.issueCard({ body: order })]);
  diary.count('prepared', 3);
  return { products, cardholders: [first, ...others], othersCards: [one.id, two.id] };
}

async function holderOf(client: Client, account: string, reference: string): Promise<string> {
  return (await client.createCardholder({ body: { account, reference, sumsubShareToken: 'share-token' } })).id;
}
