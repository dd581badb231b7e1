import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, createClient } from '@card-gateway/client';
import { watchHttp } from './http-wire.ts';
import type { Installation, Tenant } from './installation.ts';
import type { DatabasePoint, Point, ProviderPoint } from './points.ts';
import { watchPostgres } from './postgres-wire.ts';
import { type ProviderWire, providerWires, troubled } from './providers.ts';
import { type Relay, startRelay } from './relay.ts';

type Address = () => { readonly host: string; readonly port: number };

/** One gateway process whose connections all pass through relays in this process, which watch and cut them. */
export interface Replica {
  readonly name: string;
  /** A client for a tenant's callers; default the default tenant. Null while the process does not listen. */
  client(tenant?: Tenant): Client | null;
  /** The file with the logs of this process and its predecessors. */
  readonly log: string;
  /** Its address; null while it does not listen. */
  address(): ReturnType<Address> | null;
  start(): Promise<void>;
  /** Resolves once its connections reach the point, where they stop; false if that takes longer than `withinMs`. */
  stopAt(point: Point, withinMs: number): Promise<boolean>;
  /** kill -9; bytes held in the relays are lost. */
  kill(): Promise<void>;
  /** Suspends the process during `work`, as a scheduler or debugger would. */
  stall(work: () => Promise<void>): Promise<void>;
  /** Refuses connections to a provider for `ms`. */
  partFrom(provider: ProviderWire, ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  readonly name: string;
  /** Arguments of Node that start a gateway. */
  readonly words: readonly string[];
  readonly installation: Installation;
  readonly apiKeys: Readonly<Record<Tenant, string>>;
  readonly database: Address;
  readonly sandbox: Address;
  /** Prefix of the gateway's own command. */
  readonly launcher?: readonly string[] | undefined;
  /** Called with its last log lines when the process ends without being killed. */
  readonly onEnd: (lastWords: string) => void;
}

const lastWordsLength = 4000;

export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  let armed: Point | null = null;
  let tripped: (() => void) | null = null;
  const onTrip = (): void => {
    armed = null;
    for (const relay of relays) relay.hold();
    tripped?.();
  };
  const atDatabase = (): DatabasePoint | null => (armed?.wire === 'database' ? armed : null);
  const at = (wire: ProviderWire) => (): ProviderPoint | null =>
    armed !== null && armed.wire !== 'database' && armed.wire === wire ? armed : null;

  const database = await startRelay(options.database, () => watchPostgres(atDatabase), onTrip);
  const opened = providerWires.map(async (wire) => {
    const watch = () => watchHttp(at(wire), troubled[wire].isWatched);
    return [wire, await startRelay(options.sandbox, watch, onTrip)] as const;
  });
  const wires = Object.fromEntries(await Promise.all(opened)) as Record<ProviderWire, Relay>;
  const relays = [database, ...Object.values(wires)];
  const environment = await options.installation.environment(options.name, database.port, (wire) => wires[wire].port);
  const log = join(options.installation.folder, `${options.name}.log`);
  const logged = createWriteStream(log, { flags: 'a' });
  let child: ChildProcess | null = null;
  let clients: Readonly<Record<Tenant, Client>> | null = null;
  let url: URL | null = null;
  const killAtExit = (): void => void child?.kill('SIGKILL');
  process.once('exit', killAtExit);

  async function kill(): Promise<void> {
    const dying = child;
    const last = clients;
    child = null;
    clients = null;
    url = null;
    armed = null;
    if (dying !== null && dying.exitCode === null && dying.signalCode === null) {
      const gone = once(dying, 'exit');
      dying.kill('SIGKILL');
      await gone;
    }
    for (const relay of relays) relay.drop();
    await closeAll(last);
  }

  return {
    name: options.name,
    log,
    client: (tenant = 'default') => clients?.[tenant] ?? null,
    address: () => (url === null ? null : { host: url.hostname, port: Number(url.port) }),
    start: async () => {
      const [command = process.execPath, ...words] = [...(options.launcher ?? []), process.execPath, ...options.words];
      const starting = spawn(command, words, {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = starting;
      let lastWords = '';
      for (const stream of [starting.stdout, starting.stderr]) {
        stream.setEncoding('utf8').on('data', (more: string) => {
          logged.write(more);
          lastWords = (lastWords + more).slice(-lastWordsLength);
        });
      }
      const baseUrl = await listening(starting);
      if (child !== starting) return;
      const clientOf = (tenant: Tenant): Client =>
        createClient({ baseUrl, apiKey: options.apiKeys[tenant], retries: 0 });
      const own = { default: clientOf('default'), other: clientOf('other') };
      clients = own;
      url = new URL(baseUrl);
      starting.once('exit', () => {
        if (clients !== own) return;
        clients = null;
        url = null;
        void closeAll(own);
        options.onEnd(lastWords);
      });
    },
    stopAt: async (point, withinMs) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      tripped = () => resolve(true);
      armed = point;
      const timer = setTimeout(() => resolve(false), withinMs);
      const reached = await promise;
      clearTimeout(timer);
      tripped = null;
      armed = null;
      return reached;
    },
    kill,
    stall: async (work) => {
      const stalled = child;
      stalled?.kill('SIGSTOP');
      await work();
      stalled?.kill('SIGCONT');
      for (const relay of relays) relay.release();
    },
    partFrom: async (provider, ms) => {
      await wires[provider].shut();
      await wait(ms);
      await wires[provider].open();
    },
    close: async () => {
      await kill();
      await new Promise<void>((resolve) => logged.end(resolve));
      process.off('exit', killAtExit);
      await Promise.all(relays.map((relay) => relay.close()));
    },
  };
}

async function closeAll(clients: Readonly<Record<Tenant, Client>> | null): Promise<void> {
  await Promise.all(Object.values(clients ?? {}).map((client) => client.close()));
}

/** The address of a starting gateway. @throws with its last output if it ends instead */
export async function listening(child: ChildProcess): Promise<string> {
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (more: string) => {
      // Later output is read, so that the gateway does not block, but not kept.
      if (text.length < 20_000) text += more;
      const url = /"listensAt":"(http:\/\/[\d.:]+)"/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  }
  child.once('exit', () => reject(new Error(`The gateway did not start:\n${text}`)));
  return promise;
}
