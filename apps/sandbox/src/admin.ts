import { listed } from './admin-lists.ts';
import { callbacksAdmin, type CallbacksAdmin } from './callbacks/admin.ts';
import type { ClockChange, ClockReading } from './clock.ts';
import type { Fault, ScriptedFault } from './faults.ts';
import type { LedgerEntry, RequestCount, RequestEntry, Sms } from './journal.ts';
import { ofEach, providers, type OfEach, type ProviderName } from './providers.ts';
import { receiverAdmin, type ReceiverAdmin } from './receivers/admin.ts';
import type { ReceiverSummary } from './receivers/receivers.ts';
import type { World } from './world.ts';

export interface EntryFilter {
  provider?: ProviderName | undefined;
  operation?: string | undefined;
  reference?: string | undefined;
}

/** What a test, or a person at /admin, may inspect and change of every provider. Lists are copies. */
export interface CommonAdmin {
  sms(filter?: { phone?: string | undefined; user?: string | undefined }): Sms[];
  ledger(filter?: EntryFilter & { effect?: string | undefined; subject?: string | undefined }): LedgerEntry[];
  requests(filter?: EntryFilter): { counts: RequestCount[]; requests: RequestEntry[] };
  requestCount(provider: ProviderName, operation: string): number;
  /** Resolves as soon as `check` holds; evaluated now and after each request, effect, SMS, callback and delivered event. In-process only. */
  until(check: () => boolean): Promise<void>;
  clock(): ClockReading;
  changeClock(change: ClockChange): ClockReading;
  /** Throws a ZodError if no simulated provider has the fault's name. */
  addFault(fault: Fault): void;
  faults(): ScriptedFault[];
  clearFaults(): void;
  /** Rejects every access token issued so far from now on. */
  expireTokens(): void;
  /** The callbacks that the providers send. */
  callbacks: CallbacksAdmin;
  /** The receiver of events at `/events/<name>`, which exists as soon as it is named. */
  receiver(name: string): ReceiverAdmin;
  receivers(): ReceiverSummary[];
  /** Restores the initial state, journal, faults, clock and receivers. Callbacks in flight are dropped; their targets, and secrets of receivers, stay. */
  reset(): void;
}

/** Plus each provider's own, under its key. */
export type Admin = CommonAdmin & OfEach<'admin'>;

export function createAdmin(world: World): Admin {
  const { clock, faults, journal } = world;
  const common: CommonAdmin = {
    sms: (filter) => listed(journal.sms, filter),
    ledger: (filter) => listed(journal.ledger, filter),
    requests: ({ reference, ...filter } = {}) => ({
      counts: listed(journal.counts(), filter),
      requests: listed(journal.requests, { ...filter, reference }),
    }),
    requestCount: (provider, operation) =>
      journal.counts().find((one) => one.provider === provider && one.operation === operation)?.count ?? 0,
    until: (check) => journal.until(check),
    clock: () => clock.read(),
    changeClock(change) {
      const reading = clock.change(change);
      world.catchUp();
      return reading;
    },
    addFault: (fault) => faults.add(fault),
    faults: () => faults.list(),
    clearFaults: () => faults.clear(),
    expireTokens() {
      for (const [key, provider] of providers) provider.expireTokens?.(world.of[key]);
    },
    callbacks: callbacksAdmin(world),
    receiver: (name) => receiverAdmin(world, name),
    receivers: () => world.receivers.names().map((name) => world.receivers.summary(name)),
    reset: () => world.reset(),
  };
  return { ...common, ...(ofEach((provider, key) => provider.admin(world.of[key])) as OfEach<'admin'>) };
}
