import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Callbacks } from './callbacks/callbacks.ts';
import type { Signed } from './callbacks/delivery.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Random } from './synthetic.ts';
import type { Timers } from './timers.ts';

/** The common environment of all simulated providers. */
export interface Surroundings {
  /** Delay before each answer, after the effect. */
  readonly latencyMs: number;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly timers: Timers;
  readonly callbacks: Callbacks;
  /** Generator for tokens and codes that need not be recognisable later. Replaced by each reset, so call it each time. */
  random(): Random;
  /** Call this after every possible change of state outside requests, which call it themselves. */
  changed(): void;
}

/** One provider's part of the sandbox. It cannot reach other providers' parts. */
export interface ProviderWorld<Config, State> extends Surroundings {
  readonly config: Config;
  /** Replaced by each reset. */
  state: State;
}

/** The types with which a provider specialises the general ones. */
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
 * A simulated provider: all that the sandbox's centre knows about it. Its folder exports one, and `registry.ts` lists it under
 * its name in the configuration, on `sandbox.admin`, in the credentials and in the state file.
 */
export interface SandboxProvider<T extends ProviderTypes = ProviderTypes> {
  /** Its name in paths, faults and the ledger, which is also that of the adapter and of this folder. */
  readonly name: T['name'];
  /** Its part of the configuration. Every setting has a default, and so has the whole. */
  readonly settings: T['settings'];
  /** Settings without delays; default the setting defaults. */
  readonly atOnce?: z.input<T['settings']>;
  /** Converts the settings into the configuration where necessary; file paths are relative to `folder`. */
  load?(settings: z.output<T['settings']>, folder: string): Promise<T['config']>;
  /** The initial state. Counters of generated numbers start at `firstNumber`. */
  create(config: T['config'], firstNumber: number): T['state'];
  /** The state that survives a restart, in JSON form. */
  save(state: T['state']): T['saved'];
  /**
   * Restores saved state, including that of earlier versions. Throws if `saved` is invalid. No counter starts below
   * `firstNumber`.
   */
  restore(config: T['config'], saved: T['saved'], firstNumber: number): T['state'];
  /** Adds the provider's endpoints below `/<name>`. */
  routes(app: FastifyInstance, world: WorldOf<T>): void;
  /** What a test may inspect and change, in-process. */
  admin(world: WorldOf<T>): T['admin'];
  /** The same over HTTP; paths are below `/admin/<name>/`. */
  adminRoutes(routes: AdminRoutes, admin: T['admin']): void;
  /** What a caller needs to use it at this base URL. */
  credentials(config: T['config'], baseUrl: string): T['credentials'];
  /** A gateway's accounts with it, with the adapter's settings. */
  accounts(credentials: T['credentials'], secret: PutSecret): GatewayAccount[];
  /** Its part of the configuration of an installation that outlives its processes; secrets are kept by name. */
  install(keep: KeepSecret): Promise<z.input<T['settings']>>;
  /** Absent if it sends no callbacks. */
  readonly callbacks?: CallbackRules<WorldOf<T>>;
  /**
   * Applies what is due by the clock, and sets timers for the rest; all earlier timers are gone. Called at the start, when the
   * clock was moved, and when a callback target changed. Absent if nothing happens by itself.
   */
  catchUp?(world: WorldOf<T>): void;
  /** Rejects every access token issued so far from now on. Absent if it issues none. */
  expireTokens?(world: WorldOf<T>): void;
}

type WorldOf<T extends ProviderTypes> = ProviderWorld<T['config'], T['state']>;

export type AdminRoute = (path: string, act: (body: unknown, request: FastifyRequest) => unknown) => void;

export interface AdminRoutes {
  readonly get: AdminRoute;
  readonly post: AdminRoute;
}

/**
 * The form of a secret among settings: the text itself, or its location. Its name, by which an installation keeps it, is unique
 * within the sandbox.
 */
export type PutSecret = (name: string, text: string) => unknown;

/** A gateway's account with a simulated provider. */
export interface GatewayAccount {
  /** The name that callers use. A provider's first account has the provider's name. */
  readonly name: string;
  readonly settings: Fields & { readonly baseUrl: string };
  /** Additional settings for what the provider's documents leave open and the sandbox has decided, e.g. unpublished paths. */
  readonly undocumented?: Fields;
  /** Additional settings for tests: the sandbox is new and fast, and uses this machine's clock. */
  readonly forTests?: Fields;
  /** The callbacks of this account, if it shares the provider with others. */
  readonly merchant?: string;
  /** Who decides about payments that the provider asks about; absent if it asks about none. */
  readonly authorization?: { readonly decide: 'approve' };
}

/** Secrets that are created once and then kept. No two may have the same name. */
export interface KeepSecret {
  /** 32 characters. */
  readonly text: (name: string) => Promise<string>;
  /** An RSA key pair whose private half stays with its owner. Returns the path of the sandbox's half, for its configuration. */
  readonly keyPair: (name: string, owner: 'gateway' | 'sandbox') => Promise<string>;
}

export type Fields = Record<string, unknown>;

/** How a provider's callbacks are acknowledged and forged. `merchant`: Api-Key, merchantNo or app_id. */
export interface CallbackRules<World> {
  /** The merchant of a forged callback if none is named and none was sent. */
  firstMerchant(world: World): string;
  /** The provider's own number of a callback; empty if it has none. */
  idOf(fields: Fields): string;
  /** Whether an answer with status 200 and exactly this body acknowledges the callback with this id. */
  acknowledged(world: World, id: string, body: string): boolean;
  /** Applies `change` to the members that a merchant reads; without one, makes a change of its own. */
  altered(fields: Fields, change: Fields | undefined): Fields;
  /** The same callback signed with another secret. Absent if it signs nothing. */
  wronglySigned?(world: World, merchant: string, original: Signed, fields: Fields): Signed;
  /** The same callback, correctly signed with an older time. Absent if it contains no verified time. */
  aged?(world: World, merchant: string, fields: Fields, ageMs: number): Signed;
}
