import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Callbacks, Signed } from './callbacks/callbacks.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Random } from './synthetic.ts';
import type { Timers } from './timers.ts';

/** What all simulated providers work with. */
export interface Surroundings {
  /** Delay before each answer, after the work. */
  readonly latencyMs: number;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly timers: Timers;
  readonly callbacks: Callbacks;
  /** Of tokens and codes that nobody has to recognise later. Anew after each reset, so it is asked for each time. */
  random(): Random;
  /** To be called after whatever may have changed the state, but for requests, after which it is called anyway. */
  changed(): void;
}

/** One provider's part of the sandbox. Another provider's is out of its reach. */
export interface ProviderWorld<Config, State> extends Surroundings {
  readonly config: Config;
  /** Replaced at each reset. */
  state: State;
}

/** The types that a provider puts in place of the general ones. */
export interface ProviderTypes {
  name: string;
  settings: z.ZodType;
  config: unknown;
  state: unknown;
  saved: unknown;
  admin: object;
  credentials: unknown;
}

/**
 * A simulated provider: all that the sandbox's centre knows of it. Its folder exports one, and `registry.ts` lists it by the
 * name that it has in the configuration, on `sandbox.admin`, in the credentials and in the state file.
 */
export interface SandboxProvider<T extends ProviderTypes = ProviderTypes> {
  /** Its word in paths, faults and ledger: that of the adapter, and of this folder. */
  readonly name: T['name'];
  /** Its part of the configuration. Every setting has a default, and so has the whole. */
  readonly settings: T['settings'];
  /** Settings with which nothing takes its time. Absent: the defaults do. */
  readonly atOnce?: z.input<T['settings']>;
  /** Makes the configuration of the settings where they alone are not enough; files are relative to `folder`. */
  load?(settings: z.output<T['settings']>, folder: string): Promise<T['config']>;
  /** The state of the first moment. Counters of made-up numbers start at `firstNumber`. */
  create(config: T['config'], firstNumber: number): T['state'];
  /** What outlives a restart, as JSON can hold it. */
  save(state: T['state']): T['saved'];
  /** Reads what earlier versions saved too. Throws when `saved` is not what `save` gave. No counter starts below `firstNumber`. */
  restore(config: T['config'], saved: T['saved'], firstNumber: number): T['state'];
  /** Adds the provider's endpoints, below `/<name>`. */
  routes(app: FastifyInstance, world: WorldOf<T>): void;
  /** What a test may see and change, in-process. */
  admin(world: WorldOf<T>): T['admin'];
  /** The same over HTTP; paths are below `/admin/<name>/`. */
  adminRoutes(routes: AdminRoutes, admin: T['admin']): void;
  /** What a caller needs in order to speak with it at this base URL. */
  credentials(config: T['config'], baseUrl: string): T['credentials'];
  /** The accounts of a gateway on it, with the adapter's settings. */
  accounts(credentials: T['credentials'], secret: PutSecret): GatewayAccount[];
  /** Its part of the configuration of an installation that outlives its processes; what is secret there is kept by its name. */
  install(keep: KeepSecret): Promise<z.input<T['settings']>>;
  /** Absent: it calls nobody. */
  readonly callbacks?: CallbackRules<WorldOf<T>>;
  /**
   * Does what is due by the clock, and sets timers for the rest; all timers of before are gone. Called at the start, when the
   * clock was moved, and when the target of callbacks changed. Absent: nothing happens by itself.
   */
  catchUp?(world: WorldOf<T>): void;
  /** Refuses every access token handed out so far from now on. Absent: it hands out none. */
  expireTokens?(world: WorldOf<T>): void;
}

type WorldOf<T extends ProviderTypes> = ProviderWorld<T['config'], T['state']>;

export type AdminRoute = (path: string, act: (body: unknown, request: FastifyRequest) => unknown) => void;

export interface AdminRoutes {
  readonly get: AdminRoute;
  readonly post: AdminRoute;
}

/**
 * What stands among settings for a secret: the text itself, or where it is. No other secret of the sandbox has its name, by
 * which an installation keeps it.
 */
export type PutSecret = (name: string, text: string) => unknown;

/** How a gateway is told of an account with a simulated provider. */
export interface GatewayAccount {
  /** By which callers ask for it. A provider's first account has the provider's name. */
  readonly name: string;
  readonly settings: Fields & { readonly baseUrl: string };
  /** Settings beside these, for what the provider's documents leave open and the sandbox has decided, as unpublished paths. */
  readonly undocumented?: Fields;
  /** Settings beside these for tests: the sandbox is new, is quick, and has the clock of this machine. */
  readonly forTests?: Fields;
  /** Of the callbacks that are this account's, where it shares the provider with others. */
  readonly merchant?: string;
  /** Who decides about payments for which the provider asks; absent where it asks for none. */
  readonly authorization?: { readonly decide: 'approve' };
}

/** Secrets that are made once and then stay as they are. No name may be used for two of them. */
export interface KeepSecret {
  /** 32 characters. */
  readonly text: (name: string) => Promise<string>;
  /** An RSA key pair, whose private half stays with its owner. The path of the sandbox's half, for its configuration. */
  readonly keyPair: (name: string, owner: 'gateway' | 'sandbox') => Promise<string>;
}

export type Fields = Record<string, unknown>;

/** How a provider's callbacks are acknowledged and forged. `merchant`: Api-Key, merchantNo or app_id. */
export interface CallbackRules<World> {
  /** The merchant of a forged one where none is named and none was sent. */
  firstMerchant(world: World): string;
  /** The provider's own number of a callback; empty where it has none. */
  idOf(fields: Fields): string;
  /** Whether an answer with status 200 and this body acknowledges the callback with this id, word for word. */
  acknowledged(world: World, id: string, body: string): boolean;
  /** The members with `change` made, where a merchant looks for them; without one, a change of its own choice. */
  altered(fields: Fields, change: Fields | undefined): Fields;
  /** The same callback signed with another secret. Absent: it signs nothing. */
  wronglySigned?(world: World, merchant: string, original: Signed, fields: Fields): Signed;
  /** The same callback, signed properly that long ago. Absent: it carries no time that is checked. */
  aged?(world: World, merchant: string, fields: Fields, ageMs: number): Signed;
}
